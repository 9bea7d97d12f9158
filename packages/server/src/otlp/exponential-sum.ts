/**
 * The sum of exponential histograms. Two of them are brought to one scale first, the coarser one; and
 * to a coarser one yet while they would have more than so many buckets together: a bucket of scale
 * `s - 1` is two neighbours of scale `s`.
 *
 * @see opentelemetry-specification: metrics/data-model.md, Exponential Scale
 * @see opentelemetry-collector-contrib:processor/deltatocumulativeprocessor/internal/data
 */
import type { OtlpBatch } from '@weir/wire'

/** Buckets on one side of zero that a sum keeps; the Collector has the same. */
const BUCKETS_MAX = 160

interface Side {
  /** Index of the first bucket. */
  readonly offset: number
  readonly counts: Float64Array
}

export class ExponentialSum {
  readonly scale: number
  readonly zeroCount: number
  readonly zeroThreshold: number
  readonly positive: Side
  readonly negative: Side

  constructor(parts: {
    readonly scale: number
    readonly zeroCount: number
    readonly zeroThreshold: number
    readonly positive: Side
    readonly negative: Side
  }) {
    this.scale = parts.scale
    this.zeroCount = parts.zeroCount
    this.zeroThreshold = parts.zeroThreshold
    this.positive = parts.positive
    this.negative = parts.negative
  }

  /** Puts the sum in the place of a point of the batch. */
  tell(batch: OtlpBatch, place: number): void {
    const { positive, negative } = this
    if (!batch.reserve(positive.counts.length + negative.counts.length)) return
    const put = ({ offset, counts }: Side): { offset: number; from: number; count: number } => {
      const from = batch.numbersLength
      batch.numbers.set(counts, from)
      batch.numbersLength += counts.length
      return { offset, from, count: counts.length }
    }
    batch.exponentials[place] = {
      scale: this.scale,
      zeroCount: this.zeroCount,
      zeroThreshold: this.zeroThreshold,
      positive: put(positive),
      negative: put(negative),
    }
  }
}

/** Adds point `i`, or begins with it. */
export function addExponential(
  sum: ExponentialSum | undefined,
  batch: OtlpBatch,
  i: number,
): ExponentialSum {
  const point = pointOf(batch, batch.details[i]!)
  if (sum === undefined) return point
  const common = Math.min(sum.scale, point.scale)
  const scale = Math.min(
    fitting(
      common,
      coarser(sum.positive, sum.scale - common),
      coarser(point.positive, point.scale - common),
    ),
    fitting(
      common,
      coarser(sum.negative, sum.scale - common),
      coarser(point.negative, point.scale - common),
    ),
  )
  const threshold = Math.max(sum.zeroThreshold, point.zeroThreshold)
  const a = widened(atScale(sum, scale), threshold)
  const b = widened(atScale(point, scale), threshold)
  return new ExponentialSum({
    scale,
    zeroCount: a.zeroCount + b.zeroCount,
    zeroThreshold: Math.max(a.zeroThreshold, b.zeroThreshold),
    positive: added(a.positive, b.positive),
    negative: added(a.negative, b.negative),
  })
}

function pointOf(batch: OtlpBatch, place: number): ExponentialSum {
  const { scale, zeroCount, zeroThreshold, positive, negative } = batch.exponentials[place]!
  const side = ({ offset, from, count }: { offset: number; from: number; count: number }): Side =>
    trimmed({ offset, counts: batch.numbers.slice(from, from + count) })
  return new ExponentialSum({
    scale,
    zeroCount,
    zeroThreshold,
    positive: side(positive),
    negative: side(negative),
  })
}

/** Without empty buckets at both ends. */
function trimmed({ offset, counts }: Side): Side {
  let from = 0
  let to = counts.length
  while (from < to && counts[from] === 0) from++
  while (from < to && counts[to - 1] === 0) to--
  return { offset: from === to ? 0 : offset + from, counts: counts.subarray(from, to) }
}

function atScale(sum: ExponentialSum, scale: number): ExponentialSum {
  const steps = sum.scale - scale
  if (steps === 0) return sum
  const { zeroCount, zeroThreshold } = sum
  const positive = coarser(sum.positive, steps)
  const negative = coarser(sum.negative, steps)
  return new ExponentialSum({ scale, zeroCount, zeroThreshold, positive, negative })
}

/** `2^steps` neighbours become one. */
function coarser(side: Side, steps: number): Side {
  const { offset, counts } = side
  if (steps === 0 || counts.length === 0) return side
  const shift = Math.min(steps, 31)
  const first = offset >> shift
  const last = (offset + counts.length - 1) >> shift
  const merged = new Float64Array(last - first + 1)
  for (let i = 0; i < counts.length; i++) {
    const to = ((offset + i) >> shift) - first
    merged[to] = merged[to]! + counts[i]!
  }
  return { offset: first, counts: merged }
}

/** The scale, `scale` or coarser, at which the two together have few enough buckets. */
function fitting(scale: number, a: Side, b: Side): number {
  const sides = [a, b].filter(({ counts }) => counts.length > 0)
  if (sides.length === 0) return scale
  let low = Math.min(...sides.map(({ offset }) => offset))
  let high = Math.max(...sides.map(({ offset, counts }) => offset + counts.length))
  let fits = scale
  // Halved towards zero, as the Collector does: the result must be the same as there.
  for (; high - low > BUCKETS_MAX; fits--) {
    low = Math.trunc(low / 2)
    high = Math.trunc(high / 2)
  }
  return fits
}

function added(a: Side, b: Side): Side {
  if (b.counts.length === 0) return a
  if (a.counts.length === 0) return b
  const offset = Math.min(a.offset, b.offset)
  const end = Math.max(a.offset + a.counts.length, b.offset + b.counts.length)
  const counts = new Float64Array(end - offset)
  counts.set(a.counts, a.offset - offset)
  for (let i = 0; i < b.counts.length; i++) {
    const to = b.offset - offset + i
    counts[to] = counts[to]! + b.counts[i]!
  }
  return { offset, counts }
}

/** With a zero bucket that reaches to `threshold` at least: to the end of the bucket that it falls into. */
function widened(sum: ExponentialSum, threshold: number): ExponentialSum {
  if (threshold <= sum.zeroThreshold) return sum
  const { scale } = sum
  const inside = bucketOf(threshold, scale)
  let { zeroCount } = sum
  const outside = ({ offset, counts }: Side): Side => {
    const swallowed = Math.min(Math.max(inside + 1 - offset, 0), counts.length)
    for (let i = 0; i < swallowed; i++) zeroCount += counts[i]!
    return trimmed({ offset: offset + swallowed, counts: counts.subarray(swallowed) })
  }
  const positive = outside(sum.positive)
  const negative = outside(sum.negative)
  const zeroThreshold = Math.max(threshold, 2 ** ((inside + 1) * 2 ** -scale))
  return new ExponentialSum({ scale, zeroCount, zeroThreshold, positive, negative })
}

/** Index of the bucket `(base^index, base^(index+1)]` that holds a value above 0. */
function bucketOf(value: number, scale: number): number {
  return Math.ceil(Math.log2(value) * 2 ** scale) - 1
}
