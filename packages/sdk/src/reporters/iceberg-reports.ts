import type { Counter, Gauge, Histogram, Meter } from '../metrics/meter.ts'
import { safely } from '../pipeline/measure.ts'
import { LATENCY_MS } from './reporter-options.ts'

/** Of a report of Iceberg's, what is read; the rest may be there too. */
export interface IcebergCommitReport {
  readonly 'table-name'?: string
  readonly operation?: string
  readonly metrics?: { readonly [name: string]: unknown }
}

type TableLabel = 'table'

/**
 * The commit reports of Iceberg as series, under the names that Weir gives to those which it
 * receives itself.
 *
 * @see apache/iceberg:open-api/rest-catalog-open-api.yaml, CommitReport
 */
export class IcebergReports {
  readonly #duration: Histogram<TableLabel>
  readonly #commits: Counter<TableLabel | 'operation'>
  readonly #counters: readonly (readonly [key: string, counter: Counter<TableLabel>])[]
  readonly #gauges: readonly (readonly [key: string, gauge: Gauge<TableLabel>])[]

  constructor(meter: Meter) {
    const labels = ['table'] as const
    const counter = (name: string, help: string): Counter<TableLabel> =>
      meter.counter({ name, help, labels })
    const gauge = (name: string, help: string): Gauge<TableLabel> =>
      meter.gauge({ name, help, labels })
    this.#duration = meter.histogram({
      name: 'iceberg_commit_duration_ms',
      help: 'How long a commit took',
      unit: 'ms',
      labels,
      buckets: LATENCY_MS,
    })
    this.#commits = meter.counter({
      name: 'iceberg_commits_total',
      help: 'Commits',
      labels: ['table', 'operation'],
    })
    this.#counters = [
      ['attempts', counter('iceberg_commit_attempts_total', 'Attempts that commits took')],
      ['added-records', counter('iceberg_added_records_total', 'Records added by commits')],
      ['added-data-files', counter('iceberg_added_files_total', 'Data files added by commits')],
      ['added-files-size-bytes', counter('iceberg_added_bytes_total', 'Bytes added by commits')],
    ]
    this.#gauges = [
      ['total-records', gauge('iceberg_table_records', 'Records in the table')],
      ['total-data-files', gauge('iceberg_table_data_files', 'Data files of the table')],
      ['total-files-size-bytes', gauge('iceberg_table_bytes', 'Bytes of the table')],
      ['total-delete-files', gauge('iceberg_table_delete_files', 'Delete files of the table')],
    ]
  }

  /** A report that cannot be read is left out. */
  commit(given: IcebergCommitReport | string, tableName?: string): void {
    safely(() => {
      const report = typeof given === 'string' ? (JSON.parse(given) as IcebergCommitReport) : given
      const { metrics = {}, operation } = report
      const table = tableName ?? report['table-name'] ?? 'unknown'
      this.#commits.inc(1, { table, ...(operation === undefined ? {} : { operation }) })
      const durationMs = durationMsOf(metrics['total-duration'])
      if (durationMs !== undefined) this.#duration.observe(durationMs, { table })
      for (const [key, counter] of this.#counters) {
        const value = valueOf(metrics[key])
        if (value !== undefined) counter.inc(value, { table })
      }
      for (const [key, gauge] of this.#gauges) {
        const value = valueOf(metrics[key])
        if (value !== undefined) gauge.set(value, { table })
      }
    })
  }
}

/** `{"unit": "count", "value": 3}` */
function valueOf(result: unknown): number | undefined {
  const value = (result as { value?: unknown } | undefined)?.value
  return typeof value === 'number' ? value : undefined
}

const TO_MS: Readonly<Record<string, number>> = {
  nanoseconds: 1e-6,
  microseconds: 1e-3,
  milliseconds: 1,
  seconds: 1000,
}

/** `{"count": 1, "time-unit": "nanoseconds", "total-duration": 1800000000}` */
function durationMsOf(result: unknown): number | undefined {
  const timer = result as { 'time-unit'?: unknown; 'total-duration'?: unknown } | undefined
  const duration = timer?.['total-duration']
  const unit = timer?.['time-unit'] ?? 'nanoseconds'
  const factor = typeof unit === 'string' ? TO_MS[unit.toLowerCase()] : undefined
  return typeof duration === 'number' && factor !== undefined ? duration * factor : undefined
}
