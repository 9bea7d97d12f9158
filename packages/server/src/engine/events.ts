import type { Telemetry } from '../telemetry/log.ts'
import type { EngineConfig, Flavour } from './config.ts'

/** One line a minute of each sort: an engine that is away is away for each question. */
const LOG_EVERY_MS = 60_000
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]

/** How a request to the engine ended. */
export type Outcome = 'answered' | 'refused' | 'away' | 'canceled'

/** What happens between Weir and its engine: each event moves its figures and writes its line together. */
export class EngineEvents {
  readonly #telemetry: Telemetry
  readonly #up
  readonly #flavour
  readonly #requests
  readonly #retries
  readonly #seconds
  readonly #bytes
  readonly #partial

  constructor(telemetry: Telemetry, { queue }: Pick<EngineConfig, 'queue'>) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#up = registry.gauge(
      'weir_engine_up',
      'Whether the engine of storage.metrics answered when it was last asked.',
    )
    this.#flavour = registry.gauge(
      'weir_engine_info',
      'Always 1; what the engine says of itself is in the labels.',
      ['flavour', 'version'],
    )
    this.#requests = registry.counter(
      'weir_engine_requests_total',
      'Questions to the engine by how they ended: answered, refused, away or canceled.',
      ['outcome'],
    )
    this.#retries = registry.counter(
      'weir_engine_retries_total',
      'Questions that were asked again, since the engine was not there or lacked parts.',
    )
    this.#seconds = registry.histogram(
      'weir_engine_request_duration_seconds',
      'Time from a question to the engine until its answer began.',
      SECONDS,
    )
    this.#bytes = registry.counter(
      'weir_engine_answer_bytes_total',
      'Bytes of answers of the engine.',
    )
    this.#partial = registry.counter(
      'weir_engine_partial_answers_total',
      'Answers of which the engine says that parts are missing.',
    )
    registry
      .gauge('weir_engine_queue_max_bytes', 'storage.metrics.queue.max_bytes.')
      .set(queue.max_bytes)
    registry
      .gauge('weir_engine_queue_max_age_seconds', 'storage.metrics.queue.max_age.')
      .set(queue.max_age / 1000)
    this.#up.set(0)
    for (const outcome of ['answered', 'refused', 'away', 'canceled'] as const) {
      this.#requests.inc({ outcome }, 0)
    }
    this.#retries.inc({}, 0)
    this.#bytes.inc({}, 0)
    this.#partial.inc({}, 0)
  }

  found(flavour: Flavour, version: string): void {
    this.#flavour.set(1, { flavour, version })
    this.#telemetry.log.info({ flavour, version }, 'The engine of storage.metrics is known')
  }

  /** It says other things of itself than before. */
  forget(flavour: Flavour, version: string): void {
    this.#flavour.remove({ flavour, version })
  }

  there(awayMs: number): void {
    this.#up.set(1)
    if (awayMs > 0) this.#telemetry.log.info({ awayMs }, 'The engine of storage.metrics is back')
  }

  away(why: string): void {
    this.#up.set(0)
    this.#telemetry.log
      .sampled('away', LOG_EVERY_MS)
      ?.error({ why }, 'The engine of storage.metrics is away; samples wait, queries fail')
  }

  ended(outcome: Outcome, seconds: number): void {
    this.#requests.inc({ outcome })
    if (outcome === 'answered' || outcome === 'refused') this.#seconds.observe(seconds, {})
  }

  retried(): void {
    this.#retries.inc({})
  }

  bytes(count: number): void {
    this.#bytes.inc({}, count)
  }

  partial(): void {
    this.#partial.inc({})
    this.#telemetry.log
      .sampled('partial', LOG_EVERY_MS)
      ?.warn({}, 'The engine answers in part: some of its data is away')
  }
}
