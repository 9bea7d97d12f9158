/**
 * Which native histograms of a chunk share columns. Those of one **group** have the same schema, zero
 * bucket and bounds; each bucket that any of them has is a column of the group. A **layout** says
 * which of those columns one histogram really has: a bucket that comes or goes does not begin new
 * columns, and yet every histogram comes back with exactly the spans that it had.
 */
import type { NativeHistogram } from '@weir/model'

/** A group's columns are at most so many times the buckets of its smallest histogram, and this many more. */
const SPREAD_MAX = 2
const SPREAD_FREE = 160

/** What all histograms of a group have in common. */
export interface GroupHead {
  readonly isFloat: boolean
  readonly schema: number
  readonly zeroThreshold: number
  readonly customValues: Float64Array
}

/** One arrangement of spans. */
export interface Layout {
  readonly positiveSpans: Int32Array
  readonly negativeSpans: Int32Array
  /** Bucket numbers, as the spans name them. */
  readonly positive: readonly number[]
  readonly negative: readonly number[]
}

export class Group {
  readonly head: GroupHead
  readonly layouts: Layout[] = []
  /** Numbers of the buckets that have columns, ascending. */
  positive: readonly number[] = []
  negative: readonly number[] = []
  /** The histograms, and the layout of each. */
  readonly members: NativeHistogram[] = []
  readonly layoutOf: number[] = []
  #smallest = Number.POSITIVE_INFINITY

  constructor(head: GroupHead) {
    this.head = head
  }

  /** Takes a histogram in, unless it is another kind or would bring too many columns. */
  add(h: NativeHistogram): boolean {
    if (!isSameHead(this.head, h)) return false
    let layout = this.layoutOf.at(-1) ?? -1
    if (layout < 0 || !hasLayout(h, this.layouts[layout]!)) {
      layout = this.layouts.findLastIndex((known) => hasLayout(h, known))
    }
    if (layout < 0) {
      const made = layoutFor(h)
      if (!this.#widen(made)) return false
      layout = this.layouts.push(made) - 1
    }
    this.members.push(h)
    this.layoutOf.push(layout)
    return true
  }

  #widen({ positive, negative }: Layout): boolean {
    const size = positive.length + negative.length
    const smallest = Math.min(this.#smallest, size)
    const allPositive = union(this.positive, positive)
    const allNegative = union(this.negative, negative)
    const width = allPositive.length + allNegative.length
    if (this.members.length > 0 && width > SPREAD_MAX * smallest + SPREAD_FREE) return false
    this.positive = allPositive
    this.negative = allNegative
    this.#smallest = smallest
    return true
  }
}

function isSameHead(head: GroupHead, h: NativeHistogram): boolean {
  return (
    head.schema === h.schema &&
    head.isFloat === h.isFloat &&
    Object.is(head.zeroThreshold, h.zeroThreshold) &&
    (head.customValues === h.customValues ||
      (head.customValues.length === h.customValues.length &&
        head.customValues.every((bound, i) => Object.is(bound, h.customValues[i]))))
  )
}

function hasLayout(h: NativeHistogram, layout: Layout): boolean {
  return (
    isSame(h.positiveSpans, layout.positiveSpans) && isSame(h.negativeSpans, layout.negativeSpans)
  )
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function layoutFor(spans: {
  readonly positiveSpans: Int32Array
  readonly negativeSpans: Int32Array
}): Layout {
  const { positiveSpans, negativeSpans } = spans
  const [positive, negative] = [bucketsOf(positiveSpans), bucketsOf(negativeSpans)]
  return { positiveSpans, negativeSpans, positive, negative }
}

/** The numbers of the buckets that spans name, ascending. */
function bucketsOf(spans: Int32Array): number[] {
  const buckets: number[] = []
  let index = 0
  for (let i = 0; i < spans.length; i += 2) {
    index += spans[i]!
    for (let left = spans[i + 1]!; left > 0; left--) buckets.push(index++)
  }
  return buckets
}

/** Spans that name these buckets. */
export function spansOf(buckets: readonly number[]): Int32Array {
  const spans: number[] = []
  let end = 0
  for (const bucket of buckets) {
    if (spans.length === 0 || bucket !== end) spans.push(bucket - end, 0)
    spans[spans.length - 1]!++
    end = bucket + 1
  }
  return Int32Array.from(spans)
}

/** Where each of `buckets` is in `all`; both ascending, and all of them are there. */
export function placesIn(all: readonly number[], buckets: readonly number[]): Int32Array {
  const places = new Int32Array(buckets.length)
  let at = 0
  for (const [i, bucket] of buckets.entries()) {
    while (all[at] !== bucket) at++
    places[i] = at
  }
  return places
}

function union(a: readonly number[], b: readonly number[]): readonly number[] {
  const all: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i] ?? Number.POSITIVE_INFINITY
    const right = b[j] ?? Number.POSITIVE_INFINITY
    all.push(Math.min(left, right))
    if (left <= right) i++
    if (right <= left) j++
  }
  return all
}
