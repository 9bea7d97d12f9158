import type { Telemetry } from '../telemetry/log.ts'

export type RelayLoss = 'line_too_long' | 'queue_full' | 'send_failed'

/** What was sent on to other StatsD servers, and what was not. */
export class RelayTelemetry {
  readonly #telemetry: Telemetry
  readonly #lines
  readonly #packets
  readonly #dropped

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#lines = registry.counter(
      'weir_statsd_relay_lines_total',
      'StatsD lines sent on to another server.',
      ['target'],
    )
    this.#packets = registry.counter(
      'weir_statsd_relay_packets_total',
      'Packets of StatsD lines sent on to another server.',
      ['target'],
    )
    this.#dropped = registry.counter(
      'weir_statsd_relay_lines_dropped_total',
      'StatsD lines that were not sent on: too long, the queue full, or the target not reached.',
      ['target', 'reason'],
    )
  }

  relayed(target: string, lines: number): void {
    this.#packets.inc({ target })
    this.#lines.inc({ target }, lines)
  }

  dropped(target: string, reason: RelayLoss, lines: number): void {
    this.#dropped.inc({ target, reason }, lines)
    this.#telemetry.log
      .sampled(`statsd_relay_${target}`, 60_000)
      ?.warn({ target, reason }, 'StatsD lines not relayed')
  }

  unreachable(target: string, error: Error): void {
    this.#telemetry.log
      .sampled(`statsd_relay_target_${target}`, 60_000)
      ?.warn({ target, error: error.message }, 'StatsD relay target not reached; it is tried again')
  }
}
