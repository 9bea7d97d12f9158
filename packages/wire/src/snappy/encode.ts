/**
 * Packs a text into snappy's block format (see decode.ts), in blocks of 64 KiB so that every
 * distance fits two bytes. A table remembers where four bytes were last seen; where they are seen
 * again, the longest common run becomes a copy. Bytes that do not repeat are stepped over faster and
 * faster, so that what cannot be packed costs little.
 */
const BLOCK_BYTES = 1 << 16
const HASH_BITS = 14

const table = new Int32Array(1 << HASH_BITS)

export function packSnappy(text: Uint8Array): Uint8Array<ArrayBuffer> {
  // The worst case: all literals, 5 bytes of head for each block, the length.
  const packed = new Uint8Array(text.length + 5 * (Math.ceil(text.length / BLOCK_BYTES) + 2))
  let to = 0
  let left = text.length
  while (left >= 0x80) {
    packed[to++] = (left % 128) | 0x80
    left = Math.floor(left / 128)
  }
  packed[to++] = left
  for (let from = 0; from < text.length; from += BLOCK_BYTES) {
    to = packBlock(text, { from, end: Math.min(text.length, from + BLOCK_BYTES) }, packed, to)
  }
  return packed.slice(0, to)
}

function packBlock(
  text: Uint8Array,
  { from, end }: { readonly from: number; readonly end: number },
  packed: Uint8Array,
  start: number,
): number {
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength)
  const last = end - 4
  table.fill(-1)
  let to = start
  let literal = from
  let at = from
  let misses = 32
  while (at <= last) {
    const word = view.getInt32(at, true)
    const slot = Math.imul(word, 0x1e35a7bd) >>> (32 - HASH_BITS)
    const seen = table[slot]!
    table[slot] = at
    if (seen < 0 || view.getInt32(seen, true) !== word) {
      at += misses++ >> 5
      continue
    }
    misses = 32
    to = putLiteral(text, { from: literal, end: at }, packed, to)
    let length = 4
    while (at + length < end && text[seen + length] === text[at + length]) length++
    to = putCopy(at - seen, length, packed, to)
    at += length
    literal = at
  }
  return putLiteral(text, { from: literal, end }, packed, to)
}

function putLiteral(
  text: Uint8Array,
  { from, end }: { readonly from: number; readonly end: number },
  packed: Uint8Array,
  at: number,
): number {
  const length = end - from
  if (length === 0) return at
  if (length <= 60) {
    packed[at++] = (length - 1) << 2
  } else if (length <= 256) {
    packed[at++] = 60 << 2
    packed[at++] = length - 1
  } else {
    packed[at++] = 61 << 2
    packed[at++] = (length - 1) & 0xff
    packed[at++] = (length - 1) >> 8
  }
  packed.set(text.subarray(from, end), at)
  return at + length
}

function putCopy(distance: number, length: number, packed: Uint8Array, at: number): number {
  while (length > 0) {
    const part = Math.min(length, 64)
    packed[at++] = ((part - 1) << 2) | 2
    packed[at++] = distance & 0xff
    packed[at++] = distance >> 8
    length -= part
  }
  return at
}
