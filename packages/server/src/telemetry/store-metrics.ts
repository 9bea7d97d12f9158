import type { StoreStats } from '@weir/tsdb'
import type { Log } from './log.ts'
import type { Counter, Gauge, Registry } from './registry.ts'

/** What the store tells about itself, as metrics. */
export class StoreMetrics {
  readonly #maintenanceFailures: Counter
  readonly #gauges: readonly {
    readonly gauge: Gauge
    readonly read: (stats: StoreStats) => number
  }[]
  readonly #counters: readonly {
    readonly counter: Counter
    readonly read: (stats: StoreStats) => number
  }[]
  readonly #rejected: Counter<'reason'>
  readonly #exemplarsRejected: Counter<'reason'>

  constructor(registry: Registry) {
    this.#maintenanceFailures = registry.counter(
      'weir_store_maintenance_failures_total',
      'Runs of sealing, compaction or retention that failed.',
    )
    this.#rejected = registry.counter(
      'weir_store_samples_rejected_total',
      'Samples the store refused, by reason.',
      ['reason'],
    )
    this.#exemplarsRejected = registry.counter(
      'weir_store_exemplars_rejected_total',
      'Exemplars the store did not keep, by reason; duplicates are there already.',
      ['reason'],
    )
    this.#gauges = [
      {
        gauge: registry.gauge('weir_store_exemplars', 'Exemplars in the store.'),
        read: (s) => s.exemplars,
      },
      { gauge: registry.gauge('weir_store_series', 'Series in the store.'), read: (s) => s.series },
      {
        gauge: registry.gauge('weir_store_head_samples', 'Samples in memory, not sealed yet.'),
        read: (s) => s.headSamples,
      },
      { gauge: registry.gauge('weir_store_chunks', 'Sealed chunks.'), read: (s) => s.chunks },
      {
        gauge: registry.gauge(
          'weir_store_tombstones',
          'Deletes whose samples are still on disk; clean_tombstones carries them out.',
        ),
        read: (s) => s.tombstones,
      },
      {
        gauge: registry.gauge(
          'weir_store_windows_damaged',
          'Sealed windows left as they are, since one to be merged cannot be read; weir check data says which.',
        ),
        read: (s) => s.windowsDamaged,
      },
      {
        gauge: registry.gauge(
          'weir_store_outgoing_bytes',
          'Bytes on disk that wait to be sent on (remote_write_queue.max_bytes).',
        ),
        read: (s) => s.outgoing?.bytes ?? 0,
      },
      {
        gauge: registry.gauge('weir_store_sealed_samples', 'Samples in sealed chunks.'),
        read: (s) => s.sealedSamples,
      },
      {
        gauge: registry.gauge('weir_store_sealed_bytes', 'Bytes of sealed chunks.'),
        read: (s) => s.sealedBytes,
      },
      {
        gauge: registry.gauge('weir_store_disk_bytes', 'Size of the data directory.'),
        read: (s) => s.diskBytes,
      },
      {
        gauge: registry.gauge(
          'weir_store_commit_duration_seconds',
          'How long the newest commit took.',
        ),
        read: (s) => s.lastCommitMs / 1000,
      },
    ]
    this.#counters = [
      {
        counter: registry.counter(
          'weir_store_windows_thinned_total',
          'Windows that retention rules wrote anew, at a step or without some of their series.',
        ),
        read: (s) => s.windowsThinned,
      },
      {
        counter: registry.counter('weir_store_exemplars_appended_total', 'Exemplars made durable.'),
        read: (s) => s.exemplarsAppended,
      },
      {
        counter: registry.counter('weir_store_samples_appended_total', 'Samples made durable.'),
        read: (s) => s.samplesAppended,
      },
      {
        counter: registry.counter(
          'weir_store_commits_total',
          'Transactions that made samples durable.',
        ),
        read: (s) => s.commits,
      },
      {
        counter: registry.counter(
          'weir_store_commits_refused_total',
          'Commits refused whole: too large, or too much waited for the disk already.',
        ),
        read: (s) => s.commitsRefused,
      },
      {
        counter: registry.counter(
          'weir_store_samples_refused_total',
          'Samples in commits that were refused.',
        ),
        read: (s) => s.samplesRefused,
      },
      {
        counter: registry.counter(
          'weir_store_metadata_refused_total',
          'Types and help texts that were not kept: of metrics without a name or with a very long one, or of too many.',
        ),
        read: (s) => s.metadataRefused,
      },
      {
        counter: registry.counter(
          'weir_store_commits_failed_total',
          'Transactions that failed; their samples were not acknowledged.',
        ),
        read: (s) => s.commitsFailed,
      },
    ]
  }

  update(stats: StoreStats): void {
    for (const { gauge, read } of this.#gauges) gauge.set(read(stats))
    for (const { counter, read } of this.#counters) counter.set(read(stats))
    for (const [reason, count] of Object.entries(stats.rejected))
      this.#rejected.set(count, { reason })
    for (const [reason, count] of Object.entries(stats.exemplarsRejected))
      this.#exemplarsRejected.set(count, { reason })
  }

  maintenanceFailed(log: Log, error: unknown): void {
    this.#maintenanceFailures.inc()
    log
      .sampled('maintenance', 60_000)
      ?.error({ error: String(error) }, 'Sealing or retention failed; it will be tried again')
  }
}
