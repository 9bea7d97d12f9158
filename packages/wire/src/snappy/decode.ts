/**
 * Snappy's block format, as Prometheus's remote write and read send it.
 *
 * ```
 * varint: length of the text · then elements, each led by a tag byte whose two low bits tell its kind
 *   0 literal   length - 1 in the upper 6 bits (60 … 63: in the 1 … 4 bytes that follow) · its bytes
 *   1 copy      length - 4 in 3 bits, distance in the upper 3 bits and 1 byte
 *   2 copy      length - 1 in 6 bits, distance in 2 bytes
 *   3 copy      length - 1 in 6 bits, distance in 4 bytes
 * ```
 *
 * Bytes move four at a time and may spill a little over the end of an element; what comes next
 * overwrites the spill, which is why the target must have {@link SNAPPY_SLACK} bytes to spare. A
 * body of 5,000 series (1.2 MB, 155 kB packed) is unpacked in 0.6 ms; the native library that npm
 * has takes 3.0 ms for it, most of that for memory of its own (bench/src/remote-write.bench.ts).
 *
 * @see google/snappy:format_description.txt
 */

/** Bytes that the target of {@link unpackSnappy} must have beyond the text. */
export const SNAPPY_SLACK = 64

/** The head of a packed body: how long the text says it is, and where its elements begin. */
export interface SnappyHead {
  readonly textBytes: number
  readonly at: number
}

/** Reads the declared length, before anything is allocated for it; undefined when there is none. */
export function snappyHead(packed: Uint8Array): SnappyHead | undefined {
  let textBytes = 0
  for (let at = 0; at < packed.length && at < 5; at++) {
    const byte = packed[at]!
    textBytes += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80) return textBytes < 2 ** 31 ? { textBytes, at: at + 1 } : undefined
  }
  return undefined
}

/**
 * Unpacks into `target`, which has room for the text and {@link SNAPPY_SLACK} bytes more.
 *
 * @returns whether the body was whole: every element inside it, and the text just as long as declared
 */
export function unpackSnappy(packed: Uint8Array, head: SnappyHead, target: Uint8Array): boolean {
  const source = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const text = new DataView(target.buffer, target.byteOffset, target.byteLength)
  const sourceEnd = packed.length
  const end = head.textBytes | 0 // all lengths stay small integers: doubles here cost half the speed
  let at = head.at
  let to = 0
  while (at < sourceEnd) {
    const tag = packed[at++]!
    let length: number
    let distance: number
    switch (tag & 3) {
      case 0: {
        length = tag >> 2
        if (length >= 60) {
          const extra = length - 59
          if (at + extra > sourceEnd) return false
          length = 0
          for (let i = 0; i < extra; i++) length |= packed[at + i]! << (8 * i)
          at += extra
        }
        length = (length + 1) | 0
        if (length <= 0 || length > sourceEnd - at || length > end - to) return false
        if (length <= 64 && at + length + 3 <= sourceEnd) {
          for (let i = 0; i < length; i += 4) {
            text.setInt32(to + i, source.getInt32(at + i, true), true)
          }
        } else if (length <= 64) {
          for (let i = 0; i < length; i++) target[to + i] = packed[at + i]!
        } else {
          target.set(packed.subarray(at, at + length), to)
        }
        at += length
        to += length
        continue
      }
      case 1:
        if (at >= sourceEnd) return false
        length = ((tag >> 2) & 7) + 4
        distance = ((tag >> 5) << 8) | packed[at]!
        at += 1
        break
      case 2:
        if (at + 2 > sourceEnd) return false
        length = (tag >> 2) + 1
        distance = source.getUint16(at, true)
        at += 2
        break
      default:
        if (at + 4 > sourceEnd) return false
        length = (tag >> 2) + 1
        distance = source.getInt32(at, true)
        at += 4
    }
    if (distance <= 0 || distance > to || length > end - to) return false
    const from = to - distance
    if (distance >= 4) {
      for (let i = 0; i < length; i += 4) text.setInt32(to + i, text.getInt32(from + i, true), true)
    } else {
      // The copy reads what it has just written: `abab…` from `ab`.
      for (let i = 0; i < length; i++) target[to + i] = target[from + i]!
    }
    to += length
  }
  return to === end
}
