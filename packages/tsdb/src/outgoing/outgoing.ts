/**
 * The durable queue of what leaves: while somebody sends samples on (remote write), each commit puts a
 * copy of what it brought into the table `outgoing`, in its own transaction. So what was acknowledged
 * to a sender is in the queue, or neither is.
 *
 * ```
 * record   7   8   9   10   11   12        numbers only grow
 *          └───┘ gone       ▲    ▲
 *              eu: 10 ──────┘    │         each queue's place: the last record that it has sent
 *              us: 11 ───────────┘
 * ```
 *
 * Records that all queues have passed go; so do the oldest when there are too many bytes, or they are
 * too old: a receiver that is down for days must not fill the disk. Whoever is behind then finds the
 * gap by the counts in the next record.
 *
 * A copy, though a batch is on disk already: batches go when their window is sealed, under keys that
 * are not in the order of commits, and their numbers start anew with each window. Bytes are cheap
 * beside the sync that a commit waits for; docs/benchmarks.md has the figures.
 */
import { WeirError } from '@weir/model'

import type { Core } from '../core.ts'
import { pairKey, readPairKey } from '../disk/environment.ts'
import { type OutgoingHead, decodeOutgoing, encodeOutgoing } from './record.ts'

/** Where a queue is. */
export interface OutgoingPlace {
  /** The last record that is done; those after it are still to be sent. */
  readonly record: number
  /** Samples of all records up to that one. */
  readonly samples: number
}

/** Who sends samples on, and how much may wait for them. */
export interface OutgoingOptions {
  /** A name each. One that is new begins with what comes next; what one leaves behind goes. */
  readonly queues: readonly string[]
  readonly bytesMax: number
  readonly ageMaxMs: number
  /** Whether history is sent on too: those that send keep the samples for good. */
  readonly takesHistory?: boolean
}

interface OutgoingState {
  readonly last: OutgoingPlace & { readonly bytes: number }
  readonly queues: Readonly<Record<string, OutgoingPlace>>
}

/** Under this key of `meta` is an {@link OutgoingState}. */
const STATE = 'outgoing'
/** Records that one transaction takes out. */
const SLICE = 1_000
const WORD = 2 ** 32

/** Words of the memory that tails share with the writer: how far they may read. */
export const LAST_RECORD = 0
export const LAST_SAMPLES = 1

export function outgoingKey(record: number): Uint8Array {
  return pairKey(Math.floor(record / WORD), record % WORD)
}

export function outgoingNumber(key: Uint8Array): number {
  const [high, low] = readPairKey(key)
  return high * WORD + low
}

export class Outgoing {
  readonly #core: Core
  /** How far tails may read: told when the dictionary knows all that is in the records. */
  readonly shared = new BigInt64Array(new SharedArrayBuffer(16))
  #options: OutgoingOptions = { queues: [], bytesMax: 0, ageMaxMs: 0 }
  readonly #places = new Map<string, OutgoingPlace>()
  /** The newest record ever written, and the samples and bytes of all up to it. */
  #last = { record: 0, samples: 0, bytes: 0 }
  /** The same with the transaction under way. */
  #next = this.#last
  /** Every record up to this is gone. */
  #gone = 0
  /** Whether places are known that are not on disk. */
  #isUnsaved = false

  constructor(core: Core) {
    this.#core = core
  }

  get isOn(): boolean {
    return this.#options.queues.length > 0
  }

  /** Whether history leaves too. */
  get takesHistory(): boolean {
    return this.#options.takesHistory === true
  }

  /** Reads back what is on disk. */
  load(): void {
    const { meta, outgoing } = this.#core.environment
    const text = meta.get(STATE)
    if (text !== undefined) {
      const { last, queues } = JSON.parse(text) as OutgoingState
      this.#last = last
      for (const [name, place] of Object.entries(queues)) this.#places.set(name, place)
    }
    for (const { key, value } of outgoing.getRange({ reverse: true, limit: 1 })) {
      const { samplesBefore, samples, bytesBefore } = decodeOutgoing(value)
      this.#last = {
        record: outgoingNumber(key),
        samples: samplesBefore + samples,
        bytes: bytesBefore + value.length,
      }
    }
    // A copy of the directory may know less than its places.
    for (const { record, samples } of this.#places.values()) {
      if (record > this.#last.record) this.#last = { ...this.#last, record, samples }
    }
    this.#gone = this.#last.record
    for (const key of outgoing.getKeys({ limit: 1 })) this.#gone = outgoingNumber(key) - 1
    this.#next = this.#last
    this.published()
  }

  /** Bytes that wait, and since when the oldest does; undefined when nothing waits. */
  waiting(): { readonly bytes: number; readonly sinceMs: number } | undefined {
    const oldest = this.#oldest()
    if (oldest === undefined) return undefined
    return { bytes: this.#last.bytes - oldest.bytesBefore, sinceMs: oldest.writtenMs }
  }

  /** Where each queue is. */
  places(): ReadonlyMap<string, OutgoingPlace> {
    return this.#places
  }

  /** Says who sends from now on. It is on disk when this returns. */
  configure(options: OutgoingOptions): void {
    this.#options = options
    for (const name of this.#places.keys()) {
      if (options.queues.includes(name)) continue
      this.#places.delete(name)
      this.#isUnsaved = true
    }
    const { record, samples } = this.#last
    for (const name of options.queues) {
      if (this.#places.has(name)) continue
      this.#places.set(name, { record, samples })
      this.#isUnsaved = true
    }
    this.#save()
  }

  /** A queue has sent everything up to a place. Kept with the next {@link trim}. */
  passed(name: string, place: OutgoingPlace): void {
    const before = this.#places.get(name)
    if (before === undefined || place.record <= before.record) return
    this.#places.set(name, place)
    this.#isUnsaved = true
  }

  /** Puts what a commit brings into the open transaction. */
  write(samples: number, batches: readonly Uint8Array[], pages: readonly Uint8Array[]): void {
    if (!this.isOn || (batches.length === 0 && pages.length === 0)) return
    const { record, samples: samplesBefore, bytes: bytesBefore } = this.#last
    const writtenMs = this.#core.settings.clock.now()
    const value = encodeOutgoing({
      writtenMs,
      samplesBefore,
      bytesBefore,
      samples,
      batches,
      pages,
    })
    this.#core.environment.outgoing.putSync(outgoingKey(record + 1), value)
    this.#next = {
      record: record + 1,
      samples: samplesBefore + samples,
      bytes: bytesBefore + value.length,
    }
  }

  /** The transaction is on disk, and readers know its series. */
  published(): void {
    this.#last = this.#next
    Atomics.store(this.shared, LAST_SAMPLES, BigInt(this.#last.samples))
    Atomics.store(this.shared, LAST_RECORD, BigInt(this.#last.record))
  }

  /** The transaction failed. */
  undo(): void {
    this.#next = this.#last
  }

  /** Takes out what all queues have passed and what is too much, and keeps the places; a slice at a time. */
  trim(): 'done' | 'more' {
    const until = Math.max(this.#passedByAll(), this.#tooMuch())
    const end = Math.min(until, this.#gone + SLICE)
    if (end > this.#gone) {
      const { root, outgoing } = this.#core.environment
      root.transactionSync(() => {
        for (let record = this.#gone + 1; record <= end; record++) {
          outgoing.removeSync(outgoingKey(record))
        }
        this.#putState()
      })
      this.#gone = end
    } else this.#save()
    return end < until ? 'more' : 'done'
  }

  #passedByAll(): number {
    let least = this.#last.record
    for (const { record } of this.#places.values()) least = Math.min(least, record)
    return least
  }

  /** The last record that has to go since it is too old or since too many bytes wait. */
  #tooMuch(): number {
    const { bytesMax, ageMaxMs } = this.#options
    const oldestMs = this.#core.settings.clock.now() - ageMaxMs
    const isTooMuch = ({ bytesBefore, writtenMs }: OutgoingHead): boolean =>
      this.#last.bytes - bytesBefore > bytesMax || writtenMs < oldestMs
    let last = 0
    const newest = Math.min(this.#gone + SLICE, this.#last.record)
    for (let record = this.#gone + 1; record <= newest; record++) {
      const head = this.#head(record)
      // One that is damaged goes when the next one does.
      if (head !== undefined && !isTooMuch(head)) break
      if (head !== undefined) last = record
    }
    return last
  }

  #oldest(): OutgoingHead | undefined {
    return this.#gone === this.#last.record ? undefined : this.#head(this.#gone + 1)
  }

  #head(record: number): OutgoingHead | undefined {
    try {
      const value = this.#core.environment.outgoing.get(outgoingKey(record))
      return value === undefined ? undefined : decodeOutgoing(value)
    } catch (error) {
      if (error instanceof WeirError && error.code === 'STORAGE_CORRUPT') return undefined
      throw error
    }
  }

  #save(): void {
    if (!this.#isUnsaved) return
    this.#core.environment.root.transactionSync(() => this.#putState())
  }

  #putState(): void {
    const state: OutgoingState = { last: this.#last, queues: Object.fromEntries(this.#places) }
    this.#core.environment.meta.putSync(STATE, JSON.stringify(state))
    this.#isUnsaved = false
  }
}
