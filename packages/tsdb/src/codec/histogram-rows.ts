/**
 * Reads what `histogram-column.ts` writes. Columns become rows, one a histogram: the row of one that has
 * all the columns of its group is its buckets.
 */
import { type NativeHistogram, RESET_HINTS, type ResetHint, type SampleColumns } from '@weir/model'

import type { ByteReader } from './bytes.ts'
import { COUNT_IS_SUM, FLOAT, sumOf } from './histogram-column.ts'
import { type GroupHead, type Layout, layoutFor, placesIn } from './histogram-layout.ts'
import { readSpans } from './spans.ts'
import { decodeValues } from './value-column.ts'

/** A group as it is read. */
interface ReadGroup {
  readonly head: GroupHead
  readonly isSum: boolean
  /** How many columns of buckets it has. */
  readonly width: number
  readonly layouts: readonly ReadLayout[]
  /** Its histograms, and how many of them come before and in the range that is wanted. */
  count: number
  skipped: number
  wanted: number
  /** Sum, zero count and count of those, behind each other. */
  fixed: Float64Array
  /** Their buckets, one histogram behind the other. */
  rows: Float64Array
  /** Which of those comes next. */
  next: number
}

interface ReadLayout extends Layout {
  /** Which column each bucket is in. */
  readonly positiveAt: Int32Array
  readonly negativeAt: Int32Array
}

interface Kind {
  readonly group: ReadGroup
  readonly layout: ReadLayout
}

/** Columns before those of the buckets: sum, zero count, count. */
const SUM = 0
const ZERO_COUNT = 1
const COUNT = 2
const FIXED = 3

const NO_BUCKETS = new Float64Array(0)

/**
 * Reads a column of `count` samples, of which those from `from` to before `to` go to `into`, from
 * `at` on: values and histograms; times and length are the caller's.
 */
export function decodeHistograms(
  input: ByteReader,
  range: SampleRange,
  into: SampleColumns,
  at: number,
): void {
  input.u8()
  const groups = Array.from({ length: input.varint() }, () => readGroup(input))
  const kinds = groups.flatMap((group) => group.layouts.map((layout) => ({ group, layout })))
  const runs = Float64Array.from({ length: input.varint() * 2 }, () => input.varint())
  const numbers = new Float64Array(countRuns(runs, kinds, range))
  if (numbers.length > 0) decodeValues(input, numbers.length, numbers, 0)
  for (const group of groups) readColumns(group, input)
  let i = 0
  let number = 0
  for (let run = 0; run < runs.length; run += 2) {
    const kind = kinds[(runs[run]! - 1) >> 2]
    const hint = RESET_HINTS[(runs[run]! - 1) & 3]!
    for (let left = runs[run + 1]!; left > 0; left--, i++) {
      const isWanted = i >= range.from && i < range.to
      const target = at + i - range.from
      if (kind === undefined) {
        if (isWanted) into.values[target] = numbers[number]!
        number++
      } else if (isWanted) {
        into.setHistogram(target, build(kind, kind.group.next++, hint))
      }
    }
  }
}

interface SampleRange {
  readonly count: number
  readonly from: number
  readonly to: number
}

/** Counts the histograms of each group; returns how many samples are numbers. */
function countRuns(runs: Float64Array, kinds: readonly Kind[], { from, to }: SampleRange): number {
  let numbers = 0
  let start = 0
  for (let run = 0; run < runs.length; run += 2) {
    const length = runs[run + 1]!
    const end = start + length
    if (runs[run] === 0) {
      numbers += length
    } else {
      const { group } = kinds[(runs[run]! - 1) >> 2]!
      group.count += length
      group.skipped += Math.max(0, Math.min(end, from) - start)
      group.wanted += Math.max(0, Math.min(end, to) - Math.max(start, from))
    }
    start = end
  }
  return numbers
}

function readGroup(input: ByteReader): ReadGroup {
  const flags = input.u8()
  const schema = input.zigzag()
  const zeroThreshold = input.f64()
  const customValues = Float64Array.from({ length: input.varint() }, () => input.f64())
  const all = layoutFor({ positiveSpans: readSpans(input), negativeSpans: readSpans(input) })
  const layouts = Array.from({ length: input.varint() }, () => {
    const layout = layoutFor({ positiveSpans: readSpans(input), negativeSpans: readSpans(input) })
    const positiveAt = placesIn(all.positive, layout.positive)
    const negativeAt = placesIn(all.negative, layout.negative)
    for (let i = 0; i < negativeAt.length; i++) negativeAt[i]! += all.positive.length
    return { ...layout, positiveAt, negativeAt }
  })
  return {
    head: { isFloat: (flags & FLOAT) !== 0, schema, zeroThreshold, customValues },
    isSum: (flags & COUNT_IS_SUM) !== 0,
    width: all.positive.length + all.negative.length,
    layouts,
    count: 0,
    skipped: 0,
    wanted: 0,
    fixed: NO_BUCKETS,
    rows: NO_BUCKETS,
    next: 0,
  }
}

/** Columns on their way into rows; reused. */
let columns = new Float64Array(1024)
/** So many rows are filled at once: then what is written stays near, and each line of a column is read once. */
const ROWS = 32

function readColumns(group: ReadGroup, input: ByteReader): void {
  const { count, skipped, wanted, width, isSum } = group
  if (columns.length < count * width) columns = new Float64Array(count * width * 2)
  group.fixed = new Float64Array(wanted * FIXED)
  const whole = new Float64Array(count)
  for (let column = 0; column < FIXED; column++) {
    if (count === 0 || (column === COUNT && isSum)) continue
    decodeValues(input, count, whole, 0)
    group.fixed.set(whole.subarray(skipped, skipped + wanted), column * wanted)
  }
  for (let column = 0; column < width; column++) {
    decodeValues(input, count, columns, column * count)
  }
  const rows = (group.rows = new Float64Array(wanted * width))
  for (let from = 0; from < wanted; from += ROWS) {
    const to = Math.min(wanted, from + ROWS)
    for (let column = 0; column < width; column++) {
      const start = column * count + skipped
      for (let row = from; row < to; row++) rows[row * width + column] = columns[start + row]!
    }
  }
}

function build({ group, layout }: Kind, place: number, resetHint: ResetHint): NativeHistogram {
  const { head, fixed, wanted, isSum } = group
  const positive = bucketsOf(group, place, layout.positiveAt)
  const negative = bucketsOf(group, place, layout.negativeAt)
  const zeroCount = fixed[ZERO_COUNT * wanted + place]!
  return {
    isFloat: head.isFloat,
    resetHint,
    schema: head.schema,
    zeroThreshold: head.zeroThreshold,
    zeroCount,
    count: isSum ? sumOf(zeroCount, positive, negative) : fixed[COUNT * wanted + place]!,
    sum: fixed[SUM * wanted + place]!,
    positiveSpans: layout.positiveSpans,
    positive,
    negativeSpans: layout.negativeSpans,
    negative,
    customValues: head.customValues,
  }
}

/** Buckets that lie together are a view of their row: memory for each would cost more than all the rest. */
function bucketsOf({ rows, width }: ReadGroup, place: number, at: Int32Array): Float64Array {
  const { length } = at
  if (length === 0) return NO_BUCKETS
  const row = place * width
  const first = row + at[0]!
  const span = at[length - 1]! - at[0]!
  if (span === length - 1) return rows.subarray(first, first + length)
  const counts = new Float64Array(length)
  for (let i = 0; i < length; i++) counts[i] = rows[row + at[i]!]!
  return counts
}
