import type { Field, Frame } from '@weir/boards'

/** Percents that a board gives no ends have the ends that everybody expects. */
const ENDS: Readonly<Record<string, { readonly min: number; readonly max: number }>> = {
  percent: { min: 0, max: 100 },
  percentunit: { min: 0, max: 1 },
}

/** A frame whose fields have a scale that a dial or a bar can show. */
export function scaled(frame: Frame): Frame {
  return { ...frame, fields: frame.fields.map(withEnds) }
}

function withEnds(field: Field): Field {
  const { unit = '', min, max } = field.config
  const ends = ENDS[unit]
  const range = field.range ?? { min: 0, max: 100 }
  const low = typeof min === 'number' ? min : (ends?.min ?? Math.min(0, range.min))
  const high = typeof max === 'number' ? max : (ends?.max ?? range.max)
  // A dial from nothing to nothing has no hand.
  return { ...field, range: { min: low, max: high > low ? high : low + 1 } }
}
