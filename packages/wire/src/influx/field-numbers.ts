const ABSENT = -1

/**
 * Numbers for fields of series: for pairs (head, name), where a head is a measurement with its tags and
 * both are numbers already. Senders write the fields of a head in the same order each time, so each
 * field remembers which one followed; {@link expected} costs one look at memory. Else the pair is
 * hashed and looked up by open addressing. Numbers are dense, from 0.
 */
export class FieldNumbers {
  heads = new Int32Array(256)
  names = new Int32Array(256)
  /** What followed a field last time; of a head, its first field. */
  #next = new Int32Array(256).fill(ABSENT)
  #first = new Int32Array(256).fill(ABSENT)
  #slots = new Int32Array(1024).fill(ABSENT)
  #size = 0
  readonly #seed: number

  /** @param seed any number that senders cannot know */
  constructor(seed: number) {
    this.#seed = seed | 0
  }

  get size(): number {
    return this.#size
  }

  /** The field that followed `previous` of this head last time (-1: its first one), or -1. */
  expected(head: number, previous: number): number {
    if (previous >= 0) return this.#next[previous]!
    return head < this.#first.length ? this.#first[head]! : ABSENT
  }

  /** The number of a pair, taken in when it is new. */
  find(head: number, name: number): number {
    const mask = this.#slots.length - 1
    let slot = this.#hash(head, name) & mask
    for (; ; slot = (slot + 1) & mask) {
      const n = this.#slots[slot]!
      if (n === ABSENT) return this.#add(head, name)
      if (this.heads[n] === head && this.names[n] === name) return n
    }
  }

  /** Remembers that `n` followed `previous` of this head (-1: came first). */
  follow(head: number, previous: number, n: number): void {
    if (previous >= 0) {
      this.#next[previous] = n
      return
    }
    if (head >= this.#first.length) {
      this.#first = grown(this.#first, Math.max(head + 1, this.#first.length * 2))
    }
    this.#first[head] = n
  }

  #add(head: number, name: number): number {
    const n = this.#size++
    if (n === this.heads.length) {
      this.heads = grown(this.heads, n * 2)
      this.names = grown(this.names, n * 2)
      this.#next = grown(this.#next, n * 2)
    }
    this.heads[n] = head
    this.names[n] = name
    if (this.#size * 2 > this.#slots.length) this.#rehash()
    else this.#place(n)
    return n
  }

  #hash(head: number, name: number): number {
    let hash = Math.imul(head ^ this.#seed, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15) ^ name, 0x85ebca6b)
    return hash ^ (hash >>> 13)
  }

  #place(n: number): void {
    const mask = this.#slots.length - 1
    let slot = this.#hash(this.heads[n]!, this.names[n]!) & mask
    while (this.#slots[slot] !== ABSENT) slot = (slot + 1) & mask
    this.#slots[slot] = n
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(ABSENT)
    for (let n = 0; n < this.#size; n++) this.#place(n)
  }
}

function grown(from: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const into = new Int32Array(length).fill(ABSENT)
  into.set(from)
  return into
}
