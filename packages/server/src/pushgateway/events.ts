import type { Telemetry } from '../telemetry/log.ts'

/** What the push gateway does by itself; requests are counted where they come in. */
export class GatewayEvents {
  readonly #log: Telemetry['log']
  readonly #groups
  readonly #series
  readonly #repeated
  readonly #expired
  readonly #failed

  constructor({ registry, log }: Telemetry) {
    this.#log = log
    this.#groups = registry.gauge(
      'weir_push_gateway_groups',
      'Groups that were pushed and not deleted (pushgateway.max_groups).',
    )
    this.#series = registry.gauge(
      'weir_push_gateway_series',
      'Series of all groups (pushgateway.max_series).',
    )
    this.#repeated = registry.counter(
      'weir_push_gateway_repeated_total',
      'Samples that repeat what was pushed (pushgateway.repeat_interval).',
    )
    this.#expired = registry.counter(
      'weir_push_gateway_groups_expired_total',
      'Groups that were deleted because nobody pushed to them (pushgateway.expire_after).',
    )
    this.#failed = registry.counter(
      'weir_push_gateway_repeats_failed_total',
      'Repetitions that the store could not keep.',
    )
  }

  held(groups: number, series: number): void {
    this.#groups.set(groups)
    this.#series.set(series)
  }

  repeated(samples: number): void {
    this.#repeated.inc(undefined, samples)
  }

  expired(groups: number): void {
    this.#expired.inc(undefined, groups)
  }

  failed(error: unknown): void {
    this.#failed.inc()
    this.#log
      .sampled('push_gateway_repeat', 60_000)
      ?.error({ error: String(error) }, 'Pushed samples could not be repeated')
  }
}
