/** The boards: one for the installation as a whole with its DAGs. */
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'
import { executor } from './records.ts'

const DAG = 'dag_id=~"$dag_id"'

function stat(title: string, help: string, unit: string, expr: string): DashboardPanel {
  return { kind: 'stat', title, help, unit, width: 4, targets: [{ expr, legend: '' }] }
}

function graph(
  title: string,
  help: string,
  unit: string,
  width: number,
  ...targets: readonly (readonly [expr: string, legend: string])[]
): DashboardPanel {
  return {
    kind: 'timeseries',
    title,
    help,
    unit,
    width,
    targets: targets.map(([expr, legend]) => ({ expr, legend })),
  }
}

const RATE = '$__rate_interval'

export const DASHBOARDS: readonly DashboardDefinition[] = [
  {
    name: 'weir-airflow',
    title: 'Airflow',
    description: 'An Airflow installation: its DAGs, its scheduler, its pools.',
    variables: [
      {
        name: 'dag_id',
        label: 'DAG',
        metric: 'airflow_dagrun_dependency_check_count',
        valueLabel: 'dag_id',
        pipeline: 'name',
      },
    ],
    rows: [
      {
        title: 'At a glance',
        panels: [
          stat(
            'Failing DAGs',
            'DAGs whose newest finished run failed.',
            'short',
            'count(ALERTS{alertname="AirflowDagFailing",alertstate="firing"}) or vector(0)',
          ),
          stat(
            'Task failures, 1 h',
            'Task instances that failed for good.',
            'short',
            'sum(increase(airflow_ti_failures[1h]))',
          ),
          stat(
            'Heartbeat age',
            'Since the last beat of a scheduler.',
            's',
            'time() - airflow:scheduler_last_heartbeat_time_seconds',
          ),
          stat(
            'Import errors',
            'DAG files that cannot be imported.',
            'short',
            'max(airflow_dag_processing_import_errors)',
          ),
          stat(
            'DAGs',
            'Found in the DAG folder: the largest number of ten minutes, and no less than have just run.',
            'short',
            'airflow:dag_count',
          ),
          stat('Running tasks', 'In the executor.', 'short', executor('running_tasks')),
        ],
      },
      {
        title: 'DAG runs',
        panels: [
          graph('Successful runs', 'Per 5 minutes.', 'short', 12, [
            `airflow:dag_runs:increase5m{${DAG},state="success"}`,
            '{{dag_id}}',
          ]),
          graph('Failed runs', 'Per 5 minutes.', 'short', 12, [
            `airflow:dag_runs:increase5m{${DAG},state="failed"}`,
            '{{dag_id}}',
          ]),
          graph('Run duration, p95', 'Of the last hour.', 's', 8, [
            `histogram_quantile(0.95, airflow:dag_run_seconds_bucket:increase1h{${DAG}}) or histogram_quantile(0.95, airflow:dag_run_milliseconds:increase1h{${DAG}}) / 1000`,
            '{{dag_id}}',
          ]),
          graph('Start delay, p95', 'Planned start to real start.', 's', 8, [
            `histogram_quantile(0.95, airflow:dag_schedule_delay_seconds_bucket:increase1h{${DAG}}) or histogram_quantile(0.95, airflow:dag_schedule_delay_milliseconds:increase1h{${DAG}}) / 1000`,
            '{{dag_id}}',
          ]),
          graph('Since last success', 'Grows until the next one.', 's', 8, [
            `airflow:dag_since_success_seconds{${DAG}}`,
            '{{dag_id}}',
          ]),
        ],
      },
      {
        title: 'Tasks',
        panels: [
          graph('Task attempts by state', 'Per 5 minutes.', 'short', 12, [
            `sum by (state) (airflow:dag_tasks:increase5m{${DAG}})`,
            '{{state}}',
          ]),
          graph('Failing tasks', 'Attempts that failed, per 5 minutes.', 'short', 12, [
            `sum by (dag_id, task_id) (airflow:dag_tasks:increase5m{${DAG},state=~"failed|up_for_retry"}) > 0`,
            '{{dag_id}} {{task_id}}',
          ]),
          graph('Task duration, p95', 'By DAG, of the last half hour.', 's', 12, [
            `histogram_quantile(0.95, airflow:dag_task_seconds_bucket:increase30m{${DAG}}) or histogram_quantile(0.95, airflow:dag_task_milliseconds:increase30m{${DAG}}) / 1000`,
            '{{dag_id}}',
          ]),
          graph('Waiting in the queue, p95', 'From queued to running.', 's', 12, [
            `histogram_quantile(0.95, airflow:dag_queued_seconds_bucket:increase30m{${DAG}})`,
            '{{dag_id}}',
          ]),
        ],
      },
      {
        title: 'Scheduler, executor, pools',
        panels: [
          graph(
            'Scheduler loop',
            'Time of one turn.',
            's',
            8,
            [
              `histogram_quantile(0.5, sum by (le) (rate(airflow_scheduler_scheduler_loop_duration_bucket[${RATE}])))`,
              'p50',
            ],
            [
              `histogram_quantile(0.99, sum by (le) (rate(airflow_scheduler_scheduler_loop_duration_bucket[${RATE}])))`,
              'p99',
            ],
          ),
          graph(
            'Executor',
            'Slots and tasks.',
            'short',
            8,
            [executor('open_slots'), 'open slots'],
            [executor('queued_tasks'), 'queued'],
            [executor('running_tasks'), 'running'],
          ),
          graph(
            'Pools',
            'Slots by pool.',
            'short',
            8,
            ['airflow:pool_running_slots', '{{pool}} running'],
            ['airflow:pool_queued_slots', '{{pool}} queued'],
            ['airflow:pool_starving_tasks', '{{pool}} starving'],
          ),
          graph('Heartbeats', 'Per second.', 'ops', 8, [
            `sum(rate(airflow_scheduler_heartbeat[${RATE}]))`,
            'scheduler',
          ]),
          graph('Lost tasks', 'Zombies and tasks killed from outside, per 5 minutes.', 'short', 8, [
            'airflow:lost_tasks:increase5m',
            'lost',
          ]),
          graph('Triggers', 'By triggerer.', 'short', 8, [
            'airflow_triggers_running',
            '{{hostname}}',
          ]),
        ],
      },
      {
        title: 'DAG files',
        panels: [
          graph('Pass over all files', 'Time.', 's', 8, [
            'max(airflow_dag_processing_total_parse_time)',
            'total',
          ]),
          graph('Parse time by file', 'Mean.', 's', 8, [
            `sum by (dag_file) (rate(airflow_dag_processing_last_duration_sum[${RATE}])) / sum by (dag_file) (rate(airflow_dag_processing_last_duration_count[${RATE}]))`,
            '{{dag_file}}',
          ]),
          graph('Files waiting', 'In the queue of the DAG processor.', 'short', 8, [
            'sum(airflow_dag_processing_file_path_queue_size)',
            'waiting',
          ]),
        ],
      },
    ],
  },
]
