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
import { type NativeHistogram, RESET_HINTS, type SampleColumns } from '@weir/model'

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

/** A group as it is read: its columns lie behind each other in `numbers`, `count` each. */
interface ReadGroup {
  readonly head: GroupHead
  readonly isSum: boolean
  readonly width: number
  readonly layouts: readonly ReadLayout[]
  count: number
  numbers: Float64Array
  /** Which of its histograms comes next. */
  next: number
}

interface ReadLayout extends Layout {
  /** Which column each bucket is in. */
  readonly positiveAt: Int32Array
  readonly negativeAt: Int32Array
}

/** Columns before those of the buckets: sum, zero count, count. */
const SUM = 0
const ZERO_COUNT = 1
const COUNT = 2
const FIXED = 3

/**
 * Reads a column of `count` samples, of which those from `from` to before `to` go to `into`, from
 * `at` on: values and histograms; times and length are the caller's.
 */
export function decodeHistograms(
  input: ByteReader,
  range: { readonly count: number; readonly from: number; readonly to: number },
  into: SampleColumns,
  at: number,
): void {
  input.u8()
  const groups = Array.from({ length: input.varint() }, () => readGroup(input))
  const kinds = groups.flatMap((group) => group.layouts.map((layout) => ({ group, layout })))
  const runs = Float64Array.from({ length: input.varint() * 2 }, () => input.varint())
  const numbers = new Float64Array(countRuns(runs, kinds))
  decodeColumn(input, numbers.length, numbers, 0)
  for (const group of groups) readColumns(group, input)
  let i = 0
  let number = 0
  for (let run = 0; run < runs.length; run += 2) {
    const kind = runs[run]!
    const { group, layout } = kinds[(kind - 1) >> 2] ?? { group: undefined, layout: undefined }
    const hint = RESET_HINTS[(kind - 1) & 3]!
    for (let left = runs[run + 1]!; left > 0; left--, i++) {
      const isWanted = i >= range.from && i < range.to
      if (group === undefined) {
        if (isWanted) into.values[at + i - range.from] = numbers[number]!
        number++
        continue
      }
      const place = group.next++
      if (!isWanted) continue
      into.setHistogram(at + i - range.from, build(group, layout, place, hint))
    }
  }
}

/** Counts the histograms of each group; returns how many samples are numbers. */
function countRuns(runs: Float64Array, kinds: readonly { readonly group: ReadGroup }[]): number {
  let numbers = 0
  for (let run = 0; run < runs.length; run += 2) {
    const kind = runs[run]!
    if (kind === 0) numbers += runs[run + 1]!
    else kinds[(kind - 1) >> 2]!.group.count += runs[run + 1]!
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
    numbers: new Float64Array(0),
    next: 0,
  }
}

function readColumns(group: ReadGroup, input: ByteReader): void {
  const { count, width, isSum } = group
  group.numbers = new Float64Array(count * (FIXED + width))
  for (let column = 0; column < FIXED + width; column++) {
    if (column === COUNT && isSum) continue
    decodeColumn(input, count, group.numbers, column * count)
  }
}

function decodeColumn(input: ByteReader, count: number, into: Float64Array, at: number): void {
  if (count > 0) decodeValues(input, count, into, at)
}

function build(
  { head, isSum, count: length, numbers }: ReadGroup,
  { positiveSpans, negativeSpans, positiveAt, negativeAt }: ReadLayout,
  place: number,
  resetHint: NativeHistogram['resetHint'],
): NativeHistogram {
  const buckets = (columns: Int32Array): Float64Array => {
    const counts = new Float64Array(columns.length)
    const from = FIXED * length + place
    for (let i = 0; i < columns.length; i++) counts[i] = numbers[from + columns[i]! * length]!
    return counts
  }
  const positive = buckets(positiveAt)
  const negative = buckets(negativeAt)
  const zeroCount = numbers[ZERO_COUNT * length + place]!
  const stored = numbers[COUNT * length + place]!
  return {
    ...head,
    resetHint,
    zeroCount,
    count: isSum ? sumOf(zeroCount, positive, negative) : stored,
    sum: numbers[SUM * length + place]!,
    positiveSpans,
    positive,
    negativeSpans,
    negative,
  }
}
