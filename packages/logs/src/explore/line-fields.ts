import type { Labels } from '@weir/model'
import { fieldName, jsonFields } from '../json-fields.ts'
import { LogfmtScanner } from '../logql/pipeline/logfmt-scanner.ts'
import type { LogEntry } from '../logql/result.ts'

/** What a line itself says, and by which parser one reads it. */
export interface LineFields {
  readonly parser: 'json' | 'logfmt' | undefined
  readonly fields: ReadonlyMap<string, string>
}

const NOTHING: LineFields = { parser: undefined, fields: new Map() }

/**
 * Reads a line as Loki's detection of fields does: as a JSON object, else as logfmt. A name that a label of
 * the stream has already gets `_extracted` behind it, as the `json` and `logfmt` stages name it.
 */
export function fieldsOf({ line, stream }: LogEntry): LineFields {
  const asJson = jsonFields(line)
  if (asJson !== undefined) return { parser: 'json', fields: apart(asJson, stream) }
  const pairs = logfmtFields(line)
  return pairs.size === 0 ? NOTHING : { parser: 'logfmt', fields: apart(pairs, stream) }
}

/** Pairs with a value; words without one are words. */
function logfmtFields(line: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  if (!line.includes('=')) return fields
  const scanner = new LogfmtScanner()
  scanner.begin(line)
  while (!scanner.isAtEnd) {
    if (!scanner.next() || scanner.key === '' || scanner.value === '') continue
    const name = fieldName(scanner.key)
    if (!fields.has(name)) fields.set(name, scanner.value)
  }
  return scanner.error === '' ? fields : new Map()
}

function apart(fields: ReadonlyMap<string, string>, labels: Labels): ReadonlyMap<string, string> {
  const clashes = labels.flat.some((name, i) => i % 2 === 0 && fields.has(name))
  if (!clashes) return fields
  return new Map(
    [...fields].map(([name, value]) => [labels.has(name) ? `${name}_extracted` : name, value]),
  )
}
