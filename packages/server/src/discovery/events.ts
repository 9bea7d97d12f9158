import type { Counter, Gauge } from '../telemetry/registry.ts'
import type { Telemetry } from '../telemetry/log.ts'

/** Who discovers: the scraper, or those who send alerts on. */
export type DiscoveryPart = 'discovery' | 'alertmanager_discovery'

/** Discovery's own metrics and log lines, moved together by the functions below. */
export class DiscoveryEvents {
  readonly #telemetry: Telemetry
  readonly #refreshes: Counter<'kind' | 'outcome'>
  readonly #updates: Counter
  readonly #targets: Gauge<'job'>
  readonly #refreshed: Gauge<'job' | 'discoverer'>

  /** @param part in the names of the metrics, which must differ where another thread discovers things too */
  constructor(telemetry: Telemetry, part: DiscoveryPart) {
    const { registry } = telemetry
    this.#telemetry = telemetry
    this.#refreshes = registry.counter(
      `weir_${part}_refreshes_total`,
      'Looks for targets, by kind of discovery and how they ended.',
      ['kind', 'outcome'],
    )
    this.#updates = registry.counter(
      `weir_${part}_updates_total`,
      'Times that targets found were handed over.',
    )
    this.#targets = registry.gauge(
      `weir_${part}_targets`,
      'Targets found, before relabelling, by job.',
      ['job'],
    )
    this.#refreshed = registry.gauge(
      `weir_${part}_last_refresh_timestamp_seconds`,
      'When a discoverer last looked with success.',
      ['job', 'discoverer'],
    )
  }

  refreshed(jobs: readonly string[], discoverer: string, kind: string, nowMs: number): void {
    this.#refreshes.inc({ kind, outcome: 'good' })
    for (const job of jobs) this.#refreshed.set(nowMs / 1000, { job, discoverer })
  }

  failed(jobs: readonly string[], discoverer: string, kind: string, error: string): void {
    this.#refreshes.inc({ kind, outcome: 'failed' })
    this.#telemetry.log
      .sampled(`discovery:${jobs.join()}:${discoverer}:${error}`, 300_000)
      ?.warn(
        { jobs, discoverer, error },
        'Targets could not be looked for; those found before stay',
      )
  }

  handedOver(): void {
    this.#updates.inc()
  }

  targetsFound(job: string, count: number): void {
    this.#targets.set(count, { job })
  }

  jobGone(job: string): void {
    this.#targets.remove({ job })
  }

  discovererGone(job: string, discoverer: string): void {
    this.#refreshed.remove({ job, discoverer })
  }
}
