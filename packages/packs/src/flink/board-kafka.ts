/** The Kafka clients of jobs, and their checkpoints. */
import type { DashboardDefinition } from '../pack.ts'
import {
  BAD,
  JOB,
  JOB_VARIABLE,
  chosen,
  clientGraph,
  consumer,
  graph,
  producer,
  stat,
} from './panels.ts'
import { gauge } from './ways.ts'

export const KAFKA: DashboardDefinition = {
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

export const CHECKPOINTS: DashboardDefinition = {
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
