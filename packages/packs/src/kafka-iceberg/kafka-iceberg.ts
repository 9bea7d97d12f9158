import type { Pack } from '../pack.ts'
import { DETAILS } from './boards/details.ts'
import { OVERVIEW } from './boards/overview.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { RECORDS } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'

/** Consumers that take from Kafka and write to Iceberg, in Flink or in Node.js with the SDK's reporters. */
export const KAFKA_ICEBERG: Pack = {
  id: 'kafka-iceberg',
  title: 'Kafka → Iceberg',
  description:
    'Consumers from Kafka to Iceberg: each job is a pipeline, by the reporters of @weir/sdk or by Flink; each table that Iceberg reports on too.',
  detect: [
    'kafka_records_consumed_total',
    'iceberg_records_written_total',
    'health_data_throughput_total',
    'validation_success_total',
    'iceberg_commits_total',
    'flink_taskmanager_job_task_operator_IcebergFilesCommitter_table_elapsedSecondsSinceLastSuccessfulCommit',
  ],
  metricPrefix: '',
  ways: [
    {
      title: 'Reporters of @weir/sdk',
      versions: '',
      setup:
        'Any output of the SDK: remote write, a page to scrape, OTLP, StatsD. Nothing to set in Weir. See [Measure a TypeScript pipeline](../sdk-metrics.md).',
    },
    {
      title: "Flink's Prometheus page",
      versions: 'Flink 1.13 and later',
      setup:
        '```yml\nmetrics.reporters: prom\nmetrics.reporter.prom.factory.class: org.apache.flink.metrics.prometheus.PrometheusReporterFactory\nmetrics.reporter.prom.port: 9249-9260\n```\n\nand scrape JobManager and TaskManagers.',
    },
    {
      title: 'Reports of Iceberg',
      versions: 'writers on a REST catalog',
      setup:
        'Hand the path `/v1/…/metrics` of the catalog on to Weir: [Reports of Iceberg itself](../sdk-metrics.md#reports-of-iceberg-itself).',
    },
  ],
  mapping: MAPPING,
  scrape: [
    {
      job_name: 'kafka-iceberg',
      static_configs: [{ targets: ['localhost:9249'] }],
    },
  ],
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: [OVERVIEW, ...DETAILS],
}
