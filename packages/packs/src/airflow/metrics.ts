/** The reference: every series that the mapping makes and what it means. */
import type { MetricReference } from '../api.ts'

type Row = readonly [name: string, unit: string, labels: string, help: string, normal?: string]

function rows(type: MetricReference['type'], table: readonly Row[]): MetricReference[] {
  return table.map(([name, unit, labels, help, normal = '']) => ({
    name: `airflow_${name}`,
    type,
    unit,
    labels: labels === '' ? [] : labels.split(' '),
    help,
    normal,
  }))
}

const COUNTERS: readonly Row[] = [
  [
    'scheduler_heartbeat',
    'heartbeats',
    '',
    'Beats of all schedulers.',
    'About one every 5 s and scheduler; none for a minute means that nothing is scheduled.',
  ],
  ['triggerer_heartbeat', 'heartbeats', '', 'Beats of all triggerers.'],
  [
    'dag_processor_heartbeat',
    'heartbeats',
    '',
    'Beats of DAG processors that run alone (Airflow 3).',
  ],
  [
    'ti_start',
    'tasks',
    'dag_id task_id',
    'Task attempts that began. Missing in Airflow 3.0 to 3.1.7.',
  ],
  [
    'ti_finish',
    'tasks',
    'dag_id task_id state',
    'Task attempts that ended, by state. Airflow sends a zero for each state at the start, so every state has a series.',
    'failed and up_for_retry stand still.',
  ],
  ['ti_successes', 'tasks', '', 'Task instances that succeeded. With tags: by DAG and task.'],
  ['ti_failures', 'tasks', '', 'Task instances that failed. With tags: by DAG and task.'],
  ['operator_successes', 'tasks', 'operator', 'Task attempts that succeeded, by operator class.'],
  ['operator_failures', 'tasks', 'operator', 'Task attempts that failed, by operator class.'],
  ['task_instance_created', 'tasks', 'task_type', 'Task instances created, by operator class.'],
  ['previously_succeeded', 'tasks', '', 'Tasks asked to run although they had succeeded.'],
  ['task_removed_from_dag', 'tasks', 'dag_id', 'Tasks that vanished from a DAG file.'],
  ['task_restored_to_dag', 'tasks', 'dag_id', 'Tasks that came back to a DAG file.'],
  [
    'local_task_job_task_exit',
    'tasks',
    '',
    'Task processes that ended. The form with the job id in its name is dropped: it is new for each run.',
  ],
  ['job_start', 'jobs', '', 'Airflow processes (scheduler, triggerer, task) that began.'],
  ['job_end', 'jobs', '', 'Airflow processes that ended.'],
  ['job_heartbeat_failure', 'failures', '', 'Heartbeats that did not reach the database.', '0.'],
  [
    'zombies_killed',
    'tasks',
    '',
    'Running tasks without heartbeat that were ended (Airflow 2).',
    '0.',
  ],
  ['task_instances_without_heartbeats_killed', 'tasks', '', 'The same in Airflow 3.', '0.'],
  [
    'scheduler_tasks_killed_externally',
    'tasks',
    '',
    'Tasks that the executor says are over and the database says are not.',
    '0.',
  ],
  ['scheduler_orphaned_tasks_cleared', 'tasks', '', 'Tasks of a dead scheduler that were reset.'],
  [
    'scheduler_orphaned_tasks_adopted',
    'tasks',
    '',
    'Tasks of a dead scheduler that another one took over.',
  ],
  [
    'scheduler_critical_section_busy',
    'times',
    '',
    'Times a scheduler found the scheduling lock taken by another one.',
    'With one scheduler: 0.',
  ],
  ['dag_processing_processor_timeouts', 'files', '', 'Parsings ended for taking too long.', '0.'],
  ['dag_processing_file_path_queue_update_count', 'times', '', 'Times the DAG folder was listed.'],
  ['dag_processing_other_callback_count', 'callbacks', '', 'Callbacks that were received.'],
  ['sla_missed', 'misses', '', 'SLA misses (Airflow 2). With tags: by DAG and task.', '0.'],
  ['triggers_succeeded', 'triggers', '', 'Triggers that fired.'],
  ['triggers_failed', 'triggers', '', 'Triggers that ended in an error.', '0.'],
  [
    'triggers_blocked_main_thread',
    'triggers',
    '',
    'Triggers that kept the event loop of the triggerer busy.',
    '0.',
  ],
  ['dataset_updates', 'events', '', 'Data set events (Airflow 2).'],
  ['dataset_triggered_dagruns', 'runs', '', 'Runs started by data sets (Airflow 2).'],
  ['asset_updates', 'events', '', 'Asset events (Airflow 3).'],
  ['asset_triggered_dagruns', 'runs', '', 'Runs started by assets (Airflow 3).'],
  ['celery_task_timeout_error', 'tasks', '', 'Tasks that did not reach the broker in time.', '0.'],
]

const GAUGES: readonly Row[] = [
  ['dagbag_size', 'dags', '', 'DAGs found by the last full pass over the files.'],
  ['dag_processing_import_errors', 'files', '', 'DAG files that cannot be imported.', '0.'],
  [
    'dag_processing_total_parse_time',
    'seconds',
    '',
    'Time for one pass over all files.',
    'Well below the time a user wants to wait for a changed DAG.',
  ],
  ['dag_processing_file_path_queue_size', 'files', '', 'Files that wait to be parsed.'],
  ['dag_processing_last_run_seconds_ago', 'seconds', 'dag_file', 'Age of the last parsing.'],
  [
    'dag_processing_last_num_of_db_queries',
    'queries',
    'dag_file',
    'Database queries while parsing (2.10).',
    'Near 0: code at the top level of a DAG file should not ask the database.',
  ],
  [
    'scheduler_tasks_starving',
    'tasks',
    '',
    'Tasks that cannot run because no pool slot is free.',
    '0.',
  ],
  ['scheduler_tasks_executable', 'tasks', '', 'Tasks ready to be queued in this loop.'],
  ['scheduler_dagruns_running', 'runs', '', 'DAG runs now running (Airflow 3.1).'],
  ['scheduler_dagruns_queued', 'runs', '', 'DAG runs now queued (Airflow 3).'],
  [
    'executor_open_slots',
    'slots',
    '',
    'Free slots of the executor. With several executors, and in Airflow 3, also by the label executor: do not add the two.',
  ],
  ['executor_queued_tasks', 'tasks', '', 'Tasks that wait in the executor.'],
  ['executor_running_tasks', 'tasks', '', 'Tasks that run in the executor.'],
  ['pool_open_slots', 'slots', 'pool', 'Free slots of the pool; +Inf for a pool without limit.'],
  ['pool_queued_slots', 'slots', 'pool', 'Slots taken by queued tasks.'],
  ['pool_running_slots', 'slots', 'pool', 'Slots taken by running tasks.'],
  ['pool_deferred_slots', 'slots', 'pool', 'Slots taken by deferred tasks.'],
  ['pool_scheduled_slots', 'slots', 'pool', 'Slots wanted by scheduled tasks (2.10).'],
  ['pool_starving_tasks', 'tasks', 'pool', 'Tasks that found the pool full.', '0.'],
  ['task_cpu_usage', 'percent', 'dag_id task_id', 'CPU of a running task, every 5 s (2.10).'],
  ['task_mem_usage', 'percent', 'dag_id task_id', 'Memory of a running task (2.10).'],
  ['triggers_running', 'triggers', 'hostname', 'Triggers that run in a triggerer.'],
  [
    'triggerer_capacity_left',
    'triggers',
    'hostname',
    'Further triggers it would take.',
    'Above 0.',
  ],
  ['connection_test_active', 'tests', '', 'Connection tests that run (Airflow 3.3).'],
  ['connection_test_pending', 'tests', '', 'Connection tests that wait (Airflow 3.3).'],
  ['dataset_orphaned', 'datasets', '', 'Data sets that no DAG uses any more (Airflow 2).'],
  ['asset_orphaned', 'assets', '', 'Assets that no DAG uses any more (Airflow 3).'],
  ...['scheduled', 'queued', 'running', 'deferred'].map((state): Row => [
    `ti_${state}`,
    'tasks',
    'queue dag_id task_id',
    `Task instances now ${state} (Airflow 3).`,
  ]),
]

const HISTOGRAMS: readonly Row[] = [
  [
    'dagrun_first_task_start_delay',
    'seconds',
    '',
    'From a queued run to the start of its first task (Airflow 3.3). With tags: by DAG.',
  ],
  [
    'scheduler_executor_heartbeat_duration',
    'seconds',
    '',
    'The heartbeat of the executor within the scheduler loop (Airflow 3.3).',
  ],
  ['dagrun_duration', 'seconds', 'dag_id', 'Time of DAG runs that succeeded.'],
  ['dagrun_failed', 'seconds', 'dag_id', 'Time of DAG runs that failed; its _count counts them.'],
  [
    'dagrun_schedule_delay',
    'seconds',
    'dag_id',
    'From the planned to the real start of a scheduled run.',
    'A few seconds.',
  ],
  [
    'dagrun_first_task_scheduling_delay',
    'seconds',
    'dag_id',
    'From the planned start to the start of the first task. Airflow 3.3 sends each value twice under this name.',
  ],
  [
    'dagrun_dependency_check',
    'seconds',
    'dag_id',
    'Time to find out which tasks of a run may start.',
    'Milliseconds.',
  ],
  ['task_duration', 'seconds', 'dag_id task_id', 'Time of task attempts. Missing in Airflow 3.'],
  [
    'task_queued_duration',
    'seconds',
    'dag_id task_id',
    'From queued to running, first attempts. Missing in Airflow 3.0 to 3.3.',
  ],
  [
    'task_scheduled_duration',
    'seconds',
    'dag_id task_id',
    'From scheduled to queued, first attempts.',
  ],
  ['dag_processing_last_duration', 'seconds', 'dag_file', 'Time to parse one file.'],
  [
    'scheduler_scheduler_loop_duration',
    'seconds',
    '',
    'One turn of the scheduler loop.',
    'Below a second or two.',
  ],
  [
    'scheduler_critical_section_duration',
    'seconds',
    '',
    'Time inside the scheduling lock that schedulers share.',
  ],
  [
    'scheduler_critical_section_query_duration',
    'seconds',
    '',
    'Its query for tasks.',
    'Growing: the database is short of something.',
  ],
]

/** Fixed names that come beside the names with values; used where those are switched off. */
const TAGGED = {
  counter: ['ti_start', 'ti_finish'],
  gauge: ['pool_starving_tasks', 'pool_running_slots', 'pool_queued_slots', 'pool_scheduled_slots'],
  histogram: [
    'dagrun_duration',
    'dagrun_failed',
    'dagrun_schedule_delay',
    'dagrun_dependency_check',
    'task_duration',
    'task_queued_duration',
    'dag_processing_last_duration',
  ],
} as const

const taggedRows = (names: readonly string[], unit: string): readonly Row[] =>
  names.map((name) => [
    `tagged_${name}`,
    unit,
    '',
    `The fixed-name twin of airflow_${name}: its tags as labels, or the total where tags are off. Do not add the two.`,
  ])

/** Names by OpenTelemetry, as far as rules use them: counters end in `_total`, timers are native histograms. */
const OTLP = [
  ...rows(
    'counter',
    [
      'scheduler_heartbeat',
      'triggerer_heartbeat',
      'ti_start',
      'ti_finish',
      'scheduler_tasks_killed_externally',
      'zombies_killed',
      'task_instances_without_heartbeats_killed',
    ].map((name): Row => [
      `${name}_total`,
      '',
      '',
      `airflow_${name} by OpenTelemetry, with its tags as labels.`,
    ]),
  ),
  ...[
    ...rows(
      'histogram',
      ['success', 'failed'].map((how): Row => [
        `dagrun_duration_${how}_milliseconds`,
        'ms',
        'dag_id',
        `Time of DAG runs (${how}) by OpenTelemetry, a native histogram.`,
      ]),
    ),
    ...rows('histogram', [
      [
        'dagrun_schedule_delay_milliseconds',
        'ms',
        'dag_id',
        'From the planned to the real start of a run, by OpenTelemetry.',
      ],
      ['task_duration_milliseconds', 'ms', 'dag_id task_id', 'Task time, by OpenTelemetry.'],
      [
        'scheduler_scheduler_loop_duration_milliseconds',
        'ms',
        '',
        'One turn of the scheduler loop, by OpenTelemetry.',
      ],
      [
        'dag_processing_last_duration_milliseconds',
        'ms',
        'bundle_name file_name',
        'Parsing of a DAG file, by OpenTelemetry; Airflow 3.3.1 sends seconds under this name.',
      ],
    ]),
  ].map((row) => ({ ...row, native: true as const })),
]

export const METRICS: readonly MetricReference[] = [
  ...rows('counter', COUNTERS),
  ...rows('gauge', GAUGES),
  ...rows('histogram', HISTOGRAMS),
  ...rows('counter', taggedRows(TAGGED.counter, 'tasks')),
  ...rows('gauge', taggedRows(TAGGED.gauge, 'tasks')),
  ...rows('histogram', taggedRows(TAGGED.histogram, 'seconds')),
  ...OTLP,
]
