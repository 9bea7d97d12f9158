/** Rows sorted, cut short, and filtered by what is in them. */
import type { Field, Frame } from '../frame.ts'
import { readPattern } from '../pattern.ts'
import { isMissing } from '../reduce/reducers.ts'
import { textOf } from '../text-of.ts'
import { compareValues, fieldNamed, pickRows, rowIndexes } from './columns.ts'
import { asList, asNumber, asRecord, asText } from './options.ts'
import type { Transform, TransformOptions } from './transform.ts'

/** `sortBy`: by one column; what is missing last, whichever way. */
export const sortBy: Transform = (frames, options, { text }) => {
  const order = asRecord(asList(options['sort'])[0])
  const name = text(asText(order['field']))
  if (name === '') return frames
  return frames.map((frame) => {
    const field = fieldNamed(frame, name)
    return field === undefined ? frame : sorted(frame, field, order['desc'] === true)
  })
}

export function sorted(frame: Frame, field: Field, isDescending: boolean): Frame {
  const rows = rowIndexes(frame).sort((a, b) => {
    const [left, right] = [field.values[a], field.values[b]]
    const ascending = compareValues(left, right)
    return isDescending && !isMissing(left) && !isMissing(right) ? -ascending : ascending
  })
  return pickRows(frame, rows)
}

/** `limit`: the first rows, or the last. */
export const limit: Transform = (frames, options, { text }) => {
  const wanted = asNumber(text(asText(options['limitField'], '10')))
  if (!Number.isFinite(wanted)) return frames
  const count = Math.max(0, Math.trunc(wanted))
  const isTail = options['limitPosition'] === 'tail'
  return frames.map((frame) => {
    if (frame.length <= count) return frame
    const rows = rowIndexes(frame)
    return pickRows(frame, isTail ? rows.slice(frame.length - count) : rows.slice(0, count))
  })
}

/** `filterByValue`: rows in or out, by any or all of some conditions. */
export const filterByValue: Transform = (frames, options, { text }) => {
  const conditions = asList(options['filters']).map(asRecord)
  if (conditions.length === 0) return frames
  const keep = options['type'] !== 'exclude'
  const isAll = options['match'] === 'all'
  return frames.map((frame) => {
    const tests = conditions.flatMap((condition) => {
      const field = fieldNamed(frame, text(asText(condition['fieldName'])))
      const test = valueTest(asRecord(condition['config']), text)
      return field === undefined || test === undefined
        ? []
        : [(row: number) => test(field.values[row])]
    })
    if (tests.length === 0) return frame
    const matches = (row: number): boolean =>
      isAll ? tests.every((test) => test(row)) : tests.some((test) => test(row))
    const rows = rowIndexes(frame).filter((row) => matches(row) === keep)
    return rows.length === frame.length ? frame : pickRows(frame, rows)
  })
}

function valueTest(
  config: TransformOptions,
  text: (template: string) => string,
): ((value: unknown) => boolean) | undefined {
  const options = asRecord(config['options'])
  const wanted = text(asText(options['value'], textOf(options['value'])))
  const number = asNumber(wanted)
  const compared =
    (test: (value: number) => boolean) =>
    (value: unknown): boolean => {
      const own = asNumber(value)
      return !Number.isNaN(own) && test(own)
    }
  switch (asText(config['id'])) {
    case 'isNull':
      return isMissing
    case 'isNotNull':
      return (value) => !isMissing(value)
    case 'greater':
      return compared((value) => value > number)
    case 'greaterOrEqual':
      return compared((value) => value >= number)
    case 'lower':
      return compared((value) => value < number)
    case 'lowerOrEqual':
      return compared((value) => value <= number)
    case 'equal':
      return (value) => isEqual(value, wanted)
    case 'notEqual':
      return (value) => !isEqual(value, wanted)
    case 'between':
    case 'range': {
      const from = asNumber(text(asText(options['from'])))
      const to = asNumber(text(asText(options['to'])))
      return compared((value) => value > from && value < to)
    }
    case 'regex': {
      const pattern = readPattern(wanted)
      return pattern === undefined ? undefined : (value) => pattern.test(textOf(value))
    }
    case 'substring':
      return (value) => textOf(value).toLowerCase().includes(wanted.toLowerCase())
    case 'notSubstring':
      return (value) => !textOf(value).toLowerCase().includes(wanted.toLowerCase())
    default:
      return undefined
  }
}

function isEqual(value: unknown, wanted: string): boolean {
  return typeof value === 'number' ? value === asNumber(wanted) : textOf(value) === wanted
}
