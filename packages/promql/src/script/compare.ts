import type { Labels, NativeHistogram } from '@weir/model'
import { bucketsOf, stored } from '../execute/native-histograms/buckets.ts'
import { sameNumbers } from '../execute/native-histograms/histogram-sum.ts'
import { formatValue } from '../value-text.ts'
import { Mismatch } from './mismatch.ts'
import { type HistogramItem, type Item, histogramLiteral } from './series-line.ts'

/** A series of an answer on the grid of its steps. */
export interface Answer {
  readonly labels: Labels
  readonly items: readonly (number | NativeHistogram | undefined)[]
}

/** A series that a script wants. */
export interface Wanted {
  readonly labels: Labels
  readonly items: readonly Item[]
}

/** Refuses an answer that is not the wanted one: other series, other samples, or another order if that matters. */
export function compareSeries(
  got: readonly Answer[],
  wanted: readonly Wanted[],
  isOrdered: boolean,
): void {
  const rest = [...got]
  for (const [i, { labels, items }] of wanted.entries()) {
    const at = rest.findIndex((answer) => answer.labels.equals(labels))
    const want = `${labels.toString()} ${shownItems(items)}`
    if (at < 0) throw new Mismatch(`want ${want}, got no such series among ${listed(got)}`)
    if (isOrdered && !got[i]?.labels.equals(labels)) {
      throw new Mismatch(`want ${want} at place ${i + 1}, got ${listed(got)}`)
    }
    const [found] = rest.splice(at, 1)
    const length = Math.max(items.length, found!.items.length)
    for (let k = 0; k < length; k++) {
      if (!isWanted(items[k], found!.items[k])) {
        throw new Mismatch(`want ${want}, got ${shownAnswer(found!)}`)
      }
    }
  }
  if (rest.length > 0) throw new Mismatch(`want nothing more, got ${listed(rest)}`)
}

function listed(answers: readonly Answer[]): string {
  return (
    answers.map((answer) => `${answer.labels.toString()} ${shownAnswer(answer)}`).join(', ') ||
    'nothing'
  )
}

function shownAnswer({ items }: Answer): string {
  return items
    .map((item) => {
      if (item === undefined) return '_'
      return typeof item === 'number' ? formatValue(item) : histogramLiteral(item)
    })
    .join(' ')
}

function shownItems(items: readonly Item[]): string {
  return items
    .map((item) => {
      if (item === undefined) return '_'
      if (item === 'stale') return item
      return typeof item === 'number' ? formatValue(item) : histogramLiteral(item.histogram)
    })
    .join(' ')
}

function isWanted(want: Item, got: number | NativeHistogram | undefined): boolean {
  if (want === undefined || want === 'stale' || got === undefined) return want === got
  if (typeof want === 'number') return typeof got === 'number' && isNear(want, got)
  return typeof got === 'object' && isNearHistogram(want, got)
}

/** Prometheus's own scripts compare within 1e-6 of the value. */
const RELATIVE_MAX = 1e-6

export function isNear(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true
  return Math.abs(a - b) <= RELATIVE_MAX * Math.max(Math.abs(a), Math.abs(b))
}

function isNearHistogram(
  { histogram: want, hasHint }: HistogramItem,
  got: NativeHistogram,
): boolean {
  return (
    want.schema === got.schema &&
    want.zeroThreshold === got.zeroThreshold &&
    isNear(want.count, got.count) &&
    isNear(want.sum, got.sum) &&
    isNear(want.zeroCount, got.zeroCount) &&
    sameNumbers(want.customValues, got.customValues) &&
    isNearSide(want.positiveSpans, want.positive, got.positiveSpans, got.positive) &&
    isNearSide(want.negativeSpans, want.negative, got.negativeSpans, got.negative) &&
    (!hasHint || want.resetHint === got.resetHint)
  )
}

function isNearSide(
  wantSpans: Int32Array,
  want: Float64Array,
  gotSpans: Int32Array,
  got: Float64Array,
): boolean {
  const a = stored(bucketsOf(wantSpans, want))
  const b = stored(bucketsOf(gotSpans, got))
  return sameNumbers(a.spans, b.spans) && a.counts.every((count, i) => isNear(count, b.counts[i]!))
}
