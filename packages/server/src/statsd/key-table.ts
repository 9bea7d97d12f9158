import { invariant } from '@weir/model'
import type { EventColumns } from '@weir/wire'

/** What a key stands for when it is no series: known, and not to be kept. */
export const DROPPED = -1
/** The series is gone; the name has to be looked at again. */
export const FORGOTTEN = -2
/** `REFUSED - reason`: every event of this key is refused for that reason. */
export const REFUSED = -16

// A record in 32-bit words; the bytes follow.
const HASH = 0
/** Bytes of the name, and of the tags above them. */
const LENGTHS = 1
/** Bytes of the container id, the type above them, and above that how the listener reads names. */
const CONTAINER_AND_TYPE = 2
const SERIES = 3
/** Place in the list of treatments, and marks above it. */
const TREATMENT_AND_MARKS = 4
const HEAD_WORDS = 5

const TREATMENTS_MAX = 65_536
/** Marks of a key, counted with each of its events. The lowest eight bits are tags that were left out. */
export const TAG_ERRORS = 0xff
/** No rule was found for it. */
export const UNMAPPED = 0x100
/** It has tags. */
export const TAGGED = 0x200

/** What a mapping rule says about values. */
export interface Treatment {
  readonly scale: number
  /** Whether a gauge's sign is part of its value; undefined leaves it to the listener. */
  readonly absolute: boolean | undefined
}
const NO_TREATMENT: Treatment = { scale: 1, absolute: undefined }
/** 256 MiB; then the table is emptied too. */
const WORDS_MAX = 1 << 26

/**
 * Raw bytes of name, tags and container, and the type → number of a series. What makes a known line
 * cheap: one look-up, no string.
 *
 * Open addressing with linear probing over the hash that the parser made; the bytes are compared, so that
 * nobody can make two names meet by choosing their hash. All that is known of a key lies in one place,
 * so that a line finds it in two or three cache lines:
 *
 *     table[hash & mask] = key, or 0        records[key] = hash, lengths, type, series, treatment, bytes …
 *
 * Keys are never taken out one by one: a key whose series went is marked and asked for again, and
 * when the table is full it is emptied and fills up anew from what still arrives.
 */
export class KeyTable {
  length = 0

  readonly #keysMax: number
  #table = new Int32Array(2048)
  #mask = 2047
  #records = new Int32Array(1 << 14)
  /** The same memory, for bytes at any place. */
  #view = new DataView(this.#records.buffer)
  /** The next free word; 0 is no key. */
  #end = 1
  /** What mapping rules say about values; nothing first. */
  readonly #treatments = [NO_TREATMENT]

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  /** Series number of a key, or one of the negative numbers above. */
  seriesOf(key: number): number {
    return this.#records[key + SERIES]!
  }

  /** What the mapping rule says about values. */
  treatmentOf(key: number): Treatment {
    return this.#treatments[this.#records[key + TREATMENT_AND_MARKS]! & 0xffff]!
  }

  /** {@link TAG_ERRORS}, {@link UNMAPPED} and {@link TAGGED} of a key. */
  marksOf(key: number): number {
    return this.#records[key + TREATMENT_AND_MARKS]! >>> 16
  }

  /** The key of event `i`, -1 when it is not known. */
  find(events: EventColumns, i: number): number {
    const hash = events.hash[i]!
    const table = this.#table
    const mask = this.#mask
    const records = this.#records
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const key = table[at]!
      if (key === 0) return -1
      if (records[key + HASH] === hash && this.#isSame(key, events, i)) return key
    }
  }

  /** Adds the key of event `i`, which must not be there. */
  add(events: EventColumns, i: number): number {
    if (this.length >= this.#keysMax || this.#end > WORDS_MAX) this.clear()
    if (this.length * 2 === this.#table.length) this.#growTable()
    const nameFrom = events.nameFrom[i]!
    const tagsFrom = events.tagsFrom[i]!
    const containerFrom = events.containerFrom[i]!
    const nameBytes = events.nameTo[i]! - nameFrom
    const tagsBytes = events.tagsTo[i]! - tagsFrom
    const containerBytes = events.containerTo[i]! - containerFrom
    const key = this.#end
    this.#end = key + HEAD_WORDS + ((nameBytes + tagsBytes + containerBytes + 3) >> 2)
    if (this.#end > this.#records.length) this.#growRecords()
    const records = this.#records
    records[key + HASH] = events.hash[i]!
    records[key + LENGTHS] = nameBytes | (tagsBytes << 16)
    records[key + CONTAINER_AND_TYPE] =
      containerBytes | (events.type[i]! << 16) | (events.dialectBits << 24)
    records[key + SERIES] = FORGOTTEN
    records[key + TREATMENT_AND_MARKS] = 0
    const at = (key + HEAD_WORDS) * 4
    this.#copy(events, nameFrom, nameBytes, at)
    this.#copy(events, tagsFrom, tagsBytes, at + nameBytes)
    this.#copy(events, containerFrom, containerBytes, at + nameBytes + tagsBytes)
    this.length++
    this.#link(key)
    return key
  }

  /** Says what a key stands for: a series, or one of the negative numbers above. */
  resolve(
    key: number,
    to: { readonly series: number; readonly treatment?: Treatment; readonly marks: number },
  ): void {
    const { scale, absolute } = to.treatment ?? NO_TREATMENT
    let place = this.#treatments.findIndex((t) => t.scale === scale && t.absolute === absolute)
    if (place < 0) place = this.#treatments.push({ scale, absolute }) - 1
    invariant(place < TREATMENTS_MAX, `${place} different factors in mapping rules`)
    this.#records[key + SERIES] = to.series
    this.#records[key + TREATMENT_AND_MARKS] = place | (to.marks << 16)
  }

  /** Marks the keys whose series is gone, and those refused; empties the table when they are most of it. */
  forget(isGone: (series: number) => boolean): void {
    const records = this.#records
    let forgotten = 0
    for (const key of this.#table) {
      if (key === 0) continue
      const series = records[key + SERIES]!
      // A refusal may have been for want of room, or for a name that is free now.
      if (series <= REFUSED || (series >= 0 && isGone(series))) records[key + SERIES] = FORGOTTEN
      if (records[key + SERIES] === FORGOTTEN) forgotten++
    }
    if (forgotten > 1024 && forgotten > this.length / 2) this.clear()
  }

  /** Forgets every key; keeps the memory. */
  clear(): void {
    this.length = 0
    this.#end = 1
    this.#treatments.length = 1
    this.#table.fill(0)
  }

  #isSame(key: number, events: EventColumns, i: number): boolean {
    const nameFrom = events.nameFrom[i]!
    const tagsFrom = events.tagsFrom[i]!
    const containerFrom = events.containerFrom[i]!
    const nameBytes = events.nameTo[i]! - nameFrom
    const tagsBytes = events.tagsTo[i]! - tagsFrom
    const containerBytes = events.containerTo[i]! - containerFrom
    if (
      this.#records[key + LENGTHS] !== (nameBytes | (tagsBytes << 16)) ||
      this.#records[key + CONTAINER_AND_TYPE] !==
        (containerBytes | (events.type[i]! << 16) | (events.dialectBits << 24))
    ) {
      return false
    }
    const mine = this.#view
    const theirs = events.words
    const at = (key + HEAD_WORDS) * 4
    if (!isEqual(mine, at, theirs, nameFrom, nameBytes)) return false
    if (tagsBytes > 0 && !isEqual(mine, at + nameBytes, theirs, tagsFrom, tagsBytes)) return false
    return (
      containerBytes === 0 ||
      isEqual(mine, at + nameBytes + tagsBytes, theirs, containerFrom, containerBytes)
    )
  }

  #link(key: number): void {
    let at = this.#records[key + HASH]! & this.#mask
    while (this.#table[at] !== 0) at = (at + 1) & this.#mask
    this.#table[at] = key
  }

  #copy(events: EventColumns, from: number, length: number, into: number): void {
    for (let i = 0; i < length; i++) {
      this.#view.setUint8(into + i, events.words.getUint8(from + i))
    }
  }

  #growRecords(): void {
    const { length } = this.#records
    const grown = new Int32Array(Math.max(this.#end, length + (length >> 1)))
    grown.set(this.#records)
    this.#records = grown
    this.#view = new DataView(grown.buffer)
  }

  #growTable(): void {
    const before = this.#table
    this.#table = new Int32Array(before.length * 2)
    this.#mask = this.#table.length - 1
    for (const key of before) if (key !== 0) this.#link(key)
  }
}

/** Four bytes at a time; the last four may overlap those before. */
function isEqual(a: DataView, aFrom: number, b: DataView, bFrom: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) {
      if (a.getUint8(aFrom + i) !== b.getUint8(bFrom + i)) return false
    }
    return true
  }
  const last = length - 4
  for (let i = 0; i < last; i += 4) {
    if (a.getInt32(aFrom + i, true) !== b.getInt32(bFrom + i, true)) return false
  }
  return a.getInt32(aFrom + last, true) === b.getInt32(bFrom + last, true)
}
