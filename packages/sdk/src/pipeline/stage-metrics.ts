import type { Counter, Gauge, Histogram, Meter } from '../metrics/meter.ts'

type StageLabel = 'pipeline' | 'stage'

/** The series that Weir's pack "Your own pipelines" shows on the overview, under any output. */
export interface StageMetrics {
  readonly records: Counter<StageLabel>
  readonly errors: Counter<StageLabel>
  readonly latency: Histogram<StageLabel>
  readonly backlog: Gauge<StageLabel>
  readonly lastSuccess: Gauge<StageLabel>
}

/** From a millisecond to ten minutes: a record's way through a stage or a batch job's. */
const LATENCY_SECONDS = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600,
]

export function stageMetrics(meter: Meter): StageMetrics {
  const labels = ['pipeline', 'stage'] as const
  return {
    records: meter.counter({
      name: 'pipeline_stage_records_total',
      help: 'Records that left the stage well',
      labels,
    }),
    errors: meter.counter({
      name: 'pipeline_stage_errors_total',
      help: 'Records that the stage could not handle',
      labels,
    }),
    latency: meter.histogram({
      name: 'pipeline_stage_latency_seconds',
      help: 'How long the stage took for a record or a batch',
      unit: 's',
      labels,
      buckets: LATENCY_SECONDS,
    }),
    backlog: meter.gauge({
      name: 'pipeline_stage_backlog',
      help: 'Records that wait for the stage',
      labels,
    }),
    lastSuccess: meter.gauge({
      name: 'pipeline_stage_last_success_timestamp_seconds',
      help: 'When the stage last succeeded, seconds since 1970',
      unit: 's',
      labels,
    }),
  }
}
