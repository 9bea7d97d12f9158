/**
 * Which words stand in a block of lines: a split block Bloom filter (Putze, Sanders, Singler 2007; the
 * salts are those of Parquet's format), so that a search for a rare word reads the few blocks that may
 * hold it and no others.
 *
 * A word is a run of letters, digits and `_` (and of all bytes beyond ASCII), as it is written. A search
 * is for a substring, so only words that are bounded on both sides within it are whole words of the line.
 * Its last word may go on in the line: for that the first {@link STEM} characters of longer words are in
 * the filter too, and `batch 424242` finds its blocks by `424242`.
 */

const STEM = 6
const BITS_PER_WORD = 12
const BUCKET_BYTES = 32
const SALTS = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]

const IS_WORD = new Uint8Array(256)
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte)
  IS_WORD[byte] = byte >= 0x80 || /[0-9A-Za-z_]/.test(char) ? 1 : 0
}

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

function mixed(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x7feb352d)
  h ^= h >>> 15
  h = Math.imul(h, 0x846ca68b)
  h ^= h >>> 16
  return h === 0 ? 1 : h // 0 is an empty place of the set
}

/** The hash under which a word, or the stem of a longer one, lies in filters. */
function wordHash(word: Uint8Array): number {
  let hash = FNV_OFFSET
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word[i]!, FNV_PRIME)
  return mixed(hash) >>> 0
}

/** The words of one block, each once, as they are met. */
export class WordSet {
  #places = new Int32Array(1 << 12)
  #count = 0

  get count(): number {
    return this.#count
  }

  /**
   * Adds the words of a text and the stems of the longer ones.
   *
   * @param seen gets a 1 for every byte that is met
   */
  addText(bytes: Uint8Array, from: number, to: number, seen: Uint8Array): void {
    let hash = FNV_OFFSET
    let length = 0
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      seen[byte] = 1
      if (IS_WORD[byte] === 1) {
        if (length === STEM) this.#add(mixed(hash))
        hash = Math.imul(hash ^ byte, FNV_PRIME)
        length++
      } else if (length > 0) {
        this.#add(mixed(hash))
        hash = FNV_OFFSET
        length = 0
      }
    }
    if (length > 0) this.#add(mixed(hash))
  }

  /** The filter's bytes; the set is empty afterwards. */
  finish(): Uint8Array {
    const buckets = Math.max(1, Math.ceil((this.#count * BITS_PER_WORD) / (BUCKET_BYTES * 8)))
    const filter = new Uint32Array(buckets * 8)
    for (const hash of this.#places) {
      if (hash === 0) continue
      const at = bucketOf(hash >>> 0, buckets) * 8
      for (let i = 0; i < 8; i++) filter[at + i]! |= 1 << (Math.imul(hash, SALTS[i]!) >>> 27)
    }
    this.#places.fill(0)
    this.#count = 0
    return new Uint8Array(filter.buffer)
  }

  #add(hash: number): void {
    const mask = this.#places.length - 1
    let place = hash & mask
    for (let held = this.#places[place]!; held !== 0; held = this.#places[place]!) {
      if (held === hash) return
      place = (place + 1) & mask
    }
    this.#places[place] = hash
    if (++this.#count * 2 > this.#places.length) this.#grow()
  }

  #grow(): void {
    const before = this.#places
    this.#places = new Int32Array(before.length * 2)
    this.#count = 0
    for (const hash of before) if (hash !== 0) this.#add(hash)
  }
}

function bucketOf(hash: number, buckets: number): number {
  return Math.floor((hash / 2 ** 32) * buckets)
}

/** Which bytes of a filter tell whether a word is in: one bucket, to be read alone. */
export function bucketAt(hash: number, filterBytes: number): number {
  return bucketOf(hash, filterBytes / BUCKET_BYTES) * BUCKET_BYTES
}

/** Whether a word may be in, by the bucket that {@link bucketAt} named. */
export function mayHold(hash: number, bucket: Uint8Array): boolean {
  const words = new DataView(bucket.buffer, bucket.byteOffset, BUCKET_BYTES)
  for (let i = 0; i < 8; i++) {
    const bit = 1 << (Math.imul(hash, SALTS[i]!) >>> 27)
    if ((words.getUint32(i * 4, true) & bit) === 0) return false
  }
  return true
}

export const BUCKET_LENGTH = BUCKET_BYTES

/** What every line with a text in it must have. */
export interface NeededWord {
  readonly text: string
  /** Whether the line's word is longer, maybe. */
  readonly isStem: boolean
}

/**
 * The words that a line must have to hold a text.
 *
 * @param isWhole the text is a whole value: no word goes on before or behind it
 */
export function neededWords(text: string, isWhole: boolean): NeededWord[] {
  const bytes = Buffer.from(text)
  const needed: NeededWord[] = []
  for (let at = 0; at < bytes.length;) {
    if (IS_WORD[bytes[at]!] === 0) {
      at++
      continue
    }
    const from = at
    while (at < bytes.length && IS_WORD[bytes[at]!] === 1) at++
    const begins = from > 0 || isWhole
    const ends = at < bytes.length || isWhole
    if (begins) needed.push({ text: bytes.toString('utf8', from, at), isStem: !ends })
  }
  return needed
}

/** The hash to look for; undefined when filters cannot tell. */
export function neededHash({ text, isStem }: NeededWord): number | undefined {
  const bytes = Buffer.from(text)
  if (!isStem) return wordHash(bytes)
  return bytes.length < STEM ? undefined : wordHash(bytes.subarray(0, STEM))
}
