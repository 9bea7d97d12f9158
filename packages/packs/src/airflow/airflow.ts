import type { Pack } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { RECORDS } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'

/** Apache Airflow 2.6 and later, by StatsD in any of its three forms. */
export const AIRFLOW: Pack = {
  id: 'airflow',
  title: 'Apache Airflow',
  description: 'Each DAG is a pipeline, and so is the installation itself, as (airflow).',
  detect: [
    'airflow_scheduler_heartbeat',
    'airflow_ti_start',
    'airflow_ti_finish',
    'airflow_dagrun_duration_count',
    'airflow_dagrun_failed_count',
    'airflow_scheduler_heartbeat_total',
  ],
  metricPrefix: 'airflow_',
  mapping: MAPPING,
  scrape: [],
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
