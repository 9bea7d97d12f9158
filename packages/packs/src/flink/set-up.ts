/** The ways in which Flink's metrics arrive, best first. */
import type { PackWay, ScrapeHint } from '../pack.ts'

/** A JobManager and TaskManagers each have a page; several on one host take ports one after the other. */
export const SCRAPE: readonly ScrapeHint[] = [
  {
    job_name: 'flink',
    scrape_interval: '15s',
    static_configs: [{ targets: ['localhost:9249', 'localhost:9250'] }],
  },
]

const REPORTER = 'org.apache.flink.metrics'

export const WAYS: readonly PackWay[] = [
  {
    title: 'Prometheus',
    versions: '',
    setup: `In Flink's configuration, for JobManager and TaskManagers:

\`\`\`yml
metrics.reporter.prom.factory.class: ${REPORTER}.prometheus.PrometheusReporterFactory
metrics.reporter.prom.port: 9249-9260
metrics.reporter.prom.filterLabelValueCharacters: false
\`\`\`

and in weir.yml a scrape job with every one of them as a target.`,
  },
  {
    title: 'OpenTelemetry',
    versions: '1.20 and later',
    setup: `\`\`\`yml
metrics.reporter.otel.factory.class: ${REPORTER}.otel.OpenTelemetryMetricReporterFactory
metrics.reporter.otel.exporter.endpoint: http://weir:9347/v1/metrics
metrics.reporter.otel.exporter.protocol: HTTP
metrics.reporter.otel.service.name: flink
\`\`\`

Weir adds its increments up; nothing is to be set there.`,
  },
  {
    title: 'Push gateway',
    versions: '',
    setup: `\`\`\`yml
metrics.reporter.push.factory.class: ${REPORTER}.prometheus.PrometheusPushGatewayReporterFactory
metrics.reporter.push.hostUrl: http://weir:9347
metrics.reporter.push.jobName: flink
\`\`\`

Each restart leaves a group behind: set \`push_gateway: { expire_after: 1h }\` in weir.yml.`,
  },
  {
    title: 'InfluxDB',
    versions: '',
    setup: `\`\`\`yml
metrics.reporter.influx.factory.class: ${REPORTER}.influxdb.InfluxdbReporterFactory
metrics.reporter.influx.scheme: http
metrics.reporter.influx.host: weir
metrics.reporter.influx.port: 9347
metrics.reporter.influx.db: flink
\`\`\`

Nothing is to be set in Weir.`,
  },
  {
    title: 'StatsD',
    versions: '',
    setup: `\`\`\`yml
metrics.reporter.stsd.factory.class: ${REPORTER}.statsd.StatsDReporterFactory
metrics.reporter.stsd.host: weir
metrics.reporter.stsd.port: 8125
metrics.scope.task: <host>.taskmanager.<tm_id>.<job_name>.task.<task_name>.<subtask_index>
metrics.scope.operator: <host>.taskmanager.<tm_id>.<job_name>.operator.<operator_name>.<subtask_index>
\`\`\`

The two scope formats tell tasks from operators; without them Weir guesses.`,
  },
]
