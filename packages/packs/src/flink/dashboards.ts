/** The boards: the cluster, one job, its Kafka clients, its checkpoints, the processes. */
import type { DashboardDefinition } from '../pack.ts'
import { CHECKPOINTS, KAFKA } from './board-kafka.ts'
import { MEMORY } from './board-memory.ts'
import { BAD, JOB, JOB_VARIABLE, OPERATOR, chosen, graph, stat } from './panels.ts'
import { gauge, meter, quantile } from './ways.ts'

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
            title: 'Failed checkpoints',
            help: 'Of all jobs, in 15 minutes.',
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
          { title: 'Records read', help: 'By the sources of each job.', unit: 'recps', width: 12 },
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
          { title: 'Read and written', help: 'By sources and sinks.', unit: 'recps', width: 12 },
          [`flink:source_records:rate2m{${JOB}}`, '{{job_name}} in'],
          [`flink:sink_records:rate2m{${JOB}}`, '{{job_name}} out'],
        ),
        graph({ title: 'By task', help: 'Records that came in.', unit: 'recps', width: 12 }, [
          `flink:task_records:rate2m{${JOB}}`,
          '{{job_name}} {{stage}}',
        ]),
        graph({ title: 'Bytes by task', help: 'That came in over the network.', unit: 'Bps' }, [
          meter('taskmanager_job_task_numBytesInPerSecond', chosen('sum', 'job_name, task_name')),
          '{{job_name}} {{task_name}}',
        ]),
        graph({ title: 'Late records dropped', help: 'Per second.', unit: 'recps' }, [
          `flink:late_records:rate5m{${JOB}}`,
          '{{job_name}}',
        ]),
        graph(
          { title: 'Errors', help: 'Records not read, not sent, not committed.', unit: 'recps' },
          [`flink:source_errors:rate5m{${JOB}}`, '{{job_name}} read'],
          [`flink:sink_errors:rate5m{${JOB}}`, '{{job_name}} sent'],
          [`flink:failed_committables:rate5m{${JOB}}`, '{{job_name}} committed'],
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
          [`flink:task_back_pressure:ratio{${JOB}}`, '{{job_name}} {{stage}}'],
        ),
        graph(
          {
            title: 'Busy',
            help: 'Share of time it works: the bottleneck is near 100 %.',
            unit: 'percentunit',
          },
          [`flink:task_busy:ratio{${JOB}}`, '{{job_name}} {{stage}}'],
        ),
        graph({ title: 'Idle', help: 'Share of time without records.', unit: 'percentunit' }, [
          `${meter('taskmanager_job_task_idleTimeMsPerSecond', chosen('min', 'job_name, task_name', '>= 0'))} / 1000`,
          '{{job_name}} {{task_name}}',
        ]),
        graph(
          {
            title: 'Busiest and idlest subtask',
            help: 'Far apart: keys are not spread evenly.',
            unit: 'percentunit',
            width: 12,
          },
          [
            `${gauge('taskmanager_job_task_busyTimeMsPerSecond', chosen('max', 'job_name, task_name', '>= 0'))} / 1000`,
            '{{job_name}} {{task_name}} max',
          ],
          [
            `${gauge('taskmanager_job_task_busyTimeMsPerSecond', chosen('min', 'job_name, task_name', '>= 0'))} / 1000`,
            '{{job_name}} {{task_name}} min',
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
              chosen('max', 'job_name, task_name'),
            ),
            '{{job_name}} {{task_name}} in',
          ],
          [
            gauge(
              'taskmanager_job_task_Shuffle_Netty_Output_Buffers_outPoolUsage',
              chosen('max', 'job_name, task_name'),
            ),
            '{{job_name}} {{task_name}} out',
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
            quantile(
              'taskmanager_job_task_mailboxLatencyMs',
              '0.99',
              chosen('max', 'job_name, task_name'),
            ),
            '{{job_name}} {{task_name}}',
          ],
        ),
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
