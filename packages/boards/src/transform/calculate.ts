/** `calculateField`: a column made of others. */
import { displayNameOf } from '../field/display-name.ts'
import { fieldTest } from '../field/matcher.ts'
import type { Field, Frame } from '../frame.ts'
import { isMissing, reduceValues, reducerOf } from '../reduce/reducers.ts'
import { binaryOperator, unaryOperator } from './arithmetic.ts'
import { textOf } from '../text-of.ts'
import { column, fieldNamed, frameOf, typeOf } from './columns.ts'
import { joinFrames } from './join.ts'
import { asNumber, asRecord, asText, asTexts } from './options.ts'
import type { Transform, TransformContext, TransformOptions } from './transform.ts'

export const calculateField: Transform = (frames, options, context) => {
  const joined = isSeriesOnly(frames)
    ? joinFrames(frames, { by: undefined, mode: 'outer' })
    : undefined
  const tables = joined === undefined || options['timeSeries'] === false ? frames : [joined]
  return tables.map((frame) => {
    const made = newFields(frame, options, context)
    if (made.length === 0) return frame
    const time = frame.fields.find(({ type }) => type === 'time')
    const kept =
      options['replaceFields'] === true ? (time === undefined ? [] : [time]) : frame.fields
    return frameOf(frame, [...kept, ...made])
  })
}

/** Several series, each with its times: they must stand side by side before rows mean anything. */
function isSeriesOnly(frames: readonly Frame[]): boolean {
  return (
    frames.length > 1 &&
    frames.every(({ fields }) => fields.length === 2 && fields[0]!.type === 'time')
  )
}

function newFields(frame: Frame, options: TransformOptions, context: TransformContext): Field[] {
  switch (asText(options['mode'], 'reduceRow')) {
    case 'binary':
      return binary(frame, options, context)
    case 'unary':
      return unary(frame, options)
    case 'index':
      return index(frame, options)
    case 'cumulativeFunctions':
      return cumulative(frame, options)
    case 'windowFunctions':
      return moving(frame, options)
    case 'reduceRow':
      return reduceRow(frame, options)
    default:
      return []
  }
}

const named = (options: TransformOptions, otherwise: string): string =>
  asText(options['alias']) || otherwise

const numberAt = (field: Field, row: number): number => asNumber(field.values[row])

function reduceRow(frame: Frame, options: TransformOptions): Field[] {
  const setting = asRecord(options['reduce'])
  const id = asText(setting['reducer'], 'sum')
  const include = asTexts(setting['include'])
  const numbers = frame.fields.filter(({ type }) => type === 'number')
  const wanted =
    include.length === 0
      ? numbers
      : numbers.filter((field) => include.includes(displayNameOf(field, frame)))
  const reducer = reducerOf(id)
  if (wanted.length === 0 || reducer === undefined) return []
  const values = Array.from({ length: frame.length }, (_, row) =>
    reducer.reduce(wanted.map((field) => field.values[row])),
  )
  return [column(named(options, reducer.name), typeOf(values), values)]
}

type Operand =
  | { readonly kind: 'number'; readonly value: number; readonly name: string }
  | { readonly kind: 'fields'; readonly fields: readonly Field[]; readonly name: string }

function binary(frame: Frame, options: TransformOptions, context: TransformContext): Field[] {
  const setting = asRecord(options['binary'])
  const sign = asText(setting['operator'], '+')
  const operator = binaryOperator(sign)
  const left = operand(frame, setting['left'], context)
  const right = operand(frame, setting['right'], context)
  if (operator === undefined || left === undefined || right === undefined) return []
  const many = left.kind === 'fields' && left.fields.length > 1 ? left.fields : undefined
  const lefts: readonly (Field | undefined)[] = many ?? [
    left.kind === 'fields' ? left.fields[0] : undefined,
  ]
  const other = right.kind === 'fields' ? right.fields[0] : undefined
  return lefts.map((own) => {
    const values = Array.from({ length: frame.length }, (_, row) =>
      operator(
        own === undefined ? constant(left) : numberAt(own, row),
        other === undefined ? constant(right) : numberAt(other, row),
      ),
    )
    const leftName = many === undefined || own === undefined ? left.name : displayNameOf(own, frame)
    const automatic = `${leftName} ${sign} ${right.name}`
    return column(
      many === undefined ? named(options, automatic) : automatic,
      typeOf(values),
      values,
    )
  })
}

const constant = (of: Operand): number => (of.kind === 'number' ? of.value : NaN)

/** A field's name, a number, or the newer `{matcher}` and `{fixed}`. */
function operand(frame: Frame, written: unknown, { text }: TransformContext): Operand | undefined {
  const options = asRecord(written)
  const matcher = asRecord(options['matcher'])
  const name = text(
    asText(written) ||
      asText(options['fixed']) ||
      (matcher['id'] === 'byName' ? asText(matcher['options']) : ''),
  )
  const field = name === '' ? undefined : fieldNamed(frame, name)
  if (field !== undefined) return { kind: 'fields', fields: [field], name }
  if (typeof matcher['id'] === 'string' && matcher['id'] !== 'byName') {
    const test = fieldTest({ id: matcher['id'], options: matcher['options'] })
    const fields = frame.fields.filter((one) => one.type === 'number' && test(one, frame))
    return fields.length === 0
      ? undefined
      : { kind: 'fields', fields, name: displayNameOf(fields[0]!, frame) }
  }
  const value = asNumber(name)
  return Number.isNaN(value) ? undefined : { kind: 'number', value, name }
}

function unary(frame: Frame, options: TransformOptions): Field[] {
  const setting = asRecord(options['unary'])
  const sign = asText(setting['operator'], 'abs')
  const operator = unaryOperator(sign)
  const name = asText(setting['fieldName'])
  const field = fieldNamed(frame, name)
  if (operator === undefined || field === undefined) return []
  const values = Array.from({ length: frame.length }, (_, row) => operator(numberAt(field, row)))
  return [column(named(options, `${sign}(${name})`), 'number', values)]
}

function index(frame: Frame, options: TransformOptions): Field[] {
  const asPercentile = asRecord(options['index'])['asPercentile'] === true
  const last = Math.max(1, frame.length - 1)
  const values = Array.from({ length: frame.length }, (_, row) => (asPercentile ? row / last : row))
  const config = asPercentile ? { unit: 'percentunit' } : {}
  return [column(named(options, 'Row'), 'number', values, { config })]
}

function cumulative(frame: Frame, options: TransformOptions): Field[] {
  const setting = asRecord(options['cumulative'])
  const name = asText(setting['field'])
  const field = fieldNamed(frame, name)
  if (field === undefined) return []
  const isMean = setting['reducer'] === 'mean'
  let total = 0
  const values = Array.from({ length: frame.length }, (_, row) => {
    const value = numberAt(field, row)
    if (!isMissing(value)) total += value
    return isMean ? total / (row + 1) : total
  })
  return [
    column(named(options, `cumulative ${isMean ? 'mean' : 'sum'}(${name})`), 'number', values),
  ]
}

/** A mean (or spread) over so many rows before, or around, each. */
function moving(frame: Frame, options: TransformOptions): Field[] {
  const setting = asRecord(options['window'])
  const name = asText(setting['field'])
  const field = fieldNamed(frame, name)
  const id = asText(setting['reducer'], 'mean')
  if (field === undefined || reducerOf(id) === undefined) return []
  const wanted = asNumber(setting['windowSize'] ?? 0.1)
  const share = setting['windowSizeMode'] === 'fixed' ? wanted : wanted * frame.length
  const size = Number.isFinite(share) ? Math.min(frame.length, Math.max(1, Math.trunc(share))) : 1
  const isCentered = setting['windowAlignment'] === 'centered'
  const before = isCentered ? Math.floor(size / 2) : size - 1
  const after = isCentered ? size - 1 - before : 0
  const values = Array.from({ length: frame.length }, (_, row) =>
    reduceValues(field.values.slice(Math.max(0, row - before), row + after + 1), id),
  )
  const automatic = `${isCentered ? 'centered' : 'trailing'} moving ${id}(${textOf(name)})`
  return [column(named(options, automatic), 'number', values)]
}
