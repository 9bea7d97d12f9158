import type { Telemetry } from '../telemetry/log.ts'
import { KINDS, type Kind, type KindCounts } from './batch.ts'

/** Why something was never sent. */
export type DropReason =
  | 'relabelled' // by write_relabel_configs
  | 'forgotten' // the store no longer knew the series
  | 'too_old' // queue_config.sample_age_limit
  | 'damaged' // the record could not be read back
  | 'queue_full' // remote_write_queue.max_bytes or max_age
  | 'custom_buckets' // a histogram that 1.0 cannot hold

/** One line a minute of each sort: a receiver that is down is down for each request. */
const LOG_EVERY_MS = 60_000

/** What one queue tells; the same name, the same figures, over reloads. */
export interface QueueFigures {
  readonly pending: number
  readonly shards: number
  readonly wanted: number
  readonly shardsMin: number
  readonly shardsMax: number
  readonly capacity: number
  readonly lagSeconds: number
  readonly highestSentMs: number
}

/** What happens to queues: each event moves its figures and writes its line together. */
export class RemoteWriteOutEvents {
  readonly #telemetry: Telemetry
  readonly #sent
  readonly #failed
  readonly #retried
  readonly #dropped
  readonly #bytes
  readonly #requests
  readonly #seconds
  readonly #gauges

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry
    const { registry } = telemetry
    this.#sent = registry.counter(
      'weir_remote_write_out_sent_total',
      'What receivers took, by queue and kind: sample, histogram, exemplar or metadata.',
      ['queue', 'kind'],
    )
    this.#failed = registry.counter(
      'weir_remote_write_out_failed_total',
      'What receivers refused for good, or did not write, by queue and kind.',
      ['queue', 'kind'],
    )
    this.#retried = registry.counter(
      'weir_remote_write_out_retried_total',
      'What had to be sent again, each time counted, by queue and kind.',
      ['queue', 'kind'],
    )
    this.#dropped = registry.counter(
      'weir_remote_write_out_dropped_total',
      'What was never sent, by queue, kind and reason: relabelled, forgotten, too_old, queue_full, damaged or custom_buckets.',
      ['queue', 'kind', 'reason'],
    )
    this.#bytes = registry.counter(
      'weir_remote_write_out_bytes_total',
      'Packed bytes of the requests that receivers took, by queue.',
      ['queue'],
    )
    this.#requests = registry.counter(
      'weir_remote_write_out_requests_total',
      'Requests by queue and how they ended: sent, retry, refused, or parted, to be sent in halves.',
      ['queue', 'outcome'],
    )
    this.#seconds = registry.histogram(
      'weir_remote_write_out_request_duration_seconds',
      'How long requests took that were answered, by queue.',
      [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      ['queue'],
    )
    const gauge = (name: string, help: string) =>
      registry.gauge(`weir_remote_write_out_${name}`, help, ['queue'])
    this.#gauges = {
      pending: gauge('pending_samples', 'Samples that wait, on disk and in memory, by queue.'),
      lagSeconds: gauge('lag_seconds', 'How long the oldest unsent sample has waited, by queue.'),
      highestSentMs: gauge(
        'highest_sent_timestamp_seconds',
        'Time of the newest sample sent, by queue.',
      ),
      shards: gauge('shards', 'Shards that send, by queue.'),
      wanted: gauge('shards_desired', 'Shards that the load asks for, by queue.'),
      shardsMin: gauge('shards_min', 'queue_config.min_shards, by queue.'),
      shardsMax: gauge('shards_max', 'queue_config.max_shards, by queue.'),
      capacity: gauge('shard_capacity', 'Samples that a shard holds in memory, by queue.'),
    }
  }

  /** Shows a queue that has not sent anything yet. */
  opened(queue: string): void {
    for (const kind of KINDS) {
      this.#sent.inc({ queue, kind }, 0)
      this.#failed.inc({ queue, kind }, 0)
      this.#retried.inc({ queue, kind }, 0)
    }
    this.#bytes.inc({ queue }, 0)
    for (const reason of ['queue_full', 'too_old', 'forgotten', 'damaged']) {
      this.#dropped.inc({ queue, kind: 'sample', reason }, 0)
    }
  }

  figures(queue: string, figures: QueueFigures): void {
    for (const [name, gauge] of Object.entries(this.#gauges)) {
      const key = name as keyof QueueFigures
      const value = figures[key]
      gauge.set(key === 'highestSentMs' ? value / 1000 : value, { queue })
    }
  }

  /** A queue is no more. */
  closed(queue: string): void {
    for (const gauge of Object.values(this.#gauges)) gauge.remove({ queue })
  }

  sent(queue: string, request: { readonly bytes: number; readonly seconds: number }): void {
    this.#requests.inc({ queue, outcome: 'sent' })
    this.#bytes.inc({ queue }, request.bytes)
    this.#seconds.observe(request.seconds, { queue })
  }

  /** What of a request was taken, and what was not. */
  taken(queue: string, counts: KindCounts, written: KindCounts | undefined): void {
    for (const kind of KINDS) {
      const took = Math.min(counts[kind], written?.[kind] ?? counts[kind])
      if (took > 0) this.#sent.inc({ queue, kind }, took)
      if (took < counts[kind]) this.#failed.inc({ queue, kind }, counts[kind] - took)
    }
    const isShort = written !== undefined && KINDS.some((kind) => written[kind] < counts[kind])
    if (!isShort) return
    this.#telemetry.log
      .sampled(`short:${queue}`, LOG_EVERY_MS)
      ?.warn({ queue, sent: counts, written }, 'Receiver wrote less than was sent to it')
  }

  refused(queue: string, refusal: { readonly why: string; readonly advice: string }): void {
    this.#requests.inc({ queue, outcome: 'refused' })
    this.#telemetry.log
      .sampled(`refused:${queue}`, LOG_EVERY_MS)
      ?.error({ queue, ...refusal }, 'Receiver refused what was sent to it; it is dropped')
  }

  /** A request was refused for something in it, and is sent in parts to find what. */
  parted(queue: string): void {
    this.#requests.inc({ queue, outcome: 'parted' })
  }

  retry(queue: string, why: string): void {
    this.#requests.inc({ queue, outcome: 'retry' })
    this.#telemetry.log
      .sampled(`retry:${queue}`, LOG_EVERY_MS)
      ?.warn({ queue, why }, 'Receiver cannot be reached or is busy; samples wait')
  }

  retried(queue: string, counts: KindCounts): void {
    for (const kind of KINDS) {
      if (counts[kind] > 0) this.#retried.inc({ queue, kind }, counts[kind])
    }
  }

  dropped(queue: string, reason: DropReason, counts: Partial<KindCounts>): void {
    for (const kind of KINDS) {
      const count = counts[kind] ?? 0
      if (count > 0) this.#dropped.inc({ queue, kind, reason }, count)
    }
    if (reason === 'relabelled') return // that is what somebody wanted
    this.#telemetry.log
      .sampled(`dropped:${queue}:${reason}`, LOG_EVERY_MS)
      ?.warn({ queue, reason, ...counts }, 'Samples were dropped instead of sent')
  }

  metadata(queue: string, outcome: 'sent' | 'failed' | 'retried', count: number): void {
    const counter = { sent: this.#sent, failed: this.#failed, retried: this.#retried }[outcome]
    counter.inc({ queue, kind: 'metadata' satisfies Kind | 'metadata' }, count)
  }

  resharded(queue: string, from: number, to: number): void {
    this.#telemetry.log.info({ queue, from, to }, 'Shards of remote write changed')
  }

  damaged(queue: string, error: unknown): void {
    const why = (error as Error).message
    this.#telemetry.log.error({ queue, why }, 'A record of what leaves is damaged; it is left out')
  }
}
