/** The boards: the cluster, one job, its Kafka clients, its checkpoints, the processes. */
import type { DashboardDefinition, DashboardPanel } from '../pack.ts'
import { type Question, gauge, meter, quantile } from './ways.ts'

export type Line = readonly [expr: string, legend: string]

interface Look {
  readonly title: string
  readonly help: string
  readonly unit: string
  readonly width?: number
  readonly thresholds?: NonNullable<DashboardPanel['thresholds']>
  readonly words?: NonNullable<DashboardPanel['words']>
}

export function stat(look: Look, expr: string, legend = ''): DashboardPanel {
  return { kind: 'stat', ...look, width: look.width ?? 4, targets: [{ expr, legend }] }
}

export function graph(look: Look, ...lines: readonly Line[]): DashboardPanel {
  return {
    kind: 'timeseries',
    ...look,
    width: look.width ?? 8,
    targets: lines.map(([expr, legend]) => ({ expr, legend })),
  }
}

/** A list of names that come as labels: what topics, which sinks. */
export function list(look: Look, expr: string, legend: string): DashboardPanel {
  return { kind: 'table', ...look, width: look.width ?? 8, targets: [{ expr, legend }] }
}

const JOB = 'job_name=~"$job_name"'
const OPERATOR = 'taskmanager_job_task_operator_'

/** A question for the chosen jobs. */
export function chosen(fold: Question['fold'], by: string, only = ''): Question {
  return { fold, by, matchers: JOB, only }
}

/** A gauge of the Kafka consumer, of the newer or the older connector. */
export function consumer(metric: string, question: Question): string {
  const own = gauge(`${OPERATOR}KafkaSourceReader_KafkaConsumer_${metric}`, question)
  return `${own} or ${gauge(`${OPERATOR}KafkaConsumer_${metric}`, question)}`
}

export function producer(metric: string, question: Question): string {
  return gauge(`${OPERATOR}KafkaProducer_${metric}`, question)
}

/** One line a job and subtask. */
const SUBTASK = 'job_name, subtask_index'
const SUBTASKS = '{{job_name}} {{subtask_index}}'

/** A graph of what each subtask of the Kafka clients says. */
export function clientGraph(
  of: (metric: string, question: Question) => string,
  metric: string,
  look: Look,
  fold: Question['fold'] = 'max',
): DashboardPanel {
  return graph({ width: 6, ...look }, [of(metric, chosen(fold, SUBTASK, '>= 0')), SUBTASKS])
}

export const BAD = [{ from: 1, color: 'red' }] as const

export const JOB_VARIABLE = {
  name: 'job_name',
  label: 'Job',
  metric: '{__name__=~"flink_jobmanager_job_uptime|jobmanager_job_uptime_value"}',
  valueLabel: 'job_name',
} as const

const CLUSTER: DashboardDefinition = {
  name: 'weir-flink',
  title: 'Flink',
  description: 'A Flink cluster: its jobs at a glance, its JobManager and TaskManagers.',
  variables: [JOB_VARIABLE],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat(
          { title: 'Running jobs', help: 'Of all.', unit: 'short' },
          gauge('jobmanager_numRunningJobs', { fold: 'sum', by: '' }),
        ),
        stat(
          {
            title: 'Jobs that do not run',
            help: 'They restart, fail or wait.',
            unit: 'short',
            thresholds: BAD,
          },
          'count(flink:job_running:bool == 0) or 0 * count(flink:job_running:bool)',
        ),
        stat({ title: 'TaskManagers', help: 'Registered.', unit: 'short' }, 'flink:task_managers'),
        stat(
          { title: 'Free slots', help: '0 is well for a cluster with one job.', unit: 'short' },
          'flink:free_slots',
        ),
        stat(
          { title: 'Restarts, 30 min', help: 'Of all jobs.', unit: 'short', thresholds: BAD },
          'sum(flink:job_restarts:increase30m)',
        ),
        stat(
          {
            title: 'Failed checkpoints, 15 min',
            help: 'Of all jobs.',
            unit: 'short',
            thresholds: BAD,
          },
          'sum(flink:checkpoints_failed:increase15m)',
        ),
      ],
    },
    {
      title: 'Jobs',
      panels: [
        graph(
          { title: 'Records read', help: 'By the sources of each job.', unit: 'ops', width: 12 },
          [`flink:source_records:rate2m{${JOB}}`, '{{job_name}}'],
        ),
        graph({ title: 'Lag', help: 'Records that wait.', unit: 'short', width: 12 }, [
          `flink:lag_records{${JOB}}`,
          '{{job_name}}',
        ]),
        {
          kind: 'state-timeline',
          title: 'Running',
          help: 'Each job over time.',
          unit: 'short',
          width: 12,
          targets: [{ expr: `flink:job_running:bool{${JOB}}`, legend: '{{job_name}}' }],
          words: { 0: { text: 'down', color: 'red' }, 1: { text: 'running', color: 'green' } },
        },
        graph(
          {
            title: 'Age of the newest checkpoint',
            help: 'A saw-tooth as high as the interval.',
            unit: 's',
            width: 12,
          },
          [`flink:checkpoint_age_seconds{${JOB}}`, '{{job_name}}'],
        ),
        {
          kind: 'alertlist',
          title: 'Alerts',
          help: 'Of Flink.',
          unit: 'short',
          width: 24,
          targets: [],
        },
      ],
    },
    {
      title: 'TaskManagers',
      panels: [
        graph(
          { title: 'TaskManagers', help: 'Registered, and asked for.', unit: 'short' },
          ['flink:task_managers', 'registered'],
          ['flink:pending_task_managers', 'pending'],
        ),
        graph(
          { title: 'Slots', help: 'All and free.', unit: 'short' },
          [gauge('jobmanager_taskSlotsTotal', { fold: 'sum', by: '' }), 'all'],
          ['flink:free_slots', 'free'],
        ),
        graph(
          { title: 'CPU', help: 'Of each process.', unit: 'percentunit' },
          ['flink:taskmanager_cpu:ratio', '{{host}} {{tm_id}}'],
          ['flink:jobmanager_cpu:ratio', 'JobManager {{host}}'],
        ),
      ],
    },
  ],
}

const JOB_BOARD: DashboardDefinition = {
  name: 'weir-flink-job',
  title: 'Flink job',
  description: 'One job: its tasks, records, time, back pressure.',
  variables: [JOB_VARIABLE],
  rows: [
    {
      title: 'At a glance',
      panels: [
        stat(
          { title: 'Running since', help: 'Without a break.', unit: 'ms' },
          gauge('jobmanager_job_runningTime', chosen('max', 'job_name')),
          '{{job_name}}',
        ),
        stat(
          {
            title: 'Restarts, 30 min',
            help: 'Of the whole job or parts.',
            unit: 'short',
            thresholds: BAD,
          },
          `flink:job_restarts:increase30m{${JOB}}`,
          '{{job_name}}',
        ),
        stat(
          { title: 'Lag', help: 'Records that wait.', unit: 'short' },
          `flink:lag_records{${JOB}}`,
          '{{job_name}}',
        ),
        stat(
          { title: 'Work waiting', help: 'Lag at the present pace.', unit: 's' },
          `flink:lag_records{${JOB}} / on (job_name) (flink:source_records:rate2m{${JOB}} > 0)`,
          '{{job_name}}',
        ),
        stat(
          { title: 'Newest checkpoint', help: 'How old it is.', unit: 's' },
          `flink:checkpoint_age_seconds{${JOB}}`,
          '{{job_name}}',
        ),
        stat(
          { title: 'Event time', help: 'How old records are when they are read.', unit: 's' },
          `flink:event_time_lag_seconds{${JOB}}`,
          '{{job_name}}',
        ),
      ],
    },
    {
      title: 'Records',
      panels: [
        graph(
          { title: 'Read and written', help: 'By sources and sinks.', unit: 'ops', width: 12 },
          [`flink:source_records:rate2m{${JOB}}`, '{{job_name}} in'],
          [`flink:sink_records:rate2m{${JOB}}`, '{{job_name}} out'],
        ),
        graph({ title: 'By task', help: 'Records that came in.', unit: 'ops', width: 12 }, [
          `flink:task_records:rate2m{${JOB}}`,
          '{{stage}}',
        ]),
        graph({ title: 'Bytes by task', help: 'That came in over the network.', unit: 'Bps' }, [
          meter('taskmanager_job_task_numBytesInPerSecond', chosen('sum', 'job_name, task_name')),
          '{{task_name}}',
        ]),
        graph({ title: 'Late records dropped', help: 'Per second.', unit: 'ops' }, [
          `flink:late_records:rate5m{${JOB}}`,
          '{{job_name}}',
        ]),
        graph(
          { title: 'Errors', help: 'Records not read, not sent, not committed.', unit: 'ops' },
          [`flink:source_errors:rate5m{${JOB}}`, 'read'],
          [`flink:sink_errors:rate5m{${JOB}}`, 'sent'],
          [`flink:failed_committables:rate5m{${JOB}}`, 'committed'],
        ),
      ],
    },
    {
      title: 'Back pressure',
      panels: [
        graph(
          {
            title: 'Back-pressured',
            help: 'Share of time the task waits for what follows.',
            unit: 'percentunit',
          },
          [`flink:task_back_pressure:ratio{${JOB}}`, '{{stage}}'],
        ),
        graph(
          {
            title: 'Busy',
            help: 'Share of time it works: the bottleneck is near 100 %.',
            unit: 'percentunit',
          },
          [`flink:task_busy:ratio{${JOB}}`, '{{stage}}'],
        ),
        graph({ title: 'Idle', help: 'Share of time without records.', unit: 'percentunit' }, [
          `${meter('taskmanager_job_task_idleTimeMsPerSecond', chosen('min', 'job_name, task_name', '>= 0'))} / 1000`,
          '{{task_name}}',
        ]),
        graph(
          {
            title: 'Busiest and idlest subtask',
            help: 'Far apart: keys are not spread evenly.',
            unit: 'percentunit',
            width: 12,
          },
          [
            `${gauge('taskmanager_job_task_busyTimeMsPerSecond', chosen('max', 'task_name', '>= 0'))} / 1000`,
            '{{task_name}} max',
          ],
          [
            `${gauge('taskmanager_job_task_busyTimeMsPerSecond', chosen('min', 'task_name', '>= 0'))} / 1000`,
            '{{task_name}} min',
          ],
        ),
        graph(
          {
            title: 'Buffers',
            help: 'Fullest input and output pool by task.',
            unit: 'percentunit',
            width: 12,
          },
          [
            gauge(
              'taskmanager_job_task_Shuffle_Netty_Input_Buffers_inPoolUsage',
              chosen('max', 'task_name'),
            ),
            '{{task_name}} in',
          ],
          [
            gauge(
              'taskmanager_job_task_Shuffle_Netty_Output_Buffers_outPoolUsage',
              chosen('max', 'task_name'),
            ),
            '{{task_name}} out',
          ],
        ),
      ],
    },
    {
      title: 'Time',
      panels: [
        graph(
          {
            title: 'Event-time lag',
            help: 'When emitted, when fetched, and of the watermark.',
            unit: 'ms',
          },
          [
            gauge(`${OPERATOR}currentEmitEventTimeLag`, chosen('max', 'operator_name', '>= 0')),
            '{{operator_name}} emitted',
          ],
          [
            gauge(`${OPERATOR}currentFetchEventTimeLag`, chosen('max', 'operator_name', '>= 0')),
            '{{operator_name}} fetched',
          ],
          [
            gauge(`${OPERATOR}watermarkLag`, chosen('max', 'operator_name', '>= 0 < 1e15')),
            '{{operator_name}} watermark',
          ],
        ),
        graph({ title: 'Watermark behind the clock', help: 'Of the slowest task.', unit: 's' }, [
          `time() - flink:watermark_time_seconds{${JOB}}`,
          '{{job_name}}',
        ]),
        graph(
          {
            title: 'Latency',
            help: 'From source to operator; only with latency markers.',
            unit: 's',
          },
          [`flink:latency_seconds:p50{${JOB}}`, '{{job_name}} p50'],
          [`flink:latency_seconds:p95{${JOB}}`, '{{job_name}} p95'],
          [`flink:latency_seconds:p99{${JOB}}`, '{{job_name}} p99'],
        ),
        graph({ title: 'Idle sources', help: 'Since the last record.', unit: 'ms', width: 12 }, [
          gauge(`${OPERATOR}sourceIdleTime`, chosen('max', 'operator_name', '>= 0')),
          '{{operator_name}}',
        ]),
        graph(
          {
            title: 'Main thread',
            help: 'How long work beside records waits, p99.',
            unit: 'ms',
            width: 12,
          },
          [
            quantile('taskmanager_job_task_mailboxLatencyMs', '0.99', chosen('max', 'task_name')),
            '{{task_name}}',
          ],
        ),
      ],
    },
  ],
}

const CHECKPOINTS: DashboardDefinition = {
  name: 'weir-flink-checkpoints',
  title: 'Flink checkpoints',
  description: 'Snapshots of the state: number, age, duration, size, and what holds them up.',
  variables: [JOB_VARIABLE],
  rows: [
    {
      title: 'Checkpoints',
      panels: [
        stat(
          {
            title: 'Completed',
            help: 'Since the JobManager took the job.',
            unit: 'short',
            width: 6,
          },
          gauge('jobmanager_job_numberOfCompletedCheckpoints', chosen('max', 'job_name')),
          '{{job_name}}',
        ),
        stat(
          { title: 'Failed', help: 'Since then.', unit: 'short', width: 6, thresholds: BAD },
          gauge('jobmanager_job_numberOfFailedCheckpoints', chosen('max', 'job_name')),
          '{{job_name}}',
        ),
        stat(
          { title: 'In progress', help: 'Now.', unit: 'short', width: 6 },
          gauge('jobmanager_job_numberOfInProgressCheckpoints', chosen('max', 'job_name')),
          '{{job_name}}',
        ),
        stat(
          {
            title: 'Last size',
            help: 'Above 500 MB think of more parallelism.',
            unit: 'bytes',
            width: 6,
            thresholds: [{ from: 500_000_000, color: 'orange' }],
          },
          `flink:checkpoint_bytes{${JOB}}`,
          '{{job_name}}',
        ),
        graph(
          { title: 'Age of the newest', help: 'A saw-tooth as high as the interval.', unit: 's' },
          [`flink:checkpoint_age_seconds{${JOB}}`, '{{job_name}}'],
        ),
        graph({ title: 'Duration', help: 'Of the newest completed one.', unit: 's' }, [
          `flink:checkpoint_seconds{${JOB}}`,
          '{{job_name}}',
        ]),
        graph(
          { title: 'Completed and failed', help: 'In 15 minutes.', unit: 'short' },
          [`flink:checkpoints_completed:increase15m{${JOB}}`, '{{job_name}} completed'],
          [`flink:checkpoints_failed:increase15m{${JOB}}`, '{{job_name}} failed'],
        ),
      ],
    },
    {
      title: 'Size',
      panels: [
        graph({ title: 'Written', help: 'What the newest checkpoint wrote.', unit: 'bytes' }, [
          `flink:checkpoint_bytes{${JOB}}`,
          '{{job_name}}',
        ]),
        graph({ title: 'Whole state', help: 'Of the newest checkpoint.', unit: 'bytes' }, [
          gauge('jobmanager_job_lastCheckpointFullSize', chosen('max', 'job_name', '>= 0')),
          '{{job_name}}',
        ]),
        graph(
          {
            title: 'In flight',
            help: 'Data that waited during alignment: processed, and written by unaligned checkpoints.',
            unit: 'bytes',
          },
          [
            gauge('jobmanager_job_lastCheckpointProcessedData', chosen('max', 'job_name', '>= 0')),
            '{{job_name}} processed',
          ],
          [
            gauge('jobmanager_job_lastCheckpointPersistedData', chosen('max', 'job_name', '>= 0')),
            '{{job_name}} written',
          ],
        ),
      ],
    },
    {
      title: 'What holds them up',
      panels: [
        graph(
          {
            title: 'Start delay',
            help: 'From trigger to the first barrier, by task.',
            unit: 'ns',
            width: 12,
          },
          [
            gauge(
              'taskmanager_job_task_checkpointStartDelayNanos',
              chosen('max', 'task_name', '>= 0'),
            ),
            '{{task_name}}',
          ],
        ),
        graph(
          {
            title: 'Alignment',
            help: 'Waiting for barriers of all inputs, by task.',
            unit: 'ns',
            width: 12,
          },
          [
            gauge(
              'taskmanager_job_task_checkpointAlignmentTime',
              chosen('max', 'task_name', '>= 0'),
            ),
            '{{task_name}}',
          ],
        ),
      ],
    },
  ],
}

const KAFKA: DashboardDefinition = {
  name: 'weir-flink-kafka',
  title: 'Flink and Kafka',
  description:
    "The Kafka clients inside Flink's sources and sinks, of the newer and the older connector.",
  variables: [JOB_VARIABLE],
  rows: [
    {
      title: 'Lag',
      panels: [
        graph(
          {
            title: 'Lag by job',
            help: 'pendingRecords, else the worst partitions.',
            unit: 'short',
            width: 12,
          },
          [`flink:lag_records{${JOB}}`, '{{job_name}}'],
        ),
        clientGraph(consumer, 'records_lag_max', {
          title: 'Worst partition by subtask',
          help: 'records-lag-max; nothing while idle.',
          unit: 'short',
        }),
        graph(
          { title: 'Offsets', help: 'How fast each partition is read.', unit: 'ops', width: 6 },
          [
            `sum by (topic, partition) (rate(flink_taskmanager_job_task_operator_KafkaSourceReader_topic_partition_currentOffset{${JOB}}[$__rate_interval]))`,
            '{{topic}} {{partition}}',
          ],
        ),
      ],
    },
    {
      title: 'Consumer',
      panels: [
        clientGraph(consumer, 'records_consumed_rate', {
          title: 'Records consumed',
          help: 'Per second and subtask.',
          unit: 'ops',
        }),
        clientGraph(consumer, 'bytes_consumed_rate', {
          title: 'Bytes consumed',
          help: 'Per second and subtask.',
          unit: 'Bps',
        }),
        clientGraph(consumer, 'fetch_rate', { title: 'Fetches', help: 'Per second.', unit: 'ops' }),
        clientGraph(consumer, 'fetch_latency_max', {
          title: 'Longest fetch',
          help: 'Up to 500 ms when idle.',
          unit: 'ms',
        }),
        clientGraph(consumer, 'fetch_size_avg', {
          title: 'Mean fetch',
          help: 'Size.',
          unit: 'bytes',
        }),
        clientGraph(consumer, 'fetch_throttle_time_avg', {
          title: 'Throttled',
          help: 'By quota.',
          unit: 'ms',
        }),
        clientGraph(consumer, 'commit_rate', {
          title: 'Offset commits',
          help: 'One each checkpoint.',
          unit: 'ops',
        }),
        clientGraph(consumer, 'commit_latency_max', {
          title: 'Longest commit',
          help: 'To the group coordinator.',
          unit: 'ms',
        }),
        clientGraph(consumer, 'poll_idle_ratio_avg', {
          title: 'Idle in poll',
          help: 'Near 0: the job is the bottleneck.',
          unit: 'percentunit',
        }),
        clientGraph(consumer, 'time_between_poll_max', {
          title: 'Longest time between polls',
          help: 'Grows with back pressure.',
          unit: 'ms',
        }),
        clientGraph(consumer, 'connection_count', {
          title: 'Connections',
          help: 'To brokers.',
          unit: 'short',
        }),
        graph({ title: 'Failed commits', help: 'Per second.', unit: 'ops', width: 6 }, [
          `flink:failed_offset_commits:rate5m{${JOB}}`,
          '{{job_name}}',
        ]),
      ],
    },
    {
      title: 'Producer',
      panels: [
        clientGraph(producer, 'record_send_rate', {
          title: 'Records sent',
          help: 'Per second and subtask.',
          unit: 'ops',
        }),
        clientGraph(producer, 'record_error_rate', {
          title: 'Records not sent',
          help: 'Per second.',
          unit: 'ops',
        }),
        clientGraph(producer, 'record_retry_rate', {
          title: 'Records sent again',
          help: 'Per second.',
          unit: 'ops',
        }),
        clientGraph(producer, 'request_latency_max', {
          title: 'Longest request',
          help: 'To a broker.',
          unit: 'ms',
        }),
        clientGraph(producer, 'record_queue_time_max', {
          title: 'Longest wait to be sent',
          help: 'In the batch.',
          unit: 'ms',
        }),
        clientGraph(producer, 'batch_size_avg', {
          title: 'Mean batch',
          help: 'Size.',
          unit: 'bytes',
        }),
        clientGraph(
          producer,
          'buffer_available_bytes',
          { title: 'Free buffer', help: 'Well above 0.', unit: 'bytes' },
          'min',
        ),
        clientGraph(producer, 'produce_throttle_time_max', {
          title: 'Throttled',
          help: 'By quota.',
          unit: 'ms',
        }),
      ],
    },
  ],
}

const PROCESS = '{{host}} {{tm_id}}'
const byTm = (only = ''): Question => ({ fold: 'max', by: 'host, tm_id', only })
const MEMORY: DashboardDefinition = {
  name: 'weir-flink-memory',
  title: 'Flink memory and JVM',
  description: 'Heap, managed and network memory, garbage collection, threads, files.',
  variables: [],
  rows: [
    {
      title: 'TaskManagers',
      panels: [
        graph({ title: 'Heap', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:taskmanager_heap:ratio',
          PROCESS,
        ]),
        graph({ title: 'Garbage collection', help: 'Share of time.', unit: 'percentunit' }, [
          'flink:taskmanager_gc:ratio',
          PROCESS,
        ]),
        graph({ title: 'Metaspace', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:taskmanager_metaspace:ratio',
          PROCESS,
        ]),
        graph(
          { title: 'Managed memory', help: 'Mostly RocksDB.', unit: 'bytes' },
          [gauge('taskmanager_Status_Flink_Memory_Managed_Used', byTm()), `${PROCESS} used`],
          [gauge('taskmanager_Status_Flink_Memory_Managed_Total', byTm()), `${PROCESS} all`],
        ),
        graph(
          { title: 'Network memory', help: 'In use and in all.', unit: 'bytes' },
          [gauge('taskmanager_Status_Shuffle_Netty_UsedMemory', byTm()), `${PROCESS} used`],
          [gauge('taskmanager_Status_Shuffle_Netty_TotalMemory', byTm()), `${PROCESS} all`],
        ),
        graph(
          {
            title: 'Network memory asked for',
            help: 'Above 100 % tasks get less than they want.',
            unit: 'percent',
          },
          ['flink:network_memory_requested:percent', PROCESS],
        ),
        graph({ title: 'Direct memory', help: 'Buffers outside of the heap.', unit: 'bytes' }, [
          gauge('taskmanager_Status_JVM_Memory_Direct_MemoryUsed', byTm()),
          PROCESS,
        ]),
        graph({ title: 'Threads', help: 'Live.', unit: 'short' }, [
          gauge('taskmanager_Status_JVM_Threads_Count', byTm()),
          PROCESS,
        ]),
        graph({ title: 'Open files', help: 'Share of the bound.', unit: 'percentunit' }, [
          'flink:taskmanager_files:ratio',
          PROCESS,
        ]),
      ],
    },
    {
      title: 'JobManager',
      panels: [
        graph({ title: 'Heap', help: 'Share of its bound.', unit: 'percentunit' }, [
          'flink:jobmanager_heap:ratio',
          '{{host}}',
        ]),
        graph({ title: 'Garbage collection', help: 'Share of time.', unit: 'percentunit' }, [
          'flink:jobmanager_gc:ratio',
          '{{host}}',
        ]),
        graph({ title: 'CPU', help: 'Of the process.', unit: 'percentunit' }, [
          'flink:jobmanager_cpu:ratio',
          '{{host}}',
        ]),
      ],
    },
  ],
}

export const DASHBOARDS: readonly DashboardDefinition[] = [
  CLUSTER,
  JOB_BOARD,
  KAFKA,
  CHECKPOINTS,
  MEMORY,
]
