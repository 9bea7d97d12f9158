import { bucketBound, eachBucket } from '@weir/model'
import { compensation } from '../compensated-sum.ts'

/**
 * The buckets of one side of a histogram, open for arithmetic: ascending indexes, a count for each,
 * and beside it what rounding has lost so far (see compensated-sum.ts).
 */
export interface Buckets {
  readonly indexes: number[]
  readonly counts: number[]
  readonly lost: number[]
}

export function bucketsOf(spans: Int32Array, counts: Float64Array): Buckets {
  const buckets: Buckets = { indexes: [], counts: [], lost: [] }
  eachBucket(spans, counts, (index, count) => append(buckets, index, count, 0))
  return buckets
}

export function copyBuckets({ indexes, counts, lost }: Buckets): Buckets {
  return { indexes: [...indexes], counts: [...counts], lost: [...lost] }
}

/** Adds at the end, or into the last bucket when that has the same index. */
function append(buckets: Buckets, index: number, count: number, lost: number): void {
  const last = buckets.indexes.length - 1
  if (last >= 0 && buckets.indexes[last] === index) addInto(buckets, last, count, lost)
  else {
    buckets.indexes.push(index)
    buckets.counts.push(count)
    buckets.lost.push(lost)
  }
}

function addInto({ counts, lost }: Buckets, at: number, count: number, more: number): void {
  const before = counts[at]!
  const next = before + count
  lost[at] = compensation(before, count, next, lost[at]!) + more
  counts[at] = next
}

/** Both together; neither is changed. */
export function addBuckets(a: Buckets, b: Buckets): Buckets {
  const sum: Buckets = { indexes: [], counts: [], lost: [] }
  let i = 0
  let j = 0
  while (i < a.indexes.length || j < b.indexes.length) {
    const x = a.indexes[i] ?? Number.POSITIVE_INFINITY
    const y = b.indexes[j] ?? Number.POSITIVE_INFINITY
    if (x <= y) {
      append(sum, x, a.counts[i]!, a.lost[i]!)
      i++
    } else {
      append(sum, y, b.counts[j]!, b.lost[j]!)
      j++
    }
  }
  return sum
}

/** Adds counts whose buckets are the same as those here, in place. */
export function addCounts(buckets: Buckets, counts: Float64Array, sign: 1 | -1): void {
  for (let i = 0; i < counts.length; i++) addInto(buckets, i, sign * counts[i]!, 0)
}

export function scaleBuckets({ counts, lost }: Buckets, factor: number): void {
  for (let i = 0; i < counts.length; i++) {
    counts[i]! *= factor
    // Nothing lost stays nothing, by an infinite factor too.
    if (lost[i] !== 0) lost[i]! *= factor
  }
}

export function divideBuckets({ counts, lost }: Buckets, divisor: number): void {
  for (let i = 0; i < counts.length; i++) {
    counts[i]! /= divisor
    lost[i]! /= divisor
  }
}

/** The same observations in the wider buckets of a coarser schema. */
export function coarser(buckets: Buckets, from: number, to: number): Buckets {
  return renumbered(buckets, (index) => ((index - 1) >> (from - to)) + 1)
}

/** Buckets under other numbers, which ascend too; those that get one number become one. */
export function renumbered(buckets: Buckets, number: (index: number) => number): Buckets {
  const moved: Buckets = { indexes: [], counts: [], lost: [] }
  for (let i = 0; i < buckets.indexes.length; i++) {
    append(moved, number(buckets.indexes[i]!), buckets.counts[i]!, buckets.lost[i]!)
  }
  return moved
}

const NO_BOUNDS = new Float64Array()

/** Only the buckets that reach beyond a threshold, in an exponential schema. */
export function beyond(buckets: Buckets, schema: number, threshold: number): Buckets {
  const { indexes, counts, lost } = buckets
  let from = 0
  while (from < indexes.length && bucketBound(schema, indexes[from]!, NO_BOUNDS) <= threshold) {
    from++
  }
  if (from === 0) return buckets
  return { indexes: indexes.slice(from), counts: counts.slice(from), lost: lost.slice(from) }
}

/**
 * What a zero bucket that is widened takes from one side: how much, and how far it must really go,
 * since a bucket with observations cannot be cut in two.
 */
export function swallowed(
  buckets: Buckets,
  schema: number,
  threshold: number,
): { count: number; threshold: number } {
  let count = 0
  for (let i = 0; i < buckets.indexes.length; i++) {
    const index = buckets.indexes[i]!
    if (bucketBound(schema, index - 1, NO_BOUNDS) >= threshold) break
    const inside = buckets.counts[i]! + buckets.lost[i]!
    count += inside
    const end = bucketBound(schema, index, NO_BOUNDS)
    if (end > threshold) return { count, threshold: inside === 0 ? threshold : end }
  }
  return { count, threshold }
}

/** As a histogram stores them: spans and counts, empty buckets left out. */
export function stored(buckets: Buckets): { spans: Int32Array; counts: Float64Array } {
  const spans: number[] = []
  const counts: number[] = []
  let end = 0
  for (let i = 0; i < buckets.indexes.length; i++) {
    const count = settled(buckets.counts[i]!, buckets.lost[i]!)
    if (count === 0) continue
    const index = buckets.indexes[i]!
    if (spans.length > 0 && index === end) spans[spans.length - 1]!++
    else spans.push(spans.length === 0 ? index : index - end, 1)
    end = index + 1
    counts.push(count)
  }
  return { spans: Int32Array.from(spans), counts: Float64Array.from(counts) }
}

/** A running sum with what it lost put back. */
export function settled(sum: number, lost: number): number {
  return sum + lost
}
