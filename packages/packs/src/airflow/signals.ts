/** The stages of a DAG and of the installation itself, and the five signals of each. */
import type { PackStage, SignalDefinition } from '../pack.ts'
import { executor, grown, orZero } from './records.ts'

/**
 * The pipeline that stands for the Airflow installation: scheduler, executor, pools. No DAG can be
 * called so: parentheses are not allowed in DAG ids.
 */
export const PLATFORM = '(airflow)'

/** Names the pipeline after the DAG. */
function perDag(expr: string): string {
  return `sum by (pipeline) (label_replace(${expr}, "pipeline", "$1", "dag_id", "(.+)"))`
}

/**
 * Quantiles per DAG from recorded bucket increases, or from a native histogram in milliseconds, which
 * OpenTelemetry sends; NaN of an empty hour is left out.
 */
function latencyPerDag(buckets: string, native?: string): SignalDefinition {
  const quantile = (q: string): string => {
    const seconds = perDag(
      `histogram_quantile(${q}, ${buckets} and on (dag_id) (${buckets}{le="+Inf"} > 0))`,
    )
    if (native === undefined) return seconds
    const filled = `${native} and on (dag_id) (histogram_count(${native}) > 0)`
    return `${seconds} or ${perDag(`histogram_quantile(${q}, ${filled}) / 1000`)}`
  }
  return { unit: 's', p50: quantile('0.5'), expr: quantile('0.95'), p99: quantile('0.99') }
}

/** By OpenTelemetry. Not the parse time of files: that is seconds there, called milliseconds. */
const OF_OTLP: ReadonlyMap<string, string> = new Map([
  [
    'airflow_scheduler_scheduler_loop_duration',
    'airflow_scheduler_scheduler_loop_duration_milliseconds',
  ],
])

/** Quantiles of a histogram of the whole installation. */
function latency(metric: string): SignalDefinition {
  const native = OF_OTLP.get(metric)
  const quantile = (q: string): string =>
    `histogram_quantile(${q}, sum by (le) (${grown(`${metric}_bucket`, '5m')})) >= 0` +
    (native === undefined
      ? ''
      : ` or histogram_quantile(${q}, sum(${grown(native, '5m')})) / 1000 >= 0`)
  return { unit: 's', p50: quantile('0.5'), expr: quantile('0.95'), p99: quantile('0.99') }
}

const TASKS = 'airflow:dag_tasks:increase5m'
const BAD_TASKS = `${TASKS}{state=~"failed|up_for_retry"}`
const RUNS = 'airflow:dag_runs:increase5m'

const DAG_STAGES: readonly PackStage[] = [
  {
    stage: 'schedule',
    order: 10,
    title: 'Schedule',
    help: 'From the planned moment to the start of the DAG run.',
    signals: {
      latency: latencyPerDag(
        'airflow:dag_schedule_delay_seconds_bucket:increase1h',
        'airflow:dag_schedule_delay_milliseconds:increase1h',
      ),
    },
  },
  {
    stage: 'queue',
    order: 20,
    title: 'Queue',
    help: 'Tasks that wait for a slot of their pool and of the executor.',
    signals: {
      latency: latencyPerDag('airflow:dag_queued_seconds_bucket:increase30m'),
      backlog: {
        unit: 'tasks',
        expr: perDag('{__name__=~"airflow_ti_(scheduled|queued)",dag_id!=""}'),
      },
    },
  },
  {
    stage: 'task',
    order: 30,
    title: 'Tasks',
    help: 'Task attempts of the DAG; one that will be retried counts as an error.',
    signals: {
      throughput: { unit: 'tasks/s', expr: perDag(`${TASKS} / 300`) },
      errors: {
        unit: 'tasks/s',
        expr: perDag(`sum by (dag_id) (${BAD_TASKS} / 300) or 0 * sum by (dag_id) (${TASKS})`),
        ratio: `${perDag(`sum by (dag_id) (${BAD_TASKS}) or 0 * sum by (dag_id) (${TASKS})`)} / (${perDag(TASKS)} > 0)`,
      },
      latency: latencyPerDag(
        'airflow:dag_task_seconds_bucket:increase30m',
        'airflow:dag_task_milliseconds:increase30m',
      ),
      backlog: { unit: 'tasks', expr: perDag('airflow_ti_running{dag_id!=""}') },
    },
  },
  {
    stage: 'run',
    order: 40,
    title: 'DAG run',
    help: 'Whole runs of the DAG, from start to success or failure.',
    signals: {
      throughput: { unit: 'runs/s', expr: perDag(`${RUNS} / 300`) },
      errors: {
        unit: 'runs/s',
        expr: perDag(
          `sum by (dag_id) (${RUNS}{state="failed"} / 300) or 0 * sum by (dag_id) (${RUNS})`,
        ),
        ratio: `${perDag(`sum by (dag_id) (${RUNS}{state="failed"}) or 0 * sum by (dag_id) (${RUNS})`)} / (${perDag(RUNS)} > 0)`,
      },
      latency: latencyPerDag(
        'airflow:dag_run_seconds_bucket:increase1h',
        'airflow:dag_run_milliseconds:increase1h',
      ),
      backlog: { unit: 'runs', expr: perDag('airflow_scheduler_dagruns_queued{dag_id!=""}') },
      freshness: { unit: 's', expr: perDag('airflow:dag_since_success_seconds') },
    },
  },
]

const PLATFORM_STAGES: readonly PackStage[] = [
  {
    stage: 'dag-processing',
    order: 10,
    title: 'DAG processing',
    help: 'Reads the DAG files again and again.',
    signals: {
      throughput: {
        unit: 'files/s',
        expr: `sum(${grown('airflow_dag_processing_last_duration_count', '5m')}) / 300`,
      },
      errors: {
        unit: 'files/s',
        expr: `${orZero(grown('airflow_dag_processing_processor_timeouts', '5m'))} / 300`,
      },
      latency: latency('airflow_dag_processing_last_duration'),
      backlog: { unit: 'files', expr: 'sum(airflow_dag_processing_file_path_queue_size)' },
      freshness: { unit: 's', expr: 'time() - airflow:dag_file_last_parsed_time_seconds' },
    },
  },
  {
    stage: 'scheduler',
    order: 20,
    title: 'Scheduler',
    help: 'Decides in a loop which tasks may run; errors are tasks that got lost on the way.',
    signals: {
      throughput: {
        unit: 'heartbeats/s',
        expr: `(sum(${grown('airflow_scheduler_heartbeat', '5m')}) or sum(${grown('airflow_scheduler_heartbeat_total', '5m')})) / 300`,
      },
      errors: { unit: 'tasks/s', expr: 'airflow:lost_tasks:increase5m / 300' },
      latency: latency('airflow_scheduler_scheduler_loop_duration'),
      backlog: { unit: 'tasks', expr: 'sum(airflow_scheduler_tasks_starving)' },
      freshness: { unit: 's', expr: 'time() - airflow:scheduler_last_heartbeat_time_seconds' },
    },
  },
  {
    stage: 'pools',
    order: 30,
    title: 'Pools',
    help: 'Slots that limit how many tasks of a kind run at once.',
    signals: {
      backlog: {
        unit: 'tasks',
        expr: 'sum(airflow:pool_queued_slots) + sum(airflow:pool_scheduled_slots)',
      },
    },
  },
  {
    stage: 'executor',
    order: 40,
    title: 'Executor',
    help: 'Starts tasks and waits for them.',
    signals: {
      throughput: { unit: 'tasks/s', expr: 'airflow:task_starts:increase5m / 300' },
      errors: {
        unit: 'tasks/s',
        expr: `sum(${BAD_TASKS} / 300) or 0 * airflow:task_starts:increase5m`,
        ratio: `(sum(${BAD_TASKS}) or 0 * airflow:task_starts:increase5m) / (sum(${TASKS}) > 0)`,
      },
      backlog: { unit: 'tasks', expr: executor('queued_tasks') },
    },
  },
  {
    stage: 'triggerer',
    order: 50,
    title: 'Triggerer',
    help: 'Waits on behalf of deferred tasks.',
    signals: {
      throughput: {
        unit: 'triggers/s',
        expr: `${orZero(grown('airflow_triggers_succeeded', '5m'))} / 300`,
      },
      errors: {
        unit: 'triggers/s',
        expr: `${orZero(grown('airflow_triggers_failed', '5m'))} / 300`,
      },
      backlog: { unit: 'triggers', expr: 'sum(airflow_triggers_running)' },
      freshness: { unit: 's', expr: 'time() - airflow:triggerer_last_heartbeat_time_seconds' },
    },
  },
]

export const STAGES: readonly PackStage[] = [...DAG_STAGES, ...PLATFORM_STAGES.map(ofPlatform)]

function ofPlatform(stage: PackStage): PackStage {
  return { ...stage, pipeline: PLATFORM }
}
