import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import { type Buckets, beyond, bucketsOf, coarser, renumbered } from './buckets.ts'
import { sameNumbers, sharedBounds, widened } from './histogram-sum.ts'

/**
 * Whether a counter histogram began anew between two samples: something in it became less. What the
 * sender said about it decides; a gauge is looked at as if nothing had been said.
 */
export function isReset(current: NativeHistogram, previous: NativeHistogram): boolean {
  if (current.resetHint === 'reset') return true
  if (current.resetHint === 'not_reset') return false
  if (current.count < previous.count) return true
  if (current.schema === CUSTOM_BUCKETS_SCHEMA) {
    if (previous.schema !== CUSTOM_BUCKETS_SCHEMA) return true
    return sameNumbers(current.customValues, previous.customValues)
      ? fell(sideOf(current, 'positive'), sideOf(previous, 'positive'))
      : fellWithinSharedBounds(current, previous)
  }
  // Resolution never becomes finer, nor the zero bucket narrower, without a new beginning.
  if (current.schema > previous.schema) return true
  if (current.zeroThreshold < previous.zeroThreshold) return true
  const positive = sideOf(previous, 'positive')
  const negative = sideOf(previous, 'negative')
  const zero = widened(positive, negative, previous.schema, current.zeroThreshold)
  const isWider = current.zeroThreshold !== previous.zeroThreshold
  if (isWider && zero.threshold !== current.zeroThreshold) return true
  if (current.zeroCount < previous.zeroCount + (isWider ? zero.count : 0)) return true
  return (
    fell(
      outside(sideOf(current, 'positive'), current, current),
      outside(positive, previous, current),
    ) ||
    fell(
      outside(sideOf(current, 'negative'), current, current),
      outside(negative, previous, current),
    )
  )
}

function sideOf(histogram: NativeHistogram, side: 'positive' | 'negative'): Buckets {
  return side === 'positive'
    ? bucketsOf(histogram.positiveSpans, histogram.positive)
    : bucketsOf(histogram.negativeSpans, histogram.negative)
}

/** One side at another one's resolution, without what lies in that one's zero bucket. */
function outside(side: Buckets, { schema }: NativeHistogram, like: NativeHistogram): Buckets {
  const merged = schema === like.schema ? side : coarser(side, schema, like.schema)
  return beyond(merged, like.schema, like.zeroThreshold)
}

/** Whether a bucket holds less than before, or is gone though it held something. */
function fell(current: Buckets, previous: Buckets): boolean {
  let at = 0
  for (const [i, index] of previous.indexes.entries()) {
    while (at < current.indexes.length && current.indexes[at]! < index) at++
    const count = current.indexes[at] === index ? current.counts[at]! : 0
    const before = previous.counts[i]!
    if (current.indexes[at] === index ? count < before : before !== 0) return true
  }
  return false
}

/** The same over the bounds that both have, where buckets between them are added up. */
function fellWithinSharedBounds(current: NativeHistogram, previous: NativeHistogram): boolean {
  const shared = sharedBounds(current.customValues, previous.customValues)
  const moved = (histogram: NativeHistogram): Buckets => {
    let at = 0
    return renumbered(sideOf(histogram, 'positive'), (index) => {
      const bound = histogram.customValues[index] ?? Number.POSITIVE_INFINITY
      while (at < shared.length && shared[at]! < bound) at++
      return at
    })
  }
  return fell(moved(current), moved(previous))
}

/** Equal in every part that PromQL shows; NaN equals NaN, empty buckets count as absent. */
export function sameHistogram(a: NativeHistogram, b: NativeHistogram): boolean {
  return (
    a === b ||
    (a.schema === b.schema &&
      Object.is(a.count, b.count) &&
      Object.is(a.sum, b.sum) &&
      a.zeroThreshold === b.zeroThreshold &&
      Object.is(a.zeroCount, b.zeroCount) &&
      sameNumbers(a.customValues, b.customValues) &&
      sameSide(sideOf(a, 'positive'), sideOf(b, 'positive')) &&
      sameSide(sideOf(a, 'negative'), sideOf(b, 'negative')))
  )
}

function sameSide(a: Buckets, b: Buckets): boolean {
  let i = 0
  let j = 0
  for (;;) {
    while (a.counts[i] === 0) i++
    while (b.counts[j] === 0) j++
    if (i >= a.counts.length || j >= b.counts.length) {
      return i >= a.counts.length && j >= b.counts.length
    }
    if (a.indexes[i] !== b.indexes[j] || !Object.is(a.counts[i], b.counts[j])) return false
    i++
    j++
  }
}
