import { Labels, WeirError } from '@weir/model'
import type { RangeAggregation, Unwrap } from '../ast.ts'
import { compileFilter } from '../pipeline/label-filter.ts'
import { ERROR, ERROR_DETAILS, type LineState } from '../pipeline/line-state.ts'
import {
  floatFault,
  goDurationFault,
  goDurationNs,
  goFloat,
  sizeBytes,
  sizeFault,
} from '../quantities.ts'

/**
 * How a line becomes a number; undefined: it has none, and does not count.
 *
 * @throws {WeirError} `LOGQL_EXECUTION` when something went wrong with the line and nobody filtered it out
 */
export type LineNumber = (state: LineState) => number | undefined

export function lineNumber({ operation, unwrap, start }: RangeAggregation): LineNumber {
  const value = unwrap === undefined ? plain(operation) : unwrapped(unwrap, start)
  return (state) => {
    const found = value(state)
    if (found !== undefined && state.error !== '') throw pipelineError(state)
    return found
  }
}

function plain(operation: RangeAggregation['operation']): LineNumber {
  if (operation !== 'bytes_over_time' && operation !== 'bytes_rate') return () => 1
  return ({ line }) => Buffer.byteLength(line)
}

const CONVERSIONS = {
  number: { read: goFloat, fault: floatFault, unit: 1 },
  bytes: { read: sizeBytes, fault: sizeFault, unit: 1 },
  duration: { read: goDurationNs, fault: goDurationFault, unit: 1e9 },
  duration_seconds: { read: goDurationNs, fault: goDurationFault, unit: 1e9 },
} as const

function unwrapped({ name, conversion, filters }: Unwrap, start: number): LineNumber {
  const { read, fault, unit } = CONVERSIONS[conversion ?? 'number']
  const tests = filters.map((filter) => compileFilter(filter, start))
  return (state) => {
    const text = state.get(name)
    if (text === '') return undefined
    const value = read(text)
    if (value === undefined) state.setError('SampleExtractionErr', fault(text))
    for (const test of tests) if (!test(state)) return undefined
    return value === undefined ? 0 : value / unit
  }
}

function pipelineError(state: LineState): WeirError {
  const { error } = state
  const flat = [ERROR, error, ERROR_DETAILS, state.errorDetails]
  state.each((name, value) => flat.push(name, value))
  const labels = Labels.fromFlat(flat).toString()
  return new WeirError(
    'LOGQL_EXECUTION',
    `pipeline error: '${error}' for series: '${labels}'. Use a label filter to intentionally skip this error, such as | __error__!="${error}"; to skip all potential errors use | __error__=""`,
  )
}
