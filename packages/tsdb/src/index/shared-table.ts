/**
 * Growing tables in shared memory: a list of equal segments. The writer adds segments and tells the
 * readers; what is below a count that was published is never changed.
 */
import { invariant } from '@weir/model'

/** Tells readers of a new segment of the table called `name`. */
export type TableTell = (name: string, index: number, shared: SharedArrayBuffer) => void

/** Whole numbers, `1 << shift` a segment. */
export class WordTable {
  readonly name: string
  readonly shift: number
  readonly segments: Uint32Array[] = []
  readonly #mask: number
  readonly #tell: TableTell | undefined
  /** What all segments share that were passed; one of them gets its own before it is written to. */
  #nothing: SharedArrayBuffer | undefined

  /** @param tell absent on the reader's side, which only ever hears of segments */
  constructor(name: string, shift: number, tell?: TableTell) {
    this.name = name
    this.shift = shift
    this.#mask = (1 << shift) - 1
    this.#tell = tell
  }

  /** Whether this side knows the segment of an index. */
  has(index: number): boolean {
    return index >>> this.shift < this.segments.length
  }

  get(index: number): number {
    return this.segments[index >>> this.shift]![index & this.#mask]!
  }

  set(index: number, value: number): void {
    this.#reach(index >>> this.shift)[index & this.#mask] = value
  }

  /** Leaves out all below an index: whole segments there hold nothing, and share one. */
  pass(index: number): void {
    while (this.segments.length < index >>> this.shift) {
      const segment = this.segments.length
      this.#nothing ??= new SharedArrayBuffer(4 << this.shift)
      this.adopt(segment, this.#nothing)
      this.#tell?.(this.name, segment, this.#nothing)
    }
    if ((index & this.#mask) !== 0) this.#reach(index >>> this.shift)
  }

  /** Takes a segment in; both sides. */
  adopt(index: number, shared: SharedArrayBuffer): void {
    this.segments[index] = new Uint32Array(shared)
  }

  #reach(segment: number): Uint32Array {
    while (this.segments.length <= segment) {
      const index = this.segments.length
      const shared = new SharedArrayBuffer(4 << this.shift)
      this.adopt(index, shared)
      this.#tell?.(this.name, index, shared)
    }
    if (this.#nothing !== undefined && this.segments[segment]!.buffer === this.#nothing) {
      const shared = new SharedArrayBuffer(4 << this.shift)
      this.adopt(segment, shared)
      this.#tell?.(this.name, segment, shared)
    }
    return this.segments[segment]!
  }
}

/** Bytes, `1 << shift` a segment; a run of bytes never crosses from one segment into the next. */
export class ByteTable {
  readonly name: string
  readonly shift: number
  readonly segments: Buffer[] = []
  readonly #tell: TableTell | undefined
  #end = 0

  constructor(name: string, shift: number, tell?: TableTell) {
    this.name = name
    this.shift = shift
    this.#tell = tell
  }

  /** Where bytes of this length begin: stores them behind all others. */
  push(bytes: Uint8Array, from: number, to: number): number {
    const size = 1 << this.shift
    const length = to - from
    invariant(length <= size, 'a symbol is longer than a segment')
    if ((this.#end & (size - 1)) + length > size) this.#end = (this.#end | (size - 1)) + 1
    const at = this.#end
    if (at >>> this.shift >= this.segments.length) {
      const shared = new SharedArrayBuffer(size)
      const index = this.segments.length
      this.adopt(index, shared)
      this.#tell?.(this.name, index, shared)
    }
    const segment = this.segments[at >>> this.shift]!
    const start = at & (size - 1)
    for (let i = 0; i < length; i++) segment[start + i] = bytes[from + i]!
    this.#end = at + length
    return at
  }

  adopt(index: number, shared: SharedArrayBuffer): void {
    this.segments[index] = Buffer.from(shared)
  }

  text(at: number, length: number): string {
    const start = at & ((1 << this.shift) - 1)
    return this.segments[at >>> this.shift]!.toString('utf8', start, start + length)
  }
}

/**
 * An open-addressing hash table of numbers, in one shared array that is replaced when it grows. It
 * holds `number + 1`; what a number stands for is compared by the caller.
 */
export class HashSlots {
  readonly name: string
  slots: Int32Array
  #used = 0
  readonly #tell: TableTell | undefined

  constructor(name: string, tell?: TableTell) {
    this.name = name
    this.slots = new Int32Array(new SharedArrayBuffer(4 * 1024))
    this.#tell = tell
    tell?.(name, 0, this.slots.buffer as SharedArrayBuffer)
  }

  adopt(_index: number, shared: SharedArrayBuffer): void {
    this.slots = new Int32Array(shared)
  }

  /** Puts a number that is not there yet; `hashOf` gives the hashes of those that must move when it grows. */
  insert(number: number, hash: number, hashOf: (number: number) => number): void {
    if (++this.#used * 3 > this.slots.length * 2) this.#grow(this.slots.length * 2, hashOf)
    place(this.slots, number, hash)
  }

  /** Makes room for `more` numbers at once, so that the table does not grow in many steps. */
  reserve(more: number, hashOf: (number: number) => number): void {
    let size = this.slots.length
    while ((this.#used + more) * 3 > size * 2) size *= 2
    if (size > this.slots.length) this.#grow(size, hashOf)
  }

  /** Puts all numbers anew; `count` is how many they are. */
  rebuild(numbers: Iterable<number>, count: number, hashOf: (number: number) => number): void {
    let size = 1024
    while (size < count * 2) size *= 2
    const slots = new Int32Array(new SharedArrayBuffer(size * 4))
    for (const number of numbers) place(slots, number, hashOf(number))
    this.#used = count
    this.slots = slots
    this.#tell?.(this.name, 0, slots.buffer)
  }

  #grow(size: number, hashOf: (number: number) => number): void {
    const slots = new Int32Array(new SharedArrayBuffer(size * 4))
    const old = this.slots
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!
      if (entry > 0) place(slots, entry - 1, hashOf(entry - 1))
    }
    this.slots = slots
    this.#tell?.(this.name, 0, slots.buffer)
  }
}

function place(slots: Int32Array, number: number, hash: number): void {
  const mask = slots.length - 1
  let slot = hash & mask
  while (slots[slot] !== 0) slot = (slot + 1) & mask
  Atomics.store(slots, slot, number + 1)
}

/** FNV-1a over bytes, with a final mix so that the low bits may choose a slot. */
export function hashBytes(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return mix(hash)
}

export function hashPair(name: number, value: number): number {
  return mix(Math.imul(name, 0x9e3779b1) ^ Math.imul(value + 1, 0x85ebca6b))
}

/** Folds one more number into a hash. */
export function hashNext(hash: number, number: number): number {
  return Math.imul(hash ^ number, 0x01000193) ^ (hash >>> 15)
}

export function mix(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
