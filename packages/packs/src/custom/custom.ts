import type { Pack, PackAlert, RecordingRule } from '../pack.ts'
import type { MetricReference } from '../api.ts'
import { MAPPING } from './mapping.ts'

// Above CUSTOM, which is made from them when this file is read.
const PIPELINE = '{{ $labels.pipeline }}'
const STAGE = '{{ $labels.stage }}'

/**
 * Pipelines of one's own: whoever can send StatsD gets a pipeline on the overview by following one
 * naming rule, `weir.pipeline.<pipeline>.<stage>.<what>`, or `weir.stage.<what>` with tags.
 */
export const CUSTOM: Pack = {
  id: 'custom',
  title: 'Your own pipelines',
  description:
    'Pipelines that tell their stages themselves, by StatsD lines such as weir.pipeline.orders.sink.records:5|c.',
  detect: ['pipeline_stage_records_total', 'pipeline_stage_errors_total', 'pipeline_stage_backlog'],
  metricPrefix: 'pipeline_stage_',
  interval: '5s',
  mapping: MAPPING,
  scrape: [],
  metrics: metrics(),
  stages: [],
  records: records(),
  alerts: alerts(),
  dashboards: [],
}

function metrics(): MetricReference[] {
  const labels = ['pipeline', 'stage']
  return [
    {
      name: 'pipeline_stage_records_total',
      type: 'counter',
      unit: 'records',
      labels,
      help: 'Records that left the stage well.',
      normal: 'Grows at the pace of the source.',
    },
    {
      name: 'pipeline_stage_errors_total',
      type: 'counter',
      unit: 'records',
      labels,
      help: 'Records that the stage could not handle.',
      normal: 'Less than one in twenty of all.',
    },
    {
      name: 'pipeline_stage_latency_seconds',
      type: 'histogram',
      unit: 's',
      labels,
      help: 'How long the stage took for a record or a batch.',
      normal: '',
    },
    {
      name: 'pipeline_stage_backlog',
      type: 'gauge',
      unit: 'records',
      labels,
      help: 'Records that wait for the stage: consumer lag, queue depth.',
      normal: 'Rises and falls; one that only rises means that the stage is too slow.',
    },
    {
      name: 'pipeline_stage_last_success_timestamp_seconds',
      type: 'gauge',
      unit: 's',
      labels,
      help: 'When the stage last succeeded, seconds since 1970.',
      normal: '',
    },
    {
      name: 'pipeline_stage_after',
      type: 'gauge',
      unit: '',
      labels: [...labels, 'after'],
      help: 'Above 0: data of the stage comes from the stage `after`. For pipelines that branch; without it the order of the stages is what counts.',
      normal: '',
    },
  ]
}

/** The signals as recorded series: what the stages are called is only known from the data. */
function records(): RecordingRule[] {
  const rate = (metric: string): string => `sum by (pipeline, stage) (rate(${metric}[1m]))`
  const passed = rate('pipeline_stage_records_total')
  const failed = rate('pipeline_stage_errors_total')
  const labels = { system: 'custom' }
  const quantile = (q: string): RecordingRule => ({
    record: 'weir_stage_latency_seconds',
    expr: `histogram_quantile(${q}, sum by (le, pipeline, stage) (rate(pipeline_stage_latency_seconds_bucket[1m]))) >= 0`,
    labels: { ...labels, quantile: q },
  })
  return [
    { record: 'weir_stage_throughput', expr: passed, labels },
    { record: 'weir_stage_errors', expr: failed, labels },
    {
      record: 'weir_stage_error_ratio',
      expr: `(${failed} / (${failed} + (${passed} or 0 * ${failed}))) >= 0`,
      labels,
    },
    ...['0.5', '0.95', '0.99'].map(quantile),
    {
      record: 'weir_stage_backlog',
      expr: 'sum by (pipeline, stage) (pipeline_stage_backlog)',
      labels,
    },
    {
      record: 'weir_stage_freshness_seconds',
      expr: 'time() - max by (pipeline, stage) (pipeline_stage_last_success_timestamp_seconds)',
      labels,
    },
    {
      record: 'weir_stage_after',
      expr: 'max by (pipeline, stage, after) (pipeline_stage_after)',
      labels,
    },
  ]
}

function alerts(): PackAlert[] {
  return [
    {
      name: 'PipelineErrors',
      expr: 'weir_stage_error_ratio{system="custom"}',
      threshold: { op: '>', value: 0.05, unit: 'ratio', by: 'pipeline' },
      forText: '5s',
      severity: 'critical',
      pipeline: PIPELINE,
      stage: STAGE,
      summary: `${STAGE} fails on {{ $value | humanizePercentage }} of its records`,
      description: 'More than one record in twenty failed over the last minute.',
      runbook:
        "Look at the stage's own log for the newest error. If the errors began with a deployment, roll it back.",
    },
    {
      name: 'PipelineFallingBehind',
      expr: 'weir_stage_backlog{system="custom"} / on (system, pipeline, stage) (weir_stage_throughput{system="custom"} > 0)',
      threshold: {
        op: '>',
        value: 60,
        unit: 's',
        by: 'pipeline',
        also: 'and on (system, pipeline, stage) deriv(weir_stage_backlog{system="custom"}[2m]) > 0',
      },
      forText: '5s',
      severity: 'warning',
      pipeline: PIPELINE,
      stage: STAGE,
      summary: `${STAGE} has {{ $value | humanizeDuration }} of work waiting, and it is growing`,
      description: 'At its present pace the stage would need more than a minute for what waits.',
      runbook:
        'Compare throughput with that of the stage before: a slow sink or too few consumers. Add consumers up to the number of partitions.',
    },
    {
      name: 'PipelineStale',
      expr: 'weir_stage_freshness_seconds{system="custom"}',
      threshold: { op: '>', value: 300, unit: 's', by: 'pipeline' },
      forText: '30s',
      severity: 'critical',
      pipeline: PIPELINE,
      stage: STAGE,
      summary: `${STAGE} has not succeeded for {{ $value | humanizeDuration }}`,
      description: 'The newest success of the stage is more than five minutes old.',
      runbook: 'Is the process alive? Does data arrive at the stage before? Then read its log.',
    },
  ]
}
