import { JsonScanner } from './logql/pipeline/json-scanner.ts'

/** Deeper objects are left out. */
const DEPTH_MAX = 16

/**
 * What a line that is a JSON object says, flattened as Loki's `json` stage flattens: names joined with
 * `_`, characters that no label may have made `_`, arrays and nulls left out, numbers as they are written,
 * of two equal names the first. Undefined when the line is no JSON object.
 */
export function jsonFields(line: string): ReadonlyMap<string, string> | undefined {
  if (line.charCodeAt(0) !== 0x7b && line.trimStart().charCodeAt(0) !== 0x7b) return undefined
  try {
    JSON.parse(line) // the scanner takes much that is no JSON
  } catch {
    return undefined
  }
  const fields = new Map<string, string>()
  flatten(line, 0, '', 0, fields)
  return fields
}

function flatten(
  line: string,
  at: number,
  prefix: string,
  depth: number,
  into: Map<string, string>,
): void {
  const scanner = new JsonScanner()
  scanner.members(line, at, (key) => {
    const name = prefix === '' ? fieldName(key) : `${prefix}_${fieldName(key, true)}`
    if (scanner.kind === 'object') {
      if (depth < DEPTH_MAX) flatten(line, scanner.start, name, depth + 1, into)
    } else if (scanner.kind !== 'array' && scanner.kind !== 'null' && !into.has(name)) {
      into.set(name, scanner.value())
    }
    return 'on'
  })
}

/** A key as a label's name: strange characters become `_`, and a digit in front gets one before it. */
export function fieldName(key: string, isInner = false): string {
  const name = key.trim().replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return !isInner && /^[0-9]/.test(name) ? `_${name}` : name
}
