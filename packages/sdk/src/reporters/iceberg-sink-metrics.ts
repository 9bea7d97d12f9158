import type { Transform } from 'node:stream'
import type { Clock } from '../clock.ts'
import type { Counter, Histogram } from '../metrics/meter.ts'
import { type FlowOptions, type RowStep, iterate, transformOf } from '../pipeline/flow.ts'
import { asked, measured } from '../pipeline/measure.ts'
import { type IcebergCommitReport, IcebergReports } from './iceberg-reports.ts'
import { LATENCY_MS, type ReporterOptions, settled } from './reporter-options.ts'

export interface IcebergSinkOptions extends ReporterOptions {
  /** The label `iceberg_database`. */
  readonly database?: string
  /** The label `iceberg_table`. */
  readonly table?: string
}

const BATCH_SIZES = [1, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 1_000_000]

type TableLabel = 'iceberg_database' | 'iceberg_table'

/**
 * What is written to an Iceberg table: `iceberg_records_written_total`,
 * `iceberg_write_failures_total`, `iceberg_write_latency_ms`, `iceberg_batch_size`; and of commit
 * reports, what Iceberg itself says about each commit (`iceberg_commit_…`, `iceberg_table_…`).
 *
 * Records count as written when the write has succeeded, not when it begins.
 *
 * @example
 * const sink = new IcebergSinkMetrics({ database: 'health_db', table: 'health_data_raw' })
 * const write = sink.wrap((rows) => table.append(rows))
 */
export class IcebergSinkMetrics {
  readonly #labels: { readonly [label in TableLabel]?: string }
  readonly #clock: Clock
  readonly #written: Counter<TableLabel>
  readonly #failures: Counter<TableLabel>
  readonly #latency: Histogram<TableLabel>
  readonly #batchSize: Histogram<TableLabel>
  readonly #reports: IcebergReports

  constructor(options: IcebergSinkOptions = {}) {
    const { meter, clock } = settled(options)
    const { database, table } = options
    this.#clock = clock
    this.#labels = {
      ...(database === undefined ? {} : { iceberg_database: database }),
      ...(table === undefined ? {} : { iceberg_table: table }),
    }
    const labels = ['iceberg_database', 'iceberg_table'] as const
    this.#written = meter.counter({
      name: 'iceberg_records_written_total',
      help: 'Records in writes that succeeded',
      labels,
    })
    this.#failures = meter.counter({
      name: 'iceberg_write_failures_total',
      help: 'Writes that failed',
      labels,
    })
    this.#latency = meter.histogram({
      name: 'iceberg_write_latency_ms',
      help: 'How long a write took, commit included',
      unit: 'ms',
      labels,
      buckets: LATENCY_MS,
    })
    this.#batchSize = meter.histogram({
      name: 'iceberg_batch_size',
      help: 'Records in a write',
      unit: 'records',
      labels,
      buckets: BATCH_SIZES,
    })
    this.#written.inc(0, this.#labels)
    this.#failures.inc(0, this.#labels)
    this.#reports = new IcebergReports(meter)
  }

  reportWriteSuccess({ records, latencyMs }: { records: number; latencyMs?: number }): void {
    this.#written.inc(records, this.#labels)
    this.#batchSize.observe(records, this.#labels)
    if (latencyMs !== undefined) this.#latency.observe(latencyMs, this.#labels)
  }

  reportWriteFailure(): void {
    this.#failures.inc(1, this.#labels)
  }

  /** What Iceberg reports of a commit (`MetricsReporter`, REST catalogs): an object or its JSON. */
  commitReport(report: IcebergCommitReport | string): void {
    const { iceberg_database: database, iceberg_table: table } = this.#labels
    const name = [database, table].filter((part) => part !== undefined).join('.')
    this.#reports.commit(report, name === '' ? undefined : name)
  }

  /** A function that writes one batch and commits it. */
  wrap<Batch, Result>(
    write: (batch: Batch) => Result,
    /** Records of a batch; the length of an array, else one. */
    records: (batch: Batch) => number = sizeOf,
  ): (batch: Batch) => Result {
    return measured(write, this.#clock.monotonic, {
      succeeded: ([batch], _result, latencyMs) => {
        this.reportWriteSuccess({ records: asked(records, batch) ?? 1, latencyMs })
      },
      failed: () => {
        this.reportWriteFailure()
      },
    })
  }

  /** For a stream of batches: each goes through `write`. */
  transform<Batch, Out>(write: RowStep<Batch, Out>, options?: FlowOptions): Transform {
    return transformOf(this.wrap(write), options)
  }

  over<Batch, Out>(
    batches: Iterable<Batch> | AsyncIterable<Batch>,
    write: RowStep<Batch, Out>,
  ): AsyncGenerator<Out, void, undefined> {
    return iterate(batches, this.wrap(write))
  }
}

function sizeOf(batch: unknown): number {
  return Array.isArray(batch) ? batch.length : 1
}
