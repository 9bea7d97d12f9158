import { type Appender, type Clock, type MetricFamily, invariant } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import {
  EventColumns,
  type ParseOptions,
  STATSD_REJECTS,
  parseStatsd,
  rejectIndex,
} from '@weir/wire'
import { Aggregate } from '../statsd/aggregate.ts'
import type { StatsdConfig } from '../statsd/config.ts'
import { Flusher, exposeFamilies } from '../statsd/flush.ts'
import type { ReadMapping } from '../statsd/mapping-file.ts'
import { Mapping } from '../statsd/mapping.ts'
import { parseOptions } from '../statsd/meaning.ts'
import { StatsdTelemetry, type Transport, TransportCounts } from '../statsd/telemetry.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { readListenAddress, showAddress } from './listen-address.ts'
import { listenStatsdTcp } from './statsd-tcp.ts'
import { listenStatsdUdp } from './statsd-udp.ts'

export interface StatsdOptions {
  readonly config: StatsdConfig
  /** In order: the first with a rule for a name decides. */
  readonly mappings: readonly ReadMapping[]
  /** Closed by whoever opened it. */
  readonly appender: Appender
  readonly telemetry: Telemetry
  readonly clock: Clock
}

export interface StatsdIntake extends AsyncDisposable {
  /** Where it listens: `{ kind: 'statsd-udp', address: '127.0.0.1:8125' }`. */
  readonly addresses: readonly { readonly kind: string; readonly address: string }[]
  status(): IntakeStatus[]
  /** All that came by StatsD, for `/metrics`. */
  families(): MetricFamily[]
  reload(mappings: readonly ReadMapping[]): void
  /** Writes what there is now; the timer does it every `flush_interval`. Never rejects: a failed commit is counted. */
  flush(): Promise<void>
}

/**
 * Opens the StatsD intake: sockets → events → aggregates → samples every flush interval. Closing it closes the
 * sockets, then writes the last samples.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function startStatsd(options: StatsdOptions): Promise<StatsdIntake> {
  const intake = new Intake(options)
  try {
    await intake.open()
  } catch (error) {
    await intake.closeSockets()
    throw error
  }
  intake.startTimer()
  return intake
}

interface Way {
  readonly transport: Transport
  readonly address: string
  readonly counts: TransportCounts
  readonly socket: AsyncDisposable
  /** Lines at the last flush and how many a second came before it. */
  linesBefore: number
  linesPerSecond: number
}

/** No packet is longer, and few pieces of a stream. */
const PACKET_BYTES = 65_536

class Intake implements StatsdIntake {
  readonly #options: StatsdOptions
  readonly #telemetry: StatsdTelemetry
  readonly #aggregate: Aggregate
  readonly #flusher: Flusher
  readonly #events = new EventColumns()
  readonly #packet = new Uint8Array(PACKET_BYTES)
  readonly #parseOptions: ParseOptions
  readonly #ways: Way[] = []
  readonly #closing = new AbortController()
  #timer: Promise<void> = Promise.resolve()
  #flushing: Promise<void> | undefined
  #flushedAtMs: number

  constructor(options: StatsdOptions) {
    const { config } = options
    this.#options = options
    this.#telemetry = new StatsdTelemetry(options.telemetry)
    this.#parseOptions = parseOptions(config, config.max_line_bytes)
    const mapping = new Mapping(options.mappings)
    this.#telemetry.mappingLoaded(mapping.ruleCount)
    this.#aggregate = new Aggregate({
      mapping,
      limits: {
        maxSeriesPerMetric: config.max_series_per_metric,
        maxSeries: config.max_series,
        maxSetMembers: config.max_set_members,
      },
      defaultTtlMs: config.ttl,
    })
    this.#flusher = new Flusher(this.#aggregate, options.appender)
    this.#flushedAtMs = options.clock.monotonicMs()
  }

  async open(): Promise<void> {
    const { config } = this.#options
    if (config.listen !== '') await this.#openUdp(config.listen)
    if (config.tcp_listen !== undefined) {
      if (config.tcp_listen !== '') await this.#openTcp(config.tcp_listen)
    } else if (config.listen !== '') {
      await this.#openTcpBeside(config.listen)
    }
  }

  /** Port 0 means "a free one": TCP takes the one that UDP got if it can, so that one address serves both. */
  async #openTcpBeside(listen: string): Promise<void> {
    const isAnyPort = readListenAddress(listen).port === 0
    try {
      await this.#openTcp(this.#ways[0]!.address)
    } catch (error) {
      if (!isAnyPort) throw error
      await this.#openTcp(listen)
    }
  }

  get addresses(): { readonly kind: string; readonly address: string }[] {
    return this.#ways.map(({ transport, address }) => ({ kind: `statsd-${transport}`, address }))
  }

  status(): IntakeStatus[] {
    return this.#ways.map(({ transport, address, counts, linesPerSecond }) => ({
      kind: `statsd-${transport}`,
      address,
      linesPerSecond,
      lines: counts.lines,
      rejected: rejectedByReason(counts),
      lastRejected: counts.lastRejected,
    }))
  }

  families(): MetricFamily[] {
    return exposeFamilies(this.#aggregate, this.#options.clock.now())
  }

  reload(mappings: readonly ReadMapping[]): void {
    const mapping = new Mapping(mappings)
    this.#aggregate.remap(mapping)
    this.#telemetry.mappingLoaded(mapping.ruleCount)
  }

  flush(): Promise<void> {
    // One at a time: who asks during a flush waits for it and then has another.
    const before = this.#flushing ?? Promise.resolve()
    const mine = before.then(() => this.#flushOnce())
    this.#flushing = mine
    return mine
  }

  startTimer(): void {
    this.#timer = this.#flushForever()
  }

  async closeSockets(): Promise<void> {
    await Promise.all(this.#ways.map(({ socket }) => socket[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.closeSockets()
    await this.#timer
    await this.flush()
  }

  async #flushForever(): Promise<void> {
    const { clock, config } = this.#options
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        await clock.sleep(config.flush_interval, signal)
      } catch {
        return // only an abort ends a sleep early
      }
      await this.flush()
    }
  }

  async #flushOnce(): Promise<void> {
    const { clock } = this.#options
    const startedMs = clock.monotonicMs()
    this.#measure(startedMs)
    try {
      const { rejected, example } = await this.#flusher.flush(clock.now())
      this.#telemetry.flushed((clock.monotonicMs() - startedMs) / 1000, rejected, example)
    } catch (error) {
      this.#telemetry.flushFailed(error)
    }
    this.#publish()
  }

  #publish(): void {
    const counts: Partial<Record<Transport, TransportCounts>> = {}
    for (const way of this.#ways) counts[way.transport] = way.counts
    this.#telemetry.publish(counts, this.#aggregate)
    const { limited } = this.#aggregate.counts
    if (limited === '') return
    const { max_series, max_series_per_metric } = this.#options.config
    this.#telemetry.seriesLimited(limited, { max_series, max_series_per_metric })
    this.#aggregate.counts.limited = ''
  }

  #measure(nowMs: number): void {
    const seconds = (nowMs - this.#flushedAtMs) / 1000
    if (seconds <= 0) return
    for (const way of this.#ways) {
      way.linesPerSecond = (way.counts.lines - way.linesBefore) / seconds
      way.linesBefore = way.counts.lines
    }
    this.#flushedAtMs = nowMs
  }

  async #openUdp(listen: string): Promise<void> {
    const counts = new TransportCounts()
    const socket = await listenStatsdUdp({
      address: readListenAddress(listen),
      readBufferBytes: this.#options.config.read_buffer,
      take: (packet) => this.#take(packet, counts),
      onError: (error) => this.#telemetry.socketFailed('udp', error),
    })
    this.#addWay('udp', showAddress(socket.address), counts, socket)
  }

  async #openTcp(listen: string): Promise<void> {
    const { config } = this.#options
    const counts = new TransportCounts()
    const socket = await listenStatsdTcp({
      address: readListenAddress(listen),
      maxLineBytes: config.max_line_bytes,
      maxConnections: config.max_tcp_connections,
      idleTimeoutMs: config.tcp_idle_timeout,
      take: (lines) => this.#take(lines, counts),
      tooLong: (beginning) => {
        counts.lines++
        this.#rejected(rejectIndex('line_too_long'), 1, beginning, counts)
      },
      onRefused: () => this.#telemetry.connectionRefused(config.max_tcp_connections),
      onIdle: () => this.#telemetry.connectionIdle(),
      onBroken: (error) => this.#telemetry.connectionFailed(error),
      onConnections: (count) => this.#telemetry.connectionsNow(count),
      onError: (error) => this.#telemetry.socketFailed('tcp', error),
    })
    this.#addWay('tcp', showAddress(socket.address), counts, socket)
  }

  #addWay(
    transport: Transport,
    address: string,
    counts: TransportCounts,
    socket: AsyncDisposable,
  ): void {
    this.#ways.push({ transport, address, counts, socket, linesBefore: 0, linesPerSecond: 0 })
  }

  /** Packet or lines in, aggregates moved. The hot path; nothing in it waits. */
  #take(received: Uint8Array, counts: TransportCounts): void {
    const events = this.#events
    const { length } = received
    // Always the same memory: warm, and it need not be wrapped anew for each packet.
    const bytes = length > this.#packet.length ? received : this.#packet
    if (bytes === this.#packet) bytes.set(received)
    events.clear()
    parseStatsd(bytes, 0, length, this.#parseOptions, events)
    this.#aggregate.take(bytes, events, this.#options.clock.now())
    counts.packets++
    counts.lines += events.lines
    counts.notices += events.notices
    counts.unknownFields += events.unknownFields
    if (events.shownCount > 0) this.#countRejects(bytes, events, counts)
  }

  #countRejects(bytes: Uint8Array, events: EventColumns, counts: TransportCounts): void {
    for (let reason = 0; reason < events.rejects.length; reason++) {
      counts.rejects[reason]! += events.rejects[reason]!
    }
    const at = (events.shownCount - 1) * 3
    const line = bytes.subarray(events.shown[at], events.shown[at + 1])
    this.#rejected(events.shown[at + 2]!, 0, line, counts)
  }

  #rejected(index: number, count: number, line: Uint8Array, counts: TransportCounts): void {
    const reason = STATSD_REJECTS[index]
    invariant(reason !== undefined, `no reject reason ${index}`)
    counts.rejects[index]! += count
    const preview = previewOf(line)
    counts.lastRejected = { line: preview, reason, atMs: this.#options.clock.now() }
    this.#telemetry.lineRejected(reason, preview)
  }
}

const PREVIEW_BYTES = 200

/** The beginning of a line for people to read; what is not text shows as replacement characters. */
function previewOf(line: Uint8Array): string {
  const shown = line.subarray(0, PREVIEW_BYTES)
  const text = Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('utf8').trimEnd()
  return line.length > PREVIEW_BYTES ? `${text}…` : text
}

function rejectedByReason(counts: TransportCounts): Record<string, number> {
  const rejected: Record<string, number> = {}
  for (let i = 0; i < STATSD_REJECTS.length; i++) {
    if (counts.rejects[i]! > 0) rejected[STATSD_REJECTS[i]!] = counts.rejects[i]!
  }
  return rejected
}
