import type { Pack } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { RECORDS, STEP_S } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'
import { SCRAPE, WAYS } from './ways.ts'

/** Dkron in all versions, by its /metrics page, StatsD or DogStatsD. */
export const DKRON: Pack = {
  id: 'dkron',
  title: 'Dkron',
  description: 'Each job is a pipeline, and so is the cluster itself, as (dkron).',
  detect: [
    'dkron_job_executions_succeeded_total',
    'dkron_job_executions_failed_total',
    'dkron_execution_success',
    'dkron_scheduler_start',
    'dkron_runtime_gc_pause_ns',
    'dkron_runtime_num_goroutines',
    'dkron_scheduler_job_add',
  ],
  metricPrefix: 'dkron_',
  interval: `${STEP_S}s`,
  ways: WAYS,
  mapping: MAPPING,
  scrape: SCRAPE,
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
