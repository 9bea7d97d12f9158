import type { Counter, Gauge } from '../metrics/meter.ts'
import type { Clock } from '../clock.ts'
import { asked, measured } from '../pipeline/measure.ts'
import { serviceOf } from '../service.ts'
import { type ReporterOptions, settled } from './reporter-options.ts'

export interface CheckpointOptions extends ReporterOptions {
  /** The label `job_name`; the service's name unless told. */
  readonly jobName?: string
}

/**
 * Checkpoints of a job that keeps state: `checkpoint_duration_ms`, `checkpoint_size_bytes` (of the
 * newest), `checkpoint_failures_total`, `checkpoint_last_success_timestamp_seconds`.
 */
export class CheckpointMetrics {
  readonly #job: { readonly job_name: string }
  readonly #clock: Clock
  readonly #duration: Gauge<'job_name'>
  readonly #size: Gauge<'job_name'>
  readonly #failures: Counter<'job_name'>
  readonly #lastSuccess: Gauge<'job_name'>

  constructor(options: CheckpointOptions = {}) {
    const { meter, clock } = settled(options)
    this.#clock = clock
    this.#job = { job_name: options.jobName ?? serviceOf().name }
    const labels = ['job_name'] as const
    this.#duration = meter.gauge({
      name: 'checkpoint_duration_ms',
      help: 'How long the newest checkpoint took',
      unit: 'ms',
      labels,
    })
    this.#size = meter.gauge({
      name: 'checkpoint_size_bytes',
      help: 'Bytes of the newest checkpoint',
      unit: 'bytes',
      labels,
    })
    this.#failures = meter.counter({
      name: 'checkpoint_failures_total',
      help: 'Checkpoints that failed',
      labels,
    })
    this.#failures.inc(0, this.#job)
    this.#lastSuccess = meter.gauge({
      name: 'checkpoint_last_success_timestamp_seconds',
      help: 'When the newest checkpoint was complete, seconds since 1970',
      unit: 's',
      labels,
    })
  }

  completed({ durationMs, sizeBytes }: { durationMs: number; sizeBytes?: number }): void {
    this.#duration.set(durationMs, this.#job)
    if (sizeBytes !== undefined) this.#size.set(sizeBytes, this.#job)
    this.#lastSuccess.set(this.#clock.now() / 1000, this.#job)
  }

  failed(): void {
    this.#failures.inc(1, this.#job)
  }

  /** A function that takes a checkpoint; `sizeBytes` reads its result. */
  wrap<Args extends readonly unknown[], Result>(
    take: (...args: Args) => Result,
    sizeBytes?: (result: Awaited<Result>) => number | undefined,
  ): (...args: Args) => Result {
    return measured(take, this.#clock.monotonic, {
      succeeded: (_args, result, durationMs) => {
        const size = asked(sizeBytes, result)
        this.completed({ durationMs, ...(size === undefined ? {} : { sizeBytes: size }) })
      },
      failed: () => {
        this.failed()
      },
    })
  }
}
