/**
 * Blocks of an integer column, on their way to the disk: see `int-column.ts` for the picture.
 *
 * Each block is written in the shape that takes the fewest bytes: all its numbers at one width; the
 * same with a few that are far larger patched; or, where most are zero, a bitmap of those that are
 * not and these alone.
 */
import type { ByteWriter } from './bytes.ts'

export const BLOCK = 128
/** Bits of a block's first byte. */
export const PATCHED = 0x80
export const SPARSE = 0x40
/** At most one number in eight is patched; beyond that a wider block is smaller and faster. */
const PATCHES_MAX = BLOCK / 8
const TWO_32 = 2 ** 32

const offsets = new Float64Array(BLOCK)
const lengths = new Uint8Array(BLOCK)
const histogram = new Uint16Array(56)

/** Writes `values[from, from + size)` less their `least`; `values` are whole. */
export function encodeBlock(
  values: Float64Array,
  from: number,
  size: number,
  out: ByteWriter,
): void {
  let least = values[from]!
  let most = least
  let leastOther = Number.POSITIVE_INFINITY
  let others = 0
  for (let i = from; i < from + size; i++) {
    const value = values[i]!
    if (value < least) least = value
    else if (value > most) most = value
    if (value !== 0) {
      others++
      if (value < leastOther) leastOther = value
    }
  }
  const bitmapBytes = (size + 7) >>> 3
  const longest = bitLength(most - least)
  if (others > 0 && others < size - 8) {
    const width = bitLength(Math.max(most, leastOther) - leastOther)
    const sparseBytes = bitmapBytes + ((others * width + 7) >>> 3)
    // Patches may still be smaller, for very few; a quarter is what makes the detour worth reading.
    const denseBytes = (size * longest + 7) >>> 3
    const canPatch = others <= PATCHES_MAX && least >= 0
    const patchBytes = canPatch ? 1 + others * (1 + Math.ceil(longest / 7)) : denseBytes
    if (sparseBytes * 4 <= denseBytes * 3 && sparseBytes <= patchBytes) {
      writeSparse(values, { from, size, least: leastOther, width }, out)
      return
    }
  }
  writeDense(values, { from, size, least, width: longest }, out)
}

interface Block {
  readonly from: number
  readonly size: number
  readonly least: number
  readonly width: number
}

function writeSparse(
  values: Float64Array,
  { from, size, least, width }: Block,
  out: ByteWriter,
): void {
  out.reserve(32 + BLOCK / 8 + size * 8)
  out.u8(SPARSE | width)
  out.zigzag(least)
  let others = 0
  for (let first = 0; first < size; first += 8) {
    let bits = 0
    for (let i = first; i < Math.min(first + 8, size); i++) {
      if (values[from + i] === 0) continue
      bits |= 1 << (i - first)
      offsets[others++] = values[from + i]! - least
    }
    out.bytes[out.length++] = bits
  }
  packAll(others, width, out)
}

function writeDense(values: Float64Array, block: Block, out: ByteWriter): void {
  const { from, size, least } = block
  histogram.fill(0)
  for (let i = 0; i < size; i++) {
    const offset = values[from + i]! - least
    const length = bitLength(offset)
    offsets[i] = offset
    lengths[i] = length
    histogram[length]!++
  }
  const longest = block.width
  const width = bestWidth(size, longest)
  out.reserve(32 + size * 8 + PATCHES_MAX * 10)
  out.u8(width === longest ? width : width | PATCHED)
  out.zigzag(least)
  if (width !== longest) writePatches(size, width, out)
  packAll(size, width, out)
}

function writePatches(size: number, width: number, out: ByteWriter): void {
  let count = 0
  for (let i = 0; i < size; i++) if (lengths[i]! > width) count++
  out.u8(count)
  const scale = 2 ** width
  for (let i = 0; i < size; i++) {
    if (lengths[i]! <= width) continue
    const high = Math.floor(offsets[i]! / scale)
    out.u8(i)
    out.varint(high)
    offsets[i] = offsets[i]! - high * scale
  }
}

/** The width at which packed bits plus patches take the fewest bytes. */
function bestWidth(size: number, longest: number): number {
  let best = longest
  let bestBytes = (size * longest + 7) >>> 3
  let patches = 0
  for (let width = longest - 1; width >= 0; width--) {
    patches += histogram[width + 1]!
    if (patches > PATCHES_MAX) break
    let bytes = ((size * width + 7) >>> 3) + 1
    for (let length = width + 1; length <= longest; length++) {
      if (histogram[length]! > 0)
        bytes += histogram[length]! * (1 + Math.ceil((length - width) / 7))
    }
    if (bytes < bestBytes) {
      best = width
      bestBytes = bytes
    }
  }
  return best
}

function packAll(size: number, width: number, out: ByteWriter): void {
  if (width === 0) return
  if (width <= 24) {
    packNarrow(size, width, out)
    return
  }
  pack(size, Math.min(width, 32), 1, out)
  if (width > 32) pack(size, width - 32, TWO_32, out)
}

/** Packs numbers of up to 24 bits: with what is pending from the byte before, they fit into 32. */
function packNarrow(size: number, width: number, out: ByteWriter): void {
  const { bytes } = out
  let at = out.length
  let pending = 0
  let pendingBits = 0
  for (let i = 0; i < size; i++) {
    pending |= offsets[i]! << pendingBits
    pendingBits += width
    while (pendingBits >= 8) {
      bytes[at++] = pending
      pending >>>= 8
      pendingBits -= 8
    }
  }
  if (pendingBits > 0) bytes[at++] = pending
  out.length = at
}

/** Packs the low `width` bits of `floor(offset / scale)`, low bits first. */
function pack(size: number, width: number, scale: number, out: ByteWriter): void {
  const { bytes } = out
  let at = out.length
  let pending = 0
  let pendingBits = 0
  for (let i = 0; i < size; i++) {
    let value = (scale === 1 ? offsets[i]! % TWO_32 : Math.floor(offsets[i]! / scale)) >>> 0
    let left = width
    while (left > 0) {
      const take = Math.min(left, 8 - pendingBits)
      pending |= (value & ((1 << take) - 1)) << pendingBits
      pendingBits += take
      value >>>= take
      left -= take
      if (pendingBits === 8) {
        bytes[at++] = pending
        pending = 0
        pendingBits = 0
      }
    }
  }
  if (pendingBits > 0) bytes[at++] = pending
  out.length = at
}

/** How many bits a whole number below 2^53 has. */
export function bitLength(value: number): number {
  if (value < TWO_32) return 32 - Math.clz32(value)
  return 64 - Math.clz32(Math.floor(value / TWO_32))
}
