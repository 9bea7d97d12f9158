/** What an Airflow operator wants to be told, with what to do about it. */
import type { PackAlert } from '../pack.ts'
import { executor, grown } from './records.ts'
import { PLATFORM } from './signals.ts'

const DAG = '{{ $labels.dag_id }}'

/** Concerning one DAG. */
const DAG_ALERTS: readonly PackAlert[] = [
  {
    name: 'AirflowDagFailing',
    // A tie within one evaluation counts as recovered: the next failure tells.
    expr: 'airflow:dag_last_failure_time_seconds > (airflow:dag_last_success_time_seconds or 0 * airflow:dag_last_failure_time_seconds)',
    forText: '0s',
    severity: 'critical',
    pipeline: DAG,
    stage: 'run',
    summary: `DAG ${DAG} failed and has not succeeded since`,
    description:
      'The newest finished run of the DAG failed, at {{ $value | humanizeTimestamp }}. The alert ends with the next successful run.',
    runbook:
      'Open the DAG in Airflow, look at the newest red run and read the log of the first failed task. After a repair, clear the task or trigger the DAG: a successful run ends the alert. A DAG that is gone for good stops alerting after 8 days; silence it until then.',
  },
  {
    name: 'AirflowTaskFailures',
    expr: 'sum by (dag_id, task_id) (airflow:dag_tasks:increase5m{state="failed"})',
    threshold: { op: '>', value: 0.5, unit: 'failures', by: 'dag_id' },
    forText: '0s',
    severity: 'warning',
    pipeline: DAG,
    stage: 'task',
    summary: `Task {{ $labels.task_id }} of DAG ${DAG} failed {{ printf "%.0f" $value }} time(s) in 5 minutes`,
    description:
      'The task used up its retries. Whether the DAG run fails too depends on what comes after it.',
    runbook:
      "Read the task's log in Airflow. Several tasks failing at once point to what they share: a connection, a pool, a worker, the data source.",
  },
  {
    name: 'AirflowTaskErrorRatioHigh',
    expr: 'sum by (dag_id) (airflow:dag_tasks:increase5m{state=~"failed|up_for_retry"}) / sum by (dag_id) (airflow:dag_tasks:increase5m)',
    threshold: {
      op: '>',
      value: 0.5,
      unit: 'ratio',
      by: 'dag_id',
      also: 'and sum by (dag_id) (airflow:dag_tasks:increase5m) >= 10',
    },
    forText: '10m',
    severity: 'warning',
    pipeline: DAG,
    stage: 'task',
    summary: `{{ $value | humanizePercentage }} of the task attempts of DAG ${DAG} fail`,
    description: 'More than half of the attempts of the last 5 minutes failed or will be retried.',
    runbook:
      'Retries hide a fault until they run out. Look for the task with the most retries on the dashboard and read its newest log.',
  },
  {
    name: 'AirflowDagOverdue',
    expr: 'airflow:dag_since_success_seconds > 2 * last_over_time(airflow:dag_longest_gap_seconds[6h]) + 600 and on (dag_id) airflow_dagrun_schedule_delay_count',
    forText: '1m',
    severity: 'warning',
    pipeline: DAG,
    stage: 'run',
    summary: `DAG ${DAG} has not succeeded for {{ $value | humanizeDuration }}`,
    description:
      'That is more than twice the longest time that ever lay between two successful runs (learned, fading over weeks), plus ten minutes. Only scheduled DAGs are watched.',
    runbook:
      'Is the DAG paused? Is a run stuck in `running`, or are its tasks queued? Then look at the pool and the executor. A DAG paused on purpose: silence the alert.',
  },
  {
    name: 'AirflowDagStartsLate',
    expr: 'histogram_quantile(0.5, sum by (dag_id, le) (increase(airflow_dagrun_schedule_delay_bucket[10m])))',
    threshold: { op: '>', value: 60, unit: 's', by: 'dag_id' },
    forText: '5m',
    severity: 'warning',
    pipeline: DAG,
    stage: 'schedule',
    summary: `DAG ${DAG} starts {{ $value | humanizeDuration }} late`,
    description: 'Half of its runs of the last 10 minutes began more than a minute after plan.',
    runbook:
      'One DAG late: look at its `max_active_runs` and at how long its runs take. All late: the scheduler is short of CPU or waits for the database; see the scheduler stage of the pipeline `(airflow)`.',
  },
  {
    name: 'AirflowTasksQueuedLong',
    expr: 'histogram_quantile(0.95, airflow:dag_queued_seconds_bucket:increase30m)',
    threshold: { op: '>', value: 300, unit: 's', by: 'dag_id' },
    forText: '10m',
    severity: 'warning',
    pipeline: DAG,
    stage: 'queue',
    summary: `Tasks of DAG ${DAG} wait {{ $value | humanizeDuration }} in the queue`,
    description: 'The slowest twentieth of its tasks waited longer than 5 minutes for a slot.',
    runbook:
      'Compare running tasks with the slots of their pool, of the executor, and with `max_active_tasks` of the DAG. Add workers or slots, or move heavy DAGs apart in time.',
  },
  {
    name: 'AirflowDagSlow',
    expr: 'increase(airflow_dagrun_duration_sum[1h]) / (increase(airflow_dagrun_duration_count[1h]) > 0) > 60 + 2 * increase(airflow_dagrun_duration_sum[1d] offset 1h) / (increase(airflow_dagrun_duration_count[1d] offset 1h) > 3)',
    forText: '10m',
    severity: 'warning',
    pipeline: DAG,
    stage: 'run',
    summary: `Runs of DAG ${DAG} take {{ $value | humanizeDuration }}, over twice as long as the day before`,
    description:
      'Mean duration of the successful runs of the last hour against the 24 hours before it.',
    runbook:
      'Look at which task grew on the dashboard. More data than usual, a slower source, or tasks waiting in the queue?',
  },
  {
    name: 'AirflowSlaMissed',
    expr: `sum by (dag_id) (${grown('airflow_sla_missed{dag_id!=""}', '15m')})`,
    threshold: { op: '>', value: 0.5, unit: 'misses', by: 'dag_id' },
    forText: '0s',
    severity: 'warning',
    pipeline: DAG,
    stage: 'run',
    summary: `DAG ${DAG} missed {{ printf "%.0f" $value }} SLA(s) in 15 minutes`,
    description: 'Airflow 2 with tags only; without tags the counter does not say which DAG.',
    runbook: 'See SLA Misses in Airflow for the tasks, then handle them as late tasks.',
  },
]

const platform = { pipeline: PLATFORM } as const

/** Concerning the installation. */
const PLATFORM_ALERTS: readonly PackAlert[] = [
  {
    ...platform,
    name: 'AirflowSchedulerHeartbeatLost',
    expr: 'time() - airflow:scheduler_last_heartbeat_time_seconds',
    threshold: { op: '>', value: 60, unit: 's', by: '' },
    forText: '30s',
    severity: 'critical',
    stage: 'scheduler',
    summary: 'No heartbeat from the Airflow scheduler for {{ $value | humanizeDuration }}',
    description:
      'No scheduler has beaten for over a minute (usual: every 5 s). No DAG run starts while this lasts. The alert ends a day after an Airflow was taken away.',
    runbook:
      'Is the scheduler process up? If so, does it reach its database, and does its StatsD host and port still point here? Restart it when it hangs; running tasks survive.',
  },
  {
    ...platform,
    name: 'AirflowDagProcessingStalled',
    expr: 'time() - airflow:dag_file_last_parsed_time_seconds',
    threshold: { op: '>', value: 900, unit: 's', by: '' },
    forText: '1m',
    severity: 'warning',
    stage: 'dag-processing',
    summary: 'No DAG file was parsed for {{ $value | humanizeDuration }}',
    description: 'Changes to DAGs are not seen, new DAGs do not appear.',
    runbook:
      'Look at the DAG processor (part of the scheduler in Airflow 2 unless it runs alone): is it up, is a file blocking it, is the DAG folder mounted?',
  },
  {
    ...platform,
    name: 'AirflowTriggererHeartbeatLost',
    expr: 'time() - airflow:triggerer_last_heartbeat_time_seconds',
    threshold: { op: '>', value: 120, unit: 's', by: '' },
    forText: '1m',
    severity: 'warning',
    stage: 'triggerer',
    summary: 'No heartbeat from the Airflow triggerer for {{ $value | humanizeDuration }}',
    description: 'Deferred tasks do not wake up while this lasts.',
    runbook:
      'Restart the triggerer. One that was taken away on purpose stops alerting after a day.',
  },
  {
    ...platform,
    name: 'AirflowDagImportErrors',
    expr: 'max(airflow_dag_processing_import_errors)',
    threshold: { op: '>', value: 0, unit: 'files', by: '' },
    forText: '1m',
    severity: 'warning',
    stage: 'dag-processing',
    summary: '{{ printf "%.0f" $value }} DAG file(s) cannot be imported',
    description: 'The DAGs of these files keep their last good version or vanish.',
    runbook: 'Run `airflow dags list-import-errors` for the files and the Python errors.',
  },
  {
    ...platform,
    name: 'AirflowDagProcessingTimeouts',
    expr: `sum(${grown('airflow_dag_processing_processor_timeouts', '15m')})`,
    threshold: { op: '>', value: 0.5, unit: 'files', by: '' },
    forText: '0s',
    severity: 'warning',
    stage: 'dag-processing',
    summary: 'Parsing of DAG files timed out {{ printf "%.0f" $value }} time(s) in 15 minutes',
    description: 'A file took longer than `dag_file_processor_timeout`.',
    runbook:
      'Move slow work (database, HTTP) out of the top level of DAG files into tasks. The dashboard shows parse time by file.',
  },
  {
    ...platform,
    name: 'AirflowPoolStarving',
    expr: 'airflow:pool_starving_tasks',
    threshold: { op: '>', value: 0, unit: 'tasks', by: 'pool' },
    forText: '5m',
    severity: 'warning',
    stage: 'pools',
    summary: '{{ printf "%.0f" $value }} task(s) wait for a slot of pool {{ $labels.pool }}',
    description: 'The pool has had no free slot for 5 minutes while tasks were ready to run.',
    runbook:
      'Which tasks hold the slots (Airflow: Admin, Pools)? Give the pool more slots when what it protects can take it; end tasks that hang.',
  },
  {
    ...platform,
    name: 'AirflowExecutorFull',
    expr: `${executor('open_slots')} <= 0 and ${executor('queued_tasks')} > 0`,
    forText: '10m',
    severity: 'warning',
    stage: 'executor',
    summary: 'The Airflow executor has no free slot and tasks queue',
    description: 'For 10 minutes all slots were taken while more tasks waited.',
    runbook: 'Add workers or raise `parallelism`; look for tasks that run much longer than usual.',
  },
  {
    ...platform,
    name: 'AirflowTasksStuck',
    expr: `${executor('queued_tasks')} > 0 and airflow:task_starts:increase5m < 0.5`,
    forText: '5m',
    severity: 'critical',
    stage: 'executor',
    summary: 'Tasks are queued but none has started for 5 minutes',
    description: 'The executor took tasks and no worker begins them.',
    runbook:
      'Are workers up and reachable (Celery: the broker; Kubernetes: can pods be scheduled)?',
  },
  {
    ...platform,
    name: 'AirflowTasksLost',
    expr: 'airflow:lost_tasks:increase5m',
    threshold: { op: '>', value: 0.5, unit: 'tasks', by: '' },
    forText: '0s',
    severity: 'warning',
    stage: 'scheduler',
    summary: '{{ printf "%.0f" $value }} running task(s) were lost in 5 minutes',
    description:
      'Tasks without heartbeat (zombies), or killed outside of Airflow: mostly out of memory, or a worker that went away.',
    runbook:
      'Look at restarts and memory of workers at that time. Lost tasks are retried if they may.',
  },
  {
    ...platform,
    name: 'AirflowSchedulerLoopSlow',
    expr: `histogram_quantile(0.95, sum by (le) (${grown('airflow_scheduler_scheduler_loop_duration_bucket', '5m')}))`,
    threshold: { op: '>', value: 15, unit: 's', by: '' },
    forText: '10m',
    severity: 'warning',
    stage: 'scheduler',
    summary: 'The scheduler loop takes {{ $value | humanizeDuration }}',
    description: 'Usual is below a second or two; everything starts late by about this much.',
    runbook:
      'Look at the database first (locks, slow queries, connections), then at the number of active runs and the CPU of the scheduler.',
  },
  {
    ...platform,
    name: 'AirflowTriggererFull',
    expr: 'min by (hostname) (airflow_triggerer_capacity_left)',
    threshold: { op: '<=', value: 0, unit: 'triggers', by: 'hostname' },
    forText: '5m',
    severity: 'warning',
    stage: 'triggerer',
    summary: 'Triggerer {{ $labels.hostname }} takes no more triggers',
    description: 'Deferred tasks wait for a place.',
    runbook: 'Start another triggerer or raise its capacity.',
  },
]

export const ALERTS: readonly PackAlert[] = [...DAG_ALERTS, ...PLATFORM_ALERTS]
