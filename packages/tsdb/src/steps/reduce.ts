/**
 * From samples to what a step keeps of them.
 *
 * The samples that are kept are real ones, at their own times, so that a query that knows nothing of
 * steps gets true values from them, and the same values as before at the edges of each step:
 *
 * ```
 *  value        ▲ greatest
 *           ╱╲  ╱╲                    ● kept
 *  first ●─╯  ╲╱  ╲    ╭──● last
 *              ●    ╰──●              a step:  (…]
 *            least   (fall: peak and trough are kept too, when there is one)
 * ```
 *
 * A counter's rise from first to last is what `increase` needs. A value that falls once in a step
 * leaves the samples on both sides of the fall, so the rise is still that of all samples. One that
 * falls more than once gets a `COUNTER` chunk besides: in such a step the last peak is raised by what
 * the resets before it took away, so that one reset stands for all.
 *
 * ```
 *  samples   5 9 │2 6 │1 4        rise 4 + 2 + 4 + 1 + 3 = 14
 *  counter   5 15 │1 4            rise 10 + 1 + 3        = 14
 * ```
 *
 * All of it can be done again: five minutes become an hour from the chunks alone, exactly.
 */
import { SampleColumns, isStale } from '@weir/model'

import { stepOf } from './chunks.ts'

/** The chunks of one series, as columns. Those that do not exist are empty. */
export class SteppedColumns {
  readonly kept = new SampleColumns(1024)
  readonly counter = new SampleColumns(64)
  readonly sums = new SampleColumns(256)
  readonly counts = new SampleColumns(256)

  /** In the order of their numbers. */
  get all(): readonly SampleColumns[] {
    return [this.kept, this.counter, this.sums, this.counts]
  }

  clear(): void {
    for (const columns of this.all) columns.clear()
  }
}

/** Samples kept so far, one byte each; reused. */
let keep = new Uint8Array(4096)

/**
 * Reduces a series to a step. `from` holds whole samples in `kept` and nothing else, or what a
 * finer step left.
 *
 * @param isGauge no counter function will be asked of it, so that falls do not matter
 */
export function reduce(
  from: SteppedColumns,
  stepMs: number,
  isGauge: boolean,
  into: SteppedColumns,
): void {
  into.clear()
  const hasFalls = reduceKept(from.kept, stepMs, into.kept)
  const counter = from.counter.length > 0 ? from.counter : from.kept
  if (!isGauge && from.kept.histograms === undefined && (hasFalls || counter === from.counter)) {
    reduceCounter(counter, stepMs, into.counter)
  }
  if (from.sums.length > 0) {
    addUp(from.sums, stepMs, into.sums)
    addUp(from.counts, stepMs, into.counts)
  } else {
    sumUp(from.kept, stepMs, into)
  }
}

/** Where the step of sample `from` ends, as an index. */
function endOfStep({ times, length }: SampleColumns, from: number, stepMs: number): number {
  const step = stepOf(times[from]!, stepMs)
  let end = from + 1
  while (end < length && stepOf(times[end]!, stepMs) === step) end++
  return end
}

/** Chooses the samples that stay; tells whether a value fell more than once within a step. */
function reduceKept(from: SampleColumns, stepMs: number, into: SampleColumns): boolean {
  const { length } = from
  if (keep.length < length) keep = new Uint8Array(length * 2)
  keep.fill(0, 0, length)
  let hasFalls = false
  for (let start = 0, end = 0; start < length; start = end) {
    end = endOfStep(from, start, stepMs)
    if (markNumbers(from, start, end) > 1) hasFalls = true
    if (from.histograms !== undefined) markHistograms(from, start, end)
    if (isStale(from.values[end - 1]!)) keep[end - 1] = 1
  }
  for (let i = 0; i < length; i++) {
    if (keep[i] === 0) continue
    const histogram = from.histograms?.[i]
    if (histogram === undefined) into.push(from.times[i]!, from.values[i]!)
    // What the hint said of the sample before need not hold for the one before it now.
    else into.pushHistogram(from.times[i]!, { ...histogram, resetHint: hintOf(from, i) })
  }
  return hasFalls
}

/** @returns how often the value fell */
function markNumbers(columns: SampleColumns, start: number, end: number): number {
  const { values, histograms } = columns
  let first = -1
  let last = -1
  let least = -1
  let greatest = -1
  let falls = 0
  let trough = -1
  let peak = -1
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (value !== value && (isStale(value) || histograms?.[i] !== undefined)) continue
    if (first < 0) first = i
    else if (value < values[last]!) {
      falls++
      peak = last
      trough = i
    }
    last = i
    if (least < 0 || value < values[least]! || values[least] !== values[least]) least = i
    if (greatest < 0 || value > values[greatest]! || values[greatest] !== values[greatest]) {
      greatest = i
    }
  }
  if (first < 0) return 0
  keep[first] = keep[last] = keep[least] = keep[greatest] = 1
  if (falls === 1) keep[peak] = keep[trough] = 1
  return falls
}

/** First, last, and both sides of each fall of the count: a distribution has no least or greatest. */
function markHistograms({ histograms }: SampleColumns, start: number, end: number): void {
  let last = -1
  for (let i = start; i < end; i++) {
    const histogram = histograms![i]
    if (histogram === undefined) continue
    if (last < 0) keep[i] = 1
    else if (histogram.count < histograms![last]!.count) keep[last] = keep[i] = 1
    last = i
  }
  if (last >= 0) keep[last] = 1
}

function hintOf({ histograms }: SampleColumns, i: number): 'gauge' | 'unknown' {
  return histograms![i]!.resetHint === 'gauge' ? 'gauge' : 'unknown'
}

/** Samples whose rises and resets add up to those of all: see the drawing at the top. */
function reduceCounter(from: SampleColumns, stepMs: number, into: SampleColumns): void {
  for (let start = 0, end = 0; start < from.length; start = end) {
    end = endOfStep(from, start, stepMs)
    counterStep(from, start, end, into)
  }
}

function counterStep(from: SampleColumns, start: number, end: number, into: SampleColumns): void {
  const { times, values } = from
  let first = -1
  let last = -1
  let peak = -1
  let trough = -1
  /** What the counter would show at the last peak, had it never been reset in this step. */
  let peakValue = 0
  let lost = 0
  for (let i = start; i < end; i++) {
    const value = values[i]!
    if (value !== value) continue
    if (first < 0) first = i
    else if (value < values[last]!) {
      peakValue = values[last]! + lost
      lost = peakValue
      peak = last
      trough = i
    }
    last = i
  }
  if (first < 0) return
  into.push(times[first]!, values[first]!)
  if (peak > first) into.push(times[peak]!, peakValue)
  if (trough >= 0) into.push(times[trough]!, values[trough]!)
  if (last > first && last > trough) into.push(times[last]!, values[last]!)
}

/** Sums and counts of whole samples. */
function sumUp(
  { times, values, histograms, length }: SampleColumns,
  stepMs: number,
  into: SteppedColumns,
): void {
  let step = Number.NaN
  let count = 0
  let sum = 0
  let low = 0
  let last = 0
  const finish = (): void => {
    if (count === 0) return
    into.sums.push(last, sum + (low - low === 0 ? low : 0))
    into.counts.push(last, count)
  }
  for (let i = 0; i < length; i++) {
    const value = values[i]!
    if (value !== value && (isStale(value) || histograms?.[i] !== undefined)) continue
    const own = stepOf(times[i]!, stepMs)
    if (own !== step) {
      finish()
      step = own
      count = sum = low = 0
    }
    const next = sum + value
    low += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum
    sum = next
    last = times[i]!
    count++
  }
  finish()
}

/** Adds up what finer steps have. */
function addUp(from: SampleColumns, stepMs: number, into: SampleColumns): void {
  const { times, values, length } = from
  for (let start = 0, end = 0; start < length; start = end) {
    end = endOfStep(from, start, stepMs)
    let sum = 0
    for (let i = start; i < end; i++) sum += values[i]!
    into.push(times[end - 1]!, sum)
  }
}
