import type { LogStoreStats } from '@weir/logs'
import type { Registry } from '../telemetry/registry.ts'

/** What the log store tells of itself. */
export class LogStoreMetrics {
  readonly #appended
  readonly #known
  readonly #active
  readonly #recentLines
  readonly #recentBytes
  readonly #queued

  constructor(registry: Registry) {
    this.#appended = registry.counter(
      'weir_logs_appended_total',
      'Lines that came into the log store, whichever way, since the start.',
    )
    this.#known = registry.gauge(
      'weir_logs_known_streams',
      'Streams that the log store knows (logs.max_known_streams).',
    )
    this.#active = registry.gauge(
      'weir_logs_active_streams',
      'Streams that got lines by HTTP within an hour (logs.max_streams).',
    )
    this.#recentLines = registry.gauge(
      'weir_logs_recent_lines',
      'Lines that are in memory and in the journal only.',
    )
    this.#recentBytes = registry.gauge('weir_logs_recent_bytes', 'Bytes of these lines.')
    this.#queued = registry.gauge(
      'weir_logs_queued_bytes',
      'Bytes of lines that wait for their commit (logs.max_queued_bytes).',
    )
  }

  refresh(stats: LogStoreStats, activeStreams: number): void {
    this.#appended.set(stats.appended)
    this.#known.set(stats.streams)
    this.#active.set(activeStreams)
    this.#recentLines.set(stats.recentLines)
    this.#recentBytes.set(stats.recentBytes)
    this.#queued.set(stats.queuedBytes)
  }
}
