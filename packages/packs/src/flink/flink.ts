import type { Pack } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { CLUSTER_RECORDS, jobRecords } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'
import { SCRAPE, WAYS } from './set-up.ts'

/** Apache Flink 1.13 and later, by any of its reporters. */
export const FLINK: Pack = {
  id: 'flink',
  title: 'Apache Flink',
  description: 'Each job is a pipeline, and so is the cluster itself, as (flink).',
  detect: [
    'flink_jobmanager_numRegisteredTaskManagers',
    'flink_jobmanager_numRunningJobs',
    'flink_taskmanager_job_task_numRecordsIn',
    'flink_taskmanager_job_task_numRecordsIn_total',
    'jobmanager_numRunningJobs_value',
    'taskmanager_job_task_numRecordsIn_count',
  ],
  metricPrefix: 'flink_',
  ways: WAYS,
  mapping: MAPPING,
  scrape: SCRAPE,
  metrics: METRICS,
  stages: STAGES,
  records: [...jobRecords('flink'), ...CLUSTER_RECORDS],
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
