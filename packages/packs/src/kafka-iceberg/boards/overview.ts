import { bars, graph, heatmap, stat } from '../../board-panels.ts'
import type { DashboardDefinition } from '../../pack.ts'

export const PIPELINE_VARIABLE: DashboardDefinition['variables'] = [
  {
    name: 'pipeline',
    label: 'Pipeline',
    metric: 'kafka_iceberg:pipelines',
    valueLabel: 'pipeline',
    pipeline: 'name',
  },
]

export const CHOSEN = 'pipeline=~"$pipeline"'
export const NAME = '{{pipeline}}'

/** Quantiles of one of the three latencies, by pipeline. */
export function latencies(metric: string): (readonly [string, string])[] {
  return ['0.5', '0.95', '0.99'].map((q) => [
    `histogram_quantile(${q}, kafka_iceberg:${metric}_bucket:rate5m{${CHOSEN}}) / 1000`,
    `${NAME} p${q.slice(2).padEnd(2, '0')}`,
  ])
}

const per = (what: string): string => `kafka_iceberg:${what}:rate5m{${CHOSEN}}`

/** The six groups, whether a job runs in Flink or in Node.js. */
export const OVERVIEW: DashboardDefinition = {
  name: 'weir-kafka-iceberg',
  title: 'Kafka → Iceberg',
  description:
    'Throughput, latency, lag, checkpoints, resources and quality of consumers that write to Iceberg.',
  variables: PIPELINE_VARIABLE,
  rows: [
    {
      title: 'Throughput',
      panels: [
        graph(
          ['Records', 'Valid, invalid, all.'],
          'recps',
          [
            [per('valid'), `${NAME} valid`],
            [per('invalid'), `${NAME} invalid`],
            [per('processed'), `${NAME} all`],
          ],
          { width: 12 },
        ),
        graph(
          ['Consumed and written', 'From Kafka, and to Iceberg.'],
          'recps',
          [
            [per('consumed'), `${NAME} consumed`],
            [per('written'), `${NAME} written`],
          ],
          { width: 12 },
        ),
      ],
    },
    {
      title: 'Latency',
      panels: [
        graph(['Processing', 'p50, p95, p99.'], 's', latencies('processing_latency_ms')),
        graph(
          ['Kafka', 'Age of messages when they are taken.'],
          's',
          latencies('kafka_consumption_latency_ms'),
        ),
        graph(['Iceberg', 'Time of a write.'], 's', latencies('iceberg_write_latency_ms')),
        heatmap(
          ['Processing', 'Rows a second by latency; edges in milliseconds.'],
          `sum by (le) (kafka_iceberg:processing_latency_ms_bucket:rate5m{${CHOSEN}})`,
        ),
        graph(
          ['Event time lag of Flink’s sources', 'Age of records when the source gives them on.'],
          'ms',
          [
            [
              'max by (job_name) (flink_taskmanager_job_task_operator_currentEmitEventTimeLag)',
              '{{job_name}}',
            ],
          ],
          { width: 12 },
        ),
      ],
    },
    {
      title: 'Kafka consumer lag',
      panels: [
        bars(
          ['By partition', 'Now.'],
          'short',
          [`kafka_iceberg:partition_lag{${CHOSEN}}`, '{{kafka_topic}} {{kafka_partition}}'],
          {
            width: 8,
            thresholds: [
              { from: 10_000, color: 'yellow' },
              { from: 100_000, color: 'red' },
            ],
          },
        ),
        graph(['All partitions', 'By pipeline.'], 'short', [
          [`kafka_iceberg:lag{${CHOSEN}}`, NAME],
        ]),
        graph(['Trend', 'Records a second that the lag grows by.'], 'recps', [
          [`deriv(kafka_iceberg:lag{${CHOSEN}}[10m])`, NAME],
        ]),
      ],
    },
    {
      title: 'Checkpoint health',
      panels: [
        graph(
          ['Duration', 'Of the newest.'],
          's',
          [[`kafka_iceberg:checkpoint_seconds{${CHOSEN}}`, NAME]],
          {
            width: 6,
          },
        ),
        graph(
          ['Size', 'Of the newest.'],
          'bytes',
          [[`kafka_iceberg:checkpoint_bytes{${CHOSEN}}`, NAME]],
          {
            width: 6,
          },
        ),
        graph(
          ['Failures, 10 min', 'Checkpoints.'],
          'short',
          [[`kafka_iceberg:checkpoint_failures:increase10m{${CHOSEN}}`, NAME]],
          { width: 6 },
        ),
        graph(
          ['Age', 'Since the newest was complete.'],
          's',
          [[`kafka_iceberg:checkpoint_age_seconds{${CHOSEN}}`, NAME]],
          { width: 6 },
        ),
      ],
    },
    {
      title: 'Resource usage',
      panels: [
        graph(['CPU', 'Of TaskManagers and processes.'], 'percentunit', [
          ['flink_taskmanager_Status_JVM_CPU_Load', '{{tm_id}}'],
          [
            'rate(process_cpu_seconds_total[$__rate_interval]) * on (job) group_left (pipeline) kafka_iceberg:jobs',
            '{{pipeline}} {{instance}}',
          ],
        ]),
        graph(['Heap', 'Of what there may be.'], 'percentunit', [
          [
            'flink_taskmanager_Status_JVM_Memory_Heap_Used / (flink_taskmanager_Status_JVM_Memory_Heap_Max > 0)',
            '{{tm_id}}',
          ],
          [
            'nodejs_heap_size_used_bytes / nodejs_heap_size_limit_bytes * on (job) group_left (pipeline) kafka_iceberg:jobs',
            '{{pipeline}} {{instance}}',
          ],
        ]),
        graph(['Network buffers and managed memory', 'Of TaskManagers.'], 'bytes', [
          ['flink_taskmanager_Status_Shuffle_Netty_UsedMemory', '{{tm_id}} network'],
          ['flink_taskmanager_Status_Flink_Memory_Managed_Used', '{{tm_id}} managed'],
        ]),
      ],
    },
    {
      title: 'Data quality',
      panels: [
        stat(
          ['Validation success', 'Share of rows.'],
          'percentunit',
          `sum(${per('validated')}) / (sum(${per('validated')}) + (sum(${per('validation_failed')}) or 0 * sum(${per('validated')})))`,
          { width: 4, height: 8 },
        ),
        graph(
          ['Failures by reason', 'Rows a second.'],
          'recps',
          [[`sum by (reason) (${per('validation_failed')})`, '{{reason}}']],
          { width: 10 },
        ),
        graph(
          ['Records by type', 'Rows a second.'],
          'recps',
          [[`sum by (data_type) (${per('by_type')})`, '{{data_type}}']],
          { width: 10 },
        ),
      ],
    },
  ],
}
