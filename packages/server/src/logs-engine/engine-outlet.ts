import { HttpClient } from '@weir/fetch'
import { LogQueue } from '@weir/logs'
import type { Clock, LogBatch, LogReport, LogSink } from '@weir/model'
import type { LogsEngineView } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import { type DistantEngine, pathBehind, tenantHeaders } from './config.ts'
import { EngineEvents } from './engine-events.ts'
import { EngineSender } from './engine-sender.ts'
import { type PostLines, PushDelivery } from './push-delivery.ts'

export interface EngineOutletOptions {
  readonly engine: DistantEngine
  /** Where lines wait. */
  readonly folder: string
  /** The limits of `logs` that hold for each line. */
  readonly ageMaxMs: number
  readonly futureMaxMs: number
  readonly streamsMax: number
  readonly queuedBytesMax: number
  readonly reserveBytes: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/** How long the end may wait for lines that are under way. */
const LAST_MS = 2000
const LOOK_MS = 25
/** Of an answer so much is read, to be told. */
const ANSWER_BYTES_MAX = 16_384

/** The way of lines to a distant engine: acknowledged when they are in its queue on disk, sent from there. */
export class EngineOutlet implements LogSink, AsyncDisposable {
  readonly #engine: DistantEngine
  readonly #clock: Clock
  readonly #events: EngineEvents
  readonly #queue: LogQueue
  readonly #sender: EngineSender
  readonly #client: HttpClient

  private constructor(options: EngineOutletOptions, client: HttpClient) {
    const { engine, clock, telemetry } = options
    const { queue: config } = engine
    const { log } = telemetry
    this.#engine = engine
    this.#clock = clock
    this.#client = client
    const events = new EngineEvents(telemetry)
    this.#events = events
    this.#queue = new LogQueue({
      ...options,
      bytesMax: config.max_bytes,
      waitMaxMs: config.max_age,
      // A copy must not keep Weir itself from taking lines.
      whenFull: engine.engine === 'victorialogs' ? 'drop_oldest' : config.when_full,
      onDropped: (lines, why) => events.lost(lines, why, 'the queue was full, or too long'),
      onProblem: (error) =>
        log.error(
          { error: (error as Error).message },
          'The queue of the engine of logs is damaged',
        ),
    })
    const delivery = new PushDelivery({
      post: postTo(client, engine),
      hasMetadata: engine.structured_metadata,
      timeoutMs: config.push_timeout,
      minBackoffMs: config.min_backoff,
      maxBackoffMs: config.max_backoff,
      waitMaxMs: config.max_age,
      clock,
      events,
    })
    this.#sender = new EngineSender({
      queue: this.#queue,
      delivery,
      shards: config.shards,
      parcelBytes: config.max_push_bytes,
      onBroken: (error) => {
        throw error
      },
    })
  }

  /** @throws {WeirError} `FETCH_FAILED` when a certificate cannot be read; `STORAGE_FAILED`, `STORAGE_FULL` */
  static async open(options: EngineOutletOptions): Promise<EngineOutlet> {
    return new EngineOutlet(options, await HttpClient.open(options.engine, { what: 'engine' }))
  }

  append(batch: LogBatch): Promise<LogReport> {
    return this.#queue.append(batch)
  }

  /** The same for lines that are kept elsewhere already: those that cannot be queued are counted. */
  async copy(batch: LogBatch): Promise<void> {
    try {
      await this.#queue.append(batch)
    } catch (error) {
      this.#events.lost(batch.count, 'not_queued', (error as Error).message)
    }
  }

  get stats(): ReturnType<LogQueue['stats']> {
    return this.#queue.stats()
  }

  view(): LogsEngineView {
    const { lastError, lastErrorMs, lastSentMs, sentLines, lostLines } = this.#events
    const { engine: kind, write_url: url, queue } = this.#engine
    return {
      kind,
      url: shownAddress(url),
      sentLines,
      lostLines,
      waitingBytes: this.#queue.stats().waitingBytes,
      waitingBytesMax: queue.max_bytes,
      waitedMs: this.#waitedMs(),
      lastSentMs: lastSentMs === 0 ? null : lastSentMs,
      lastError,
      lastErrorMs: lastErrorMs === 0 ? null : lastErrorMs,
    }
  }

  /** Brings the gauges up to date. */
  publish(): void {
    const { waitingBytes } = this.#queue.stats()
    this.#events.publish({ waitingBytes, waitedSeconds: this.#waitedMs() / 1000 })
  }

  #waitedMs(): number {
    const { oldestMs } = this.#queue.stats()
    return oldestMs === 0 ? 0 : Math.max(0, this.#clock.now() - oldestMs)
  }

  /** Gives what is under way a moment, so that the next life does not send it again. */
  async [Symbol.asyncDispose](): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + LAST_MS
    const isLeft = (): boolean =>
      this.#events.lastError === '' && this.#queue.stats().waitingBytes > 0
    while (isLeft() && this.#clock.monotonicMs() < untilMs) await this.#clock.sleep(LOOK_MS)
    await this.#sender[Symbol.asyncDispose]()
    await this.#queue[Symbol.asyncDispose]()
    await this.#client[Symbol.asyncDispose]()
  }
}

/** Whatever stands behind a question mark may be a secret. */
function shownAddress(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname === '/' ? '' : pathname}`
}

const PUSH_PATHS = {
  loki: 'loki/api/v1/push',
  victorialogs: 'insert/loki/api/v1/push',
} as const

function postTo(client: HttpClient, engine: DistantEngine): PostLines {
  const url = pathBehind(engine.write_url, PUSH_PATHS[engine.engine])
  const headers = { 'content-type': 'application/x-protobuf', ...tenantHeaders(engine) }
  return async (body, signal) => {
    const reply = await client.request(url, { method: 'POST', headers, body, signal })
    const { status } = reply
    const retryAfter = reply.header('retry-after')
    if (status >= 200 && status < 300) {
      await reply.discard()
      return { status, retryAfter, text: '' }
    }
    const text = await reply.text(ANSWER_BYTES_MAX).catch(() => '')
    return { status, retryAfter, text }
  }
}
