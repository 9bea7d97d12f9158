/**
 * Airflow's StatsD names → Prometheus series.
 *
 * Since 2.6 Airflow sends most metrics twice: once with the values inside the name (`ti.finish.DAG.TASK.STATE`)
 * and once under a fixed name (`ti.finish`), whose values are tags. Without tags, the default, the
 * second one is a total over everything, or for a gauge the last writer's value. Counted together,
 * each run counts twice. So here:
 *
 *     airflow.ti.finish.orders.load.success  →  airflow_ti_finish{dag_id, task_id, state}
 *     airflow.ti.finish                      →  airflow_tagged_ti_finish, tags as labels
 *
 * and the rules take the second only where the first is missing (`legacy_names_on = False`). With
 * tags on, Airflow puts most of them on the first line too; `honor_labels` lets them beat what was
 * cut out of the name, which is a guess as soon as an id has a dot.
 *
 * Names and labels are those of statsd_exporter mappings in common use (Airflow's own chart, Astro).
 */
import type { MappingConfig, MappingRule } from '../pack.ts'

/** From quick tasks to a night's batch: 0.1 s to 6 h. */
const RUN_BUCKETS = [
  0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600,
] as const

/** Work inside the scheduler: 5 ms to a minute. */
const LOOP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const

/** Series of what is gone (a deleted DAG) leave memory after a week, of hosts and files sooner. */
const DAG_TTL = '168h'
const HOST_TTL = '1h'

type Kind = 'counter' | 'gauge' | 'run-timer' | 'loop-timer'

function typed(kind: Kind): Partial<MappingRule> {
  if (kind === 'counter' || kind === 'gauge') return { match_metric_type: kind }
  return {
    match_metric_type: 'observer',
    observer_type: 'histogram',
    histogram_options: { buckets: [...(kind === 'run-timer' ? RUN_BUCKETS : LOOP_BUCKETS)] },
  }
}

/** A glob rule; its labels give way to tags of the same name. */
function glob(
  kind: Kind,
  match: string,
  name: string,
  more: Partial<MappingRule> = {},
): MappingRule {
  return { match: `airflow.${match}`, name, ...typed(kind), honor_labels: true, ...more }
}

/** The same by regular expression, for values with dots in them; tried where no glob fits. */
function regex(kind: Kind, match: string, name: string, more: Partial<MappingRule>): MappingRule {
  return { ...glob(kind, '', name, more), match: `^airflow\\.${match}$`, match_type: 'regex' }
}

const escaped = (stem: string): string => stem.replaceAll('.', '\\.')

/**
 * The fixed name beside a name with values in it. By regular expression, whose place in the file does
 * not matter: statsd_exporter 0.30 never finds a glob that comes after a longer one with the same
 * beginning (`ti.finish` after `ti.finish.*.*.*`).
 */
function twin(kind: Kind, stem: string, name: string): MappingRule {
  const tagged = name.replace('airflow_', 'airflow_tagged_')
  return regex(kind, escaped(stem), tagged, { ttl: DAG_TTL })
}

/** One value at the end of the name, dots and all: `pool.open_slots.POOL`. */
function tail(kind: Kind, stem: string, name: string, label: string, ttl = DAG_TTL): MappingRule[] {
  const settings = { labels: { [label]: '$1' }, ttl }
  return [
    glob(kind, `${stem}.*`, name, settings),
    regex(kind, `${escaped(stem)}\\.(.+)`, name, settings),
    twin(kind, stem, name),
  ]
}

/**
 * DAG and task in the middle of a name. Where there are more parts than expected an id has a dot;
 * tasks in task groups have one far more often than DAGs, so the first part is taken for the DAG.
 * The rules put it right for DAGs that are known from elsewhere (see `records.ts`).
 */
function dagAndTask(
  kind: Kind,
  before: string,
  after: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): MappingRule[] {
  const settings = { labels: { dag_id: '$1', task_id: '$2', ...labels }, ttl: DAG_TTL }
  const end = after.replace('*', '([^.]+)')
  return [
    glob(kind, `${before}.*.*${after}`, name, settings),
    regex(kind, `${escaped(before)}\\.([^.]+)\\.(.+)${end.replace(/^\./, '\\.')}`, name, settings),
  ]
}

function drop(match: string, type: 'glob' | 'regex' = 'glob'): MappingRule {
  return { match, match_type: type, name: 'dropped', action: 'drop' }
}

/** `operator_failures_PythonOperator`: the value hangs on the name by an underscore. */
function operator(stem: string, label: string): MappingRule[] {
  const name = `airflow_${stem}`
  const settings = { labels: { [label]: '$1' }, ttl: DAG_TTL }
  return [regex('counter', `${stem}_([^.]+)`, name, settings), twin('counter', stem, name)]
}

/** Airflow 3 only: task instances now in a state, `ti.queued.QUEUE.DAG.TASK`. */
function waiting(state: string): MappingRule[] {
  const name = `airflow_ti_${state}`
  const labels = { queue: '$1', dag_id: '$2', task_id: '$3' }
  return [
    glob('gauge', `ti.${state}.*.*.*`, name, { labels, ttl: DAG_TTL }),
    twin('gauge', `ti.${state}`, name),
  ]
}

const RUNS: readonly MappingRule[] = [
  ...tail('run-timer', 'dagrun.duration.success', 'airflow_dagrun_duration', 'dag_id'),
  ...tail('run-timer', 'dagrun.duration.failed', 'airflow_dagrun_failed', 'dag_id'),
  ...tail('run-timer', 'dagrun.schedule_delay', 'airflow_dagrun_schedule_delay', 'dag_id'),
  ...tail('loop-timer', 'dagrun.dependency-check', 'airflow_dagrun_dependency_check', 'dag_id'),
  glob(
    'run-timer',
    'dagrun.*.first_task_scheduling_delay',
    'airflow_dagrun_first_task_scheduling_delay',
    { labels: { dag_id: '$1' }, ttl: DAG_TTL },
  ),
  regex(
    'run-timer',
    'dagrun\\.(.+)\\.first_task_scheduling_delay',
    'airflow_dagrun_first_task_scheduling_delay',
    { labels: { dag_id: '$1' }, ttl: DAG_TTL },
  ),
  twin(
    'run-timer',
    'dagrun.first_task_scheduling_delay',
    'airflow_dagrun_first_task_scheduling_delay',
  ),
  // Airflow 3.3: the fixed name alone.
  glob('run-timer', 'dagrun.first_task_start_delay', 'airflow_dagrun_first_task_start_delay', {
    ttl: DAG_TTL,
  }),
  ...tail('counter', 'task_removed_from_dag', 'airflow_task_removed_from_dag', 'dag_id'),
  ...tail('counter', 'task_restored_to_dag', 'airflow_task_restored_to_dag', 'dag_id'),
]

const TASKS: readonly MappingRule[] = [
  // Sent as 0 at each start for a state that no task ends in.
  drop('airflow.ti.finish.*.*.None'),
  drop('^airflow\\.ti\\.finish\\..+\\.None$', 'regex'),
  // A new name for each task run: without bound.
  drop('airflow.local_task_job.task_exit.*.*.*.*'),
  drop('^airflow\\.local_task_job\\.task_exit\\..+$', 'regex'),
  ...dagAndTask('counter', 'ti.finish', '.*', 'airflow_ti_finish', { state: '$3' }),
  twin('counter', 'ti.finish', 'airflow_ti_finish'),
  ...dagAndTask('counter', 'ti.start', '', 'airflow_ti_start'),
  twin('counter', 'ti.start', 'airflow_ti_start'),
  ...['scheduled', 'queued', 'running', 'deferred'].flatMap(waiting),
  ...dagAndTask('run-timer', 'dag', '.duration', 'airflow_task_duration'),
  twin('run-timer', 'task.duration', 'airflow_task_duration'),
  ...dagAndTask('run-timer', 'dag', '.queued_duration', 'airflow_task_queued_duration'),
  twin('run-timer', 'task.queued_duration', 'airflow_task_queued_duration'),
  ...dagAndTask('run-timer', 'dag', '.scheduled_duration', 'airflow_task_scheduled_duration'),
  twin('run-timer', 'task.scheduled_duration', 'airflow_task_scheduled_duration'),
  ...dagAndTask('gauge', 'task.cpu_usage', '', 'airflow_task_cpu_usage'),
  ...dagAndTask('gauge', 'task.mem_usage', '', 'airflow_task_mem_usage'),
  ...operator('operator_successes', 'operator'),
  ...operator('operator_failures', 'operator'),
  ...operator('task_instance_created', 'task_type'),
]

const PLATFORM: readonly MappingRule[] = [
  // Counts down as well as up, which no Prometheus counter may.
  drop('airflow.dag_processing.processes'),
  ...['open', 'queued', 'running', 'deferred', 'scheduled'].flatMap((state) =>
    tail('gauge', `pool.${state}_slots`, `airflow_pool_${state}_slots`, 'pool', HOST_TTL),
  ),
  ...tail('gauge', 'pool.starving_tasks', 'airflow_pool_starving_tasks', 'pool', HOST_TTL),
  ...['open_slots', 'queued_tasks', 'running_tasks'].map((name) =>
    glob('gauge', `executor.${name}.*`, `airflow_executor_${name}`, {
      labels: { executor: '$1' },
      ttl: HOST_TTL,
    }),
  ),
  ...tail(
    'loop-timer',
    'dag_processing.last_duration',
    'airflow_dag_processing_last_duration',
    'dag_file',
  ),
  ...tail(
    'gauge',
    'dag_processing.last_run.seconds_ago',
    'airflow_dag_processing_last_run_seconds_ago',
    'dag_file',
    HOST_TTL,
  ),
  ...tail(
    'gauge',
    'dag_processing.last_num_of_db_queries',
    'airflow_dag_processing_last_num_of_db_queries',
    'dag_file',
    HOST_TTL,
  ),
  ...tail('gauge', 'triggers.running', 'airflow_triggers_running', 'hostname', HOST_TTL),
  ...tail(
    'gauge',
    'triggerer.capacity_left',
    'airflow_triggerer_capacity_left',
    'hostname',
    HOST_TTL,
  ),
  glob(
    'loop-timer',
    'scheduler.executor_heartbeat_duration',
    'airflow_scheduler_executor_heartbeat_duration',
  ),
  glob(
    'loop-timer',
    'scheduler.scheduler_loop_duration',
    'airflow_scheduler_scheduler_loop_duration',
  ),
  glob(
    'loop-timer',
    'scheduler.critical_section_duration',
    'airflow_scheduler_critical_section_duration',
  ),
  glob(
    'loop-timer',
    'scheduler.critical_section_query_duration',
    'airflow_scheduler_critical_section_query_duration',
  ),
  // The DogStatsD client's telemetry about itself.
  drop('datadog.dogstatsd.client.*'),
]

/** Everything else keeps the name that statsd_exporter gives it: `airflow_scheduler_heartbeat`. */
export const MAPPING: MappingConfig = { mappings: [...RUNS, ...TASKS, ...PLATFORM] }
