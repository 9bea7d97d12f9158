import type { SeriesRef } from '@weir/model'

const ABSENT = -1

/**
 * The series of a target that its pages gave so far, in columns: nothing here is an object, since a
 * target may have a million and V8 goes through all objects again and again.
 */
export class Slots {
  /** The appender's number. */
  refs = new Int32Array(64)
  /** The number of the last good scrape that had it, 0 when it has ended. */
  seenIn = new Int32Array(64)
  count = 0
  #byRef = new Int32Array(64).fill(ABSENT)

  /** The slot of a series, -1 when it has none. */
  of(ref: SeriesRef): number {
    return this.#byRef[ref] ?? ABSENT
  }

  /** A slot for a series that has none, as one that has ended. */
  add(ref: SeriesRef): number {
    const slot = this.count++
    if (slot === this.refs.length) {
      this.refs = grown(this.refs, 0)
      this.seenIn = grown(this.seenIn, 0)
    }
    while (ref >= this.#byRef.length) this.#byRef = grown(this.#byRef, ABSENT)
    this.refs[slot] = ref
    this.seenIn[slot] = 0
    this.#byRef[ref] = slot
    return slot
  }

  get living(): number {
    let living = 0
    for (let slot = 0; slot < this.count; slot++) if (this.seenIn[slot] !== 0) living++
    return living
  }

  /**
   * Forgets those that have ended, and numbers the others anew.
   *
   * @param forget hears of each that goes
   * @returns old slot → new one, -1 for those that went
   */
  compact(forget: (ref: SeriesRef) => void): Int32Array {
    const moved = new Int32Array(this.count).fill(ABSENT)
    const { refs, seenIn, count } = this
    this.refs = new Int32Array(64)
    this.seenIn = new Int32Array(64)
    this.#byRef = new Int32Array(64).fill(ABSENT)
    this.count = 0
    for (let slot = 0; slot < count; slot++) {
      const ref = refs[slot]! as SeriesRef
      if (seenIn[slot] === 0) {
        forget(ref)
        continue
      }
      moved[slot] = this.add(ref)
      this.seenIn[moved[slot]!] = seenIn[slot]!
    }
    return moved
  }
}

function grown(from: Int32Array<ArrayBuffer>, fill: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(from.length * 2).fill(fill)
  larger.set(from)
  return larger
}
