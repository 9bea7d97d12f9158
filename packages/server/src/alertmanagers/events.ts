import { redactText } from '../config/redact-text.ts'
import type { Telemetry } from '../telemetry/log.ts'
import type { Counter, Gauge } from '../telemetry/registry.ts'

const LABELS = ['alertmanager'] as const
type Label = (typeof LABELS)[number]

/** What becomes of alerts for other Alertmanagers, counted and told. */
export class OutsideEvents {
  readonly #log: Telemetry['log']
  readonly #sent: Counter<Label>
  readonly #failed: Counter<Label>
  readonly #dropped: Counter<Label | 'reason'>
  readonly #queued: Gauge<Label>
  readonly #found: Gauge

  constructor({ registry, log }: Telemetry) {
    this.#log = log
    this.#sent = registry.counter(
      'weir_alertmanagers_alerts_sent_total',
      'Alerts that an Alertmanager elsewhere took.',
      LABELS,
    )
    this.#failed = registry.counter(
      'weir_alertmanagers_requests_failed_total',
      'Requests to an Alertmanager elsewhere that failed; they are repeated unless it refused them.',
      LABELS,
    )
    this.#dropped = registry.counter(
      'weir_alertmanagers_alerts_dropped_total',
      'Alerts that an Alertmanager elsewhere did not get, by reason: queue_full, refused, gone.',
      [...LABELS, 'reason'],
    )
    this.#queued = registry.gauge(
      'weir_alertmanagers_queue_length',
      'Alerts that wait for an Alertmanager elsewhere.',
      LABELS,
    )
    this.#found = registry.gauge(
      'weir_alertmanagers_discovered',
      'Alertmanagers elsewhere that alerts are sent to.',
    )
  }

  found(count: number): void {
    this.#found.set(count)
  }

  unusable(faults: readonly string[]): void {
    for (const why of faults) {
      this.#log.sampled(`alertmanagers:${why}`, 300_000)?.warn({ why }, 'Alertmanager left out')
    }
  }

  sent(url: string, count: number): void {
    this.#sent.inc({ alertmanager: redactText(url) }, count)
  }

  failed(url: string, error: string): void {
    const alertmanager = redactText(url)
    this.#failed.inc({ alertmanager })
    this.#log
      .sampled(`alertmanagers:${alertmanager}`, 60_000)
      ?.warn({ alertmanager, error: redactText(error) }, 'Alerts not sent to an Alertmanager yet')
  }

  dropped(url: string, reason: 'queue_full' | 'refused' | 'gone', count: number): void {
    if (count === 0) return
    const alertmanager = redactText(url)
    this.#dropped.inc({ alertmanager, reason }, count)
    this.#log
      .sampled(`alertmanagers:${alertmanager}:${reason}`, 60_000)
      ?.error({ alertmanager, reason, count }, 'Alerts for an Alertmanager dropped')
  }

  queued(url: string, count: number): void {
    this.#queued.set(count, { alertmanager: redactText(url) })
  }

  gone(url: string): void {
    this.#queued.remove({ alertmanager: redactText(url) })
  }
}
