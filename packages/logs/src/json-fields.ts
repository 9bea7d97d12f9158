/** Deeper objects are left as one text. */
const DEPTH_MAX = 16

/**
 * What a line that is a JSON object says, flattened as Loki's `json` stage flattens: names joined with
 * `_`, characters that no label may have made `_`, arrays and nulls left out, of two equal names the first.
 * Undefined when the line is no JSON object.
 */
export function jsonFields(line: string): ReadonlyMap<string, string> | undefined {
  if (line.charCodeAt(0) !== 0x7b && line.trimStart().charCodeAt(0) !== 0x7b) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  const fields = new Map<string, string>()
  flatten(parsed as object, '', 0, fields)
  return fields
}

function flatten(object: object, prefix: string, depth: number, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(object) as [
    string,
    object | string | number | boolean | null,
  ][]) {
    const name = prefix === '' ? fieldName(key) : `${prefix}_${fieldName(key, true)}`
    if (typeof value === 'object') {
      if (value === null || Array.isArray(value)) continue
      if (depth < DEPTH_MAX) flatten(value, name, depth + 1, into)
      continue
    }
    if (!into.has(name)) into.set(name, String(value))
  }
}

/** A key as a label's name: strange characters become `_`, and a digit in front gets one before it. */
export function fieldName(key: string, isInner = false): string {
  const name = key.trim().replaceAll(/[^a-zA-Z0-9_]/g, '_')
  return !isInner && /^[0-9]/.test(name) ? `_${name}` : name
}
