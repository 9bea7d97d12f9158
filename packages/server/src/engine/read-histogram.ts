import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, bucketBound } from '@weir/model'

/**
 * A native histogram as Prometheus's JSON shows one, read back. JSON tells bounds and counts of the
 * buckets that hold something, and not their schema: that is found again from the bounds, which follow
 * each other by the same factor. Where they do not (a bucket that the zero bucket cuts short is such a case
 * too), they are bounds of its own: the same counts between the same bounds.
 */

/** `[rule, lower, upper, count]`, numbers as texts. */
type ShownBucket = readonly [rule: number, lower: string, upper: string, count: string]

export interface ShownHistogram {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly ShownBucket[]
}

interface Bucket {
  readonly lower: number
  readonly upper: number
  readonly count: number
}

const SCHEMAS = [8, 7, 6, 5, 4, 3, 2, 1, 0, -1, -2, -3, -4] as const
const NO_BOUNDS = new Float64Array(0)
/** Which ends a bucket of zeros holds: both. */
const BOTH_ENDS = 3

/** Undefined when it is none. */
export function readHistogram(shown: ShownHistogram): NativeHistogram | undefined {
  const count = Number(shown.count)
  const sum = numberOf(shown.sum)
  const all = shown.buckets ?? []
  const buckets = all.map(([, lower, upper, held]) => ({
    lower: numberOf(lower),
    upper: numberOf(upper),
    count: numberOf(held),
  }))
  if (buckets.some(({ lower, upper }) => Number.isNaN(lower) || Number.isNaN(upper))) {
    return undefined
  }
  const zero = buckets.find(
    ({ lower, upper }, i) => all[i]![0] === BOTH_ENDS && lower === -upper && upper >= 0,
  )
  const others = buckets.filter((bucket) => bucket !== zero)
  const shared = { isFloat: true, resetHint: 'unknown', count, sum } as const
  const schema = schemaOf(others)
  if (schema === undefined) return { ...shared, ...withOwnBounds(buckets) }
  const sides = [
    others.filter(({ lower, upper }) => lower >= 0 && upper > 0),
    others.filter(({ upper }) => upper <= 0),
  ] as const
  const positive = spansOf(sides[0].map(({ upper, count: held }) => [indexOf(schema, upper), held]))
  const negative = spansOf(
    sides[1].map(({ lower, count: held }) => [indexOf(schema, -lower), held] as const).reverse(),
  )
  return {
    ...shared,
    schema,
    zeroThreshold: zero?.upper ?? 0,
    zeroCount: zero?.count ?? 0,
    positiveSpans: positive.spans,
    positive: positive.counts,
    negativeSpans: negative.spans,
    negative: negative.counts,
    customValues: NO_BOUNDS,
  }
}

/** The coarsest schema that has all these bounds; undefined when none has. */
function schemaOf(buckets: readonly Bucket[]): number | undefined {
  const fits = (schema: number): boolean =>
    buckets.every(({ lower, upper }) => {
      const [near, far] = upper > 0 ? [lower, upper] : [-upper, -lower]
      if (near <= 0) return false
      const index = indexOf(schema, far)
      return (
        bucketBound(schema, index, NO_BOUNDS) === far &&
        bucketBound(schema, index - 1, NO_BOUNDS) === near
      )
    })
  return SCHEMAS.find(fits)
}

/** Which bucket of a schema ends at a bound. */
function indexOf(schema: number, bound: number): number {
  if (bound === Number.POSITIVE_INFINITY || bound === Number.MAX_VALUE) {
    const last = Math.round(1024 * 2 ** schema)
    return bound === Number.MAX_VALUE ? last : last + 1
  }
  return Math.round(Math.log2(bound) * 2 ** schema)
}

function spansOf(buckets: readonly (readonly [index: number, count: number])[]): {
  readonly spans: Int32Array
  readonly counts: Float64Array
} {
  const spans: number[] = []
  let next: number | undefined
  for (const [index] of buckets) {
    if (index !== next) spans.push(next === undefined ? index : index - next, 0)
    spans[spans.length - 1]!++
    next = index + 1
  }
  return {
    spans: Int32Array.from(spans),
    counts: Float64Array.from(buckets, ([, count]) => count),
  }
}

/** Buckets that follow no factor: their bounds are told one by one, those of the gaps between them too. */
function withOwnBounds(
  buckets: readonly Bucket[],
): Omit<NativeHistogram, 'isFloat' | 'resetHint' | 'count' | 'sum'> {
  const bounds = new Set<number>()
  for (const { lower, upper } of buckets) {
    if (Number.isFinite(lower)) bounds.add(lower)
    if (Number.isFinite(upper)) bounds.add(upper)
  }
  const customValues = Float64Array.from([...bounds].sort((a, b) => a - b))
  const at = (upper: number): number =>
    Number.isFinite(upper) ? customValues.indexOf(upper) : customValues.length
  const { spans, counts } = spansOf(buckets.map(({ upper, count }) => [at(upper), count]))
  return {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    positiveSpans: spans,
    positive: counts,
    negativeSpans: new Int32Array(0),
    negative: new Float64Array(0),
    customValues,
  }
}

/** A number as Prometheus's JSON writes it: `1.5`, `NaN`, `+Inf`, `-Inf`. */
export function numberOf(text: string): number {
  switch (text) {
    case '+Inf':
    case 'Inf':
      return Number.POSITIVE_INFINITY
    case '-Inf':
      return Number.NEGATIVE_INFINITY
    default:
      return Number(text)
  }
}
