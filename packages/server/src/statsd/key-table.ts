import type { EventColumns } from '@weir/wire'

/** What a key stands for when it is no series: known, and not to be kept. */
export const DROPPED = -1
/** The series is gone; the name has to be looked at again. */
export const FORGOTTEN = -2
/** `REFUSED - reason`: every event of this key is refused for that reason. */
export const REFUSED = -16

/**
 * Raw bytes of name, tags and container, and the type → number of a series. What makes a known line
 * cheap: one look-up, no string.
 *
 * Open addressing with linear probing over the hash that the parser made; the bytes lie one after the
 * other in one array and are compared, so that nobody can make two names meet by choosing their hash.
 *
 *     table[hash & mask] = key + 1, or 0       key → hash, offset, lengths, type, series
 *
 * Keys are never taken out one by one: a key whose series went is marked and asked for again, and
 * when the table is full it is emptied and fills up anew from what still arrives.
 */
export class KeyTable {
  /** Series number, or one of the negative numbers above. */
  series = new Int32Array(1024)
  /** The mapping rule's factor. */
  scale = new Float64Array(1024)
  /** Tags that were left out, counted with each event. */
  tagErrors = new Uint8Array(1024)
  length = 0

  readonly #keysMax: number
  #table = new Int32Array(2048)
  #mask = 2047
  #hash = new Int32Array(1024)
  #offset = new Uint32Array(1024)
  #nameBytes = new Uint16Array(1024)
  #tagsBytes = new Uint16Array(1024)
  #containerBytes = new Uint16Array(1024)
  #type = new Uint8Array(1024)
  #bytes = new Uint8Array(1 << 16)
  #bytesLength = 0

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  /** The key of event `i`, -1 when it is not known. */
  find(bytes: Uint8Array, events: EventColumns, i: number): number {
    const hash = events.hash[i]!
    const table = this.#table
    const mask = this.#mask
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const key = table[at]! - 1
      if (key < 0) return -1
      if (this.#hash[key] === hash && this.#isSame(key, bytes, events, i)) return key
    }
  }

  /** Adds the key of event `i`, which must not be there. */
  add(bytes: Uint8Array, events: EventColumns, i: number): number {
    if (this.length >= this.#keysMax) this.clear()
    if (this.length === this.series.length) this.#growKeys()
    const key = this.length++
    const nameFrom = events.nameFrom[i]!
    const nameBytes = events.nameTo[i]! - nameFrom
    const tagsBytes = events.tagsTo[i]! - events.tagsFrom[i]!
    const containerBytes = events.containerTo[i]! - events.containerFrom[i]!
    this.#hash[key] = events.hash[i]!
    this.#type[key] = events.type[i]!
    this.#nameBytes[key] = nameBytes
    this.#tagsBytes[key] = tagsBytes
    this.#containerBytes[key] = containerBytes
    this.#offset[key] = this.#bytesLength
    this.#reserve(nameBytes + tagsBytes + containerBytes)
    this.#push(bytes, nameFrom, nameBytes)
    this.#push(bytes, events.tagsFrom[i]!, tagsBytes)
    this.#push(bytes, events.containerFrom[i]!, containerBytes)
    this.scale[key] = 1
    this.tagErrors[key] = 0
    this.series[key] = FORGOTTEN
    this.#link(key)
    return key
  }

  /** Marks the keys whose series is gone, and those refused; empties the table when they are most of it. */
  forget(isGone: (series: number) => boolean): void {
    let forgotten = 0
    for (let key = 0; key < this.length; key++) {
      const series = this.series[key]!
      // A refusal may have been for want of room, or for a name that is free now.
      if (series <= REFUSED || (series >= 0 && isGone(series))) this.series[key] = FORGOTTEN
      if (this.series[key] === FORGOTTEN) forgotten++
    }
    if (forgotten > 1024 && forgotten > this.length / 2) this.clear()
  }

  /** Forgets every key; keeps the memory. */
  clear(): void {
    this.length = 0
    this.#bytesLength = 0
    this.#table.fill(0)
  }

  #isSame(key: number, bytes: Uint8Array, events: EventColumns, i: number): boolean {
    const nameFrom = events.nameFrom[i]!
    const tagsFrom = events.tagsFrom[i]!
    const nameBytes = this.#nameBytes[key]!
    const tagsBytes = this.#tagsBytes[key]!
    const containerBytes = this.#containerBytes[key]!
    if (
      this.#type[key] !== events.type[i] ||
      nameBytes !== events.nameTo[i]! - nameFrom ||
      tagsBytes !== events.tagsTo[i]! - tagsFrom ||
      containerBytes !== events.containerTo[i]! - events.containerFrom[i]!
    ) {
      return false
    }
    const mine = this.#bytes
    const at = this.#offset[key]!
    return (
      isEqual(mine, at, bytes, nameFrom, nameBytes) &&
      isEqual(mine, at + nameBytes, bytes, tagsFrom, tagsBytes) &&
      isEqual(mine, at + nameBytes + tagsBytes, bytes, events.containerFrom[i]!, containerBytes)
    )
  }

  #link(key: number): void {
    let at = this.#hash[key]! & this.#mask
    while (this.#table[at] !== 0) at = (at + 1) & this.#mask
    this.#table[at] = key + 1
  }

  #push(bytes: Uint8Array, from: number, length: number): void {
    for (let j = from; j < from + length; j++) this.#bytes[this.#bytesLength++] = bytes[j]!
  }

  #reserve(more: number): void {
    const want = this.#bytesLength + more
    if (want <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(want, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
  }

  #growKeys(): void {
    const capacity = this.series.length * 2
    this.series = copied(this.series, new Int32Array(capacity))
    this.scale = copied(this.scale, new Float64Array(capacity))
    this.tagErrors = copied(this.tagErrors, new Uint8Array(capacity))
    this.#hash = copied(this.#hash, new Int32Array(capacity))
    this.#offset = copied(this.#offset, new Uint32Array(capacity))
    this.#nameBytes = copied(this.#nameBytes, new Uint16Array(capacity))
    this.#tagsBytes = copied(this.#tagsBytes, new Uint16Array(capacity))
    this.#containerBytes = copied(this.#containerBytes, new Uint16Array(capacity))
    this.#type = copied(this.#type, new Uint8Array(capacity))
    this.#table = new Int32Array(capacity * 2)
    this.#mask = capacity * 2 - 1
    for (let key = 0; key < this.length; key++) this.#link(key)
  }
}

/** Four bytes a turn: the differences are gathered and looked at once. */
function isEqual(
  a: Uint8Array,
  aFrom: number,
  b: Uint8Array,
  bFrom: number,
  length: number,
): boolean {
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const x = aFrom + i
    const y = bFrom + i
    const difference =
      (a[x]! ^ b[y]!) | (a[x + 1]! ^ b[y + 1]!) | (a[x + 2]! ^ b[y + 2]!) | (a[x + 3]! ^ b[y + 3]!)
    if (difference !== 0) return false
  }
  for (; i < length; i++) if (a[aFrom + i] !== b[bFrom + i]) return false
  return true
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from)
  return into
}
