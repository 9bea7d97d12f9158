import { STATSD_REJECTS, type StatsdReject } from '@weir/wire'
import type { Telemetry } from '../telemetry/log.ts'
import type { Aggregate } from './aggregate.ts'

const EVENT_TYPES = ['counter', 'gauge', 'observer', 'set'] as const
export type Transport = 'udp' | 'tcp'

/** What one way in has received. Counted in plain numbers on the hot path, published at each flush. */
export class TransportCounts {
  packets = 0
  lines = 0
  notices = 0
  unknownFields = 0
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
  readonly #rejected
  readonly #notices
  readonly #unknownFields
  readonly #events
  readonly #unmapped
  readonly #dropped
  readonly #tagErrors
  readonly #tagged
  readonly #series
  readonly #rules
  readonly #flushSeconds
  readonly #samplesLost
  readonly #samplesRejected
  readonly #connections
  readonly #connectionsRefused
  readonly #connectionsIdle
  readonly #readErrors
  readonly #reloads

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#packets = registry.counter(
      'weir_statsd_packets_total',
      'UDP packets, or pieces of a TCP stream, received.',
      ['transport'],
    )
    this.#lines = registry.counter('weir_statsd_lines_total', 'StatsD lines received.', [
      'transport',
    ])
    this.#rejected = registry.counter(
      'weir_statsd_rejected_total',
      'StatsD lines or samples refused.',
      ['transport', 'reason'],
    )
    this.#notices = registry.counter(
      'weir_statsd_notices_total',
      'DogStatsD events and service checks received; they are counted, not kept.',
      ['transport'],
    )
    this.#unknownFields = registry.counter(
      'weir_statsd_unknown_fields_total',
      'Fields of StatsD lines that were passed over.',
      ['transport'],
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
    this.#connections = registry.gauge('weir_statsd_tcp_connections', 'Open TCP connections.')
    this.#connectionsRefused = registry.counter(
      'weir_statsd_tcp_connections_refused_total',
      'TCP connections closed because there were too many.',
    )
    this.#connectionsIdle = registry.counter(
      'weir_statsd_tcp_connections_idle_total',
      'TCP connections closed because nothing came for too long.',
    )
    this.#readErrors = registry.counter(
      'weir_statsd_read_errors_total',
      'Sockets and connections that failed.',
      ['transport'],
    )
    this.#reloads = registry.counter('weir_statsd_mapping_reloads_total', 'Mappings replaced.')
  }

  /** Brings the metrics up to what was counted since. */
  publish(
    counts: Readonly<Partial<Record<Transport, TransportCounts>>>,
    aggregate: Aggregate,
  ): void {
    for (const transport of ['udp', 'tcp'] as const) {
      const seen = counts[transport]
      if (seen === undefined) continue
      this.#packets.set(seen.packets, { transport })
      this.#lines.set(seen.lines, { transport })
      this.#notices.set(seen.notices, { transport })
      this.#unknownFields.set(seen.unknownFields, { transport })
      for (let i = 0; i < STATSD_REJECTS.length; i++) {
        this.#rejected.set(seen.rejects[i]!, { transport, reason: STATSD_REJECTS[i]! })
      }
    }
    for (let i = 0; i < EVENT_TYPES.length; i++) {
      this.#events.set(aggregate.counts.taken[i]!, { type: EVENT_TYPES[i]! })
    }
    this.#unmapped.set(aggregate.counts.unmapped)
    this.#dropped.set(aggregate.counts.dropped)
    this.#tagErrors.set(aggregate.counts.tagErrors)
    this.#tagged.set(aggregate.counts.tagged)
    this.#series.set(aggregate.seriesCount)
  }

  /** A line was refused; the log shows one a minute for each reason. */
  lineRejected(reason: StatsdReject, line: string): void {
    this.#telemetry.log
      .sampled(`statsd_line_${reason}`, 60_000)
      ?.warn({ reason, line }, 'StatsD line rejected')
  }

  seriesLimited(example: string, limits: object): void {
    this.#telemetry.log
      .sampled('statsd_series_limit', 60_000)
      ?.warn({ example, ...limits }, 'StatsD series refused: too many')
  }

  flushed(
    seconds: number,
    rejected: Readonly<Partial<Record<string, number>>>,
    example: string,
  ): void {
    this.#flushSeconds.observe(seconds)
    const reasons = Object.entries(rejected)
    for (const [reason, count] of reasons) this.#samplesRejected.inc({ reason }, count)
    if (reasons.length === 0) return
    this.#telemetry.log
      .sampled('statsd_samples', 60_000)
      ?.warn({ rejected, example }, 'StatsD samples refused by the store')
  }

  flushFailed(error: unknown): void {
    this.#samplesLost.inc()
    const fields = { error: error instanceof Error ? error.message : String(error) }
    this.#telemetry.log
      .sampled('statsd_flush', 60_000)
      ?.error(fields, 'StatsD samples lost: commit failed')
  }

  mappingLoaded(ruleCount: number): void {
    this.#reloads.inc()
    this.#rules.set(ruleCount)
    this.#telemetry.log.info({ ruleCount }, 'StatsD mapping loaded')
  }

  connectionsNow(count: number): void {
    this.#connections.set(count)
  }

  connectionRefused(maxCount: number): void {
    this.#connectionsRefused.inc()
    this.#telemetry.log
      .sampled('statsd_tcp_limit', 60_000)
      ?.warn({ maxCount }, 'StatsD TCP connection refused: too many')
  }

  connectionIdle(): void {
    this.#connectionsIdle.inc()
    this.#telemetry.log
      .sampled('statsd_tcp_idle', 60_000)
      ?.info({}, 'StatsD TCP connection closed: nothing came for too long')
  }

  /** A peer broke its connection; what it had sent was taken. */
  connectionFailed(error: Error): void {
    this.#readErrors.inc({ transport: 'tcp' })
    this.#telemetry.log
      .sampled('statsd_tcp_connection', 60_000)
      ?.warn({ error: error.message }, 'StatsD TCP connection failed')
  }

  /** A socket that was open failed; the others go on. */
  socketFailed(transport: Transport, error: Error): void {
    this.#readErrors.inc({ transport })
    this.#telemetry.log
      .sampled(`statsd_socket_${transport}`, 60_000)
      ?.error({ transport, error: error.message }, 'StatsD socket failed')
  }
}
