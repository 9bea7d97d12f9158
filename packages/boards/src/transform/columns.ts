/** Columns and rows, picked and made: what transformations are built from. */
import { displayNameOf } from '../field/display-name.ts'
import type { Field, FieldType, Frame } from '../frame.ts'
import { isMissing } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'

/** A column of any values; numbers and times go where what is missing is NaN. */
export function column(
  name: string,
  type: FieldType,
  values: readonly unknown[] | Float64Array,
  more: Partial<Field> = {},
): Field {
  return { name, type, config: {}, ...more, values: packed(type, values) }
}

/** The same column with other values. */
export function withValues(field: Field, values: readonly unknown[]): Field {
  return { ...field, values: packed(field.type, values) }
}

function packed(type: FieldType, values: readonly unknown[] | Float64Array): Field['values'] {
  if (values instanceof Float64Array || (type !== 'number' && type !== 'time')) return values
  return Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN))
}

/** A frame of other columns; its length is theirs. */
export function frameOf(
  of: Pick<Frame, 'refId'> & { name?: string },
  fields: readonly Field[],
): Frame {
  const { refId, name } = of
  const length = fields.reduce((most, { values }) => Math.max(most, values.length), 0)
  return { refId, ...(name === undefined ? {} : { name }), fields, length }
}

/** The rows at these places, in this order. */
export function pickRows(frame: Frame, rows: readonly number[]): Frame {
  const fields = frame.fields.map((field) =>
    withValues(
      field,
      rows.map((row) => field.values[row]),
    ),
  )
  return { ...frame, fields, length: rows.length }
}

export const rowIndexes = (frame: Frame): number[] =>
  Array.from({ length: frame.length }, (_, index) => index)

/** A column by the name that people see, else by its own. */
export function fieldNamed(frame: Frame, name: string): Field | undefined {
  return (
    frame.fields.find((field) => displayNameOf(field, frame) === name) ??
    frame.fields.find((field) => field.name === name)
  )
}

/** What the values are, where a transformation does not know. */
export function typeOf(values: readonly unknown[]): FieldType {
  const found = values.find((value) => !isMissing(value))
  switch (typeof found) {
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'object':
      return 'other'
    case 'undefined':
      // A column of nothing is one of numbers, all missing.
      return values.every((value) => typeof value === 'number') ? 'number' : 'string'
    default:
      return 'string'
  }
}

/** A name of a column's own, which later transformations and overrides know it by. */
export function renamed(field: Field, name: string): Field {
  return { ...field, config: { ...field.config, displayName: name } }
}

/** A value as a key to find its like by. */
export function keyOf(value: unknown): string {
  return isMissing(value) ? '' : `${typeof value}:${textOf(value)}`
}

/** Numbers by size, texts by letter with their numbers in order, what is missing last. */
export function compareValues(a: unknown, b: unknown): number {
  if (isMissing(a) || isMissing(b)) return Number(isMissing(a)) - Number(isMissing(b))
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return COLLATOR.compare(textOf(a), textOf(b))
}

const COLLATOR = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
