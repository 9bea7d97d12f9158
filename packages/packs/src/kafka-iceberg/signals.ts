/** From a topic to a table: the stages of such a job, and the signals of each. */
import type { PackStage, SignalDefinition } from '../pack.ts'
import { ofTable } from './records.ts'

/** Not of processes that tell their stages themselves. */
const ours = (expr: string): string => `(${expr}) and on (pipeline) kafka_iceberg:pipelines`

const per = (what: string): string => `kafka_iceberg:${what}:rate5m`

function latency(metric: string): SignalDefinition {
  const quantile = (q: string): string =>
    ours(`histogram_quantile(${q}, kafka_iceberg:${metric}_bucket:rate5m) / 1000 >= 0`)
  return { unit: 's', p50: quantile('0.5'), expr: quantile('0.95'), p99: quantile('0.99') }
}

/** Failed ÷ all; zero where nothing failed. */
function errors(failed: string, all: string, unit: string): SignalDefinition {
  return {
    unit,
    expr: ours(`${failed} or 0 * ${all}`),
    ratio: ours(`(${failed} or 0 * ${all}) / (${all} > 0)`),
  }
}

const CONSUMED = `(${per('consumed')} + (${per('unread')} or 0 * ${per('consumed')}))`
const FAILED = `sum by (pipeline) (${per('validation_failed')})`
const VALIDATED = `(${per('validated')} + (${FAILED} or 0 * ${per('validated')}))`
const COMMIT_BUCKETS = 'sum by (table, le) (rate(iceberg_commit_duration_ms_bucket[15m]))'
const commit = (q: string): string =>
  ofTable(`histogram_quantile(${q}, ${COMMIT_BUCKETS}) / 1000 >= 0`)

export const STAGES: readonly PackStage[] = [
  {
    stage: 'source',
    order: 10,
    title: 'Kafka source',
    help: 'Takes messages from topics; what it cannot read is an error.',
    signals: {
      throughput: { unit: 'records/s', expr: ours(per('consumed')) },
      errors: errors(per('unread'), CONSUMED, 'records/s'),
      latency: latency('kafka_consumption_latency_ms'),
      backlog: { unit: 'records', expr: ours('kafka_iceberg:lag') },
    },
  },
  {
    stage: 'validate',
    order: 20,
    title: 'Validation',
    help: 'Judges rows.',
    signals: {
      throughput: { unit: 'records/s', expr: ours(per('validated')) },
      errors: errors(FAILED, VALIDATED, 'records/s'),
    },
  },
  {
    stage: 'process',
    order: 30,
    title: 'Processing',
    help: 'Everything between source and sink.',
    signals: {
      throughput: { unit: 'records/s', expr: ours(per('processed')) },
      errors: errors(per('invalid'), per('processed'), 'records/s'),
      latency: latency('processing_latency_ms'),
    },
  },
  {
    stage: 'sink',
    order: 40,
    title: 'Iceberg sink',
    help: 'Writes rows and commits them to the table.',
    signals: {
      throughput: { unit: 'records/s', expr: ours(per('written')) },
      errors: {
        unit: 'writes/s',
        expr: ours(`${per('write_failed')} or 0 * ${per('written')}`),
      },
      latency: latency('iceberg_write_latency_ms'),
      freshness: { unit: 's', expr: ours('time() - kafka_iceberg:written_time_seconds') },
    },
  },
  {
    stage: 'checkpoint',
    order: 50,
    title: 'Checkpoints',
    help: 'Keep the state; with Flink each also commits.',
    signals: {
      errors: {
        unit: 'checkpoints/s',
        expr: ours('kafka_iceberg:checkpoint_failures:increase10m / 600'),
      },
      latency: { unit: 's', expr: ours('kafka_iceberg:checkpoint_seconds') },
      freshness: { unit: 's', expr: ours('kafka_iceberg:checkpoint_age_seconds') },
    },
  },
  {
    stage: 'table',
    order: 60,
    title: 'Table',
    help: 'What Iceberg itself reports of commits; the pipeline is called as the table.',
    signals: {
      throughput: {
        unit: 'records/s',
        expr: ofTable('sum by (table) (rate(iceberg_added_records_total[15m]))'),
      },
      latency: { unit: 's', p50: commit('0.5'), expr: commit('0.95'), p99: commit('0.99') },
      freshness: {
        unit: 's',
        expr: ofTable('time() - max by (table) (iceberg_last_commit_timestamp_seconds)'),
      },
    },
  },
]
