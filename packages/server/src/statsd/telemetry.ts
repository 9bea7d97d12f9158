import type { MetricCardinality } from '@weir/packs'
import { STATSD_REJECTS, type StatsdReject } from '@weir/wire'
import type { Telemetry } from '../telemetry/log.ts'
import type { Aggregate } from './aggregate.ts'
import type { Mapping } from './mapping.ts'
import type { Refused } from './refused-series.ts'
import type { Restored } from './state/kept-state.ts'

const LISTENER = ['transport', 'listener'] as const
const EVENT_TYPES = ['counter', 'gauge', 'observer', 'set'] as const
/** So many rules that can never match are logged at a load. */
const UNREACHABLE_SHOWN = 10
/** So many gauges that hold text are logged. */
const TEXT_GAUGES_MAX = 1000

export type Transport = 'udp' | 'tcp' | 'unixgram' | 'unixstream'

/** One way in, for the labels of metrics. */
export interface ListenerLabels {
  readonly transport: Transport
  /** Where it listens. */
  readonly listener: string
}

/** What one way in has received. Counted in plain numbers on the hot path, published at each flush. */
export class TransportCounts {
  packets = 0
  lines = 0
  notices = 0
  unknownFields = 0
  /** Packets that the kernel dropped for want of room, since the socket was opened; undefined where nobody knows. */
  dropped: number | undefined
  readonly rejects = new Float64Array(STATSD_REJECTS.length)
  lastRejected: {
    readonly line: string
    readonly reason: StatsdReject
    readonly atMs: number
  } | null = null
}

/** The metrics of the StatsD intake and what its events do to metrics and log. */
export class StatsdTelemetry {
  readonly #telemetry: Telemetry
  readonly #packets
  readonly #lines
  readonly #packetsDropped
  readonly #strangers
  readonly #rejected
  readonly #notices
  readonly #unknownFields
  readonly #eventsLost
  readonly #events
  readonly #unmapped
  readonly #dropped
  readonly #tagErrors
  readonly #textGauges = new Set<string>()
  readonly #tagged
  readonly #refusedSeries
  readonly #conflicts
  readonly #metrics
  readonly #series
  readonly #rules
  readonly #flushSeconds
  readonly #samplesLost
  readonly #samplesRejected
  readonly #connections
  readonly #connectionsRefused
  readonly #connectionsIdle
  readonly #readErrors
  readonly #stateBytes
  readonly #stateFailures
  readonly #restored
  readonly #reloads

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#packets = registry.counter(
      'weir_statsd_packets_total',
      'Datagrams, or pieces of a stream, received.',
      LISTENER,
    )
    this.#lines = registry.counter('weir_statsd_lines_total', 'StatsD lines received.', LISTENER)
    this.#strangers = registry.counter(
      'weir_statsd_senders_refused_total',
      'UDP packets and TCP connections from addresses that statsd.allow_from does not name.',
      LISTENER,
    )
    this.#packetsDropped = registry.counter(
      'weir_statsd_packets_dropped_total',
      'UDP packets that the kernel dropped because the receive buffer was full (Linux).',
      LISTENER,
    )
    this.#rejected = registry.counter(
      'weir_statsd_rejected_total',
      'StatsD lines or samples refused.',
      [...LISTENER, 'reason'],
    )
    this.#notices = registry.counter(
      'weir_statsd_notices_total',
      'DogStatsD events and service checks received.',
      LISTENER,
    )
    this.#eventsLost = registry.counter(
      'weir_events_unwritten_total',
      'Events and service checks that could not be written to the disk.',
    )
    this.#unknownFields = registry.counter(
      'weir_statsd_unknown_fields_total',
      'Fields of StatsD lines that were passed over.',
      LISTENER,
    )
    this.#events = registry.counter('weir_statsd_events_total', 'Events aggregated.', ['type'])
    this.#unmapped = registry.counter(
      'weir_statsd_events_unmapped_total',
      'Events for whose name no mapping rule was found.',
    )
    this.#dropped = registry.counter(
      'weir_statsd_events_dropped_total',
      'Events dropped because a mapping rule says so.',
    )
    this.#tagErrors = registry.counter(
      'weir_statsd_tag_errors_total',
      'Tags that could not be read; the events were kept without them.',
    )
    this.#refusedSeries = registry.counter(
      'weir_statsd_series_refused_total',
      'New series refused because their metric, or the intake, has as many as it may; beyond 100 metrics under "others".',
      ['metric'],
    )
    this.#conflicts = registry.counter(
      'weir_statsd_conflicts_total',
      'New series refused because their name is in use for another type; beyond 100 names under "others".',
      ['metric'],
    )
    this.#metrics = registry.gauge('weir_statsd_metrics', 'Metric names that exist now.', ['type'])
    this.#tagged = registry.counter('weir_statsd_events_tagged_total', 'Events with tags.')
    this.#series = registry.gauge('weir_statsd_series', 'Metrics with labels that exist now.')
    this.#rules = registry.gauge('weir_statsd_mapping_rules', 'Mapping rules in use.')
    this.#flushSeconds = registry.histogram(
      'weir_statsd_flush_seconds',
      'Time from the beginning of a flush until its samples are durable.',
      [0.01, 0.05, 0.1, 0.5, 1, 5],
    )
    this.#samplesLost = registry.counter(
      'weir_statsd_flushes_failed_total',
      'Flushes whose samples were lost because they could not be committed.',
    )
    this.#samplesRejected = registry.counter(
      'weir_statsd_samples_rejected_total',
      'Samples that the store refused.',
      ['reason'],
    )
    this.#connections = registry.gauge(
      'weir_statsd_connections',
      'Open TCP and Unix stream connections.',
      LISTENER,
    )
    this.#connectionsRefused = registry.counter(
      'weir_statsd_connections_refused_total',
      'Connections closed because there were too many.',
      LISTENER,
    )
    this.#connectionsIdle = registry.counter(
      'weir_statsd_connections_idle_total',
      'Connections closed because nothing came for too long.',
      LISTENER,
    )
    this.#readErrors = registry.counter(
      'weir_statsd_read_errors_total',
      'Sockets and connections that failed.',
      LISTENER,
    )
    this.#stateBytes = registry.gauge(
      'weir_statsd_state_bytes',
      'What is kept of the aggregates for the next start.',
    )
    this.#stateFailures = registry.counter(
      'weir_statsd_state_failures_total',
      'Times that the aggregates could not be kept or put back.',
      ['reason'],
    )
    this.#restored = registry.gauge(
      'weir_statsd_series_restored',
      'Series that went on at the last start.',
    )
    this.#reloads = registry.counter('weir_statsd_mapping_reloads_total', 'Mappings replaced.')
  }

  /** Brings the metrics up to what was counted since. */
  publish(
    ways: readonly { readonly labels: ListenerLabels; readonly counts: TransportCounts }[],
    aggregate: Aggregate,
  ): void {
    for (const { labels, counts } of ways) {
      const own = { ...labels }
      this.#packets.set(counts.packets, own)
      this.#lines.set(counts.lines, own)
      this.#notices.set(counts.notices, own)
      this.#unknownFields.set(counts.unknownFields, own)
      if (counts.dropped !== undefined) this.#packetsDropped.set(counts.dropped, own)
      for (let i = 0; i < STATSD_REJECTS.length; i++) {
        this.#rejected.set(counts.rejects[i]!, { ...own, reason: STATSD_REJECTS[i]! })
      }
    }
    for (let i = 0; i < EVENT_TYPES.length; i++) {
      this.#events.set(aggregate.counts.taken[i]!, { type: EVENT_TYPES[i]! })
    }
    this.#unmapped.set(aggregate.counts.unmapped)
    this.#dropped.set(aggregate.counts.dropped)
    this.#tagErrors.set(aggregate.counts.tagErrors)
    this.#tagged.set(aggregate.counts.tagged)
    for (const [metric, { count }] of aggregate.refused.byMetric) {
      this.#refusedSeries.set(count, { metric })
    }
    for (const [metric, { count }] of aggregate.conflicts.byMetric) {
      this.#conflicts.set(count, { metric })
    }
    for (const [kind, count] of Object.entries(aggregate.families.countByKind())) {
      this.#metrics.set(count, { type: kind })
    }
    this.#series.set(aggregate.seriesCount)
  }

  /** A line was refused; the log shows one a minute for each reason. */
  lineRejected(reason: StatsdReject, line: string): void {
    this.#telemetry.log
      .sampled(`statsd_line_${reason}`, 60_000)
      ?.warn({ reason, line }, 'StatsD line rejected')
  }

  /** A gauge holds text: the log shows each name once, of a bounded number of names. */
  textGauge(line: string): void {
    const name = line.slice(0, line.indexOf(':'))
    if (this.#textGauges.has(name) || this.#textGauges.size >= TEXT_GAUGES_MAX) return
    this.#textGauges.add(name)
    this.#telemetry.log.info({ line }, 'StatsD gauge holds text; it is counted, not kept')
  }

  /** A metric has as many series as it may: said once a metric, with what makes them many. */
  seriesLimited({ metric, series, limit, labels, refusedExamples }: MetricCardinality): void {
    this.#telemetry.log.warn(
      { metric, series, limit, labels: labels.slice(0, 5), refused: refusedExamples },
      'StatsD metric has as many series as it may; new ones are refused',
    )
  }

  /** A metric's name is in use for another type: said once a name. */
  nameInUse(metric: string, { examples }: Refused): void {
    this.#telemetry.log.warn(
      { metric, example: examples[0] },
      'StatsD metric refused: its name is in use for another type',
    )
  }

  flushed(
    seconds: number,
    rejected: Readonly<Partial<Record<string, number>>>,
    example: string,
  ): void {
    this.#flushSeconds.observe(seconds)
    this.#telemetry.log.debug({ seconds, rejected }, 'StatsD flushed')
    const reasons = Object.entries(rejected)
    for (const [reason, count] of reasons) this.#samplesRejected.inc({ reason }, count)
    if (reasons.length === 0) return
    this.#telemetry.log
      .sampled('statsd_samples', 60_000)
      ?.warn({ rejected, example }, 'StatsD samples refused by the store')
  }

  flushFailed(error: unknown): void {
    this.#samplesLost.inc()
    const fields = { error: messageOf(error) }
    this.#telemetry.log
      .sampled('statsd_flush', 60_000)
      ?.error(fields, 'StatsD samples lost: commit failed')
  }

  stateKept(bytes: number): void {
    this.#stateBytes.set(bytes)
  }

  /** The aggregates take more than may be kept. */
  stateTooLarge(maxBytes: number): void {
    this.#stateBytes.set(0)
    this.#stateFailures.inc({ reason: 'too_large' })
    this.#telemetry.log
      .sampled('statsd_state_size', 60_000)
      ?.warn({ maxBytes }, 'StatsD state is not kept: raise statsd.max_state_bytes')
  }

  stateNotKept(error: unknown): void {
    this.#stateFailures.inc({ reason: 'write' })
    this.#telemetry.log
      .sampled('statsd_state', 60_000)
      ?.error({ error: messageOf(error) }, 'StatsD state could not be kept')
  }

  stateRestored(restored: Restored): void {
    this.#restored.set(restored.series)
    this.#telemetry.log.info({ ...restored }, 'StatsD series go on')
  }

  stateNotRestored(error: unknown): void {
    this.#stateFailures.inc({ reason: 'read' })
    this.#telemetry.log.error(
      { error: messageOf(error) },
      'StatsD state cannot be read; counters begin anew',
    )
  }

  mappingLoaded({ ruleCount, unreachable }: Mapping): void {
    this.#reloads.inc()
    this.#rules.set(ruleCount)
    this.#telemetry.log.info({ ruleCount }, 'StatsD mapping loaded')
    for (const rule of unreachable.slice(0, UNREACHABLE_SHOWN)) {
      this.#telemetry.log.warn(
        { rule, count: unreachable.length },
        'StatsD mapping rule is never used',
      )
    }
  }

  connectionsNow(labels: ListenerLabels, count: number): void {
    this.#connections.set(count, { ...labels })
  }

  /** A packet or a connection of somebody whom `statsd.allow_from` does not name. */
  strangerRefused(labels: ListenerLabels): void {
    this.#strangers.inc({ ...labels })
    this.#telemetry.log
      .sampled('statsd_stranger', 60_000)
      ?.warn({ ...labels }, 'StatsD refused: statsd.allow_from does not name the sender')
  }

  connectionRefused(labels: ListenerLabels, maxCount: number): void {
    this.#connectionsRefused.inc({ ...labels })
    this.#telemetry.log
      .sampled('statsd_connection_limit', 60_000)
      ?.warn({ ...labels, maxCount }, 'StatsD connection refused: too many')
  }

  connectionIdle(labels: ListenerLabels): void {
    this.#connectionsIdle.inc({ ...labels })
    this.#telemetry.log
      .sampled('statsd_connection_idle', 60_000)
      ?.info({ ...labels }, 'StatsD connection closed: nothing came for too long')
  }

  /** A peer broke its connection; what it had sent was taken. */
  connectionFailed(labels: ListenerLabels, error: Error): void {
    this.#readErrors.inc({ ...labels })
    this.#telemetry.log
      .sampled('statsd_connection', 60_000)
      ?.warn({ ...labels, error: error.message }, 'StatsD connection failed')
  }

  /** A socket that was open failed; the others go on. */
  socketFailed(labels: ListenerLabels, error: Error): void {
    this.#readErrors.inc({ ...labels })
    this.#telemetry.log
      .sampled(`statsd_socket_${labels.transport}`, 60_000)
      ?.error({ ...labels, error: error.message }, 'StatsD socket failed')
  }

  /** Events that could not be written; they are shown until Weir ends. */
  eventsLost(count: number, error: unknown): void {
    this.#eventsLost.inc({}, count)
    const fields = { count, error: error instanceof Error ? error.message : String(error) }
    this.#telemetry.log
      .sampled('statsd_events', 60_000)
      ?.error(fields, 'Events could not be written')
  }

  /** The kernel had no room for packets: the sender does not know, so somebody should. */
  packetsDropped(labels: ListenerLabels, count: number): void {
    this.#telemetry.log
      .sampled('statsd_packets_dropped', 60_000)
      ?.warn(
        { ...labels, count },
        'StatsD packets lost: the receive buffer was full; a larger net.core.rmem_max lets it grow',
      )
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
