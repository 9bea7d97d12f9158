import type { Clock, Exemplar, NativeHistogram } from '@weir/model'
import { type RequestWriter, type SentLabels, packSnappy } from '@weir/wire'
import { Batch } from './batch.ts'
import type { Delivery, Parcel } from './delivery.ts'
import type { RemoteWriteOutEvents } from './events.ts'
import { LinkedAbort } from './linked-abort.ts'

/**
 * Requests that a batch may cost beyond its own when something in it is refused. Samples that come late, or
 * once more after a crash, lie side by side: a few dozen find them all.
 */
const PARTS_MAX = 256

export interface ShardOptions {
  readonly queue: string
  readonly capacity: number
  readonly samplesPerSend: number
  readonly deadlineMs: number
  /** 0: none is too old. */
  readonly ageLimitMs: number
  /** Whether a request that is refused for something in it is sent in parts, so that the rest of it is taken. */
  readonly partsRefused: boolean
  readonly writer: RequestWriter
  readonly tally: Tally
  readonly delivery: Delivery
  readonly clock: Clock
  readonly events: RemoteWriteOutEvents
}

/** What all shards of a queue have done together. */
export interface Tally {
  sent: number
  dropped: number
  highestSentMs: number
}

/**
 * A part of the series, sent one request after the other, so that the samples of a series arrive in
 * their order. What it holds in memory is on disk too: losing it costs sending it again.
 */
export class Shard {
  readonly #options: ShardOptions
  /** The first is under way, or the next to go; the last is filling. */
  readonly #batches: Batch[] = []
  readonly #onProgress: () => void
  #wake: () => void = () => undefined
  #isSending = false
  #isHurried = false
  pending = 0

  /** @param onProgress hears that there is less to do than before */
  constructor(options: ShardOptions, onProgress: () => void) {
    this.#options = options
    this.#onProgress = onProgress
  }

  get isFull(): boolean {
    return this.pending >= this.#options.capacity
  }

  /** The record that its oldest sample is of; undefined when it has none. */
  get oldestRecord(): number | undefined {
    return this.#batches[0]?.firstRecord
  }

  push(record: number, series: SentLabels, timeMs: number, value: number): void {
    this.#filling(record).push(series, timeMs, value)
    this.#pushed()
  }

  pushHistogram(record: number, labels: SentLabels, timeMs: number, h: NativeHistogram): void {
    this.#filling(record).pushHistogram(labels, timeMs, h)
    this.#pushed()
  }

  pushExemplar(record: number, series: SentLabels, exemplar: Exemplar): void {
    this.#filling(record).pushExemplar(series, exemplar)
    this.#pushed()
  }

  /** Sends until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake(), { once: true })
    while (!signal.aborted) {
      const batch = this.#batches[0]
      if (batch === undefined) await this.#woken()
      else if (await this.#isDue(batch, signal)) await this.#send(batch, signal)
    }
  }

  /** What is there now waits for no more to come. */
  flush(): void {
    const last = this.#batches.at(-1)
    if (last === undefined || last.isDue) return
    last.isDue = true
    this.#wake()
  }

  /** Sends what is there without waiting for more, from now on. */
  hurry(): void {
    this.#isHurried = true
    this.#wake()
  }

  #filling(record: number): Batch {
    const last = this.#batches.at(-1)
    const isOpen =
      last !== undefined && !last.isFull && !(this.#isSending && this.#batches.length === 1)
    if (isOpen) return last
    const { samplesPerSend, clock } = this.#options
    const batch = new Batch(samplesPerSend, record, clock.monotonicMs())
    this.#batches.push(batch)
    return batch
  }

  #pushed(): void {
    this.pending++
    if (this.#isSending) return
    const first = this.#batches[0]!
    if (first.isFull || first.count === 1) this.#wake()
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Whether a batch goes now; resolves when that may have changed. */
  async #isDue(batch: Batch, signal: AbortSignal): Promise<boolean> {
    const { clock, deadlineMs } = this.#options
    const leftMs = batch.sinceMs + deadlineMs - clock.monotonicMs()
    if (batch.isFull || batch.isDue || this.#isHurried || leftMs <= 0) return true
    using pause = new LinkedAbort(signal)
    void this.#woken().then(() => pause.abort())
    await clock.sleep(leftMs, pause.signal).catch(() => undefined)
    return false
  }

  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    this.#isSending = true
    try {
      await this.#deliver(batch, { parts: this.#options.partsRefused ? PARTS_MAX : 0 }, signal)
      this.#batches.shift()
      this.pending -= batch.count
    } catch (error) {
      if (!signal.aborted) throw error
      return // it stays where it is: on disk
    } finally {
      this.#isSending = false
    }
    this.#onProgress()
  }

  /** @param left how many more requests a batch may cost that is refused for something in it */
  async #deliver(batch: Batch, left: { parts: number }, signal: AbortSignal): Promise<void> {
    const { delivery, events, queue, tally } = this.#options
    const parcels = this.#parcels(batch)
    const outcome = await delivery.deliver(
      () => parcels.next().value,
      (counts) => events.retried(queue, counts),
      signal,
      batch.count > 1 && left.parts > 1,
    )
    if (outcome.kind === 'nothing') return
    if (outcome.kind === 'parted') {
      left.parts -= 2
      for (const half of batch.halves()) await this.#deliver(half, left, signal)
      return
    }
    const nothing = { sample: 0, histogram: 0, exemplar: 0 }
    const isRefused = outcome.kind === 'refused'
    events.taken(queue, outcome.counts, outcome.written ?? (isRefused ? nothing : undefined))
    const { sample, histogram, exemplar } = outcome.counts
    tally.sent += sample + histogram + exemplar
    if (!isRefused) tally.highestSentMs = Math.max(tally.highestSentMs, batch.maxTimeMs)
  }

  /** A batch as it is sent, anew each time something in it has become too old. */
  *#parcels(batch: Batch): Generator<Parcel, undefined> {
    const { ageLimitMs, clock, events, queue, writer, tally } = this.#options
    let young = batch
    let parcel: Parcel | undefined
    for (;;) {
      const before = young
      if (ageLimitMs > 0) young = young.since(clock.now() - ageLimitMs)
      if (young !== before) {
        const [had, has] = [before.counts, young.counts]
        tally.dropped += before.count - young.count
        events.dropped(queue, 'too_old', {
          sample: had.sample - has.sample,
          histogram: had.histogram - has.histogram,
          exemplar: had.exemplar - has.exemplar,
        })
        parcel = undefined
      }
      if (young.count === 0) return undefined
      parcel ??= { body: packSnappy(writer.write(young)), counts: young.counts }
      yield parcel
    }
  }
}
