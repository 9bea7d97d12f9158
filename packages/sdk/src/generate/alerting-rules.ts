import { flinkExpressions } from './flink-expressions.ts'
import { sdkExpressions } from './sdk-expressions.ts'
import { toYaml } from './yaml.ts'

export interface Thresholds {
  readonly checkpointDurationMs: number
  readonly kafkaLag: number
  readonly errorsPerSecond: number
  readonly checkpointFailures: number
  readonly recordsPerSecond: number
  /** 0 to 1. */
  readonly validationFailureRatio: number
  readonly writeFailures: number
  readonly latencyP95Ms: number
  /** 0 to 1. */
  readonly heapRatio: number
}

export interface AlertingRulesOptions {
  /** Whose metrics: those of this package's reporters, or those of a Flink job. */
  readonly source?: 'sdk' | 'flink'
  /** The `job` that the scrape config gives. */
  readonly jobName?: string
  /** The prefix that `MetricsReporter` was made with. */
  readonly metricPrefix?: string
  readonly thresholds?: Partial<Thresholds>
}

const THRESHOLDS: Thresholds = {
  checkpointDurationMs: 300_000,
  kafkaLag: 100_000,
  errorsPerSecond: 10,
  checkpointFailures: 3,
  recordsPerSecond: 100,
  validationFailureRatio: 0.1,
  writeFailures: 5,
  latencyP95Ms: 10_000,
  heapRatio: 0.9,
}

/** The alerts, by name. Each source has an expression for each. */
type AlertName =
  | 'HighCheckpointDuration'
  | 'HighKafkaLag'
  | 'HighErrorRate'
  | 'CheckpointFailures'
  | 'LowThroughput'
  | 'NoThroughput'
  | 'HighValidationFailureRate'
  | 'IcebergWriteFailures'
  | 'HighProcessingLatency'
  | 'TaskManagerDown'
  | 'HighMemoryUsage'

export type Expressions = Readonly<Record<AlertName, string>>

export interface ExpressionSettings {
  readonly jobName: string
  readonly metricPrefix: string
  readonly thresholds: Thresholds
}

interface Alert {
  readonly name: AlertName
  readonly for: string
  readonly severity: 'warning' | 'critical'
  readonly component: string
  readonly summary: string
  readonly description: string
}

const ALERTS: readonly Alert[] = [
  {
    name: 'HighCheckpointDuration',
    for: '5m',
    severity: 'warning',
    component: 'checkpoint',
    summary: 'Checkpoints of {{ $labels.job_name }} take {{ $value }} ms',
    description: 'Look at the size of the state and at the speed of its storage.',
  },
  {
    name: 'HighKafkaLag',
    for: '10m',
    severity: 'warning',
    component: 'kafka',
    summary: '{{ $value }} messages wait in Kafka',
    description: 'The consumer does not keep up: add consumers, up to the number of partitions.',
  },
  {
    name: 'HighErrorRate',
    for: '5m',
    severity: 'critical',
    component: 'processing',
    summary: '{{ $value | humanize }} errors per second',
    description: 'Read the log for what they have in common.',
  },
  {
    name: 'CheckpointFailures',
    for: '5m',
    severity: 'critical',
    component: 'checkpoint',
    summary: '{{ $value | humanize }} checkpoints of {{ $labels.job_name }} failed in 10 min',
    description: 'Look at the state backend and its storage.',
  },
  {
    name: 'LowThroughput',
    for: '10m',
    severity: 'warning',
    component: 'processing',
    summary: '{{ $labels.job_name }} handles {{ $value | humanize }} records per second',
    description: 'Does data arrive at the source? Is a later step slow?',
  },
  {
    name: 'NoThroughput',
    for: '10m',
    severity: 'critical',
    component: 'processing',
    summary: 'Nobody tells a throughput any more',
    description: 'The job is gone, or its metrics do not arrive.',
  },
  {
    name: 'HighValidationFailureRate',
    for: '5m',
    severity: 'warning',
    component: 'validation',
    summary: '{{ $value | humanizePercentage }} of the records are invalid',
    description: 'Look at the failures by reason, and at what changed at the source.',
  },
  {
    name: 'IcebergWriteFailures',
    for: '5m',
    severity: 'critical',
    component: 'iceberg',
    summary: '{{ $value | humanize }} writes to Iceberg failed in 5 min',
    description: 'Look at the catalog and at the storage.',
  },
  {
    name: 'HighProcessingLatency',
    for: '10m',
    severity: 'warning',
    component: 'processing',
    summary: '{{ $value | humanize }} ms from event to result (p95)',
    description: 'A slow step, or too few of them.',
  },
  {
    name: 'TaskManagerDown',
    for: '2m',
    severity: 'critical',
    component: 'infrastructure',
    summary: '{{ $labels.instance }} does not answer',
    description: 'Restart it; look at the machine that it ran on.',
  },
  {
    name: 'HighMemoryUsage',
    for: '5m',
    severity: 'warning',
    component: 'resources',
    summary: '{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its heap',
    description: 'Give it more memory, or keep less state.',
  },
]

/** A rule file: the group `flink_health_alerts`, for Prometheus and Weir alike. */
export function generateAlertingRules({
  source = 'sdk',
  jobName = 'flink-health-consumer',
  metricPrefix = 'health_data',
  thresholds = {},
}: AlertingRulesOptions = {}): string {
  const settings = { jobName, metricPrefix, thresholds: { ...THRESHOLDS, ...thresholds } }
  const expressions = source === 'sdk' ? sdkExpressions(settings) : flinkExpressions(settings)
  return toYaml({
    groups: [
      {
        name: 'flink_health_alerts',
        interval: '30s',
        rules: ALERTS.map(({ name, for: forText, severity, component, summary, description }) => ({
          alert: name,
          expr: expressions[name],
          for: forText,
          labels: { severity, component },
          annotations: { summary, description },
        })),
      },
    ],
  })
}
