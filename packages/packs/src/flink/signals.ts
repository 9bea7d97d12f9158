/**
 * The stages of a job and of the cluster. What a job's tasks are called only the data knows; between source
 * and sink there is a stage for each task, a chain of operators. Jobs with more tasks than anybody
 * can read at a glance have one stage for all of them.
 */
import type { PackStage, SignalDefinition } from '../pack.ts'
import type { JobSystem } from './records.ts'

/** The pipeline that stands for the cluster: JobManager, TaskManagers, slots. */
export const PLATFORM = '(flink)'

/** More than these are shown as one. */
const TASKS_MAX = 20

/** Names the pipeline after the job. */
export function perJob(expr: string): string {
  return `sum by (pipeline) (label_replace(${expr}, "pipeline", "$1", "job_name", "(.+)"))`
}

/** For each task, or for all of a job's together where they are many; `how` adds them up. */
function perTask(record: string): string {
  const tasks = `${record}{stage!="source"}`
  const isMany = `count by (job_name) (${tasks}) > ${TASKS_MAX}`
  const all = `label_replace(sum by (job_name) (${tasks}) and on (job_name) (${isMany}), "stage", "operators", "", "")`
  const each = `(${tasks} unless on (job_name) (${isMany}))`
  return `sum by (pipeline, stage) (label_replace(${each} or ${all}, "pipeline", "$1", "job_name", "(.+)"))`
}

export function jobStages(system: JobSystem): readonly PackStage[] {
  const of = (what: string): string => `${system}:${what}`
  const job = (what: string): string => perJob(of(what))
  const share = (bad: string, good: string): string =>
    `${perJob(bad)} / (${perJob(`(${bad} + ${good})`)} > 0)`
  const failed = of('checkpoints_failed:increase15m')
  return [
    {
      stage: 'source',
      order: 10,
      title: 'Source',
      help: 'Reads records; backlog is what still waits outside, latency how old a record is when it is read.',
      after: [],
      signals: {
        throughput: { unit: 'records/s', expr: job('source_records:rate2m') },
        errors: {
          unit: 'records/s',
          expr: job('source_errors:rate5m'),
          ratio: share(of('source_errors:rate5m'), of('source_records:rate2m')),
        },
        latency: { unit: 's', expr: job('event_time_lag_seconds') },
        backlog: { unit: 'records', expr: job('lag_records') },
        freshness: { unit: 's', expr: job('source_idle_seconds') },
      },
    },
    {
      stage: 'operators',
      isFromData: true,
      order: 50,
      title: 'Operators',
      help: 'A task of the job: operators that run in one thread, one after the other.',
      after: ['source'],
      signals: {
        throughput: { unit: 'records/s', expr: perTask(of('task_records:rate2m')) },
      },
    },
    {
      stage: 'sink',
      order: 80,
      title: 'Sink',
      help: 'Writes records; latency is the way from the source, where markers are on.',
      signals: {
        throughput: { unit: 'records/s', expr: job('sink_records:rate2m') },
        errors: {
          unit: 'records/s',
          expr: job('sink_errors:rate5m'),
          ratio: share(of('sink_errors:rate5m'), of('sink_records:rate2m')),
        },
        latency: markers(job),
      },
    },
    {
      stage: 'checkpoints',
      order: 90,
      title: 'Checkpoints',
      help: 'Snapshots of the state: how often they fail, how long they take, how old the newest is.',
      after: [],
      signals: {
        errors: {
          unit: 'checkpoints/s',
          expr: perJob(`${failed} / 900`),
          ratio: share(failed, of('checkpoints_completed:increase15m')),
        },
        latency: { unit: 's', expr: job('checkpoint_seconds') },
        freshness: { unit: 's', expr: job('checkpoint_age_seconds') },
      },
    },
    {
      stage: 'job',
      order: 95,
      title: 'Job',
      help: 'Restarts of the job.',
      after: [],
      signals: {
        errors: { unit: 'restarts/s', expr: perJob(`${of('job_restarts:increase10m')} / 600`) },
      },
    },
  ]
}

function markers(job: (what: string) => string): SignalDefinition {
  return {
    unit: 's',
    p50: job('latency_seconds:p50'),
    expr: job('latency_seconds:p95'),
    p99: job('latency_seconds:p99'),
  }
}

const CLUSTER_STAGES: readonly PackStage[] = [
  {
    stage: 'jobmanager',
    order: 10,
    title: 'JobManager',
    help: 'Plans the jobs, triggers their checkpoints, restarts them.',
    signals: {
      freshness: { unit: 's', expr: 'time() - flink:jobmanager_seen_time_seconds' },
    },
  },
  {
    stage: 'taskmanagers',
    order: 20,
    title: 'TaskManagers',
    help: 'Run the tasks of all jobs; backlog is how many were asked for and are not there.',
    signals: { backlog: { unit: 'processes', expr: 'flink:pending_task_managers' } },
  },
  {
    stage: 'jobs',
    order: 30,
    title: 'Jobs',
    help: 'All jobs together, but those of Dagger.',
    signals: {
      throughput: { unit: 'records/s', expr: 'sum(flink:source_records:rate2m)' },
      errors: { unit: 'restarts/s', expr: 'sum(flink:job_restarts:increase10m) / 600' },
      backlog: {
        unit: 'jobs',
        expr: 'count(flink:job_running:bool == 0) or 0 * count(flink:job_running:bool)',
      },
    },
  },
]

export const STAGES: readonly PackStage[] = [
  ...jobStages('flink'),
  ...CLUSTER_STAGES.map((stage) => ({ ...stage, pipeline: PLATFORM })),
]
