import { type FieldType, fieldType } from './field-type.ts'
import { fieldsOf } from './line-fields.ts'
import type { LogEntry } from '../logql/result.ts'
import { LEVEL_NAME, levelOfLine } from './line-level.ts'

/** Where a line has a field from. */
export type FacetKind = 'level' | 'label' | 'metadata' | 'field'

/** A field and its most frequent values. */
export interface Facet {
  readonly name: string
  readonly kind: FacetKind
  readonly type: FieldType
  /** Lines that have it. */
  readonly lines: number
  /** Different values; at least that many where lines brought more than are told apart. */
  readonly valueCount: number
  /** Most frequent first. */
  readonly values: readonly { readonly value: string; readonly lines: number }[]
}

export interface FacetLimits {
  readonly fieldsMax: number
  /** Values shown a field. */
  readonly valuesMax: number
}

/** Values that are told apart, a field. */
const DISTINCT_MAX = 5000
/** Longer ones are texts, of which no two are equal. */
const VALUE_CHARS_MAX = 256

interface Counted {
  readonly kind: FacetKind
  readonly values: Map<string, number>
  lines: number
}

/**
 * What the fields of lines say, and how often. The level comes first, then labels, metadata and fields, each
 * with those first that most lines have.
 */
export function facetsOf(
  lines: Iterable<LogEntry>,
  { fieldsMax, valuesMax }: FacetLimits,
): Facet[] {
  const counted = new Map<string, Counted>()
  const count = (kind: FacetKind, name: string, value: string): void => {
    let field = counted.get(name)
    if (field === undefined) {
      if (counted.size >= fieldsMax) return
      field = { kind, values: new Map(), lines: 0 }
      counted.set(name, field)
    }
    field.lines++
    if (value.length > VALUE_CHARS_MAX) return
    const seen = field.values.get(value)
    if (seen !== undefined || field.values.size < DISTINCT_MAX)
      field.values.set(value, (seen ?? 0) + 1)
  }
  for (const line of lines) {
    const { fields } = fieldsOf(line)
    count('level', LEVEL_NAME, levelOfLine(line))
    for (const [name, value] of line.stream) if (name !== LEVEL_NAME) count('label', name, value)
    for (const [name, value] of line.metadata)
      if (name !== LEVEL_NAME) count('metadata', name, value)
    for (const [name, value] of line.parsed) {
      if (!fields.has(name)) count('field', name, value)
    }
    for (const [name, value] of fields) count('field', name, value)
  }
  return [...counted]
    .map(([name, { kind, values, lines: had }]) =>
      facetOf(name, kind, { values, lines: had, valuesMax }),
    )
    .toSorted(
      (a, b) =>
        ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
        b.lines - a.lines ||
        (a.name < b.name ? -1 : 1),
    )
}

const ORDER: readonly FacetKind[] = ['level', 'label', 'metadata', 'field']

function facetOf(
  name: string,
  kind: FacetKind,
  { values, lines, valuesMax }: Omit<Counted, 'kind'> & { readonly valuesMax: number },
): Facet {
  const top = [...values]
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, valuesMax)
  return {
    name,
    kind,
    type: top[0] === undefined ? 'string' : fieldType(top[0][0]),
    lines,
    valueCount: values.size,
    values: top.map(([value, count]) => ({ value, lines: count })),
  }
}
