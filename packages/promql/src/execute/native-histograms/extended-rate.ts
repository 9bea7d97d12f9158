import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import type { Span } from '../extended-ranges.ts'
import type { Windows } from '../windows.ts'
import type { HistogramNotes } from './annotations.ts'
import { isReset } from './compare.ts'
import { HistogramSum } from './histogram-sum.ts'

interface Kind {
  readonly isSmoothed: boolean
  readonly isCounter: boolean
}

function isCustom({ schema }: NativeHistogram): boolean {
  return schema === CUSTOM_BUCKETS_SCHEMA
}

/** How much a histogram grew over an anchored or smoothed range; undefined where samples do not fit. */
export function extendedIncrease(
  windows: Windows,
  span: Span,
  { isSmoothed, isCounter }: Kind,
  notes: HistogramNotes,
): HistogramSum | undefined {
  const { times, from } = windows
  const { first, last } = span
  const histograms = windows.histograms as readonly NativeHistogram[]
  for (let i = first; i <= last; i++) {
    if (isCustom(histograms[i]!) !== isCustom(histograms[first]!)) {
      notes.mixedSchemas()
      return undefined
    }
    if (isCounter && histograms[i]!.resetHint === 'gauge') notes.notCounter()
  }
  const left =
    isSmoothed && times[first]! < span.startMs
      ? interpolated(windows, first, span.startMs, isCounter, notes)
      : histograms[first]
  const right =
    isSmoothed && last > from[0]! && times[last]! > span.endMs
      ? interpolated(windows, last - 1, span.endMs, isCounter, notes)
      : histograms[last]
  if (left === undefined || right === undefined) return undefined
  if (!isCounter && (left.resetHint !== 'gauge' || right.resetHint !== 'gauge')) notes.notGauge()
  const sum = new HistogramSum(right)
  if (!notes.added(sum.add(left, -1), 'subtraction')) return undefined
  if (!isCounter) return sum
  const isLeftMade = isSmoothed && times[first]! < span.startMs
  return addResets(sum, histograms, { first, last, left, right, isLeftMade }, notes)
    ? sum
    : undefined
}

/** Adds what was counted before each new beginning inside the range. */
function addResets(
  sum: HistogramSum,
  histograms: readonly NativeHistogram[],
  range: {
    readonly first: number
    readonly last: number
    readonly left: NativeHistogram
    readonly right: NativeHistogram
    /** Whether the left value lies between two samples. */
    readonly isLeftMade: boolean
  },
  notes: HistogramNotes,
): boolean {
  const { first, last, left, right, isLeftMade } = range
  let previous = left
  let i = first + 1
  // A new beginning between the two samples that made the left value has been seen to already.
  if (isLeftMade && isReset(histograms[i]!, histograms[first]!)) previous = histograms[i++]!
  // Both ends may come from the same two samples; then there is nothing in between.
  if (i > last) return true
  for (; i < last; i++) {
    const current = histograms[i]!
    if (isReset(current, previous) && !notes.added(sum.add(previous), 'addition')) return false
    previous = current
  }
  return !isReset(right, previous) || notes.added(sum.add(previous), 'addition')
}

/**
 * The histogram at a time between sample `i` and the next. A counter that began anew in between began
 * empty.
 *
 * @param isCounter undefined: a counter unless both samples say that they are gauges
 */
export function interpolated(
  { times, histograms }: Windows,
  i: number,
  timeMs: number,
  isCounter: boolean | undefined,
  notes: HistogramNotes,
): NativeHistogram | undefined {
  const before = histograms![i]!
  const after = histograms![i + 1]!
  if (timeMs === times[i]) return before
  if (timeMs === times[i + 1]) return after
  if (isCustom(before) !== isCustom(after)) {
    notes.mixedSchemas()
    return undefined
  }
  const share = (timeMs - times[i]!) / (times[i + 1]! - times[i]!)
  const counts = isCounter ?? (before.resetHint !== 'gauge' || after.resetHint !== 'gauge')
  const sum = new HistogramSum(after)
  if (counts && isReset(after, before)) {
    sum.scale(share)
    return sum.result()
  }
  if (!notes.added(sum.add(before, -1), 'subtraction')) return undefined
  sum.scale(share)
  return notes.added(sum.add(before), 'addition') ? sum.result() : undefined
}
