/**
 * Recording rules that signals and alerts build on. Three ideas:
 *
 * **Born counters count.** A counter that appears with value 1 has counted one, but `increase()`
 * wants a sample before it and says 0: the first failure of a DAG would go unseen. Counters of
 * StatsD begin at zero when Weir starts, so a series younger than the window has grown by its value:
 * `(c unless c offset 5m) or increase(c[5m])`.
 *
 * **Remembered moments.** Airflow sends no time of the last success. Each evaluation compares a count
 * with the one it recorded last time; when they differ, the moment is now, else it is what it was.
 * The memory is the series itself, read up to 6 h back, so a restart of Weir loses nothing; it ends
 * after 8 days, so that a deleted DAG goes away.
 *
 * **Whose task is it.** In `ti.finish.a.b.c.success` nobody can see where the DAG id ends. The mapping
 * takes `a`; where `a` is no DAG we know of from an unambiguous metric, but `a.b` is, the rules take `a.b`.
 */
import type { RecordingRule } from '../pack.ts'

/** DAGs seen in metrics that end in the DAG id, where dots do no harm. */
const KNOWN_DAGS = 'airflow:dags'

/** Growth of a counter over a window, its birth included. `selector` has braces or not, no range. */
export function grown(selector: string, window: string): string {
  return `((${selector} unless ${selector} offset ${window}) or increase(${selector}[${window}]))`
}

/** Adds matchers to a metric's name. */
function select(metric: string, ...matchers: readonly string[]): string {
  const given = matchers.filter((matcher) => matcher !== '')
  return given.length === 0 ? metric : `${metric}{${given.join(',')}}`
}

/** The fixed name's series, when Airflow was told to send tags only. */
function taggedName(metric: string): string {
  return metric.replace('airflow_', 'airflow_tagged_')
}

/** The name by Airflow's OpenTelemetry, whose counters end in `_total`; always with tags. */
function otlpName(counter: string): string {
  return `${counter}_total`
}

/** Run times by OpenTelemetry: native histograms in milliseconds, whose count is that of the runs. */
const OTLP_RUNS = {
  success: 'airflow_dagrun_duration_success_milliseconds',
  failed: 'airflow_dagrun_duration_failed_milliseconds',
} as const

/** Growth of a counter that names its DAG for certain, by DAG and whatever else is asked for. */
function grownByDag(metric: string, window: string, by = 'dag_id'): string {
  const tagged = select(taggedName(metric), 'dag_id!=""')
  return `sum by (${by}) (${grown(metric, window)}) or sum by (${by}) (${grown(tagged, window)})`
}

/** Growth of a counter whose DAG and task were cut out of a name with dots in it. */
function grownByTask(metric: string, matcher: string, window: string, by: string): string {
  const dotted = select(metric, matcher, 'dag_id!~".+[.].+"', 'task_id=~".+[.].+"')
  const rejoined =
    `label_replace(label_replace(label_join(${grown(dotted, window)} unless on (dag_id) ${KNOWN_DAGS}, ` +
    `"dag_id", ".", "dag_id", "task_id"), "dag_id", "$1", "dag_id", "([^.]+[.][^.]+)[.].+"), ` +
    `"task_id", "$1", "task_id", "[^.]+[.](.+)")`
  const tagged = select(taggedName(metric), matcher, 'dag_id!=""')
  return [
    `sum by (${by}) (${grown(select(metric, matcher), window)}) and on (dag_id) ${KNOWN_DAGS}`,
    `sum by (${by}) (${rejoined}) and on (dag_id) ${KNOWN_DAGS}`,
    `sum by (${by}) (${grown(tagged, window)})`,
    ...(metric.endsWith('_bucket')
      ? []
      : [`sum by (${by}) (${grown(select(otlpName(metric), matcher, 'dag_id!=""'), window)})`]),
  ].join(' or ')
}

/** Growth of a native histogram by DAG; each process of Airflow sends one of its own. */
function nativeByDag(metric: string, window: string): string {
  return `sum by (dag_id) (${grown(select(metric, 'dag_id!=""'), window)})`
}

/** Two rules: the moment at which a count last changed, and the count to compare with next time. */
function remembered(what: string, count: string, daysMax: number): RecordingRule[] {
  const moment = `airflow:${what}_time_seconds`
  const before = `airflow:${what}_count`
  return [
    {
      record: moment,
      expr: [
        `(0 * (${count} != ${before}) + time())`,
        `(0 * ((${count}) > 0 unless ${before}) + time())`,
        `(last_over_time(${moment}[6h]) > time() - ${daysMax * 86_400})`,
      ].join(' or '),
    },
    { record: before, expr: count },
  ]
}

/** A plain count, whichever of two names carries it, as an expression that can be compared. */
function countByDag(metric: string, otlp: string): string {
  return `(sum by (dag_id) (${metric}) or sum by (dag_id) (${taggedName(metric)}{dag_id!=""}) or sum by (dag_id) (histogram_count(${otlp}{dag_id!=""})))`
}

const LAST = {
  success: remembered(
    'dag_last_success',
    countByDag('airflow_dagrun_duration_count', OTLP_RUNS.success),
    8,
  ),
  failure: remembered(
    'dag_last_failure',
    countByDag('airflow_dagrun_failed_count', OTLP_RUNS.failed),
    8,
  ),
  scheduler: remembered(
    'scheduler_last_heartbeat',
    '(sum(airflow_scheduler_heartbeat) or sum(airflow_scheduler_heartbeat_total))',
    1,
  ),
  triggerer: remembered(
    'triggerer_last_heartbeat',
    '(sum(airflow_triggerer_heartbeat) or sum(airflow_triggerer_heartbeat_total))',
    1,
  ),
  parse: remembered(
    'dag_file_last_parsed',
    '(sum(airflow_dag_processing_last_duration_count) or sum(airflow_tagged_dag_processing_last_duration_count) or sum(histogram_count(airflow_dag_processing_last_duration_milliseconds)))',
    1,
  ),
}

/** Zero where Airflow is there but the counter is not yet. */
export function orZero(expr: string): string {
  return `(sum(${expr}) or 0 * sum(airflow_scheduler_heartbeat) or 0 * sum(airflow_scheduler_heartbeat_total))`
}

/**
 * A figure of the executor. Airflow 3 sends it with and without the executor's class in the name,
 * Airflow 2.10 with the class only, once there are several.
 */
export function executor(figure: string): string {
  const metric = `airflow_executor_${figure}`
  return `(sum(${metric}{executor!=""}) or sum(${metric}{executor=""}))`
}

/** Figures of pools, one for each pool. */
const POOLS = ['starving_tasks', 'running_slots', 'queued_slots', 'scheduled_slots'] as const

/**
 * A figure of pools by `pool`, whatever that label is called: names with values in them have made it
 * `pool`, fixed names and OpenTelemetry say `pool_name`. A series without either is the last writer's.
 */
function byPool(figure: (typeof POOLS)[number]): RecordingRule {
  const metric = `airflow_pool_${figure}`
  const called = (name: string): string =>
    `label_replace(${name}{pool_name!=""}, "pool", "$1", "pool_name", "(.+)")`
  const all = [`${metric}{pool!=""}`, called(metric), called(taggedName(metric))]
  return {
    record: `airflow:pool_${figure}`,
    expr: `max by (pool) (${all.join(' or ')})`,
  }
}

/** In evaluation order: each may use those above it. */
export const RECORDS: readonly RecordingRule[] = [
  {
    record: KNOWN_DAGS,
    expr: [
      'airflow_dagrun_dependency_check_count',
      'airflow_dagrun_duration_count',
      'airflow_dagrun_failed_count',
      'airflow_dagrun_schedule_delay_count',
      'airflow_tagged_dagrun_dependency_check_count',
      'airflow_tagged_dagrun_duration_count',
      'airflow_tagged_dagrun_failed_count',
      ...Object.values(OTLP_RUNS),
    ]
      .map((metric) => `group by (dag_id) (${metric}{dag_id!=""})`)
      .join(' or '),
  },
  ...Object.values(LAST).flat(),
  {
    record: 'airflow:dag_since_success_seconds',
    expr: 'time() - airflow:dag_last_success_time_seconds',
  },
  // How long it took at most between two successes, learned at each success; halves in 12 days.
  {
    record: 'airflow:dag_gap_seconds',
    expr: 'airflow:dag_last_success_time_seconds - airflow:dag_last_success_time_seconds offset 30s > 0',
  },
  {
    record: 'airflow:dag_longest_gap_seconds',
    expr: [
      '(airflow:dag_gap_seconds > 0.99999 * last_over_time(airflow:dag_longest_gap_seconds[6h]))',
      '(0.99999 * last_over_time(airflow:dag_longest_gap_seconds[6h]) and on (dag_id) airflow:dag_last_success_time_seconds)',
      'airflow:dag_gap_seconds',
    ].join(' or '),
  },
  {
    record: 'airflow:dag_runs:increase5m',
    expr: `${grownByDag('airflow_dagrun_duration_count', '5m')} or sum by (dag_id) (histogram_count(${grown(OTLP_RUNS.success, '5m')}))`,
    labels: { state: 'success' },
  },
  {
    record: 'airflow:dag_runs:increase5m',
    expr: `${grownByDag('airflow_dagrun_failed_count', '5m')} or sum by (dag_id) (histogram_count(${grown(OTLP_RUNS.failed, '5m')}))`,
    labels: { state: 'failed' },
  },
  {
    record: 'airflow:dag_tasks:increase5m',
    expr: grownByTask(
      'airflow_ti_finish',
      'state=~"success|failed|up_for_retry|skipped|upstream_failed"',
      '5m',
      'dag_id, task_id, state',
    ),
  },
  {
    record: 'airflow:dag_run_seconds_bucket:increase1h',
    expr: `${grownByDag('airflow_dagrun_duration_bucket', '1h', 'dag_id, le')} or ${grownByDag('airflow_dagrun_failed_bucket', '1h', 'dag_id, le')}`,
  },
  {
    record: 'airflow:dag_schedule_delay_seconds_bucket:increase1h',
    expr: grownByDag('airflow_dagrun_schedule_delay_bucket', '1h', 'dag_id, le'),
  },
  {
    record: 'airflow:dag_task_seconds_bucket:increase30m',
    expr: grownByTask('airflow_task_duration_bucket', '', '30m', 'dag_id, le'),
  },
  {
    record: 'airflow:dag_queued_seconds_bucket:increase30m',
    expr: grownByTask('airflow_task_queued_duration_bucket', '', '30m', 'dag_id, le'),
  },
  {
    record: 'airflow:dag_run_milliseconds:increase1h',
    expr: `${nativeByDag(OTLP_RUNS.success, '1h')} or ${nativeByDag(OTLP_RUNS.failed, '1h')}`,
  },
  {
    record: 'airflow:dag_schedule_delay_milliseconds:increase1h',
    expr: nativeByDag('airflow_dagrun_schedule_delay_milliseconds', '1h'),
  },
  {
    record: 'airflow:dag_task_milliseconds:increase30m',
    expr: nativeByDag('airflow_task_duration_milliseconds', '30m'),
  },
  {
    record: 'airflow:task_starts:increase5m',
    expr: `sum(${grown('airflow_ti_start', '5m')}) or sum(${grown('airflow_tagged_ti_start', '5m')}) or sum(${grown(otlpName('airflow_ti_start'), '5m')})`,
  },
  {
    record: 'airflow:lost_tasks:increase5m',
    expr: [
      'airflow_scheduler_tasks_killed_externally',
      'airflow_zombies_killed',
      'airflow_task_instances_without_heartbeats_killed',
    ]
      .map((metric) => orZero(`${grown(metric, '5m')} or ${grown(otlpName(metric), '5m')}`))
      .join(' + '),
  },
  ...POOLS.map(byPool),
  // Until 1.10.6 every process that parses a file sent the number of DAGs in that file, and the last one
  // stood: the largest of ten minutes is nearer, and there are no fewer DAGs than have just run.
  {
    record: 'airflow:dag_count',
    expr: `max(label_replace(max(max_over_time(airflow_dagbag_size[10m])), "by", "parsing", "", "") or label_replace(count(sum by (dag_id) (airflow:dag_runs:increase5m) > 0), "by", "runs", "", ""))`,
  },
]
