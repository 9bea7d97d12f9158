import type { OutgoingPlace } from '@weir/tsdb'

interface OpenRecord {
  readonly place: OutgoingPlace
  readonly writtenMs: number
}

/**
 * How far a queue is: everything up to its place has been taken by the receiver, or dropped. Records
 * are read in order and are done in any order.
 */
export class PlaceKeeper {
  #place: OutgoingPlace
  /** Read, and not known to be done. */
  readonly #open: OpenRecord[] = []

  constructor(place: OutgoingPlace) {
    this.#place = place
  }

  get place(): OutgoingPlace {
    return this.#place
  }

  /** When the oldest record that is not done was written; undefined when all that was read is done. */
  get oldestMs(): number | undefined {
    return this.#open[0]?.writtenMs
  }

  /** A record was read. */
  open(place: OutgoingPlace, writtenMs: number): void {
    this.#open.push({ place, writtenMs })
  }

  /** Moves past all records below the oldest that still has something to be sent. */
  advance(oldestRecord: number): void {
    let done = 0
    while (done < this.#open.length && this.#open[done]!.place.record < oldestRecord) done++
    if (done === 0) return
    this.#place = this.#open[done - 1]!.place
    this.#open.splice(0, done)
  }
}
