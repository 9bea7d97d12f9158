import { invariant } from '@weir/model'

const ABSENT = -1

/** Bytes that must be readable behind the end of what is looked up: words are read whole. */
export const KEY_SLACK = 4

/**
 * Numbers for strings of bytes that come again and again: the labels of a series, a symbol.
 *
 * A sender writes the same labels with every sample; only times and values move. So the bytes are
 * kept as they came (one arena of 32-bit words, no object per key), and what is known costs no
 * decoding: of labels not even the lengths are read.
 *
 * For each key the table remembers which one came next last time. Senders keep their order, so bytes
 * are first compared with that one: one pass, no hash. Only when that fails are they hashed and
 * looked up by open addressing. Bytes are compared either way: nobody can make two keys meet by
 * choosing them. The hash starts from a number of this process's own.
 *
 * Numbers are dense, from 0; {@link truncate} takes the last ones back. Where the same bytes mean
 * different things in different places, the place is a number that goes with the key.
 */
export class ByteKeys {
  /** Keys behind each other, each at a whole word, its last word filled up with zeros. */
  #arena = new Int32Array(4096)
  #arenaWords = 0
  /** Where key `n` begins, in words, and how many bytes it has. */
  #offsets = new Uint32Array(64)
  #lengths = new Uint32Array(64)
  #hashes = new Int32Array(64)
  #contexts = new Int32Array(64)
  /** `#next[n + 1]` came after key `n` last time; `#next[0]` came first. */
  #next = new Int32Array(65).fill(ABSENT)
  #slots = new Int32Array(256).fill(ABSENT)
  #size = 0
  readonly #seed: number

  /** @param seed any number that senders cannot know */
  constructor(seed: number) {
    this.#seed = seed | 0
  }

  get size(): number {
    return this.#size
  }

  /** What the keys take, for those who bound it. */
  get keyBytes(): number {
    return this.#arenaWords * 4
  }

  /** The key that came after `previous` last time (-1: at the start), or -1. */
  expected(previous: number): number {
    const n = this.#next[previous + 1]!
    return n < this.#size ? n : ABSENT
  }

  byteLength(n: number): number {
    return this.#lengths[n]!
  }

  /** What key `n` was found in: 0 unless told. */
  contextOf(n: number): number {
    return this.#contexts[n]!
  }

  /** The bytes of key `n`; a view that holds until the next {@link find}. */
  bytes(n: number): Uint8Array {
    return new Uint8Array(this.#arena.buffer, this.#offsets[n]! * 4, this.#lengths[n])
  }

  /** Whether the bytes of key `n` stand at `at`; {@link KEY_SLACK} bytes after them are readable. */
  stands(n: number, view: DataView, at: number): boolean {
    const arena = this.#arena
    const length = this.#lengths[n]!
    let word = this.#offsets[n]!
    const whole = at + (length & ~3)
    // Four at a time: one branch for sixteen bytes.
    for (; at + 16 <= whole; at += 16, word += 4) {
      const differs =
        (arena[word]! ^ view.getInt32(at, true)) |
        (arena[word + 1]! ^ view.getInt32(at + 4, true)) |
        (arena[word + 2]! ^ view.getInt32(at + 8, true)) |
        (arena[word + 3]! ^ view.getInt32(at + 12, true))
      if (differs !== 0) return false
    }
    for (; at < whole; at += 4) if (arena[word++] !== view.getInt32(at, true)) return false
    return (length & 3) === 0 || arena[word] === lastWord(view, at, length & 3)
  }

  /**
   * The number of `[from, to)`, taken in when it is new; remembers that it followed `previous`.
   *
   * @param context 32 bits that must be equal too
   */
  find(view: DataView, from: number, to: number, previous: number, context = 0): number {
    const hash = this.#hash(view, from, to, context)
    const mask = this.#slots.length - 1
    const length = to - from
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = this.#slots[slot]!
      if (n === ABSENT) break
      if (this.#hashes[n] !== hash || this.#lengths[n] !== length) continue
      if (this.#contexts[n] !== context) continue
      if (!this.stands(n, view, from)) continue
      this.#next[previous + 1] = n
      return n
    }
    return this.#add(view, { from, to, previous, hash, context })
  }

  /** Forgets the keys from number `size` on: those that came in last. */
  truncate(size: number): void {
    invariant(size <= this.#size, 'a table of keys cannot grow by being cut')
    if (size === this.#size) return
    const mask = this.#slots.length - 1
    // From the last one back: those before it were placed as if it was never there.
    for (let n = this.#size - 1; n >= size; n--) {
      let slot = this.#hashes[n]! & mask
      while (this.#slots[slot] !== n) slot = (slot + 1) & mask
      this.#slots[slot] = ABSENT
    }
    this.#arenaWords = this.#offsets[size]!
    this.#size = size
  }

  #add(
    view: DataView,
    key: {
      readonly from: number
      readonly to: number
      readonly previous: number
      readonly hash: number
      readonly context: number
    },
  ): number {
    const n = this.#size
    const length = key.to - key.from
    this.#reserve((length + 3) >> 2)
    const arena = this.#arena
    let word = this.#arenaWords
    this.#offsets[n] = word
    this.#lengths[n] = length
    this.#hashes[n] = key.hash
    this.#contexts[n] = key.context
    let at = key.from
    for (const whole = at + (length & ~3); at < whole; at += 4) {
      arena[word++] = view.getInt32(at, true)
    }
    if ((length & 3) !== 0) arena[word++] = lastWord(view, at, length & 3)
    this.#arenaWords = word
    this.#next[n + 1] = ABSENT
    this.#next[key.previous + 1] = n
    this.#size++
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    else this.#place(n)
    return n
  }

  /** Words multiplied and folded, Murmur's way. */
  #hash(view: DataView, from: number, to: number, context: number): number {
    let hash = this.#seed ^ Math.imul(context, 0xc2b2ae35)
    let at = from
    for (const whole = from + ((to - from) & ~3); at < whole; at += 4) {
      hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1)
      hash ^= hash >>> 15
    }
    const rest = to - at
    if (rest > 0) hash = Math.imul(hash ^ lastWord(view, at, rest), 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 16) ^ (to - from), 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }

  #place(n: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[n]! & mask
    while (this.#slots[slot] !== ABSENT) slot = (slot + 1) & mask
    this.#slots[slot] = n
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(ABSENT)
    for (let n = 0; n < this.#size; n++) this.#place(n)
  }

  #reserve(words: number): void {
    if (this.#arenaWords + words > this.#arena.length) {
      const arena = new Int32Array(Math.max(this.#arena.length * 2, this.#arenaWords + words))
      arena.set(this.#arena.subarray(0, this.#arenaWords))
      this.#arena = arena
    }
    if (this.#size < this.#offsets.length) return
    const capacity = this.#offsets.length * 2
    this.#offsets = grown(this.#offsets, new Uint32Array(capacity))
    this.#lengths = grown(this.#lengths, new Uint32Array(capacity))
    this.#hashes = grown(this.#hashes, new Int32Array(capacity))
    this.#contexts = grown(this.#contexts, new Int32Array(capacity))
    this.#next = grown(this.#next, new Int32Array(capacity + 1).fill(ABSENT))
  }
}

/** The last one to three bytes of a key as a word, what follows them taken as zeros. */
function lastWord(view: DataView, at: number, count: number): number {
  return view.getInt32(at, true) & ((1 << (count * 8)) - 1)
}

function grown<A extends Uint32Array | Int32Array>(from: A, into: A): A {
  into.set(from)
  return into
}
