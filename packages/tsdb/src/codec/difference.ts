/**
 * Buckets of classic histograms are counted cumulatively: what moves one of them moves all above it.
 * So a chunk may be kept as its difference from the chunk before it in the sheet, which is the bucket
 * below: of pipeline data a bucket then takes two thirds of its bytes, and nothing where it is empty.
 *
 * ```
 * tag 0x20 · integers: value of the chunk less value of the chunk before, sample by sample
 * ```
 *
 * Both have the same times and only whole numbers, so the differences are exact. A chain of chunks
 * that each need the one before is at most {@link CHAIN_MAX} long: who wants only the last reads all.
 */
import type { ByteReader, ByteWriter } from './bytes.ts'
import { decodeInts, encodeInts } from './int-column.ts'
import { areWhole } from './value-column.ts'

export const DIFFERENCE = 0x20
const CHAIN_MAX = 16
/** Shorter chunks live for minutes, and are not worth the time. */
const COUNT_MIN = 128
/** Samples looked at before a difference is tried. */
const PROBE = 128

/** Tries to write chunks of a sheet as differences, in the order in which they come. */
export class DifferenceWriter {
  #before = new Float64Array(0)
  #differences = new Float64Array(0)
  #count = 0
  #timesIndex = -1
  #chain = 0

  clear(): void {
    this.#count = 0
  }

  /**
   * Looks at a chunk whose values were just written at `out.bytes[at, out.length)`, and writes the
   * difference there instead when that is clearly smaller.
   *
   * @returns whether it did
   */
  improve(
    values: Float64Array,
    count: number,
    { timesIndex, at }: { readonly timesIndex: number; readonly at: number },
    out: ByteWriter,
  ): boolean {
    const isCandidate = count >= COUNT_MIN && areWhole(values, count)
    const isTried =
      isCandidate &&
      this.#count === count &&
      this.#timesIndex === timesIndex &&
      this.#chain < CHAIN_MAX &&
      isCloser(values, this.#before)
    const isTaken = isTried && this.#write(values, count, at, out)
    this.#chain = isTaken ? this.#chain + 1 : 0
    this.#count = isCandidate ? count : 0
    this.#timesIndex = timesIndex
    if (!isCandidate) return false
    if (this.#before.length < count) this.#before = new Float64Array(count * 2)
    this.#before.set(values.subarray(0, count))
    return isTaken
  }

  #write(values: Float64Array, count: number, at: number, out: ByteWriter): boolean {
    if (this.#differences.length < count) this.#differences = new Float64Array(count * 2)
    const differences = this.#differences
    for (let i = 0; i < count; i++) differences[i] = values[i]! - this.#before[i]!
    const end = out.length
    out.u8(DIFFERENCE)
    encodeInts(differences, count, out)
    const isSmaller = (out.length - end) * 8 < (end - at) * 7
    if (isSmaller) out.bytes.copyWithin(at, end, out.length)
    out.length = isSmaller ? at + out.length - end : end
    return isSmaller
  }
}

/** Whether the steps of a difference look smaller than those of the values themselves. */
function isCloser(values: Float64Array, before: Float64Array): boolean {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  let leastOwn = Number.POSITIVE_INFINITY
  let mostOwn = Number.NEGATIVE_INFINITY
  for (let i = 1; i < PROBE; i++) {
    const own = values[i]! - values[i - 1]!
    const step = own - (before[i]! - before[i - 1]!)
    if (own < leastOwn) leastOwn = own
    if (own > mostOwn) mostOwn = own
    if (step < least) least = step
    if (step > most) most = step
  }
  return (most - least) * 4 < (mostOwn - leastOwn) * 3
}

/**
 * Reads a chunk that is a difference into `into[at, at + count)`; `before` has the values of the one before.
 *
 * @returns true when the differences are known to be each at least the one before it
 */
export function decodeDifference(
  input: ByteReader,
  before: Float64Array,
  count: number,
  into: Float64Array,
  at: number,
): boolean {
  input.u8()
  const neverFalls = decodeInts(input, count, into, at)
  for (let i = 0; i < count; i++) into[at + i] = into[at + i]! + before[i]!
  return neverFalls
}
