/**
 * One endpoint of remote write: from the store's queue on disk to the receiver.
 *
 * ```
 * tail ─► record ─► relabel ─► shard by labels ─► batch ─► request ─► receiver
 *                                 │ full: the reading waits            │ 2xx, or refused for good
 * place ◄─ written now and then ◄─┴────────── what is done ◄───────────┘
 * ```
 *
 * Memory is bounded by the shards; what does not fit stays on disk, where the store bounds it. After a
 * crash the queue begins behind its place: what was sent since then is sent once more.
 */
import { setMaxListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { type Clock, WeirError } from '@weir/model'
import type { RemoteWriteView } from '@weir/packs'
import type { OutgoingPlace, Tail, TailBatch, TailRecord } from '@weir/tsdb'
import { RequestWriter, type SentLabels } from '@weir/wire'
import { redactText } from '../config/redact-text.ts'
import { VERSION_2 } from './config.ts'
import { Delivery, type Post } from './delivery.ts'
import type { Endpoint } from './endpoints.ts'
import type { DropReason, RemoteWriteOutEvents } from './events.ts'
import { LinkedAbort } from './linked-abort.ts'
import { MetadataSender } from './metadata-sender.ts'
import { PlaceKeeper } from './place.ts'
import { SmoothRate } from './rates.ts'
import { SeriesCache } from './series-cache.ts'
import { Shard, type ShardOptions, type Tally } from './shard.ts'
import { shardsWanted } from './shards-wanted.ts'

/** How often an idle queue looks for something new: one number in shared memory. */
const POLL_MS = 200
/** How often a place is told to the store. */
const TELL_MS = 1_000
/** How often the number of shards is thought over. */
const RESHARD_MS = 10_000
/** How long a queue that ends may take to send what it holds; the rest is sent after the next start. */
const FLUSH_MS = 5_000

export interface SendQueueOptions {
  readonly endpoint: Endpoint
  /** See {@link ShardOptions.partsRefused}. */
  readonly partsRefused?: boolean
  readonly place: OutgoingPlace
  readonly tail: Tail
  readonly externalLabels: Readonly<Record<string, string>>
  readonly post: Post
  readonly userAgent: string
  readonly clock: Clock
  readonly events: RemoteWriteOutEvents
  /** Tells the store how far the queue is. */
  readonly passed: (place: OutgoingPlace) => Promise<void>
}

export class SendQueue {
  readonly #options: SendQueueOptions
  readonly #name: string
  readonly #version: '1.0' | '2.0'
  readonly #cache: SeriesCache
  readonly #delivery: Delivery
  readonly #place: PlaceKeeper
  readonly #shardOptions: ShardOptions
  readonly #tally: Tally = { sent: 0, dropped: 0, highestSentMs: 0 }
  /** Ends the reading; the shards go on. */
  readonly #closing = new AbortController()
  /** Ends everything. */
  readonly #stopped = new AbortController()
  readonly #work: Promise<unknown>[] = []
  #shards: Shard[] = []
  /** Stops these shards, and what they do until they have stopped. */
  #shardsStop = new AbortController()
  #shardsDone: Promise<unknown> = Promise.resolve()
  #shardsWanted: number
  #wanted: number
  /** The record that was read last, and the samples of all up to it. */
  #read: OutgoingPlace
  /** The record that is being shared out. */
  #spreading: number | undefined
  #gapReason: DropReason = 'queue_full'
  #told: OutgoingPlace
  #progress: () => void = () => undefined
  /** Ends the pause of a reading that found nothing. */
  #nudge: () => void = () => undefined

  constructor(options: SendQueueOptions) {
    const { endpoint, place, tail, externalLabels, post, userAgent, clock, events } = options
    const { name, config } = endpoint
    const { queue_config: queue } = config
    this.#options = options
    this.#name = name
    this.#version = config.protobuf_message === VERSION_2 ? '2.0' : '1.0'
    const rules = config.write_relabel_configs
    this.#cache = new SeriesCache(tail, { externalLabels, rules, version: this.#version })
    this.#place = new PlaceKeeper(place)
    this.#read = place
    this.#told = place
    this.#shardsWanted = queue.min_shards
    this.#wanted = queue.min_shards
    this.#delivery = new Delivery({
      queue: name,
      version: this.#version,
      userAgent,
      timeoutMs: config.remote_timeout,
      retryOn429: queue.retry_on_http_429,
      minBackoffMs: queue.min_backoff,
      maxBackoffMs: queue.max_backoff,
      post,
      clock,
      events,
    })
    this.#shardOptions = {
      queue: name,
      capacity: Math.max(queue.capacity, queue.max_samples_per_send),
      samplesPerSend: queue.max_samples_per_send,
      deadlineMs: queue.batch_send_deadline,
      ageLimitMs: queue.sample_age_limit,
      partsRefused: options.partsRefused === true,
      writer: new RequestWriter(this.#version),
      tally: this.#tally,
      delivery: this.#delivery,
      clock,
      events,
    }
  }

  /** Begins; what it does goes on until {@link close}. Rejects when something of ours broke. */
  run(): Promise<void> {
    const { endpoint, events, tail, clock } = this.#options
    const { metadata_config: metadata } = endpoint.config
    events.opened(this.#name)
    this.#openShards(this.#shardsWanted)
    this.#work.push(this.#readOn(), this.#tellOn(), this.#reshardOn())
    if (this.#version === '1.0' && metadata.send) {
      const sender = new MetadataSender({
        queue: this.#name,
        everyMs: metadata.send_interval,
        perRequest: metadata.max_samples_per_send,
        metadata: () => tail.metadata(),
        delivery: this.#delivery,
        clock,
        events,
      })
      this.#work.push(sender.run(this.#closing.signal))
    }
    return Promise.all(this.#work).then(() => undefined)
  }

  /**
   * Sends what it holds, as long as that works, and tells its place.
   *
   * @returns that place
   */
  async close(): Promise<OutgoingPlace> {
    const { clock, events } = this.#options
    this.#closing.abort()
    this.#onProgress() // whoever waits for room waits no longer
    for (const shard of this.#shards) shard.hurry()
    const stopped = this.#stopped.signal
    const late = clock.sleep(FLUSH_MS, stopped).then(
      () => this.#stopped.abort(),
      () => undefined,
    )
    while (this.#pendingInMemory > 0 && !stopped.aborted && this.#delivery.lastError === '') {
      await Promise.race([this.#progressed(), late])
    }
    this.#stopped.abort()
    this.#shardsStop.abort()
    await Promise.allSettled([...this.#work, this.#shardsDone, late])
    this.#advance()
    await this.#tell()
    events.closed(this.#name)
    return this.#place.place
  }

  /**
   * Hurries what is in the store's queue now to the receiver. Resolves when it has been taken, when the
   * receiver takes nothing, or after this long.
   */
  async caughtUp(withinMs: number): Promise<void> {
    const { tail, clock } = this.#options
    const target = tail.newest().record
    using late = new LinkedAbort(this.#closing.signal)
    const timing = clock.sleep(withinMs, late.signal).then(
      () => late.abort(),
      () => undefined,
    )
    const isOpen = (): boolean => !late.signal.aborted && this.#delivery.lastError === ''
    while (this.#place.place.record < target && isOpen()) {
      if (this.#read.record < target) this.#nudge()
      for (const shard of this.#shards) shard.flush()
      await Promise.race([this.#progressed(), timing])
    }
    late.abort()
    await timing
  }

  /** Its figures go to the metrics. */
  report(): void {
    const { config } = this.#options.endpoint
    this.#options.events.figures(this.#name, {
      pending: this.#pending,
      lagSeconds: this.#lagMs / 1000,
      highestSentMs: this.#tally.highestSentMs,
      shards: this.#shards.length,
      wanted: this.#wanted,
      shardsMin: config.queue_config.min_shards,
      shardsMax: config.queue_config.max_shards,
      capacity: this.#shardOptions.capacity,
    })
  }

  view(): RemoteWriteView {
    const { lastError, lastErrorMs, lastSentMs } = this.#delivery
    return {
      name: this.#name,
      url: redactText(this.#options.endpoint.config.url),
      version: this.#version,
      pendingSamples: this.#pending,
      lagMs: this.#lagMs,
      shards: this.#shards.length,
      sent: this.#tally.sent,
      lastSentMs: lastSentMs === 0 ? null : lastSentMs,
      lastError: redactText(lastError),
      lastErrorMs: lastErrorMs === 0 ? null : lastErrorMs,
    }
  }

  get #pending(): number {
    return Math.max(0, this.#options.tail.newest().samples - this.#place.place.samples)
  }

  get #pendingInMemory(): number {
    return this.#shards.reduce((sum, { pending }) => sum + pending, 0)
  }

  get #lagMs(): number {
    const { oldestMs } = this.#place
    return oldestMs === undefined ? 0 : Math.max(0, this.#options.clock.now() - oldestMs)
  }

  async #readOn(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      if (this.#shardsWanted !== this.#shards.length) await this.#reshard(signal)
      const next = this.#next()
      if (next === undefined) {
        this.#cache.age(clock.monotonicMs())
        using pause = new LinkedAbort(signal)
        this.#nudge = () => pause.abort()
        await clock.sleep(POLL_MS, pause.signal).catch(() => undefined)
        continue
      }
      await this.#spread(next, signal)
      this.#onProgress()
      await turn()
    }
  }

  #next(): TailRecord | undefined {
    const { tail, events } = this.#options
    try {
      const next = tail.after(this.#read.record)
      if (next === undefined) return undefined
      const missing = next.samplesBefore - this.#read.samples
      if (missing > 0) events.dropped(this.#name, this.#gapReason, { sample: missing })
      this.#gapReason = 'queue_full'
      return next
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'STORAGE_CORRUPT') throw error
      events.damaged(this.#name, error)
      this.#gapReason = 'damaged'
      this.#read = { ...this.#read, record: this.#read.record + 1 }
      return undefined
    }
  }

  /** Gives what a record holds to the shards; waits where they are full. */
  async #spread(next: TailRecord, signal: AbortSignal): Promise<void> {
    const { record, samplesBefore, samples, writtenMs } = next
    this.#spreading = record
    const end = { record, samples: samplesBefore + samples }
    this.#place.open(end, writtenMs)
    for (const batch of next.batches) await this.#spreadBatch(batch, record, signal)
    if (this.#options.endpoint.config.send_exemplars) {
      for (const exemplar of next.exemplars) {
        if (signal.aborted) return
        const series = this.#cache.get(exemplar.series)
        if (typeof series === 'string') {
          this.#options.events.dropped(this.#name, series, { exemplar: 1 })
          continue
        }
        const shard = this.#shardOf(series)
        while (shard.isFull && !signal.aborted) await this.#progressed()
        shard.pushExemplar(record, series, exemplar)
      }
    }
    if (signal.aborted) return
    this.#spreading = undefined
    this.#read = end
  }

  async #spreadBatch(batch: TailBatch, record: number, signal: AbortSignal): Promise<void> {
    const { count, times, values, histograms } = batch
    const { config } = this.#options.endpoint
    const takesHistograms = config.send_native_histograms || this.#version === '2.0'
    const dropped = new Drops()
    for (let i = 0; i < count; i++) {
      const histogram = histograms.size > 0 ? histograms.get(i) : undefined
      const kind = histogram === undefined ? 'sample' : 'histogram'
      if (histogram !== undefined && !takesHistograms) continue
      const series = this.#cache.get(batch.series[i]!)
      if (typeof series === 'string') {
        dropped.add(series, kind)
        continue
      }
      if (this.#version === '1.0' && histogram?.schema === CUSTOM_BUCKETS) {
        dropped.add('custom_buckets', kind)
        continue
      }
      const shard = this.#shardOf(series)
      while (shard.isFull && !signal.aborted) await this.#progressed()
      if (signal.aborted) return
      if (histogram === undefined) shard.push(record, series, times[i]!, values[i]!)
      else shard.pushHistogram(record, series, times[i]!, histogram)
    }
    this.#tally.dropped += dropped.count
    dropped.tell(this.#options.events, this.#name)
  }

  #shardOf(series: SentLabels): Shard {
    return this.#shards[series.hash % this.#shards.length]!
  }

  #progressed(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#progress
      this.#progress = () => {
        before()
        resolve()
      }
    })
  }

  readonly #onProgress = (): void => {
    this.#advance()
    const wake = this.#progress
    this.#progress = () => undefined
    wake()
  }

  #advance(): void {
    let oldest = this.#spreading ?? Number.POSITIVE_INFINITY
    for (const shard of this.#shards) {
      const { oldestRecord } = shard
      if (oldestRecord !== undefined && oldestRecord < oldest) oldest = oldestRecord
    }
    this.#place.advance(oldest)
  }

  async #tellOn(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await clock.sleep(TELL_MS, signal).catch(() => undefined)
      await this.#tell()
    }
  }

  async #tell(): Promise<void> {
    const { place } = this.#place
    if (place.record === this.#told.record) return
    this.#told = place
    await this.#options.passed(place)
  }

  async #reshardOn(): Promise<void> {
    const { clock, tail, endpoint } = this.#options
    const { min_shards: min, max_shards: max } = endpoint.config.queue_config
    const { signal } = this.#closing
    const into = new SmoothRate(tail.newest().samples)
    const out = new SmoothRate(0)
    const dropped = new SmoothRate(0)
    const busy = new SmoothRate(0)
    let before = clock.monotonicMs()
    while (!signal.aborted) {
      await clock.sleep(RESHARD_MS, signal).catch(() => undefined)
      const now = clock.monotonicMs()
      const seconds = (now - before) / 1000
      if (signal.aborted || seconds <= 0) continue
      before = now
      const rates = {
        inRate: into.next(tail.newest().samples, seconds),
        outRate: out.next(this.#tally.sent, seconds),
        droppedRate: dropped.next(this.#tally.dropped, seconds),
        busyRate: busy.next(this.#delivery.busySeconds, seconds),
        pending: this.#pending,
      }
      this.#wanted = shardsWanted(rates, this.#shards.length, { min, max })
      // One that cannot send has no use for more, and what it has could not be drained.
      if (this.#delivery.lastError === '') this.#shardsWanted = this.#wanted
    }
  }

  /** Another number of shards, when these have sent what they hold: so series keep their order. */
  async #reshard(signal: AbortSignal): Promise<void> {
    for (const shard of this.#shards) shard.hurry()
    while (this.#pendingInMemory > 0 && !signal.aborted) await this.#progressed()
    if (signal.aborted) return
    const from = this.#shards.length
    this.#shardsStop.abort()
    await this.#shardsDone
    this.#openShards(this.#shardsWanted)
    this.#options.events.resharded(this.#name, from, this.#shards.length)
  }

  #openShards(count: number): void {
    const stop = new AbortController()
    setMaxListeners(0, stop.signal)
    const options = this.#shardOptions
    this.#shards = Array.from({ length: count }, () => new Shard(options, this.#onProgress))
    this.#shardsStop = stop
    this.#shardsDone = Promise.all(this.#shards.map((shard) => shard.run(stop.signal)))
  }
}

/** The schema of native histograms whose buckets have bounds of their own. */
const CUSTOM_BUCKETS = -53

/** What a batch dropped, told once. */
class Drops {
  readonly #counts = new Map<DropReason, { sample: number; histogram: number }>()
  count = 0

  add(reason: DropReason, kind: 'sample' | 'histogram'): void {
    const counts = this.#counts.get(reason) ?? { sample: 0, histogram: 0 }
    counts[kind]++
    this.#counts.set(reason, counts)
    this.count++
  }

  tell(events: RemoteWriteOutEvents, queue: string): void {
    for (const [reason, counts] of this.#counts) events.dropped(queue, reason, counts)
  }
}
