import { fieldName } from '../json-fields.ts'
import { type FieldType, fieldType } from './field-type.ts'
import { fieldsOf } from './line-fields.ts'
import type { LogEntry } from '../logql/result.ts'

/** A field that lines have beside the labels of their streams, as Loki's `detected_fields` tells it. */
export interface DetectedField {
  readonly label: string
  readonly type: FieldType
  /** Different values among the lines looked at. */
  readonly cardinality: number
  /** By which one reads it out of the line; null: the sender said it beside the line. */
  readonly parsers: readonly ('json' | 'logfmt')[] | null
  /** The keys that lead to it in a line that is a JSON object. */
  readonly jsonPath?: readonly string[]
}

interface Found {
  type: FieldType
  readonly values: Set<string>
  readonly parsers: Set<'json' | 'logfmt'>
  jsonPath?: readonly string[]
}

/** Values that are told apart, a field; beyond, the cardinality is that many. */
const VALUES_MAX = 10_000

/** @param limit most fields to tell of; the first ones found stay */
export function detectedFields(lines: Iterable<LogEntry>, limit: number): DetectedField[] {
  const found = new Map<string, Found>()
  const note = (name: string, value: string): Found | undefined => {
    const field = found.get(name)
    if (field !== undefined) {
      if (field.values.size < VALUES_MAX) field.values.add(value)
      return field
    }
    if (found.size >= limit) return undefined
    const made: Found = { type: fieldType(value), values: new Set([value]), parsers: new Set() }
    found.set(name, made)
    return made
  }
  for (const line of lines) {
    for (const labels of [line.metadata, line.parsed]) {
      for (const [name, value] of labels) if (!name.startsWith('__error')) note(name, value)
    }
    const { parser, fields } = fieldsOf(line)
    if (parser === undefined) continue
    for (const [name, value] of fields) {
      const field = note(name, value)
      if (field === undefined) continue
      field.parsers.add(parser)
      if (parser === 'json') field.jsonPath ??= jsonPathOf(line.line, name)
    }
  }
  return [...found]
    .map(([label, { type, values, parsers, jsonPath }]) => ({
      label,
      type,
      cardinality: values.size,
      parsers: parsers.size === 0 ? null : [...parsers],
      ...(jsonPath === undefined ? {} : { jsonPath }),
    }))
    .toSorted((a, b) => (a.label < b.label ? -1 : 1))
}

/** Different values of a field among lines, sorted; wherever a line says it. */
export function detectedValues(
  lines: Iterable<LogEntry>,
  field: string,
  limit: number,
): readonly string[] {
  const values = new Set<string>()
  for (const line of lines) {
    const { metadata, parsed } = line
    const said = [metadata.get(field), parsed.get(field), fieldsOf(line).fields.get(field) ?? '']
    for (const value of said) if (value !== '') values.add(value)
    if (values.size >= limit) break
  }
  return [...values].toSorted().slice(0, limit)
}

/** The keys under which a flattened name lies in a line; only asked for names that the line has. */
function jsonPathOf(line: string, flattened: string): readonly string[] {
  const name = flattened.replace(/_extracted$/, '')
  const within = (object: object, prefix: string): readonly string[] | undefined => {
    for (const [key, value] of Object.entries(object) as [string, unknown][]) {
      const full = prefix === '' ? fieldName(key) : `${prefix}_${fieldName(key, true)}`
      if (full === name || full === flattened) return [key]
      if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
      if (!name.startsWith(`${full}_`)) continue
      const inner = within(value, full)
      if (inner !== undefined) return [key, ...inner]
    }
    return undefined
  }
  return within(JSON.parse(line) as object, '') ?? [name]
}
