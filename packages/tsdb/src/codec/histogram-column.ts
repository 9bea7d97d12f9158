/**
 * The values of a chunk in which some are native histograms.
 *
 * ```
 * tag 0xf0 · groups G · group × G · runs R · (kind · length) × R · columns
 *
 * group     flags · schema · zero threshold · bounds · spans of its columns · layouts L · spans × L
 * kind      0: numbers; 1 + hint + 4 · layout, layouts counted through all groups
 * columns   numbers; then for each group: sum, zero count, [count], its positive and negative buckets
 * ```
 *
 * Every column is a value column (`value-column.ts`), so a bucket that grows by a few observations a
 * step takes a few bits a step, and one that stands still four bytes in all. The count is left out
 * where it is what its buckets add up to. Layout byte by byte: docs/formats/chunk.md.
 */
import { type NativeHistogram, RESET_HINTS, type ResetHint, type SampleColumns } from '@weir/model'

import type { ByteReader, ByteWriter } from './bytes.ts'
import {
  Group,
  type GroupHead,
  type Layout,
  layoutFor,
  placesIn,
  spansOf,
} from './histogram-layout.ts'
import { readSpans, writeSpans } from './spans.ts'
import { decodeValues, encodeValues } from './value-column.ts'

export const HISTOGRAMS = 0xf0

const FLOAT = 1
/** The count of each histogram is the sum of its buckets, and has no column. */
const COUNT_IS_SUM = 2

/** Writes `count` samples, of which those that `histograms` has are histograms and the others `values`. */
export function encodeHistograms(
  values: Float64Array,
  histograms: readonly (NativeHistogram | undefined)[],
  count: number,
  out: ByteWriter,
): void {
  const groups: Group[] = []
  const groupOf: (Group | undefined)[] = []
  const numbers = new Float64Array(count)
  let numberCount = 0
  for (let i = 0; i < count; i++) {
    const h = histograms[i]
    if (h === undefined) numbers[numberCount++] = values[i]!
    groupOf.push(h === undefined ? undefined : take(groups, h))
  }
  const isSum = groups.map((group) => group.members.every(isCountSum))
  out.u8(HISTOGRAMS)
  out.varint(groups.length)
  for (const [i, group] of groups.entries()) writeGroup(group, isSum[i]!, out)
  writeRuns(groups, groupOf, histograms, out)
  if (numberCount > 0) encodeValues(numbers, numberCount, out)
  for (const [i, group] of groups.entries()) writeColumns(group, isSum[i]!, out)
}

/** The group of a histogram: the newest that takes it in, or one of its own. */
function take(groups: Group[], h: NativeHistogram): Group {
  for (let i = groups.length - 1; i >= 0; i--) if (groups[i]!.add(h)) return groups[i]!
  const group = new Group(h)
  group.add(h)
  groups.push(group)
  return group
}

function isCountSum(h: NativeHistogram): boolean {
  return Object.is(h.count, sumOf(h.zeroCount, h.positive, h.negative))
}

function sumOf(zeroCount: number, positive: Float64Array, negative: Float64Array): number {
  let sum = zeroCount
  for (let i = 0; i < positive.length; i++) sum += positive[i]!
  for (let i = 0; i < negative.length; i++) sum += negative[i]!
  return sum
}

function writeGroup(group: Group, isSum: boolean, out: ByteWriter): void {
  const { head, layouts } = group
  out.u8((head.isFloat ? FLOAT : 0) | (isSum ? COUNT_IS_SUM : 0))
  out.zigzag(head.schema)
  out.f64(head.zeroThreshold)
  out.varint(head.customValues.length)
  for (const bound of head.customValues) out.f64(bound)
  writeSpans(spansOf(group.positive), out)
  writeSpans(spansOf(group.negative), out)
  out.varint(layouts.length)
  for (const layout of layouts) {
    writeSpans(layout.positiveSpans, out)
    writeSpans(layout.negativeSpans, out)
  }
}

function writeRuns(
  groups: readonly Group[],
  groupOf: readonly (Group | undefined)[],
  histograms: readonly (NativeHistogram | undefined)[],
  out: ByteWriter,
): void {
  const firstLayout = new Map<Group, number>()
  let layouts = 0
  for (const group of groups) {
    firstLayout.set(group, layouts)
    layouts += group.layouts.length
  }
  const seen = new Map<Group, number>()
  const runs: number[] = []
  for (const [i, group] of groupOf.entries()) {
    let kind = 0
    if (group !== undefined) {
      const at = seen.get(group) ?? 0
      seen.set(group, at + 1)
      const hint = RESET_HINTS.indexOf(histograms[i]!.resetHint)
      kind = 1 + hint + 4 * (firstLayout.get(group)! + group.layoutOf[at]!)
    }
    if (runs.length > 0 && runs[runs.length - 2] === kind) runs[runs.length - 1]!++
    else runs.push(kind, 1)
  }
  out.varint(runs.length / 2)
  for (const number of runs) out.varint(number)
}

function writeColumns(group: Group, isSum: boolean, out: ByteWriter): void {
  const { members, layoutOf } = group
  const count = members.length
  const column = new Float64Array(count)
  const write = (of: (h: NativeHistogram, layout: number) => number): void => {
    for (let i = 0; i < count; i++) column[i] = of(members[i]!, layoutOf[i]!)
    encodeValues(column, count, out)
  }
  write((h) => h.sum)
  write((h) => h.zeroCount)
  if (!isSum) write((h) => h.count)
  for (const side of ['positive', 'negative'] as const) {
    const width = group[side].length
    const columnOf = group.layouts.map((layout) => {
      const bucketAt = new Int32Array(width).fill(-1)
      for (const [bucket, place] of placesIn(group[side], layout[side]).entries()) {
        bucketAt[place] = bucket
      }
      return bucketAt
    })
    for (let place = 0; place < width; place++) {
      write((h, layout) => {
        const bucket = columnOf[layout]![place]!
        return bucket < 0 ? 0 : h[side][bucket]!
      })
    }
  }
}

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
