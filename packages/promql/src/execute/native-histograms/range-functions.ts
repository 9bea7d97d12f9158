import { type NativeHistogram, SampleColumns } from '@weir/model'
import type { Histograms } from '../../result.ts'
import type { RangeKernel } from '../range-functions.ts'
import { type Windows, mark, newWindows } from '../windows.ts'
import { HistogramNotes, conflicting, reconciled } from './annotations.ts'
import { isReset, sameHistogram } from './compare.ts'
import { HistogramMean } from './histogram-mean.ts'
import { CONFLICT, RECONCILED } from './histogram-sum.ts'
import { histogramIncrease, histogramStep } from './rate.ts'
import type { Evaluation } from '../evaluation.ts'

/** A range function over one series that has native histograms, and where it may put its answer. */
export interface HistogramRange {
  readonly evaluation: Evaluation
  readonly name: string
  /** The same function for numbers. */
  readonly kernel: RangeKernel
  readonly windows: Windows
  readonly values: Float64Array
  /** Comes zeroed. */
  readonly present: Uint8Array
  /** Where the range expression begins. */
  readonly start: number
  /** Where the function's first argument begins. */
  readonly argumentStart: number
}

/** Fills the columns; histograms among the answers are returned. */
export function overHistograms(range: HistogramRange): Histograms {
  switch (range.name) {
    case 'count_over_time':
    case 'present_over_time':
    case 'ts_of_first_over_time':
    case 'ts_of_last_over_time':
      range.kernel(range.windows, range.values, range.present)
      return undefined
    case 'rate':
    case 'increase':
    case 'delta':
      return exclusively(range, extrapolated)
    case 'sum_over_time':
    case 'avg_over_time':
      return exclusively(range, summed)
    case 'irate':
    case 'idelta':
      return lastTwo(range)
    case 'last_over_time':
      return picked(range, (_from, to) => to - 1)
    case 'first_over_time':
      return picked(range, (from) => from)
    case 'resets':
    case 'changes':
      countPairs(range)
      return undefined
    default:
      overNumbers(range)
      return undefined
  }
}

function notesOf({ evaluation, windows, start }: HistogramRange): HistogramNotes {
  return new HistogramNotes(evaluation, start, windows.labels)
}

/** How many of a window's samples are histograms, for every window. */
function histogramCounts({ histograms, from, to, count, length }: Windows): Int32Array {
  const upTo = new Int32Array(length + 1)
  for (let i = 0; i < length; i++) upTo[i + 1] = upTo[i]! + (histograms![i] === undefined ? 0 : 1)
  const counts = new Int32Array(count)
  for (let k = 0; k < count; k++) counts[k] = upTo[to[k]!]! - upTo[from[k]!]!
  return counts
}

/** The windows with their numbers alone. */
function numbersOf(windows: Windows): Windows {
  const { times, values, histograms, length, ends, rangeMs, stepTimes, count } = windows
  const columns = new SampleColumns(length)
  for (let i = 0; i < length; i++) {
    if (histograms![i] === undefined) columns.push(times[i]!, values[i]!)
  }
  const numbers = newWindows(ends, rangeMs, { times: stepTimes, count, stepMs: 1 })
  numbers.labels = windows.labels
  mark(numbers, columns)
  return numbers
}

/** Functions that know numbers only leave histograms out, and say so where there were both. */
function overNumbers(range: HistogramRange): void {
  const { evaluation, windows, kernel, values, present, argumentStart } = range
  const counts = histogramCounts(windows)
  const notes = new HistogramNotes(evaluation, argumentStart, windows.labels)
  for (let k = 0; k < windows.count; k++) {
    const numbers = windows.to[k]! - windows.from[k]! - counts[k]!
    if (counts[k]! > 0 && numbers > 0) notes.ignoredInRange()
  }
  kernel(numbersOf(windows), values, present)
}

/** Functions that take numbers or histograms, but not both in one window. */
function exclusively(
  range: HistogramRange,
  compute: (range: HistogramRange, k: number, notes: HistogramNotes) => NativeHistogram | undefined,
): Histograms {
  const { windows, kernel, values, present } = range
  const counts = histogramCounts(windows)
  const notes = notesOf(range)
  const numbers = numbersOf(windows)
  for (let k = 0; k < windows.count; k++) if (counts[k]! > 0) numbers.to[k] = numbers.from[k]!
  kernel(numbers, values, present)
  const answers: (NativeHistogram | undefined)[] = Array.from({ length: windows.count })
  for (let k = 0; k < windows.count; k++) {
    if (counts[k] === 0) continue
    range.evaluation.check()
    if (counts[k]! < windows.to[k]! - windows.from[k]!) notes.mixedWithFloats()
    else put(range, answers, k, compute(range, k, notes))
  }
  return answers
}

function put(
  { values, present }: HistogramRange,
  answers: (NativeHistogram | undefined)[],
  k: number,
  answer: NativeHistogram | undefined,
): void {
  if (answer === undefined) return
  answers[k] = answer
  values[k] = Number.NaN
  present[k] = 1
}

function windowOf({ histograms, from, to }: Windows, k: number): readonly NativeHistogram[] {
  return histograms!.slice(from[k], to[k]) as NativeHistogram[]
}

/** `rate`, `increase` and `delta`: as for numbers, with the count in the place of the value. */
function extrapolated(
  { name, windows }: HistogramRange,
  k: number,
  notes: HistogramNotes,
): NativeHistogram | undefined {
  const histograms = windowOf(windows, k)
  if (histograms.length < 2) return undefined
  const isCounter = name !== 'delta'
  const sum = histogramIncrease(histograms, isCounter, notes)
  if (sum === undefined) return undefined
  const first = windows.times[windows.from[k]!]!
  const last = windows.times[windows.to[k]! - 1]!
  const sampled = (last - first) / 1000
  const average = sampled / (histograms.length - 1)
  let toStart = (first - (windows.ends[k]! - windows.rangeMs)) / 1000
  let toEnd = (windows.ends[k]! - last) / 1000
  if (toStart >= average * 1.1) toStart = average / 2
  if (isCounter && sum.count > 0 && histograms[0]!.count >= 0) {
    toStart = Math.min(toStart, sampled * (histograms[0]!.count / sum.count))
  }
  if (toEnd >= average * 1.1) toEnd = average / 2
  const factor = (sampled + toStart + toEnd) / sampled
  sum.scale(name === 'rate' ? factor / (windows.rangeMs / 1000) : factor)
  return sum.result('gauge')
}

function summed(
  { name, evaluation, windows, start }: HistogramRange,
  k: number,
  notes: HistogramNotes,
): NativeHistogram | undefined {
  const isAverage = name === 'avg_over_time'
  const [first, ...rest] = windowOf(windows, k)
  const mean = new HistogramMean(first!)
  for (const histogram of rest) {
    if (mean.add(histogram, isAverage)) continue
    notes.mixedSchemas()
    return undefined
  }
  if ((mean.outcome & CONFLICT) !== 0) conflicting(evaluation, 'aggregation', start)
  if ((mean.outcome & RECONCILED) !== 0) reconciled(evaluation, 'aggregation', start)
  return mean.finish(isAverage)
}

function lastTwo(range: HistogramRange): Histograms {
  const { name, windows, values, present } = range
  const { times, histograms, from, to } = windows
  const isRate = name === 'irate'
  const notes = notesOf(range)
  const answers: (NativeHistogram | undefined)[] = Array.from({ length: windows.count })
  for (let k = 0; k < windows.count; k++) {
    if (to[k]! - from[k]! < 2) continue
    const i = to[k]! - 1
    const seconds = (times[i]! - times[i - 1]!) / 1000
    const [before, after] = [histograms![i - 1], histograms![i]]
    if (before === undefined && after === undefined) {
      const [x, y] = [windows.values[i - 1]!, windows.values[i]!]
      values[k] = isRate ? (y < x ? y : y - x) / seconds : y - x
      present[k] = 1
    } else if (before !== undefined && after !== undefined) {
      const sum = histogramStep(before, after, isRate, notes)
      if (isRate) sum?.divide(seconds)
      put(range, answers, k, sum?.result('gauge'))
    } else notes.mixedWithFloats()
  }
  return answers
}

function picked(range: HistogramRange, pick: (from: number, to: number) => number): Histograms {
  const { windows, values, present } = range
  const answers: (NativeHistogram | undefined)[] = Array.from({ length: windows.count })
  for (let k = 0; k < windows.count; k++) {
    if (windows.to[k]! <= windows.from[k]!) continue
    const index = pick(windows.from[k]!, windows.to[k]!)
    const histogram = windows.histograms![index]
    if (histogram !== undefined) put(range, answers, k, histogram)
    else {
      values[k] = windows.values[index]!
      present[k] = 1
    }
  }
  return answers
}

/** `resets` and `changes`: one kind after the other is both. */
function countPairs({ name, windows, values, present }: HistogramRange): void {
  const { from, to, length } = windows
  const upTo = new Int32Array(length)
  for (let i = 1; i < length; i++) {
    upTo[i] = upTo[i - 1]! + (countsAsPair(windows, i, name === 'resets') ? 1 : 0)
  }
  for (let k = 0; k < windows.count; k++) {
    if (to[k]! <= from[k]!) continue
    values[k] = upTo[to[k]! - 1]! - upTo[from[k]!]!
    present[k] = 1
  }
}

/** Whether a sample and the one before it are a reset, or a change. */
export function countsAsPair(
  { values, histograms }: Windows,
  i: number,
  asResets: boolean,
): boolean {
  const [before, after] = [histograms?.[i - 1], histograms?.[i]]
  if (before !== undefined && after !== undefined) {
    return asResets ? isReset(after, before) : !sameHistogram(after, before)
  }
  if (before !== undefined || after !== undefined) return true
  const [x, y] = [values[i - 1]!, values[i]!]
  return asResets ? y < x : x !== y && !(Number.isNaN(x) && Number.isNaN(y))
}
