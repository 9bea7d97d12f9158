/**
 * Records of Dagger's jobs: those that Flink's have too, and what only Dagger sends.
 *
 * Its counters of exceptions are born with their first increment, and the fatal ones end ten seconds later with
 * the job. `increase()` sees nothing of either: a fatal exception is what was there within ten minutes, and a
 * counter that is new has counted at least one.
 */
import { jobRecords } from '../flink/records.ts'
import { type Question, meter, namesOf, quantile } from '../flink/ways.ts'
import type { RecordingRule } from '../pack.ts'

const OPERATOR = 'taskmanager_job_task_operator_'
const CALLS = 'job_name, source_metricId'

/** Growth within a window of counters that may be born in it. */
function grown(metric: string, window: string, by: string): string {
  return oneOf(metric, by, (name) => {
    const isNew = `(clamp_max(${name}, 1) unless ${name} offset ${window})`
    return `(increase(${name}[${window}]) or 0 * ${name}) + (${isNew} or 0 * ${name})`
  })
}

/** What of a counter was there within a window, though it is gone now. */
function seen(metric: string, window: string, by: string): string {
  return oneOf(metric, by, (name) => `max_over_time(${name}[${window}])`)
}

function oneOf(metric: string, by: string, read: (name: string) => string): string {
  const parts = namesOf('counter', `${OPERATOR}${metric}`).map(
    (name) => `sum by (${by}) (${read(name)})`,
  )
  return parts.join(' or ')
}

function calls(metric: string): string {
  return meter(`${OPERATOR}source_metricId_${metric}`, { fold: 'sum', by: CALLS })
}

function seconds(metric: string, q: string, by: string): string {
  return `${quantile(`${OPERATOR}${metric}`, q, { fold: 'max', by })} / 1000`
}

const perJob: Question = { fold: 'sum', by: 'job_name' }
const longbow = (metric: string): string => meter(`${OPERATOR}longbow_${metric}`, perJob)
const dart = (metric: string): string => meter(`${OPERATOR}udf_dart_${metric}`, perJob)
/** The Parquet source calls the job's name `job_id`. */
const parquet = (expr: string): string =>
  `sum by (job_name) (label_replace(${expr}, "job_name", "$1", "job_id", "(.+)"))`

const QUANTILES = [
  ['p50', '0.5'],
  ['p95', '0.95'],
  ['p99', '0.99'],
] as const

/** Answers by what was wrong with them. */
const FAILURES = [
  ['404', 'failures_code404'],
  ['4xx', 'failures_code4XX'],
  ['5xx', 'failures_code5XX'],
  ['other', 'other_errors'],
] as const

const OWN: readonly RecordingRule[] = [
  { record: 'dagger:external_calls:rate', expr: calls('total_external_calls') },
  { record: 'dagger:external_success:rate', expr: calls('success_response') },
  { record: 'dagger:external_failures:rate', expr: calls('total_failures') },
  ...FAILURES.map(([code, metric]) => ({
    record: 'dagger:external_failures_by_code:rate',
    expr: calls(metric),
    labels: { code },
  })),
  { record: 'dagger:external_timeouts:rate', expr: calls('timeouts') },
  {
    record: 'dagger:external_closed:rate',
    expr: calls('close_connection_on_external_client'),
  },
  ...QUANTILES.map(([name, q]) => ({
    record: `dagger:external_seconds:${name}`,
    expr: seconds('source_metricId_success_response_time', q, CALLS),
  })),
  { record: 'dagger:longbow_reads:rate', expr: longbow('reader_success_on_read_document') },
  {
    record: 'dagger:longbow_read_failures:rate',
    expr: `${longbow('reader_failed_on_read_document')} + ${longbow('reader_timeouts_on_reader')}`,
  },
  { record: 'dagger:longbow_missed:rate', expr: longbow('reader_failed_to_read_last_record') },
  { record: 'dagger:longbow_writes:rate', expr: longbow('writer_success_on_write_document') },
  {
    record: 'dagger:longbow_write_failures:rate',
    expr: `${longbow('writer_failed_on_write_document')} + ${longbow('writer_timeouts_on_writer')}`,
  },
  ...QUANTILES.flatMap(([name, q]) =>
    (['read', 'write'] as const).map((what) => ({
      record: `dagger:longbow_${what}_seconds:${name}`,
      expr: seconds(
        `longbow_${what === 'read' ? 'reader' : 'writer'}_success_on_${what}_document_response_time`,
        q,
        'job_name',
      ),
    })),
  ),
  { record: 'dagger:dart_hits:rate', expr: dart('cache_fetch_success') },
  { record: 'dagger:dart_misses:rate', expr: dart('cache_fetch_failure') },
  { record: 'dagger:dart_load_failures:rate', expr: dart('gcs_bucket_fetch_failure') },
  {
    record: 'dagger:fatal_exceptions:seen10m',
    expr: `${seen('fatal_exception_value', '10m', 'job_name, fatal_exception')} or label_replace(${parquetBy('max_over_time(fatal_exception[10m])', 'fatal_exception_type')}, "fatal_exception", "$1", "fatal_exception_type", "(.+)")`,
  },
  {
    record: 'dagger:warnings:increase5m',
    expr: grown('non_fatal_exception_value', '5m', 'job_name, non_fatal_exception'),
  },
  {
    record: 'dagger:filtered_records:increase5m',
    expr: `${grown('per_table_filtered_invalid_records', '5m', 'job_name')} or ${grown('filtered_invalid_records', '5m', 'job_name')}`,
  },
  {
    record: 'dagger:influx_late_records:increase5m',
    expr: grown('influx_late_records_dropped_value', '5m', 'job_name'),
  },
  { record: 'dagger:parquet_rows:rate2m', expr: parquet('rate(reader_rows_emitted[2m])') },
  { record: 'dagger:parquet_waiting', expr: parquet('splits_awaiting_assignment') },
]

function parquetBy(expr: string, label: string): string {
  return `sum by (job_name, ${label}) (label_replace(${expr}, "job_name", "$1", "job_id", "(.+)"))`
}

export const RECORDS: readonly RecordingRule[] = [...jobRecords('dagger'), ...OWN]
