/**
 * A column of whole numbers, small and quick to read: times, counters, decimals scaled to integers.
 *
 * ```
 * regular   mode 0 · first · step                          x[i] = first + i·step
 * offsets   mode 1 · first · unit · block block …          x[i] = first + unit·e[i]
 * deltas    mode 2 · first · unit · block block …          x[i] = x[i-1] + unit·e[i], i > 0
 *
 * block     width (bit 7: has patches) · least · [patches] · 128 numbers of `width` bits: e - least
 * sparse    width, bit 6 set · least · 128 bits: which are not 0 · those, of `width` bits: e - least
 * ```
 *
 * `unit` is the greatest common divisor of all steps: scrapes at whole seconds cost a thousandth,
 * memory gauges that move in pages lose twelve bits. Blocks of 128 adapt to bursts (frame of
 * reference, as in Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", 2006); a few numbers
 * that are far larger than their neighbours keep only their low bits in the block and their high
 * bits in its patch list, so that one gap or reset does not widen 127 others. Gauges that are set less
 * often than they are scraped, and counters of rare things, have mostly steps of zero: sparse blocks.
 *
 * Numbers must be whole and within ±2^51, so that every difference of two differences is exact.
 * Layout byte by byte: docs/formats/chunk.md.
 */
import type { ByteReader, ByteWriter } from './bytes.ts'
import { kernelsHere } from './kernels/kernels.ts'
import { BLOCK, PATCHED, SPARSE, bitLength, encodeBlock } from './int-block-writer.ts'

/** Numbers beyond this (either side of zero) do not fit into a column. */
export const INT_MAX = 2 ** 51

/** Bytes that must follow a column in its buffer: reading is done in words that may hang over. */
export const TAIL_BYTES = 8

const REGULAR = 0
const OFFSETS = 1
const DELTAS = 2

const TWO_32 = 2 ** 32
/** Four of them and four numbers of twelve bits are less than 31 bits. */
const LEAST_MAX = 2 ** 27
/** Shorter columns are not worth the way. */
const KERNEL_COUNT_MIN = 32

const offsets = new Float64Array(BLOCK)

let numbers = new Float64Array(1024)

/** Writes `values[0, count)`. The count itself is not written; the reader must know it. */
export function encodeInts(values: Float64Array, count: number, out: ByteWriter): void {
  if (count === 0) return
  const first = values[0]!
  const step = count > 1 ? values[1]! - first : 0
  let same = 2
  while (same < count && step === values[same]! - values[same - 1]!) same++
  if (same >= count) {
    out.u8(REGULAR)
    out.zigzag(first)
    out.zigzag(step)
    return
  }
  if (numbers.length < count) numbers = new Float64Array(count * 2)
  const unit = commonUnit(values, count)
  // Offsets win where values swing around a level: a difference of two noisy values is noisier than either.
  const asOffsets = offsetBits(values, count, unit)
  const asDeltas = deltaBits(values, count, unit)
  if (asOffsets <= asDeltas.sparse) {
    writeBlocks(values, count, { mode: OFFSETS, unit }, out)
    return
  }
  const start = out.length
  writeBlocks(values, count, { mode: DELTAS, unit }, out)
  if (asOffsets > asDeltas.dense) return
  // Most steps are zero, and the others are large: sparse deltas or patched offsets, who knows.
  const end = out.length
  writeBlocks(values, count, { mode: OFFSETS, unit }, out)
  if (out.length - end < end - start) out.bytes.copyWithin(start, end, out.length)
  out.length = start + Math.min(end - start, out.length - end)
}

function writeBlocks(
  values: Float64Array,
  count: number,
  { mode, unit }: { readonly mode: number; readonly unit: number },
  out: ByteWriter,
): void {
  const first = values[0]!
  if (mode === OFFSETS) for (let i = 1; i < count; i++) numbers[i] = (values[i]! - first) / unit
  else for (let i = 1; i < count; i++) numbers[i] = (values[i]! - values[i - 1]!) / unit
  out.u8(mode)
  out.zigzag(first)
  out.varint(unit)
  for (let from = 1; from < count; from += BLOCK) {
    encodeBlock(numbers, from, Math.min(BLOCK, count - from), out)
  }
}

/** The greatest common divisor of all steps. */
function commonUnit(values: Float64Array, count: number): number {
  let unit = 0
  for (let i = 1; i < count && unit !== 1; i++) {
    const delta = values[i]! - values[i - 1]!
    if (delta !== 0) unit = gcd(unit, Math.abs(delta))
  }
  return unit
}

/** About how many bits all numbers take as offsets, blocks being what they are. */
function offsetBits(values: Float64Array, count: number, unit: number): number {
  let bits = 0
  for (let from = 1; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK)
    let least = values[from]!
    let most = least
    for (let i = from + 1; i < to; i++) {
      const value = values[i]!
      if (value < least) least = value
      else if (value > most) most = value
    }
    bits += (to - from) * bitLength((most - least) / unit)
  }
  return bits
}

/** The same as deltas; `sparse` when those that are zero cost one bit where that is less. */
function deltaBits(
  values: Float64Array,
  count: number,
  unit: number,
): { readonly dense: number; readonly sparse: number } {
  let dense = 0
  let sparse = 0
  let before = values[0]!
  for (let from = 1; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK)
    let least = Number.POSITIVE_INFINITY
    let most = Number.NEGATIVE_INFINITY
    let zeros = 0
    for (let i = from; i < to; i++) {
      const delta = values[i]! - before
      before = values[i]!
      if (delta < least) least = delta
      if (delta > most) most = delta
      if (delta === 0) zeros++
    }
    const size = to - from
    const width = bitLength((most - least) / unit)
    dense += size * width
    sparse += Math.min(size * width, size + (size - zeros) * width)
  }
  return { dense, sparse }
}

/**
 * Reads `count` numbers into `into[at, at + count)`. The reader's buffer must go on for {@link TAIL_BYTES}.
 *
 * @returns true when the way they are kept tells that none is less than the one before it
 */
export function decodeInts(
  input: ByteReader,
  count: number,
  into: Float64Array,
  at: number,
): boolean {
  return decodeQuotients(input, count, 1, into, at)
}

/** The same, each number divided by `divisor`. */
export function decodeQuotients(
  input: ByteReader,
  count: number,
  divisor: number,
  into: Float64Array,
  at: number,
): boolean {
  if (count === 0) return true
  const start = input.at
  const mode = input.u8()
  if (mode !== REGULAR && count >= KERNEL_COUNT_MIN) {
    const kernels = kernelsHere()
    const end =
      kernels?.reaches(input.bytes, count) === true ? kernels.column(input.bytes, start, count) : 0
    if (end > 0) {
      if (divisor !== 1) kernels!.divide(count, divisor)
      into.set(kernels!.scratch.subarray(0, count), at)
      input.at = end
      return kernels!.neverFalls
    }
  }
  const first = input.zigzag()
  let neverFalls = false
  if (mode !== REGULAR) {
    decodeBlocks(input, { mode, first, count }, into, at)
  } else {
    const step = input.zigzag()
    neverFalls = step >= 0
    if (step === 0) into.fill(first, at, at + count)
    else for (let i = 0; i < count; i++) into[at + i] = first + i * step
  }
  if (divisor !== 1) for (let i = at; i < at + count; i++) into[i] = into[i]! / divisor
  return neverFalls
}

interface Column {
  readonly mode: number
  readonly first: number
  readonly count: number
}

/** kernels/column.ts has the twin of this. */
function decodeBlocks(
  input: ByteReader,
  { mode, first, count }: Column,
  into: Float64Array,
  at: number,
): void {
  into[at] = first
  const unit = input.varint()
  let running = first
  for (let from = 1; from < count; from += BLOCK) {
    const size = Math.min(BLOCK, count - from)
    const head = input.u8()
    const least = input.zigzag() * unit
    const width = head & 0x3f
    const start = at + from
    if ((head & SPARSE) !== 0) {
      unpackSparse(input, size, width)
      for (let i = 0; i < size; i++) {
        const e = offsets[i]!
        if (mode === OFFSETS) into[start + i] = first + (e < 0 ? 0 : least + e * unit)
        else into[start + i] = e < 0 ? running : (running += least + e * unit)
      }
      continue
    }
    if (width === 0 && head < PATCHED) {
      if (mode === OFFSETS) into.fill(first + least, start, start + size)
      else for (let i = start; i < start + size; i++) into[i] = running += least
      continue
    }
    if (
      width <= 25 &&
      (head < PATCHED || mode === OFFSETS || staysExact(running, size, least, (1 << width) * unit))
    ) {
      // The common case in one pass. Measured against unpacking first: bench/src/tsdb.bench.ts.
      const patchesAt = input.at
      const patchCount = head >= PATCHED ? skipPatches(input) : 0
      if (mode === DELTAS) {
        running = unpackDeltas(input, size, width, into, start, running, least, unit)
      } else {
        unpackOffsets(input, size, width, into, start, first + least, unit)
      }
      if (patchCount > 0) {
        const scale = (1 << width) * unit
        const end = input.at
        input.at = patchesAt + 1
        if (mode === DELTAS) {
          running += patchDeltas(input, patchCount, scale, into, start, start + size)
        } else {
          for (let i = 0; i < patchCount; i++) into[start + input.u8()]! += input.varint() * scale
        }
        input.at = end
      }
      continue
    }
    unpack(input, head, size)
    if (mode === OFFSETS) {
      for (let i = 0; i < size; i++) into[start + i] = first + least + offsets[i]! * unit
    } else {
      for (let i = 0; i < size; i++) into[start + i] = running += least + offsets[i]! * unit
    }
  }
}

function unpackDeltas(
  input: ByteReader,
  size: number,
  width: number,
  into: Float64Array,
  start: number,
  before: number,
  least: number,
  unit: number,
): number {
  const view = input.view
  const mask = (1 << width) - 1
  const from = input.at
  const end = start + size
  let running = before
  let bit = 0
  let i = start
  // Sums of neighbours first: one addition, not three or four, waits for the one before it. All are
  // exact, so the order of additions changes nothing. Measured: 1.25 times as fast, three a load 1.45.
  if (width <= 12 && unit === 1 && least <= LEAST_MAX && least >= -LEAST_MAX) {
    // Small whole numbers are added as such, and two a load.
    const less = least | 0
    for (; i + 3 < end; i += 4) {
      const word = view.getUint32(from + (bit >>> 3), true) >>> (bit & 7)
      bit += 2 * width
      const next = view.getUint32(from + (bit >>> 3), true) >>> (bit & 7)
      bit += 2 * width
      const one = less + (word & mask)
      const two = one + less + ((word >>> width) & mask)
      const three = two + less + (next & mask)
      const four = three + less + ((next >>> width) & mask)
      into[i] = running + one
      into[i + 1] = running + two
      into[i + 2] = running + three
      into[i + 3] = running += four
    }
  } else if (width <= 8) {
    for (; i + 2 < end; i += 3) {
      const word = view.getUint32(from + (bit >>> 3), true) >>> (bit & 7)
      const one = least + (word & mask) * unit
      const two = one + least + ((word >>> width) & mask) * unit
      into[i] = running + one
      into[i + 1] = running + two
      into[i + 2] = running += two + least + ((word >>> (2 * width)) & mask) * unit
      bit += 3 * width
    }
  } else {
    for (; i + 3 < end; i += 4) {
      const one = least + bitsAt(view, from, bit, mask) * unit
      const two = one + least + bitsAt(view, from, bit + width, mask) * unit
      const third = least + bitsAt(view, from, bit + 2 * width, mask) * unit
      const fourth = least + bitsAt(view, from, bit + 3 * width, mask) * unit
      into[i] = running + one
      into[i + 1] = running + two
      into[i + 2] = running + (two + third)
      into[i + 3] = running += two + (third + fourth)
      bit += 4 * width
    }
  }
  for (; i < end; i++) {
    running += least + bitsAt(view, from, bit, mask) * unit
    into[i] = running
    bit += width
  }
  input.at = from + ((size * width + 7) >>> 3)
  return running
}

/**
 * Whether all sums of a block's deltas without their high bits are exact: they may run away from the
 * numbers that they belong to.
 */
function staysExact(running: number, size: number, least: number, most: number): boolean {
  return Math.abs(running) + size * (Math.abs(least) + most) <= 2 ** 53
}

/** Adds high bits to deltas that are summed already, so to all numbers behind them; returns what they are in all. */
function patchDeltas(
  input: ByteReader,
  patchCount: number,
  scale: number,
  into: Float64Array,
  start: number,
  end: number,
): number {
  let sum = 0
  let i = start
  for (let patch = 0; patch < patchCount; patch++) {
    const position = start + input.u8()
    if (sum === 0) i = position
    else for (; i < position; i++) into[i]! += sum
    sum += input.varint() * scale
  }
  for (; i < end; i++) into[i]! += sum
  return sum
}

/** A number of at most 25 bits that begins at a bit. */
function bitsAt(view: DataView, from: number, bit: number, mask: number): number {
  return (view.getUint32(from + (bit >>> 3), true) >>> (bit & 7)) & mask
}

function unpackOffsets(
  input: ByteReader,
  size: number,
  width: number,
  into: Float64Array,
  start: number,
  least: number,
  unit: number,
): void {
  const view = input.view
  const mask = (1 << width) - 1
  const from = input.at
  let bit = 0
  for (let i = start; i < start + size; i++) {
    into[i] = least + ((view.getUint32(from + (bit >>> 3), true) >>> (bit & 7)) & mask) * unit
    bit += width
  }
  input.at = from + ((size * width + 7) >>> 3)
}

/** A sparse block into `offsets`: -1 where the number is zero. */
function unpackSparse(input: ByteReader, size: number, width: number): void {
  const bitmapAt = input.at
  const { bytes } = input
  input.at += (size + 7) >>> 3
  let others = 0
  for (let i = bitmapAt; i < input.at; i++) others += onesIn(bytes[i]!)
  unpackBits(input, others, Math.min(width, 32), 1)
  if (width > 32) unpackBits(input, others, width - 32, TWO_32)
  // From the back, so that numbers move up into places that were read already.
  for (let i = size - 1; i >= 0; i--) {
    const isOther = (bytes[bitmapAt + (i >>> 3)]! & (1 << (i & 7))) !== 0
    offsets[i] = isOther ? offsets[--others]! : -1
  }
}

function onesIn(byte: number): number {
  const pairs = byte - ((byte >>> 1) & 0x55)
  const nibbles = (pairs & 0x33) + ((pairs >>> 2) & 0x33)
  return (nibbles + (nibbles >>> 4)) & 0x0f
}

/** Any block, patches and wide numbers included, into `offsets`. */
function unpack(input: ByteReader, head: number, size: number): void {
  const width = head & 0x3f
  const patchesAt = input.at
  const patchCount = head >= PATCHED ? skipPatches(input) : 0
  unpackBits(input, size, Math.min(width, 32), 1)
  if (width > 32) unpackBits(input, size, width - 32, TWO_32)
  if (patchCount === 0) return
  const end = input.at
  input.at = patchesAt + 1
  const scale = 2 ** width
  for (let i = 0; i < patchCount; i++) {
    const position = input.u8()
    offsets[position] = offsets[position]! + input.varint() * scale
  }
  input.at = end
}

function skipPatches(input: ByteReader): number {
  const count = input.u8()
  for (let i = 0; i < count; i++) {
    input.at++
    input.varint()
  }
  return count
}

/** Sets (scale 1) or adds numbers of up to 32 bits times `scale`. */
function unpackBits(input: ByteReader, size: number, width: number, scale: number): void {
  const { view, bytes, at } = input
  const mask = width === 32 ? -1 : (1 << width) - 1
  let bit = 0
  for (let i = 0; i < size; i++) {
    const byte = at + (bit >>> 3)
    const shift = bit & 7
    let value = view.getUint32(byte, true) >>> shift
    if (shift > 0) value |= bytes[byte + 4]! << (32 - shift)
    const offset = (value & mask) >>> 0
    offsets[i] = scale === 1 ? offset : offsets[i]! + offset * scale
    bit += width
  }
  input.at = at + ((size * width + 7) >>> 3)
}

function gcd(a: number, b: number): number {
  while (b !== 0) {
    const rest = a % b
    a = b
    b = rest
  }
  return a
}
