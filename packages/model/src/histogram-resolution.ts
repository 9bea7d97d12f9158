import type { NativeHistogram } from './histogram.ts'

/**
 * The same observations under a coarser exponential schema: `2^(finer - coarser)` neighbouring buckets
 * become one. The spans must name as many buckets as there are counts.
 *
 * @see prometheus:model/histogram/generic.go (reduceResolution)
 */
export function coarserHistogram(h: NativeHistogram, schema: number): NativeHistogram {
  const scale = 2 ** (h.schema - schema)
  const [positiveSpans, positive] = merged(h.positiveSpans, h.positive, scale)
  const [negativeSpans, negative] = merged(h.negativeSpans, h.negative, scale)
  return { ...h, schema, positiveSpans, positive, negativeSpans, negative }
}

function merged(
  spans: Int32Array,
  buckets: Float64Array,
  scale: number,
): [Int32Array, Float64Array] {
  const counts: number[] = []
  const newSpans: number[] = []
  let index = 0
  let bucket = 0
  let target = Number.NaN
  let end = 0
  for (let i = 0; i < spans.length; i += 2) {
    index += spans[i]!
    for (let left = spans[i + 1]!; left > 0; left--) {
      const next = Math.ceil(index++ / scale)
      const count = buckets[bucket++]!
      if (next === target) {
        counts[counts.length - 1]! += count
        continue
      }
      if (newSpans.length === 0 || next !== end) newSpans.push(next - end, 0)
      newSpans[newSpans.length - 1]!++
      counts.push(count)
      target = next
      end = next + 1
    }
  }
  return [Int32Array.from(newSpans), Float64Array.from(counts)]
}
