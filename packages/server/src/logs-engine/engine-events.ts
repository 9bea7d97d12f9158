import type { Telemetry } from '../telemetry/log.ts'
import { type PushOutcome, REFUSED_REASONS } from './push-answer.ts'

/** One line a minute of each sort: an engine that is away is away for each request. */
const LOG_EVERY_MS = 60_000

/** Why lines will never be with the engine. */
const LOST_REASONS = [...REFUSED_REASONS, 'queue_full', 'waited_too_long', 'not_queued'] as const

export type LostReason = (typeof LOST_REASONS)[number]

/** What waits, as the queue tells it. */
export interface QueueFigures {
  readonly waitingBytes: number
  readonly waitedSeconds: number
}

/** What happens between Weir and a distant engine of logs: each event moves its figures and writes its line together. */
export class EngineEvents {
  readonly #telemetry: Telemetry
  readonly #lines
  readonly #bytes
  readonly #dropped
  readonly #requests
  readonly #seconds
  readonly #up
  readonly #waiting
  readonly #waited
  /** Why the last request failed; '' when it did not. */
  lastError = ''
  lastErrorMs = 0
  lastSentMs = 0
  sentLines = 0
  lostLines = 0

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#lines = registry.counter(
      'weir_logs_engine_sent_lines_total',
      'Lines that the engine of logs took (storage.logs).',
    )
    this.#bytes = registry.counter(
      'weir_logs_engine_sent_bytes_total',
      'Packed bytes of the requests that it took.',
    )
    this.#dropped = registry.counter(
      'weir_logs_engine_dropped_lines_total',
      'Acknowledged lines that will never be with the engine: refused by it, or dropped from the queue (storage.logs.queue).',
      ['reason'],
    )
    for (const reason of LOST_REASONS) this.#dropped.inc({ reason }, 0) // so that the first is growth
    this.#requests = registry.counter(
      'weir_logs_engine_requests_total',
      'Requests with lines by how they ended: sent, retry or refused.',
      ['outcome'],
    )
    this.#seconds = registry.histogram(
      'weir_logs_engine_request_duration_seconds',
      'How long requests with lines took that were answered.',
      [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    )
    this.#up = registry.gauge(
      'weir_logs_engine_up',
      'Whether the engine of logs took or judged the last request (1), or is away (0).',
    )
    this.#waiting = registry.gauge(
      'weir_logs_engine_queue_bytes',
      'Bytes on disk that wait for the engine of logs (storage.logs.queue.max_bytes).',
    )
    this.#waited = registry.gauge(
      'weir_logs_engine_queue_seconds',
      'How long the oldest line that waits for the engine has been waiting; 0 when none is.',
    )
    this.#up.set(1)
  }

  answered(outcome: PushOutcome, seconds: number | undefined, nowMs: number): void {
    this.#requests.inc({ outcome: outcome.kind })
    if (seconds !== undefined) this.#seconds.observe(seconds)
    this.#up.set(outcome.kind === 'retry' ? 0 : 1)
    if (outcome.kind === 'sent') {
      this.lastError = ''
      this.lastSentMs = nowMs
      return
    }
    const { why } = outcome
    this.lastError = why
    this.lastErrorMs = nowMs
    if (outcome.kind === 'refused') return
    const { log } = this.#telemetry
    log
      .sampled('logs_engine_retry', LOG_EVERY_MS)
      ?.warn({ why }, 'The engine of logs does not take lines; they wait on disk')
  }

  sent(lines: number, bytes: number): void {
    this.sentLines += lines
    this.#lines.inc(undefined, lines)
    this.#bytes.inc(undefined, bytes)
  }

  lost(lines: number, reason: LostReason, why: string): void {
    this.lostLines += lines
    this.#dropped.inc({ reason }, lines)
    const { log } = this.#telemetry
    log
      .sampled(`logs_engine_lost_${reason}`, LOG_EVERY_MS)
      ?.error({ lines, reason, why }, 'Lines of log will never be with their engine')
  }

  publish({ waitingBytes, waitedSeconds }: QueueFigures): void {
    this.#waiting.set(waitingBytes)
    this.#waited.set(waitedSeconds)
  }
}
