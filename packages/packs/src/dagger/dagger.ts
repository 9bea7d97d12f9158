import { SCRAPE, WAYS } from '../flink/set-up.ts'
import type { Pack, PackWay } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { RECORDS } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'

const OPERATOR = 'taskmanager_job_task_operator_'

/** Beside one of Flink's reporters, for jobs that read Parquet or write to BigQuery. */
const OWN_STATSD: PackWay = {
  title: "Dagger's own StatsD",
  versions: 'Parquet source, BigQuery sink',
  setup: `Dagger sends to \`metrics.reporter.stsd.host\` and \`.port\` whatever reporter is on:

\`\`\`yml
metrics.reporter.stsd.host: weir
metrics.reporter.stsd.port: 8125
\`\`\``,
}

/** Dagger, by any of the reporters of the Flink that it runs on. */
export const DAGGER: Pack = {
  id: 'dagger',
  title: 'Dagger',
  description:
    'Each job is a pipeline. Jobs that have metrics of Dagger are here and not under Flink.',
  detect: [
    `flink_${OPERATOR}sink_type_value`,
    `${OPERATOR}sink_type_value_value`,
    `flink_${OPERATOR}source_metricId_total_external_calls`,
    `${OPERATOR}source_metricId_total_external_calls_rate`,
  ],
  // Its metrics are named as Flink's are, so what is counted is what its rules record.
  metricPrefix: 'dagger:',
  ways: [...WAYS, OWN_STATSD],
  mapping: MAPPING,
  scrape: SCRAPE,
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
