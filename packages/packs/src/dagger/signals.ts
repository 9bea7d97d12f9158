/** Stages of a job of Dagger: those of every job of Flink, and its own steps between. */
import { jobStages, perJob } from '../flink/signals.ts'
import type { PackStage } from '../pack.ts'

/** Failed of all; both by job. */
function share(failed: string, passed: string): string {
  return `${perJob(failed)} / (${perJob(`(${failed} + ${passed})`)} > 0)`
}

const jobsOf = (record: string): string => `sum by (job_name) (${record})`
const worst = (record: string): string => perJob(`max by (job_name) (${record})`)
const LONGBOW_FAILED = '(dagger:longbow_read_failures:rate or dagger:longbow_write_failures:rate)'
const LONGBOW_DONE = '(dagger:longbow_reads:rate or dagger:longbow_writes:rate)'

const OWN: readonly PackStage[] = [
  {
    stage: 'udf',
    order: 55,
    title: 'User functions',
    help: 'Dart: look-ups in lists and maps that were loaded from a bucket.',
    after: ['source'],
    signals: {
      throughput: { unit: 'look-ups/s', expr: perJob('dagger:dart_hits:rate') },
      errors: {
        unit: 'look-ups/s',
        expr: perJob('dagger:dart_misses:rate'),
        ratio: share('dagger:dart_misses:rate', 'dagger:dart_hits:rate'),
      },
    },
  },
  {
    stage: 'post-processor',
    order: 60,
    title: 'Post processors',
    help: 'Calls of HTTP, Elasticsearch, PostgreSQL and gRPC services; latency of the slowest of them.',
    after: ['source'],
    signals: {
      throughput: { unit: 'calls/s', expr: perJob(jobsOf('dagger:external_calls:rate')) },
      errors: {
        unit: 'calls/s',
        expr: perJob(jobsOf('dagger:external_failures:rate')),
        ratio: share(
          jobsOf('dagger:external_failures:rate'),
          jobsOf('dagger:external_success:rate'),
        ),
      },
      latency: {
        unit: 's',
        p50: worst('dagger:external_seconds:p50'),
        expr: worst('dagger:external_seconds:p95'),
        p99: worst('dagger:external_seconds:p99'),
      },
    },
  },
  {
    stage: 'longbow',
    order: 65,
    title: 'Longbow',
    help: 'Reads and writes of BigTable.',
    after: ['source'],
    signals: {
      throughput: { unit: 'documents/s', expr: perJob(LONGBOW_DONE) },
      errors: {
        unit: 'documents/s',
        expr: perJob(LONGBOW_FAILED),
        ratio: share(LONGBOW_FAILED, LONGBOW_DONE),
      },
      latency: {
        unit: 's',
        p50: perJob('(dagger:longbow_read_seconds:p50 or dagger:longbow_write_seconds:p50)'),
        expr: perJob('(dagger:longbow_read_seconds:p95 or dagger:longbow_write_seconds:p95)'),
        p99: perJob('(dagger:longbow_read_seconds:p99 or dagger:longbow_write_seconds:p99)'),
      },
    },
  },
  {
    stage: 'parquet',
    order: 5,
    title: 'Parquet source',
    help: 'Files of a job that reads history; backlog is files still to do.',
    after: [],
    signals: {
      throughput: { unit: 'rows/s', expr: perJob('dagger:parquet_rows:rate2m') },
      backlog: { unit: 'files', expr: perJob('dagger:parquet_waiting') },
    },
  },
]

export const STAGES: readonly PackStage[] = [...jobStages('dagger'), ...OWN].toSorted(
  (a, b) => a.order - b.order,
)
