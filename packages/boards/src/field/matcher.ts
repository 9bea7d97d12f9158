/** Which fields an override, or a transformation, means. */
import type { Field, Frame } from '../frame.ts'
import { readPattern } from '../pattern.ts'
import { reduceValues } from '../reduce/reducers.ts'
import { displayNameOf } from './display-name.ts'

export type FieldTest = (field: Field, frame: Frame) => boolean

const NEVER: FieldTest = () => false
const ALWAYS: FieldTest = () => true

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

/** A matcher as it is written in a dashboard; one that nobody knows matches nothing. */
export function fieldTest(matcher: { readonly id: string; readonly options?: unknown }): FieldTest {
  const { id, options } = matcher
  switch (id) {
    case 'byName':
      return byNames([text(options)])
    case 'byNames':
      return byManyNames(options)
    case 'byRegexp':
    case 'byRegexpOrNames':
      return byPattern(id === 'byRegexp' ? text(options) : text(pick(options, 'pattern')), options)
    case 'byFrameRefID':
    case 'byQuery':
      return (_, frame) => frame.refId === options
    case 'byType':
      return (field) => field.type === options || (options === 'enum' && field.type === 'string')
    case 'byTypes':
      return (field) => texts(isRecord(options) ? options['types'] : options).includes(field.type)
    case 'numeric':
      return (field) => field.type === 'number'
    case 'time':
      return (field) => field.type === 'time'
    case 'first':
      return (field, frame) => frame.fields[0] === field
    case 'firstTimeField':
      return (field, frame) => frame.fields.find(({ type }) => type === 'time') === field
    case 'byValue':
      return byValue(options)
    case 'anyMatch':
      return combined(
        options,
        (tests) => (field, frame) => tests.some((test) => test(field, frame)),
      )
    case 'allMatch':
      return combined(
        options,
        (tests) => (field, frame) => tests.every((test) => test(field, frame)),
      )
    case 'invertMatch': {
      const inner = isRecord(options)
        ? fieldTest({ id: text(options['id']), options: options['options'] })
        : NEVER
      return (field, frame) => !inner(field, frame)
    }
    case 'alwaysMatch':
      return ALWAYS
    default:
      return NEVER
  }
}

function pick(options: unknown, key: string): unknown {
  return isRecord(options) ? options[key] : undefined
}

function byNames(names: readonly string[]): FieldTest {
  const wanted = new Set(names)
  return (field, frame) => wanted.has(displayNameOf(field, frame)) || wanted.has(field.name)
}

/** A list, or all but those of a list: what a click in Grafana's legend leaves in a board. */
function byManyNames(options: unknown): FieldTest {
  const among = byNames(texts(Array.isArray(options) ? options : pick(options, 'names')))
  if (pick(options, 'mode') !== 'exclude') return among
  return (field, frame) => field.type !== 'time' && !among(field, frame)
}

function byPattern(written: string, options: unknown): FieldTest {
  const pattern = written === '' ? undefined : readPattern(written)
  const named = byNames(texts(pick(options, 'names')))
  return (field, frame) =>
    named(field, frame) || (pattern?.test(displayNameOf(field, frame)) ?? false)
}

function byValue(options: unknown): FieldTest {
  const compare = comparison(text(pick(options, 'op')), Number(pick(options, 'value')))
  const reducer = text(pick(options, 'reducer'))
  return (field) => {
    if (field.type !== 'number') return false
    const value = reduceValues(field.values, reducer)
    return value !== null && compare(Number(value))
  }
}

function comparison(operator: string, than: number): (value: number) => boolean {
  switch (operator) {
    case '>':
    case 'gt':
      return (value) => value > than
    case '>=':
    case 'gte':
      return (value) => value >= than
    case '<':
    case 'lt':
      return (value) => value < than
    case '<=':
    case 'lte':
      return (value) => value <= than
    case '==':
    case '=':
    case 'eq':
      return (value) => value === than
    case '!=':
    case 'neq':
      return (value) => value !== than
    default:
      return () => false
  }
}

function combined(options: unknown, make: (tests: readonly FieldTest[]) => FieldTest): FieldTest {
  const parts = Array.isArray(options) ? options : []
  return make(
    parts
      .filter(isRecord)
      .map((part) => fieldTest({ id: text(part['id']), options: part['options'] })),
  )
}
