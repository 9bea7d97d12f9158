import type { RangeOperation } from '../ast.ts'

/** Values of one series, ascending in time; a window is those from `from` to before `to`, never none. */
export type WindowFunction = (values: Float64Array, from: number, to: number) => number

/** What a range aggregation makes of the unwrapped values of a window. */
export function windowFunction(
  operation: RangeOperation,
  rangeSeconds: number,
  parameter = 0,
): WindowFunction {
  switch (operation) {
    case 'sum_over_time':
      return sum
    case 'rate':
      return (values, from, to) => sum(values, from, to) / rangeSeconds
    case 'rate_counter':
      return (values, from, to) => rise(values, from, to) / rangeSeconds
    case 'avg_over_time':
      return mean
    case 'min_over_time':
      return least
    case 'max_over_time':
      return greatest
    case 'first_over_time':
      return (values, from) => values[from]!
    case 'last_over_time':
      return (values, _, to) => values[to - 1]!
    case 'stdvar_over_time':
      return variance
    case 'stddev_over_time':
      return (values, from, to) => Math.sqrt(variance(values, from, to))
    case 'quantile_over_time':
      return (values, from, to) => quantile(parameter, values.slice(from, to))
    case 'count_over_time':
    case 'absent_over_time':
    case 'bytes_over_time':
    case 'bytes_rate':
      return (_, from, to) => to - from
    default:
      return operation satisfies never
  }
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0
  for (let i = from; i < to; i++) total += values[i]!
  return total
}

/** How far a counter rose, resets counted from zero; Loki extrapolates by less than a millionth of it. */
function rise(values: Float64Array, from: number, to: number): number {
  if (to - from < 2) return 0
  let total = values[to - 1]! - values[from]!
  for (let i = from + 1; i < to; i++) if (values[i]! < values[i - 1]!) total += values[i - 1]!
  return total
}

/** Moves towards each value in turn, so that large ones do not overflow; an infinity stays. */
function mean(values: Float64Array, from: number, to: number): number {
  let average = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (average === Infinity || average === -Infinity) {
      if (value === average || Number.isFinite(value)) continue
    }
    const count = i - from + 1
    average += value / count - average / count
  }
  return average
}

function least(values: Float64Array, from: number, to: number): number {
  let found = values[from]!
  for (let i = from + 1; i < to; i++) {
    if (values[i]! < found || Number.isNaN(found)) found = values[i]!
  }
  return found
}

function greatest(values: Float64Array, from: number, to: number): number {
  let found = values[from]!
  for (let i = from + 1; i < to; i++) {
    if (values[i]! > found || Number.isNaN(found)) found = values[i]!
  }
  return found
}

/** Of the values themselves and not of what they may be a part of; by Welford's way. */
function variance(values: Float64Array, from: number, to: number): number {
  let average = 0
  let squares = 0
  for (let i = from; i < to; i++) {
    const delta = values[i]! - average
    average += delta / (i - from + 1)
    squares += delta * (values[i]! - average)
  }
  return squares / (to - from)
}

function quantile(q: number, values: Float64Array): number {
  if (Number.isNaN(q)) return Number.NaN
  if (q < 0) return -Infinity
  if (q > 1) return Infinity
  values.sort()
  const rank = q * (values.length - 1)
  const low = Math.floor(rank)
  const high = Math.min(values.length - 1, low + 1)
  const weight = rank - low
  return values[low]! * (1 - weight) + values[high]! * weight
}
