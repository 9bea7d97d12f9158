import { boundText } from './bound-text.ts'
import type { SeriesNames } from './series-names.ts'
import { readPairs } from './series-syntax.ts'

/** Which label of a series holds a number, and so is written in one form: `le="1"` becomes `le="1.0"`. */
export const NO_NUMBER = 0
export const LE_NUMBER = 1
export const QUANTILE_NUMBER = 2

const ABSENT = -1
const NOTHING = new Uint8Array(0)

/**
 * The series that a target has sent so far, found again by the bytes of `name{labels}`.
 *
 * A target sends the same page again and again; only values move. So the bytes of each series are
 * kept (one arena, no object per series), and for each the number of the one that followed it last
 * time. A line is first compared with the one expected: one pass over bytes, no hash, no string, no
 * allocation. Only when that fails is the line parsed, hashed and looked up.
 *
 * Numbers are dense, from 0, and stay until {@link retain}.
 */
export class SeriesTable implements SeriesNames {
  #arena = new Uint8Array(4096)
  #arenaBytes = 0
  #offsets = new Uint32Array(64)
  #lengths = new Uint32Array(64)
  #hashes = new Uint32Array(64)
  #numbers = new Uint8Array(64)
  /** `#next[n + 1]` followed series `n` last time; `#next[0]` came first. */
  #next = new Int32Array(65).fill(ABSENT)
  #slots = new Int32Array(256).fill(ABSENT)
  #size = 0
  #bytes: Uint8Array = NOTHING
  #page: DataView = new DataView(NOTHING.buffer)
  #arenaView = new DataView(this.#arena.buffer)

  get size(): number {
    return this.#size
  }

  /** Tells that what is looked for next stands in these bytes: four of them are compared at a time then. They are held until told otherwise. */
  lookInto(bytes: Uint8Array): void {
    this.#bytes = bytes
    this.#page = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** How many bytes series `n` takes on the page. */
  byteLength(n: number): number {
    return this.#lengths[n]!
  }

  /** The series expected after `previous` (-1: at the start) if its bytes stand at `at`, else -1. */
  expected(bytes: Uint8Array, at: number, previous: number): number {
    const n = this.#next[previous + 1]!
    return n >= 0 && this.#matches(n, bytes, at) ? n : ABSENT
  }

  /** The number of the series `bytes[from, to)`, or -1 when it is new. Remembers that it followed `previous`. */
  find(bytes: Uint8Array, from: number, to: number, previous: number): number {
    const hash = hashOf(bytes, from, to)
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = this.#slots[slot]!
      if (n === ABSENT) return ABSENT
      if (this.#hashes[n] === hash && this.#lengths[n] === to - from) {
        if (this.#matches(n, bytes, from)) {
          this.#next[previous + 1] = n
          return n
        }
      }
    }
  }

  /** Takes in a series that {@link find} did not know. */
  add(bytes: Uint8Array, from: number, to: number, previous: number, number: number): number {
    const n = this.#size
    this.#reserve(to - from)
    this.#arena.set(bytes.subarray(from, to), this.#arenaBytes)
    this.#offsets[n] = this.#arenaBytes
    this.#lengths[n] = to - from
    this.#hashes[n] = hashOf(bytes, from, to)
    this.#numbers[n] = number
    this.#next[n + 1] = ABSENT
    this.#next[previous + 1] = n
    this.#arenaBytes += to - from
    this.#size++
    if (this.#size * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2)
    else this.#place(n)
    return n
  }

  pairs(n: number): string[] {
    const from = this.#offsets[n]!
    const pairs = readPairs(this.#arena, from, from + this.#lengths[n]!)
    const number = this.#numbers[n]!
    if (number !== NO_NUMBER) writeNumberAlike(pairs, number === LE_NUMBER ? 'le' : 'quantile')
    return pairs
  }

  retain(isKept: Uint8Array): Int32Array {
    const moved = new Int32Array(this.#size).fill(ABSENT)
    const old = { arena: this.#arena, offsets: this.#offsets, lengths: this.#lengths }
    const oldNumbers = this.#numbers
    const count = this.#size
    this.#arena = new Uint8Array(this.#arenaBytes)
    this.#arenaView = new DataView(this.#arena.buffer)
    this.#arenaBytes = 0
    this.#offsets = new Uint32Array(64)
    this.#lengths = new Uint32Array(64)
    this.#hashes = new Uint32Array(64)
    this.#numbers = new Uint8Array(64)
    this.#next = new Int32Array(65).fill(ABSENT)
    this.#slots = new Int32Array(256).fill(ABSENT)
    this.#size = 0
    let previous = ABSENT
    for (let n = 0; n < count; n++) {
      if (isKept[n] === 0) continue
      const from = old.offsets[n]!
      previous = this.add(old.arena, from, from + old.lengths[n]!, previous, oldNumbers[n]!)
      moved[n] = previous
    }
    return moved
  }

  #matches(n: number, bytes: Uint8Array, at: number): boolean {
    const length = this.#lengths[n]!
    if (at + length > bytes.length) return false
    const arena = this.#arena
    const offset = this.#offsets[n]!
    let i = 0
    if (bytes === this.#bytes) {
      const [page, known] = [this.#page, this.#arenaView]
      for (; i + 4 <= length; i += 4) {
        if (known.getInt32(offset + i, true) !== page.getInt32(at + i, true)) return false
      }
    }
    for (; i < length; i++) if (arena[offset + i] !== bytes[at + i]) return false
    return true
  }

  #place(n: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hashes[n]! & mask
    while (this.#slots[slot] !== ABSENT) slot = (slot + 1) & mask
    this.#slots[slot] = n
  }

  #rehash(slotCount: number): void {
    this.#slots = new Int32Array(slotCount).fill(ABSENT)
    for (let n = 0; n < this.#size; n++) this.#place(n)
  }

  #reserve(byteCount: number): void {
    if (this.#arenaBytes + byteCount > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#arenaBytes + byteCount))
      arena.set(this.#arena.subarray(0, this.#arenaBytes))
      this.#arena = arena
      this.#arenaView = new DataView(arena.buffer)
    }
    if (this.#size < this.#offsets.length) return
    const capacity = this.#offsets.length * 2
    this.#offsets = grown(this.#offsets, new Uint32Array(capacity))
    this.#lengths = grown(this.#lengths, new Uint32Array(capacity))
    this.#hashes = grown(this.#hashes, new Uint32Array(capacity))
    this.#numbers = grown(this.#numbers, new Uint8Array(capacity))
    this.#next = grown(this.#next, new Int32Array(capacity + 1).fill(ABSENT))
  }
}

function grown<A extends Uint32Array | Uint8Array | Int32Array>(from: A, into: A): A {
  into.set(from)
  return into
}

/** FNV-1a with a last stir; good enough for names, and the bytes are compared anyway. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Prometheus 3 writes the bounds of buckets and quantiles in one form, so that `1` and `1.0` are one series. */
function writeNumberAlike(pairs: string[], label: string): void {
  for (let i = 2; i < pairs.length; i += 2) {
    if (pairs[i] !== label) continue
    const value = pairs[i + 1]!
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) {
      pairs[i + 1] = boundText(Number(value))
    } else if (/^[+-]?inf(?:inity)?$/i.test(value)) {
      pairs[i + 1] = value.startsWith('-') ? '-Inf' : '+Inf'
    }
  }
}
