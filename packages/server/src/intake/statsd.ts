import { type Appender, type Clock, type MetricFamily, invariant } from '@weir/model'
import type { IntakeStatus, StatsdCardinality } from '@weir/packs'
import {
  EventColumns,
  PLAIN_MEANING,
  type ParseOptions,
  STATSD_REJECTS,
  type StatsdReject,
  parseNotice,
  parseStatsd,
  rejectIndex,
} from '@weir/wire'
import { Aggregate } from '../statsd/aggregate.ts'
import { cardinalityOf, metricCardinality } from '../statsd/cardinality.ts'
import { checkLine } from '../events/check-line.ts'
import { EventSender, type KeepEvents } from '../events/event-sender.ts'
import { told } from '../events/told.ts'
import type { StatsdConfig } from '../statsd/config.ts'
import { Flusher, exposeFamilies } from '../statsd/flush.ts'
import type { ReadMapping } from '../statsd/mapping-file.ts'
import { Mapping } from '../statsd/mapping.ts'
import { KeptState } from '../statsd/state/kept-state.ts'
import { StatsdTelemetry, type TransportCounts } from '../statsd/telemetry.ts'
import type { Telemetry } from '../telemetry/log.ts'
import { readListenAddress } from './listen-address.ts'
import { listenersOf, plainListener } from './listener.ts'
import { Relays, refuseLoops } from './relays.ts'
import { type Way, WayOpener } from './way.ts'

export interface StatsdOptions {
  readonly config: StatsdConfig
  /** In order: the first with a rule for a name decides. */
  readonly mappings: readonly ReadMapping[]
  /** Closed by whoever opened it. */
  readonly appender: Appender
  /** Where events and service checks go. */
  readonly events: {
    readonly keep: KeepEvents
    readonly queuedMax: number
  }
  readonly telemetry: Telemetry
  readonly clock: Clock
  /** Where the aggregates are kept for the next start, if they are to be; made when it is not there. */
  readonly stateFolder?: string
}

export interface StatsdIntake extends AsyncDisposable {
  /** Where it listens: `{ kind: 'statsd-udp', address: '127.0.0.1:8125' }`. */
  readonly addresses: readonly { readonly kind: string; readonly address: string }[]
  status(): IntakeStatus[]
  /** All that came by StatsD, for `/metrics`. */
  families(): MetricFamily[]
  reload(mappings: readonly ReadMapping[]): void
  /** What makes the series many. */
  cardinality(): Promise<StatsdCardinality>
  /** Writes what there is now; the timer does it every `flush_interval`. Never rejects: a failed commit is counted. */
  flush(): Promise<void>
  /** Copies what is kept of the aggregates into a folder, as it is between two flushes. */
  copyState(into: string): Promise<void>
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

const NEWLINE = 0x0a

/** How the lines that service checks become are read, whatever the listener says: they are Weir's own. */
const CHECK_LINES: ParseOptions = {
  ...PLAIN_MEANING,
  dogstatsdTags: true,
  maxLineBytes: Number.MAX_SAFE_INTEGER,
}

/** No packet is longer, and few pieces of a stream. */
const PACKET_BYTES = 65_536

class Intake implements StatsdIntake {
  readonly #options: StatsdOptions
  readonly #telemetry: StatsdTelemetry
  readonly #aggregate: Aggregate
  readonly #flusher: Flusher
  readonly #state: KeptState | undefined
  readonly #events = new EventColumns()
  readonly #packet = new Uint8Array(PACKET_BYTES)
  readonly #opener: WayOpener
  readonly #ways: Way[] = []
  readonly #relays: Relays
  readonly #eventSender: EventSender
  readonly #closing = new AbortController()
  #timer: Promise<void> = Promise.resolve()
  #flushing: Promise<void> | undefined
  #flushedAtMs: number

  constructor(options: StatsdOptions) {
    const { config } = options
    this.#options = options
    this.#telemetry = new StatsdTelemetry(options.telemetry)
    this.#opener = new WayOpener(
      {
        take: (lines, way) => this.#take(lines, way),
        refuse: (reason, beginning, way) => this.#refuse(reason, beginning, way),
      },
      this.#telemetry,
    )
    this.#eventSender = new EventSender({
      ...options.events,
      onLost: (count, error) => this.#telemetry.eventsLost(count, error),
    })
    this.#relays = new Relays(config.relay, options.telemetry, options.clock)
    const mapping = new Mapping(options.mappings)
    this.#telemetry.mappingLoaded(mapping)
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
    this.#state = this.#restore()
    this.#flushedAtMs = options.clock.monotonicMs()
  }

  async open(): Promise<void> {
    const { config } = this.#options
    if (config.listen !== '') await this.#openPlain('udp', config.listen)
    if (config.tcp_listen !== undefined) {
      if (config.tcp_listen !== '') await this.#openPlain('tcp', config.tcp_listen)
    } else if (config.listen !== '') {
      await this.#openTcpBeside(config.listen)
    }
    for (const listener of listenersOf(config)) {
      this.#ways.push(await this.#opener.open(listener))
    }
    refuseLoops(config.relay, this.addresses)
  }

  /** What was kept at the last end goes on; if nothing is to be kept, or it cannot be read, it is forgotten. */
  #restore(): KeptState | undefined {
    const { stateFolder, config } = this.#options
    if (stateFolder === undefined) return undefined
    try {
      const state = new KeptState(stateFolder, this.#aggregate, config.max_state_bytes)
      if (config.keep_state) this.#putBack(state)
      else state.drop()
      return config.keep_state ? state : undefined
    } catch (error) {
      this.#telemetry.stateNotKept(error)
      return undefined
    }
  }

  #putBack(state: KeptState): void {
    try {
      const restored = state.restore()
      if (restored !== undefined) this.#telemetry.stateRestored(restored)
    } catch (error) {
      this.#telemetry.stateNotRestored(error)
      state.drop()
    }
  }

  readonly #keep = async (): Promise<void> => {
    const state = this.#state
    if (state === undefined) return
    try {
      const isLast = this.#closing.signal.aborted
      if (await state.save(this.#options.clock.now(), isLast))
        this.#telemetry.stateKept(state.bytes)
      else this.#telemetry.stateTooLarge(this.#options.config.max_state_bytes)
    } catch (error) {
      this.#telemetry.stateNotKept(error)
    }
  }

  async #openPlain(transport: 'udp' | 'tcp', address: string): Promise<void> {
    const listener = plainListener(this.#options.config, transport, address)
    this.#ways.push(await this.#opener.open(listener))
  }

  /** Port 0 means "a free one": TCP takes the one that UDP got if it can, so that one address serves both. */
  async #openTcpBeside(listen: string): Promise<void> {
    const isAnyPort = readListenAddress(listen).port === 0
    try {
      await this.#openPlain('tcp', this.#ways[0]!.labels.listener)
    } catch (error) {
      if (!isAnyPort) throw error
      await this.#openPlain('tcp', listen)
    }
  }

  get addresses(): { readonly kind: string; readonly address: string }[] {
    return this.#ways.map(({ labels: { transport, listener } }) => ({
      kind: `statsd-${transport}`,
      address: listener,
    }))
  }

  status(): IntakeStatus[] {
    return this.#ways.map(({ labels, counts, linesPerSecond }) => ({
      kind: `statsd-${labels.transport}`,
      address: labels.listener,
      linesPerSecond,
      lines: counts.lines,
      rejected: rejectedByReason(counts),
      lastRejected: counts.lastRejected,
      ...(counts.dropped === undefined ? {} : { dropped: counts.dropped }),
    }))
  }

  families(): MetricFamily[] {
    return exposeFamilies(this.#aggregate, this.#options.clock.now())
  }

  reload(mappings: readonly ReadMapping[]): void {
    const mapping = new Mapping(mappings)
    this.#aggregate.remap(mapping)
    this.#telemetry.mappingLoaded(mapping)
  }

  cardinality(): Promise<StatsdCardinality> {
    return cardinalityOf(this.#aggregate)
  }

  flush(): Promise<void> {
    // One at a time: who asks during a flush waits for it and then has another.
    const before = this.#flushing ?? Promise.resolve()
    const mine = before.then(() => this.#flushOnce())
    this.#flushing = mine
    return mine
  }

  copyState(into: string): Promise<void> {
    const state = this.#state
    if (state === undefined) return Promise.resolve()
    const copied = (this.#flushing ?? Promise.resolve()).then(() => state.copyTo(into))
    this.#flushing = copied.catch(() => undefined) // the next flush has nothing to do with it
    return copied
  }

  startTimer(): void {
    this.#timer = this.#flushForever()
  }

  async closeSockets(): Promise<void> {
    await Promise.all(this.#ways.map(({ close }) => close()))
    await this.#opener[Symbol.asyncDispose]()
    await this.#relays[Symbol.asyncDispose]()
    await this.#eventSender[Symbol.asyncDispose]()
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
    await Promise.all(this.#ways.map(({ countDrops }) => countDrops()))
    try {
      const { rejected, example } = await this.#flusher.flush(clock.now(), this.#keep)
      this.#telemetry.flushed((clock.monotonicMs() - startedMs) / 1000, rejected, example)
    } catch (error) {
      this.#telemetry.flushFailed(error)
    }
    await this.#publish()
  }

  async #publish(): Promise<void> {
    this.#telemetry.publish(this.#ways, this.#aggregate)
    await this.#tellRefused()
  }

  /** Once for each metric: that its name is in use, or that it came to its limit, and which label has so many values. */
  async #tellRefused(): Promise<void> {
    const { refused, conflicts, families } = this.#aggregate
    for (const name of conflicts.news)
      this.#telemetry.nameInUse(name, conflicts.byMetric.get(name)!)
    conflicts.news.clear()
    if (refused.news.size === 0) return
    const news = [...refused.news]
    refused.news.clear()
    const known = news.flatMap((name) => families.get(name) ?? [])
    for (const metric of await metricCardinality(this.#aggregate, known)) {
      this.#telemetry.seriesLimited(metric)
    }
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

  /** Packet or lines in, aggregates moved. The hot path; nothing in it waits. */
  #take(received: Uint8Array, way: Way): void {
    const { counts, listener } = way
    const events = this.#events
    let { length } = received
    if (listener.eolRequired && received[length - 1] !== NEWLINE && length > 0) {
      const end = received.lastIndexOf(NEWLINE) + 1
      this.#refuse('unterminated_line', received.subarray(end), way)
      length = end
    }
    // Always the same memory: warm, and it need not be wrapped anew for each packet.
    const bytes = length > this.#packet.length ? received : this.#packet
    if (bytes === this.#packet)
      bytes.set(length === received.length ? received : received.subarray(0, length))
    this.#relays.take(bytes, length)
    events.clear()
    parseStatsd(bytes, 0, length, listener.parse, events)
    this.#aggregate.take(bytes, events, this.#options.clock.now())
    counts.packets++
    counts.lines += events.lines
    counts.notices += events.notices.length / 2
    counts.unknownFields += events.unknownFields
    if (events.shownCount > 0) this.#countRejects(bytes, events, counts)
    if (events.notices.length > 0) this.#takeNotices(bytes, way)
  }

  /** Events and service checks: kept, and each check becomes a gauge. */
  #takeNotices(bytes: Uint8Array, { counts }: Way): void {
    const spans = [...this.#events.notices]
    const nowMs = this.#options.clock.now()
    const checks: string[] = []
    for (let i = 0; i < spans.length; i += 2) {
      const notice = parseNotice(bytes, spans[i]!, spans[i + 1]!)
      if (typeof notice === 'string') {
        this.#reject(notice, bytes.subarray(spans[i], spans[i + 1]), counts)
        continue
      }
      if (notice.kind === 'check') checks.push(checkLine(notice))
      if (this.#eventSender.push(told(notice, nowMs))) continue
      this.#reject('event_queue_full', bytes.subarray(spans[i], spans[i + 1]), counts)
    }
    if (checks.length > 0) this.#takeChecks(Buffer.from(checks.join('\n')), counts)
  }

  #takeChecks(lines: Uint8Array, counts: TransportCounts): void {
    const events = this.#events
    events.clear()
    parseStatsd(lines, 0, lines.length, CHECK_LINES, events)
    this.#aggregate.take(lines, events, this.#options.clock.now())
    if (events.shownCount > 0) this.#countRejects(lines, events, counts)
  }

  #countRejects(bytes: Uint8Array, events: EventColumns, counts: TransportCounts): void {
    for (let reason = 0; reason < events.rejects.length; reason++) {
      counts.rejects[reason]! += events.rejects[reason]!
    }
    for (let at = 0; at < events.shownCount * 3; at += 3) {
      const reason = STATSD_REJECTS[events.shown[at + 2]!]
      invariant(reason !== undefined, `no reject reason ${events.shown[at + 2]}`)
      this.#showRejected(reason, bytes.subarray(events.shown[at], events.shown[at + 1]), counts)
    }
  }

  /** A line or packet that the listener passes over. */
  #refuse(reason: StatsdReject, beginning: Uint8Array, { counts }: Way): void {
    counts.lines++
    this.#reject(reason, beginning, counts)
  }

  #reject(reason: StatsdReject, line: Uint8Array, counts: TransportCounts): void {
    counts.rejects[rejectIndex(reason)]!++
    this.#showRejected(reason, line, counts)
  }

  #showRejected(reason: StatsdReject, line: Uint8Array, counts: TransportCounts): void {
    const preview = previewOf(line)
    // Some senders have texts among their gauges at all times: they must not hide what else is refused.
    if (reason === 'text_gauge') {
      this.#telemetry.textGauge(preview)
      return
    }
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
