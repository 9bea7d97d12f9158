import { compensation } from './compensated-sum.ts'
import { fixedPoint } from '../value-text.ts'
import { executionError } from './evaluation.ts'
import { quantileOf } from './quantile.ts'
import { deriv } from './regression.ts'
import type { WindowEdges, Windows } from './windows.ts'

/**
 * Functions over windows of samples: each fills the step columns of one series. `present` comes
 * zeroed.
 *
 * Where sliding gives the same figure, a step costs the same whatever the width of its window: `rate`
 * looks at the first and last sample and at the resets between; sums are differences of prefixes held
 * in twice the precision; extremes keep a monotone queue. The others walk through each window, in
 * Prometheus's order of operations, since their rounding would show.
 */
export type RangeKernel = (windows: Windows, values: Float64Array, present: Uint8Array) => void

/** For functions that see one window at a time; undefined means no sample. */
type PerWindow = (windows: Windows, from: number, to: number, k: number) => number | undefined

function perWindow(least: number, compute: PerWindow): RangeKernel {
  return (windows, values, present) => {
    for (let k = 0; k < windows.count; k++) {
      const from = windows.from[k]!
      const to = windows.to[k]!
      if (to - from < least) continue
      const value = compute(windows, from, to, k)
      if (value === undefined) continue
      values[k] = value
      present[k] = 1
    }
  }
}

/** `rate`, `increase` (counters) and `delta`, extrapolated to the edges of the window. */
function extrapolated(isCounter: boolean, isRate: boolean): RangeKernel {
  return (windows, out, present) => {
    const { values, rangeMs } = windows
    const edges = (windows.edges ??= edgesOf(windows, isRate ? rangeMs / 1000 : 1))
    if (isCounter && windows.isAscending) extrapolateRising(windows, edges, out)
    else {
      differences(values, edges, out)
      if (isCounter) {
        addResets(windows, edges, out)
        extrapolateCounter(values, edges, out)
      } else for (let k = 0; k < out.length; k++) out[k]! *= edges.factor[k]!
    }
    present.set(edges.present)
  }
}

function differences(values: Float64Array, { first, last }: WindowEdges, out: Float64Array): void {
  for (let k = 0; k < out.length; k++) out[k] = values[last[k]!]! - values[first[k]!]!
}

/** Where a counter began anew inside a window, what it had counted before is added. */
function addResets(windows: Windows, { first, last }: WindowEdges, out: Float64Array): void {
  const { values } = windows
  const resetCount = findResets(windows)
  let next = 0
  for (let k = 0; k < out.length; k++) {
    while (next < resetCount && resetIndexes[next]! <= first[k]!) next++
    for (let r = next; r < resetCount && resetIndexes[r]! <= last[k]!; r++) {
      out[k]! += values[resetIndexes[r]! - 1]!
    }
  }
}

function extrapolateCounter(values: Float64Array, edges: WindowEdges, out: Float64Array): void {
  const { first, sampled, toStart, factor } = edges
  for (let k = 0; k < out.length; k++) {
    const increase = out[k]!
    const from = values[first[k]!]!
    const isYoung = sampled[k]! * from < toStart[k]! * increase && increase > 0 && from >= 0
    out[k] = increase * (isYoung ? youngFactor(increase, from, edges, k) : factor[k]!)
  }
}

/**
 * The same without resets, where the time of a dashboard goes: differences taken on the way. A
 * counter that has come far enough cannot have begun inside any later window, so it is not asked.
 */
function extrapolateRising(
  { values, length }: Windows,
  edges: WindowEdges,
  out: Float64Array,
): void {
  const { first, last, sampled, toStart, factor, startShare, steady } = edges
  const top = values[length - 1]!
  let k = 0
  for (; k < out.length; k++) {
    const from = values[first[k]!]!
    if (from >= startShare[k]! * (top - from)) break
    const increase = values[last[k]!]! - from
    const isYoung = sampled[k]! * from < toStart[k]! * increase && increase > 0 && from >= 0
    out[k] = increase * (isYoung ? youngFactor(increase, from, edges, k) : factor[k]!)
  }
  for (; k < steady.from; k++) out[k] = (values[last[k]!]! - values[first[k]!]!) * factor[k]!
  if (k < steady.to) k = extrapolateSteady(values, edges, out, k)
  for (; k < out.length; k++) out[k] = (values[last[k]!]! - values[first[k]!]!) * factor[k]!
}

/** Where windows move on by equally many samples and are alike: a third of the time. Returns where that ends. */
function extrapolateSteady(
  values: Float64Array,
  { first, last, factor, steady }: WindowEdges,
  out: Float64Array,
  from: number,
): number {
  const { move, to } = steady
  const times = factor[from]!
  let begin = first[from]!
  let end = last[from]!
  for (let k = from; k < to; k++) {
    out[k] = (values[end]! - values[begin]!) * times
    begin += move
    end += move
  }
  return to
}

/** A counter cannot have been below zero, so it is not followed back beyond it. */
function youngFactor(increase: number, from: number, edges: WindowEdges, k: number): number {
  const sampled = edges.sampled[k]!
  const toZero = sampled * (from / increase)
  const whole = sampled + Math.min(toZero, edges.toStart[k]!) + edges.toEnd[k]!
  return whole / sampled / edges.perSecond
}

/** Positions of samples below their predecessor, reused. */
let resetIndexes = new Int32Array(1024)

function findResets({ values, length }: Windows): number {
  if (resetIndexes.length < length) resetIndexes = new Int32Array(length * 2)
  let resetCount = 0
  let before = values[0]!
  for (let i = 1; i < length; i++) {
    const value = values[i]!
    if (value < before) resetIndexes[resetCount++] = i
    before = value
  }
  return resetCount
}

function edgesOf(windows: Windows, perSecond: number): WindowEdges {
  const { times, from, to, ends, rangeMs, count } = windows
  const edges: WindowEdges = {
    first: new Int32Array(count),
    last: new Int32Array(count),
    present: new Uint8Array(count),
    sampled: new Float64Array(count),
    toStart: new Float64Array(count),
    toEnd: new Float64Array(count),
    factor: new Float64Array(count),
    perSecond,
    startShare: new Float64Array(count),
    steady: { from: 0, to: 0, move: 0 },
  }
  for (let k = 0; k < count; k++) {
    const first = from[k]!
    const last = to[k]! - 1
    if (last <= first) continue
    const sampled = (times[last]! - times[first]!) / 1000
    const average = sampled / (last - first)
    const threshold = average * 1.1
    let toStart = (times[first]! - (ends[k]! - rangeMs)) / 1000
    let toEnd = (ends[k]! - times[last]!) / 1000
    if (toStart >= threshold) toStart = average / 2
    if (toEnd >= threshold) toEnd = average / 2
    edges.first[k] = first
    edges.last[k] = last
    edges.present[k] = 1
    edges.sampled[k] = sampled
    edges.toStart[k] = toStart
    edges.toEnd[k] = toEnd
    edges.startShare[k] = toStart / sampled
    edges.factor[k] = (sampled + toStart + toEnd) / sampled / perSecond
  }
  for (let k = count - 2; k >= 0; k--) {
    if (edges.startShare[k]! < edges.startShare[k + 1]!) {
      edges.startShare[k] = edges.startShare[k + 1]!
    }
  }
  edges.steady = steadyRun(edges)
  return edges
}

/** The longest run of windows that move on by equally many samples and have one factor. */
function steadyRun({ first, last, factor, present }: WindowEdges): WindowEdges['steady'] {
  let best = { from: 0, to: 0, move: 0 }
  for (let from = 0; from + 1 < first.length;) {
    const move = first[from + 1]! - first[from]!
    let to = from + 1
    while (
      to < first.length &&
      present[to - 1] === 1 &&
      move === first[to]! - first[to - 1]! &&
      move === last[to]! - last[to - 1]! &&
      factor[to] === factor[from]
    ) {
      to++
    }
    if (to - from > best.to - best.from) best = { from, to, move }
    from = to
  }
  return best
}

/** `irate` and `idelta`: the last two samples of the window. */
function instantaneous(isRate: boolean): RangeKernel {
  return perWindow(2, ({ times, values }, _from, to) => {
    const last = values[to - 1]!
    const before = values[to - 2]!
    const seconds = (times[to - 1]! - times[to - 2]!) / 1000
    if (seconds === 0) return undefined
    if (!isRate) return last - before
    return (last < before ? last : last - before) / seconds
  })
}

let prefixHigh = new Float64Array(1024)
let prefixLow = new Float64Array(1024)

/**
 * Sums over windows as differences of prefix sums held as pairs of doubles (about 106 bits: Dekker
 * 1971, Knuth's TwoSum). Returns false when that cannot be exact enough, for infinities and NaN.
 *
 * A window whose sum is tiny beside the whole series could show the prefixes' rounding; such
 * windows are added up directly.
 */
function prefixSums(values: Float64Array, length: number): number {
  if (prefixHigh.length <= length) {
    prefixHigh = new Float64Array(length * 2)
    prefixLow = new Float64Array(length * 2)
  }
  let high = 0
  let low = 0
  let magnitude = 0
  for (let i = 0; i < length; i++) {
    const value = values[i]!
    magnitude += value < 0 ? -value : value
    const sum = high + value
    const part = sum - high
    low += high - (sum - part) + (value - part)
    high = sum
    prefixHigh[i + 1] = high
    prefixLow[i + 1] = low
  }
  return magnitude
}

const MAGNITUDE_MAX = 1e300
const TINY_SHARE = 1e-12

function sums(isAverage: boolean): RangeKernel {
  return (windows, out, present) => {
    const { values, counts, from, to, length } = windows
    if (isAverage && counts !== undefined) {
      averageOfSums(windows, counts, out, present)
      return
    }
    const magnitude = prefixSums(values, length)
    const canSlide = magnitude < MAGNITUDE_MAX
    const least = magnitude * TINY_SHARE
    for (let k = 0; k < windows.count; k++) {
      const first = from[k]!
      const end = to[k]!
      if (end <= first) continue
      present[k] = 1
      if (canSlide) {
        const high = prefixHigh[end]! - prefixHigh[first]!
        const part = high - prefixHigh[end]!
        const lost = prefixHigh[end]! - (high - part) + (-prefixHigh[first]! - part)
        const sum = high + (lost + (prefixLow[end]! - prefixLow[first]!))
        if (sum > least || sum < -least) {
          out[k] = isAverage ? sum / (end - first) : sum
          continue
        }
      }
      out[k] = isAverage ? average(values, first, end) : directSum(values, first, end)
    }
  }
}

/** Where values are sums already, each of so many samples. */
function averageOfSums(
  { values, from, to, count }: Windows,
  counts: Float64Array,
  out: Float64Array,
  present: Uint8Array,
): void {
  for (let k = 0; k < count; k++) {
    if (to[k]! <= from[k]!) continue
    out[k] = directSum(values, from[k]!, to[k]!) / directSum(counts, from[k]!, to[k]!)
    present[k] = 1
  }
}

function directSum(values: Float64Array, from: number, to: number): number {
  let sum = 0
  let c = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    const next = sum + value
    c = compensation(sum, value, next, c)
    sum = next
  }
  return sum + c
}

function average(values: Float64Array, from: number, to: number): number {
  let sum = values[from]!
  let mean = 0
  let c = 0
  let isIncremental = false
  let count = 1
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!
    count++
    if (!isIncremental) {
      const next = sum + value
      if (next - next === 0 || Number.isNaN(next)) {
        c = compensation(sum, value, next, c)
        sum = next
        continue
      }
      isIncremental = true
      mean = sum / (count - 1)
      c /= count - 1
    }
    const q = (count - 1) / count
    const before = q * mean
    const next = before + value / count
    c = compensation(before, value / count, next, q * c)
    mean = next
  }
  return isIncremental ? mean + c : sum / count + c / count
}

let queue = new Int32Array(1024)

/** Extremes by a queue of candidates, best first; NaN counts only where there is nothing else. */
function extremes(sign: 1 | -1): RangeKernel {
  return (windows, out, present) => {
    const { values, from, to, length } = windows
    if (queue.length < length) queue = new Int32Array(length * 2)
    let head = 0
    let tail = 0
    let next = 0
    for (let k = 0; k < windows.count; k++) {
      const first = from[k]!
      const end = to[k]!
      if (end <= first) continue
      if (next < first) next = first
      for (; next < end; next++) {
        const value = values[next]! * sign
        if (value !== value) continue
        while (tail > head && values[queue[tail - 1]!]! * sign <= value) tail--
        queue[tail++] = next
      }
      while (head < tail && queue[head]! < first) head++
      out[k] = head < tail ? values[queue[head]!]! : Number.NaN
      present[k] = 1
      if (head === tail) head = tail = 0
    }
  }
}

let marks = new Int32Array(1024)

/** Counts pairs of neighbours within each window, by a running count. */
function pairs(counts: (before: number, value: number) => boolean): RangeKernel {
  return (windows, out, present) => {
    const { values, from, to, length } = windows
    if (marks.length < length) marks = new Int32Array(length * 2)
    marks[0] = 0
    for (let i = 1; i < length; i++) {
      marks[i] = marks[i - 1]! + (counts(values[i - 1]!, values[i]!) ? 1 : 0)
    }
    for (let k = 0; k < windows.count; k++) {
      if (to[k]! <= from[k]!) continue
      out[k] = marks[to[k]! - 1]! - marks[from[k]!]!
      present[k] = 1
    }
  }
}

function variance(values: Float64Array, from: number, to: number): number {
  let count = 0
  let mean = 0
  let meanC = 0
  let squares = 0
  let squaresC = 0
  for (let i = from; i < to; i++) {
    count++
    const value = values[i]!
    const delta = value - (mean + meanC)
    const nextMean = mean + delta / count
    meanC = compensation(mean, delta / count, nextMean, meanC)
    mean = nextMean
    const more = delta * (value - (mean + meanC))
    const nextSquares = squares + more
    squaresC = compensation(squares, more, nextSquares, squaresC)
    squares = nextSquares
  }
  return (squares + squaresC) / count
}

/** @param warn hears each quantile that is taken, right or odd */
export function quantileOverTime(q: Float64Array, warn: (q: number) => void): RangeKernel {
  return perWindow(1, ({ values }, from, to, k) => {
    warn(q[k]!)
    return quantileOf(q[k]!, values.slice(from, to))
  })
}

export function doubleExponentialSmoothing(sf: Float64Array, tf: Float64Array): RangeKernel {
  return perWindow(1, ({ values }, from, to, k) => {
    const smoothing = sf[k]!
    const trendFactor = tf[k]!
    checkFactor('smoothing', 'sf', smoothing)
    checkFactor('trend', 'tf', trendFactor)
    if (to - from < 2) return undefined
    let before = 0
    let level = values[from]!
    let trend = values[from + 1]! - values[from]!
    for (let i = from + 1; i < to; i++) {
      const scaled = smoothing * values[i]!
      if (i > from + 1) trend = trendFactor * (level - before) + (1 - trendFactor) * trend
      const rest = (1 - smoothing) * (level + trend)
      before = level
      level = scaled + rest
    }
    return level
  })
}

function checkFactor(what: string, sign: string, factor: number): void {
  if (factor > 0 && factor < 1) return
  if (Number.isNaN(factor)) return
  throw executionError(
    `invalid ${what} factor. Expected: 0 < ${sign} < 1, got: ${fixedPoint(factor)}`,
  )
}

/** When the window had its extreme value last, in seconds. */
function timeOfExtreme(sign: 1 | -1): RangeKernel {
  return perWindow(1, ({ times, values }, from, to) => {
    let best = from
    for (let i = from + 1; i < to; i++) {
      if (values[i]! * sign >= values[best]! * sign || Number.isNaN(values[best])) best = i
    }
    return times[best]! / 1000
  })
}

/** The functions that take nothing but their range. */
export const RANGE_KERNELS: ReadonlyMap<string, RangeKernel> = new Map<string, RangeKernel>([
  ['rate', extrapolated(true, true)],
  ['increase', extrapolated(true, false)],
  ['delta', extrapolated(false, false)],
  ['irate', instantaneous(true)],
  ['idelta', instantaneous(false)],
  ['resets', pairs((before, value) => value < before)],
  [
    'changes',
    pairs((before, value) => value !== before && !(value !== value && before !== before)),
  ],
  [
    'count_over_time',
    perWindow(1, ({ counts }, from, to) =>
      counts === undefined ? to - from : directSum(counts, from, to),
    ),
  ],
  ['present_over_time', perWindow(1, () => 1)],
  ['last_over_time', perWindow(1, ({ values }, _from, to) => values[to - 1]!)],
  ['first_over_time', perWindow(1, ({ values }, from) => values[from]!)],
  ['sum_over_time', sums(false)],
  ['avg_over_time', sums(true)],
  ['min_over_time', extremes(-1)],
  ['max_over_time', extremes(1)],
  ['stdvar_over_time', perWindow(1, ({ values }, from, to) => variance(values, from, to))],
  [
    'stddev_over_time',
    perWindow(1, ({ values }, from, to) => Math.sqrt(variance(values, from, to))),
  ],
  [
    'mad_over_time',
    perWindow(1, ({ values }, from, to) => {
      const window = values.slice(from, to)
      // One value that is none makes the median none.
      if (window.some(Number.isNaN)) return Number.NaN
      const median = quantileOf(0.5, window)
      return quantileOf(
        0.5,
        window.map((value) => Math.abs(value - median)),
      )
    }),
  ],
  ['deriv', deriv],
  ['ts_of_first_over_time', perWindow(1, ({ times }, from) => times[from]! / 1000)],
  ['ts_of_last_over_time', perWindow(1, ({ times }, _from, to) => times[to - 1]! / 1000)],
  ['ts_of_min_over_time', timeOfExtreme(-1)],
  ['ts_of_max_over_time', timeOfExtreme(1)],
])
