import { type NativeHistogram, SampleColumns, type SampleView } from '@weir/model'
import type { Call, MatrixSelector, VectorSelector } from '../ast.ts'
import type { Emit } from './emit.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { HistogramNotes } from './native-histograms/annotations.ts'
import { countsAsPair } from './native-histograms/range-functions.ts'
import { extendedIncrease, interpolated } from './native-histograms/extended-rate.ts'
import { viewOf } from './sample-views.ts'
import { type Windows, mark, newWindows } from './windows.ts'

/**
 * Ranges whose ends are not where samples happen to lie.
 *
 * ```
 *             range start                    range end
 *                  |                             |
 *   x ---- x ----- | --- x ----- x ----- x ----- | --- x     samples
 *          a.......                                          anchored: begins with a
 *                  s............................ s           smoothed: interpolated at both ends
 * ```
 *
 * `anchored` begins with the last sample at or before the start, `smoothed` interpolates at both ends;
 * either looks for samples as far beyond the range as an instant selector looks back. Nothing is
 * extrapolated.
 *
 * @see prometheus:docs/feature_flags.md
 */
const SAFE = {
  anchored: ['changes', 'delta', 'increase', 'rate', 'resets'],
  smoothed: ['delta', 'increase', 'rate'],
} as const

/** Refuses functions that would take the samples beyond the range for samples inside. */
export function checkEdges(call: Call, edges: 'anchored' | 'smoothed'): void {
  const safe: readonly string[] = SAFE[edges]
  if (safe.includes(call.name)) return
  throw executionError(
    `${edges} modifier can only be used with: ${safe.join(', ')} - not with ${call.name}`,
  )
}

/** Windows of a series that reach beyond the range by the lookback. */
function streamWider(
  evaluation: Evaluation,
  selector: VectorSelector,
  rangeMs: number,
  steps: Steps,
  visit: (windows: Windows) => void,
  view: SampleView = 'samples',
): void {
  const reach = evaluation.lookbacks.reachOf(selector)
  const isSmoothed = selector.edges === 'smoothed'
  const ends = evaluation.shifted(selector, steps)
  const minMs = ends[0]! - rangeMs - reach.longestMs + 1
  const maxMs = ends[ends.length - 1]! + (isSmoothed ? reach.longestMs : 0)
  const { matchers } = selector
  const { set, turns } = evaluation.select({ matchers, view, minMs, maxMs })
  const columns = new SampleColumns(1024)
  const byLookback = new Map<number, Windows>()
  for (let i = turns.next(); i >= 0; i = turns.next()) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    evaluation.countRead(columns.length)
    const lookbackMs = reach.of(() => set.labels(i))
    let windows = byLookback.get(lookbackMs)
    if (windows === undefined) {
      const after = isSmoothed ? lookbackMs : 0
      const wideMs = rangeMs + lookbackMs + after
      windows = newWindows(
        ends.map((end) => end + after),
        wideMs,
        steps,
      )
      byLookback.set(lookbackMs, windows)
    }
    mark(windows, columns)
    if (windows.length === 0) continue
    windows.labels = set.labels(i)
    evaluation.countWindows(windows)
    visit(windows)
  }
}

/** Which of a window's samples an answer is made of, and where the range begins and ends. */
export interface Span {
  readonly first: number
  readonly last: number
  readonly startMs: number
  readonly endMs: number
}

/** Undefined where no sample lies in the range itself, or beyond its end for `smoothed`. */
function spanOf(
  { times, from, to }: Windows,
  k: number,
  range: { readonly startMs: number; readonly endMs: number; readonly isSmoothed: boolean },
): Span | undefined {
  const { startMs, endMs, isSmoothed } = range
  const begin = from[k]!
  let last = to[k]! - 1
  if (last < begin) return undefined
  const search = (isFound: (time: number) => boolean): number => {
    for (let i = begin; i < last; i++) if (isFound(times[i]!)) return i
    return last
  }
  const first = Math.max(begin, search((time) => time > startMs) - 1)
  if (isSmoothed) last = search((time) => time >= endMs)
  if (times[last]! <= startMs || (isSmoothed && times[first]! > endMs)) return undefined
  return { first, last, startMs, endMs }
}

/** `rate`, `increase`, `delta`, `resets` and `changes` over an anchored or smoothed range. */
export function streamExtendedFunction(
  evaluation: Evaluation,
  call: Call,
  range: MatrixSelector,
  steps: Steps,
  emit: Emit,
): void {
  const { selector, rangeMs } = range
  const isSmoothed = selector.edges === 'smoothed'
  const isCounter = call.name !== 'delta'
  const perSecond = call.name === 'rate' ? rangeMs / 1000 : 1
  const starts = evaluation.shifted(selector, steps)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  streamWider(
    evaluation,
    selector,
    rangeMs,
    steps,
    (windows) => {
      present.fill(0)
      const notes = new HistogramNotes(evaluation, range.start, windows.labels)
      const answers: (NativeHistogram | undefined)[] = []
      for (let k = 0; k < steps.count; k++) {
        const endMs = starts[k]!
        const startMs = endMs - rangeMs
        const kinds = kindsOf(windows, k)
        if (call.name === 'resets' || call.name === 'changes') {
          const count = countPairs(windows, k, startMs, call.name === 'resets')
          if (count === undefined) continue
          values[k] = count
        } else if (kinds === 'both') {
          notes.mixedWithFloats()
          continue
        } else {
          const span = spanOf(windows, k, { startMs, endMs, isSmoothed })
          if (span === undefined) continue
          if (kinds === 'numbers')
            values[k] = increase(windows, span, isSmoothed, isCounter) / perSecond
          else {
            const sum = extendedIncrease(windows, span, { isSmoothed, isCounter }, notes)
            if (sum === undefined) continue
            if (call.name === 'rate') sum.divide(perSecond)
            answers[k] = sum.result('gauge')
            values[k] = Number.NaN
          }
        }
        present[k] = 1
      }
      if (present.includes(1))
        emit(windows.labels, values, present, answers.length > 0 ? answers : undefined)
    },
    viewOf(call.name),
  )
}

function kindsOf({ histograms, from, to }: Windows, k: number): 'numbers' | 'histograms' | 'both' {
  if (histograms === undefined) return 'numbers'
  let count = 0
  for (let i = from[k]!; i < to[k]!; i++) if (histograms[i] !== undefined) count++
  if (count === 0) return 'numbers'
  return count === to[k]! - from[k]! ? 'histograms' : 'both'
}

function increase(windows: Windows, span: Span, isSmoothed: boolean, isCounter: boolean): number {
  const { times, values, from } = windows
  let { first, last } = span
  const left =
    isSmoothed && times[first]! < span.startMs
      ? between(windows, first, span.startMs, isCounter)
      : values[first]!
  const right =
    isSmoothed && last > from[0]! && times[last]! > span.endMs
      ? between(windows, last - 1, span.endMs, isCounter)
      : values[last]!
  let result = right - left
  if (!isCounter) return result
  if (times[first]! <= span.startMs) first++
  if (times[last]! >= span.endMs) last--
  let before = left
  for (let i = first; i <= last; i++) {
    if (values[i]! < before) result += before
    before = values[i]!
  }
  return right < before ? result + before : result
}

/** The value at a time between two samples. A counter that began anew in between began at 0. */
function between(
  { times, values }: Windows,
  i: number,
  timeMs: number,
  isCounter: boolean,
): number {
  const next = values[i + 1]!
  const start = isCounter && next < values[i]! ? 0 : values[i]!
  return start + ((next - start) * (timeMs - times[i]!)) / (times[i + 1]! - times[i]!)
}

function countPairs(
  windows: Windows,
  k: number,
  startMs: number,
  asResets: boolean,
): number | undefined {
  const { times, from, to } = windows
  let first = from[k]!
  while (first + 1 < to[k]! && times[first + 1]! <= startMs) first++
  if (to[k]! <= first || times[to[k]! - 1]! <= startMs) return undefined
  let count = 0
  for (let i = first + 1; i < to[k]!; i++) if (countsAsPair(windows, i, asResets)) count++
  return count
}

/**
 * A smoothed instant selector: the sample at that time, else a value between the samples before and
 * after, else the one before.
 */
export function streamSmoothed(
  evaluation: Evaluation,
  selector: VectorSelector,
  steps: Steps,
  emit: Emit,
): void {
  const moments = evaluation.shifted(selector, steps)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  streamWider(evaluation, selector, 0, steps, (windows) => {
    present.fill(0)
    const { times, histograms } = windows
    const notes = new HistogramNotes(evaluation, selector.start, windows.labels)
    const answers: (NativeHistogram | undefined)[] = []
    for (let k = 0; k < steps.count; k++) {
      const timeMs = moments[k]!
      if (windows.to[k]! <= windows.from[k]!) continue
      if (kindsOf(windows, k) === 'both') {
        notes.mixedWithFloats()
        continue
      }
      let next = windows.from[k]!
      while (next < windows.to[k]! && times[next]! < timeMs) next++
      const isExact = next < windows.to[k]! && times[next] === timeMs
      if (!isExact && next === windows.from[k]) continue
      const isBetween = !isExact && next < windows.to[k]!
      const at = isExact ? next : next - 1
      if (histograms?.[at] !== undefined) {
        const histogram = isBetween
          ? interpolated(windows, at, timeMs, undefined, notes)
          : carried(histograms[at], isExact)
        if (histogram === undefined) continue
        answers[k] = histogram
        values[k] = Number.NaN
      } else values[k] = isBetween ? between(windows, at, timeMs, false) : windows.values[at]!
      present[k] = 1
    }
    if (present.includes(1))
      emit(windows.labels, values, present, answers.length > 0 ? answers : undefined)
  })
}

/** A sample that stands in for a later one says nothing of the one before it. */
function carried(histogram: NativeHistogram, isExact: boolean): NativeHistogram {
  return isExact ? histogram : { ...histogram, resetHint: 'unknown' }
}

/** The range itself, as an instant query shows it: with the values at both ends put in. */
export function streamExtendedRange(
  evaluation: Evaluation,
  range: MatrixSelector,
  steps: Steps,
  emit: (windows: Windows) => void,
): void {
  const { selector, rangeMs } = range
  const isSmoothed = selector.edges === 'smoothed'
  const ends = evaluation.shifted(selector, steps)
  const shown = newWindows(ends, rangeMs, steps)
  streamWider(evaluation, selector, rangeMs, steps, (windows) => {
    if (windows.histograms !== undefined) {
      throw executionError(`${selector.edges} modifier is not supported with histograms`)
    }
    const endMs = ends[0]!
    const startMs = endMs - rangeMs
    const span = spanOf(windows, 0, { startMs, endMs, isSmoothed })
    if (span === undefined) return
    const { times, values } = windows
    const { first, last } = span
    const isBefore = isSmoothed && times[first]! < startMs
    const isAfter = isSmoothed && last > windows.from[0]! && times[last]! > endMs
    const columns = new SampleColumns(last - first + 3)
    columns.push(startMs, isBefore ? between(windows, first, startMs, false) : values[first]!)
    for (let i = first; i <= last; i++) {
      if (times[i]! > startMs && times[i]! < endMs) columns.push(times[i]!, values[i]!)
    }
    columns.push(endMs, isAfter ? between(windows, last - 1, endMs, false) : values[last]!)
    mark(shown, columns)
    // The window itself begins behind its start, the value there is to be shown too.
    shown.from[0] = 0
    shown.labels = windows.labels
    emit(shown)
  })
}
