import type { Clock } from '@weir/model'
import type { Telemetry } from '../../telemetry/log.ts'
import { SocketFigures } from '../sockets/socket-figures.ts'

/** Why a message, a line's entry or a connection was not taken. */
export type ForwardRefused =
  | 'malformed'
  | 'not_logs'
  | 'too_long'
  | 'unpacking_failed'
  | 'skipped_entry'
  | 'too_many_connections'
  | 'no_room'
  | 'not_let_in'
  | 'not_allowed'

/** What the forward listener counts and tells. */
export class ForwardTelemetry {
  readonly connections
  readonly unackedBytes
  readonly figures: SocketFigures
  readonly #bytes
  readonly #messages
  readonly #lines
  readonly #refused
  readonly #repeated
  readonly #failed
  readonly #log

  constructor({ registry, log }: Telemetry, clock: Clock) {
    this.#log = log
    this.figures = new SocketFigures(clock)
    this.connections = registry.gauge(
      'weir_logs_forward_connections',
      "Open connections of fluentd's forward protocol.",
    )
    this.unackedBytes = registry.gauge(
      'weir_logs_forward_unacked_bytes',
      'Bytes of forward messages that wait for their end or for the disk.',
    )
    this.#bytes = registry.counter(
      'weir_logs_forward_received_bytes_total',
      'Bytes that came by the forward protocol.',
    )
    this.#messages = registry.counter(
      'weir_logs_forward_messages_total',
      'Messages of the forward protocol whose lines were kept.',
    )
    this.#lines = registry.counter(
      'weir_logs_forward_lines_total',
      'Lines that came by the forward protocol and were kept.',
    )
    this.#refused = registry.counter(
      'weir_logs_forward_refused_total',
      'Messages, entries and connections of the forward protocol that were not taken, by reason.',
      ['reason'],
    )
    this.#repeated = registry.counter(
      'weir_logs_forward_repeated_chunks_total',
      'Chunks that were sent again and known already.',
    )
    this.#failed = registry.counter(
      'weir_logs_forward_failed_messages_total',
      'Messages of the forward protocol that the store could not keep; those that want it are not acknowledged.',
    )
  }

  received(bytes: number): void {
    this.#bytes.inc(undefined, bytes)
  }

  kept(messages: number, lines: number): void {
    this.#messages.inc(undefined, messages)
    this.#lines.inc(undefined, lines)
    this.figures.took(lines)
  }

  repeated(): void {
    this.#repeated.inc()
  }

  refused(reason: ForwardRefused, from: string, count = 1): void {
    this.#refused.inc({ reason }, count)
    this.figures.refused(reason, from, count)
    this.#log
      .sampled(`forward_${reason}`, 60_000)
      ?.warn({ reason, from }, 'Forward message refused')
  }

  failed(messages: number, error: unknown): void {
    this.#failed.inc(undefined, messages)
    this.#log
      .sampled('forward_failed', 60_000)
      ?.error({ error: (error as Error).message }, 'Lines of a forward connection were not kept')
  }

  broken(error: Error): void {
    this.#log.debug({ error: error.message }, 'A forward connection broke')
  }

  socketFailed(error: Error): void {
    this.#log.error({ error: error.message }, 'The forward listener failed')
  }
}
