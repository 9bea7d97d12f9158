/** What a look at the bytes found. */
export type Frame =
  /** A whole value ends at `end`. */
  | { readonly kind: 'whole'; readonly end: number }
  | { readonly kind: 'more' }
  /** It promises to be longer than it may. */
  | { readonly kind: 'too_long' }
  | { readonly kind: 'broken' }

const MORE: Frame = { kind: 'more' }
const TOO_LONG: Frame = { kind: 'too_long' }
const BROKEN: Frame = { kind: 'broken' }

/**
 * Finds where a MessagePack value ends that comes piece by piece: nothing else says so. Goes on where it
 * stopped when more has come, so that a long value costs what one walk over it costs, and knows no depth: what is
 * still to come is one number.
 */
export class MsgpackFrame {
  readonly #bytesMax: number
  /** Values that are still to come. */
  #wanted = 1
  #at = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** @param bytes from the beginning of the value, the same as before and what came since */
  look(bytes: Uint8Array): Frame {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    while (this.#wanted > 0) {
      if (this.#at >= bytes.length) return this.#at > this.#bytesMax ? TOO_LONG : MORE
      const byte = bytes[this.#at]!
      if (byte === 0xc1) return BROKEN
      const headBytes = HEAD_BYTES[byte]!
      if (this.#at + headBytes > bytes.length) return MORE
      const length = lengthAt(view, this.#at, byte)
      const isList = IS_LIST[byte]!
      this.#wanted += isList === 0 ? -1 : length * isList - 1
      this.#at += headBytes + (isList === 0 ? length : 0)
      // Every value that is promised takes a byte at least.
      if (this.#at + this.#wanted > this.#bytesMax) return TOO_LONG
    }
    return this.#at > bytes.length ? MORE : this.#found()
  }

  #found(): Frame {
    const end = this.#at
    this.#at = 0
    this.#wanted = 1
    return { kind: 'whole', end }
  }
}

/** 1 for arrays, 2 for maps, 0 for what has no values within. */
const IS_LIST = Uint8Array.from({ length: 256 }, (_, byte) => {
  if ((byte >= 0x80 && byte < 0x90) || byte === 0xde || byte === 0xdf) return 2
  return (byte >= 0x90 && byte < 0xa0) || byte === 0xdc || byte === 0xdd ? 1 : 0
})

/** Bytes up to where a value's own bytes begin: the first, and its length. */
const HEAD_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0xc4 || byte === 0xc7 || byte === 0xd9) return 2
  if (byte === 0xc5 || byte === 0xc8 || byte === 0xda || byte === 0xdc || byte === 0xde) return 3
  if (byte === 0xc6 || byte === 0xc9 || byte === 0xdb || byte === 0xdd || byte === 0xdf) return 5
  return 1
})

/** Bytes of a number, or of an extension with its type, that follow the first byte. */
const FIXED: Readonly<Record<number, number>> = {
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
  0xd4: 2,
  0xd5: 3,
  0xd6: 5,
  0xd7: 9,
  0xd8: 17,
}

function lengthAt(view: DataView, at: number, byte: number): number {
  if (byte < 0x80 || byte >= 0xe0) return 0
  if (byte < 0xa0) return byte & 0x0f
  if (byte < 0xc0) return byte & 0x1f
  const fixed = FIXED[byte]
  if (fixed !== undefined) return fixed
  const isExt = byte >= 0xc7 && byte <= 0xc9 ? 1 : 0
  switch (HEAD_BYTES[byte]) {
    case 2:
      return view.getUint8(at + 1) + isExt
    case 3:
      return view.getUint16(at + 1) + isExt
    case 5:
      return view.getUint32(at + 1) + isExt
    default:
      return 0
  }
}
