import type { Clock } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import { SocketFigures } from '../sockets/socket-figures.ts'

export type SyslogTransport = 'udp' | 'tcp'

/** Why a message or a connection was not taken. */
export type SyslogRefused =
  | 'too_long'
  | 'malformed_frame'
  | 'queue_full'
  | 'too_many_connections'
  | 'not_allowed'

/** What the syslog listeners count and tell. */
export class SyslogTelemetry {
  readonly connections
  readonly queuedBytes
  readonly figures: Readonly<Record<SyslogTransport, SocketFigures>>
  readonly #messages
  readonly #bytes
  readonly #refused
  readonly #retries
  readonly #lost
  readonly #log

  constructor({ registry, log }: Telemetry, clock: Clock) {
    this.#log = log
    this.figures = { udp: new SocketFigures(clock), tcp: new SocketFigures(clock) }
    this.connections = registry.gauge(
      'weir_logs_syslog_connections',
      'Open TCP connections of syslog.',
    )
    this.queuedBytes = registry.gauge(
      'weir_logs_syslog_queued_bytes',
      'Messages of syslog that wait for the disk.',
    )
    this.#messages = registry.counter('weir_logs_syslog_messages_total', 'Messages that came.', [
      'transport',
    ])
    this.#bytes = registry.counter('weir_logs_syslog_received_bytes_total', 'Bytes of them.', [
      'transport',
    ])
    this.#refused = registry.counter(
      'weir_logs_syslog_refused_total',
      'Messages and connections of syslog that were not taken, by reason.',
      ['transport', 'reason'],
    )
    this.#retries = registry.counter(
      'weir_logs_syslog_retries_total',
      'Times that the store could not keep messages and was asked again.',
    )
    this.#lost = registry.counter(
      'weir_logs_syslog_lost_messages_total',
      'Messages that waited for the disk when Weir stopped, and could not be kept.',
    )
  }

  received(transport: SyslogTransport, bytes: number): void {
    this.#messages.inc({ transport })
    this.#bytes.inc({ transport }, bytes)
    this.figures[transport].took(1)
  }

  refused(transport: SyslogTransport, reason: SyslogRefused): void {
    this.#refused.inc({ transport, reason })
    this.figures[transport].refused(reason, '', 1)
    this.#log
      .sampled(`syslog_${reason}`, 60_000)
      ?.warn({ transport, reason }, 'Syslog message refused')
  }

  retried(error: unknown): void {
    this.#retries.inc()
    this.#log
      .sampled('syslog_retry', 60_000)
      ?.error({ error: (error as Error).message }, 'Messages of syslog wait: the store keeps none')
  }

  lost(count: number): void {
    this.#lost.inc(undefined, count)
  }

  broken(error: Error): void {
    this.#log.debug({ error: error.message }, 'A syslog connection broke')
  }

  socketFailed(transport: SyslogTransport, error: Error): void {
    this.#log.error({ transport, error: error.message }, 'A syslog listener failed')
  }
}
