import { Decompress } from 'fzstd'

const MAGIC = 0xfd2fb528

/**
 * Unpacks zstd, of which no Node before 22.15 has any.
 *
 * A frame says in its head how much memory it wants, so the head is looked at before anything is given.
 *
 * @returns undefined for what is no zstd, does not end, or is longer than `bytesMax`
 * @see RFC 8878
 */
export function unpackZstd(packed: Uint8Array, bytesMax: number): Uint8Array | undefined {
  const windowBytes = windowOf(packed)
  if (windowBytes === undefined || windowBytes > bytesMax) return undefined
  const pieces: Uint8Array[] = []
  let bytes = 0
  const unpacking = new Decompress((piece) => {
    bytes += piece.length
    if (bytes > bytesMax) throw new RangeError('too long')
    pieces.push(piece.slice())
  })
  try {
    unpacking.push(packed, true)
  } catch {
    return undefined // a lie in the packed bytes; whoever asked knows where they stood
  }
  return Buffer.concat(pieces)
}

/** How much memory the first frame wants: its window, or all of it where it has none. */
function windowOf(packed: Uint8Array): number | undefined {
  const head = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  if (packed.length < 6 || head.getUint32(0, true) !== MAGIC) return undefined
  const flags = packed[4]!
  const isWhole = (flags & 0x20) !== 0
  if (!isWhole) {
    const window = packed[5]!
    const base = 2 ** (10 + (window >> 3))
    return base + (base / 8) * (window & 7)
  }
  const dictionaryBytes = [0, 1, 2, 4][flags & 3]!
  const at = 5 + dictionaryBytes
  const sizeBytes = [1, 2, 4, 8][flags >> 6]!
  if (packed.length < at + sizeBytes) return undefined
  switch (sizeBytes) {
    case 1:
      return packed[at]!
    case 2:
      return head.getUint16(at, true) + 256
    case 4:
      return head.getUint32(at, true)
    default:
      return Number(head.getBigUint64(at, true))
  }
}
