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
import { type NativeHistogram, RESET_HINTS } from '@weir/model'

import type { ByteWriter } from './bytes.ts'
import { Group, placesIn, spansOf } from './histogram-layout.ts'
import { writeSpans } from './spans.ts'
import { encodeValues } from './value-column.ts'

export const HISTOGRAMS = 0xf0

/** Histograms that have nothing in common must not make the search for their group grow with the chunk. */
const GROUPS_ASKED = 4

export const FLOAT = 1
/** The count of each histogram is the sum of its buckets, and has no column. */
export const COUNT_IS_SUM = 2

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

/** The group of a histogram: one of the newest that takes it in, or one of its own. */
function take(groups: Group[], h: NativeHistogram): Group {
  for (let i = groups.length - 1; i >= 0 && i >= groups.length - GROUPS_ASKED; i--) {
    if (groups[i]!.add(h)) return groups[i]!
  }
  const group = new Group(h)
  group.add(h)
  groups.push(group)
  return group
}

function isCountSum(h: NativeHistogram): boolean {
  return Object.is(h.count, sumOf(h.zeroCount, h.positive, h.negative))
}

export function sumOf(zeroCount: number, positive: Float64Array, negative: Float64Array): number {
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
