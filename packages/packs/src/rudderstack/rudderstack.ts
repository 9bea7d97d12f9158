import type { Pack, PackWay } from '../pack.ts'
import { DASHBOARDS } from './dashboards.ts'
import { MAPPING } from './mapping.ts'
import { METRICS } from './metrics.ts'
import { RELABEL } from './one-spelling.ts'
import { RECORDS } from './records.ts'
import { ALERTS } from './rules.ts'
import { STAGES } from './signals.ts'

const WAYS: readonly PackWay[] = [
  {
    title: 'StatsD with InfluxDB tags',
    versions: 'rudder-server, all versions (the default)',
    setup:
      'Set `STATSD_SERVER_URL` to Weir:\n\n```sh\nSTATSD_SERVER_URL=weir:8125\nINSTANCE_ID=rudder-0\n```\n\nNothing to set in Weir. Timers arrive in milliseconds and are kept in seconds.',
  },
  {
    title: 'StatsD with Datadog tags',
    versions: 'rudder-server since 2021; rudder-transformer until March 2025',
    setup:
      '```sh\nRSERVER_STATS_TAGS_FORMAT=datadog\n```\n\nBoth forms may come to one port. The transformer of that time: `STATSD_SERVER_HOST`, `STATSD_SERVER_PORT`.',
  },
  {
    title: 'Prometheus',
    versions: 'rudder-server since 2023; rudder-transformer',
    setup:
      'Server: `RSERVER_OPEN_TELEMETRY_ENABLED=true`, `RSERVER_OPEN_TELEMETRY_METRICS_PROMETHEUS_ENABLED=true`, `RSERVER_OPEN_TELEMETRY_METRICS_PROMETHEUS_PORT=8102`. Transformer: `STATS_CLIENT=prometheus`, port 9091. Scrape both: `weir pack export rudderstack` has the jobs.',
  },
  {
    title: 'OTLP',
    versions: 'rudder-server since 2023',
    setup:
      '`RSERVER_OPEN_TELEMETRY_ENABLED=true`, `RSERVER_OPEN_TELEMETRY_METRICS_ENDPOINT=collector:4317`, from a collector to Weir by OTLP over HTTP. In Weir `otlp: {translation_strategy: UnderscoreEscapingWithoutSuffixes, promote_resource_attributes: [instanceName, namespace]}`: names then are those of the other ways.',
  },
]

/** RudderStack's data plane and its transformer, of 2021 and of today, by StatsD or Prometheus. */
export const RUDDERSTACK: Pack = {
  id: 'rudderstack',
  title: 'RudderStack',
  description:
    'Each way from a source to a destination is a pipeline, and so is the server itself, as (rudderstack).',
  detect: [
    'gateway_write_key_requests',
    'gateway_response_time_count',
    'processor_gateway_db_write',
    'event_delivery',
    'router_response_counts',
    'pipeline_processed_events',
    'rudder_server_config',
    'transformer_http_request_duration_count',
  ],
  metricPrefix: '',
  ways: WAYS,
  mapping: MAPPING,
  scrape: [
    {
      job_name: 'rudderstack-server',
      metric_relabel_configs: RELABEL,
      static_configs: [{ targets: ['localhost:8102'] }],
    },
    {
      job_name: 'rudderstack-transformer',
      metric_relabel_configs: RELABEL,
      static_configs: [{ targets: ['localhost:9091'] }],
    },
  ],
  metrics: METRICS,
  stages: STAGES,
  records: RECORDS,
  alerts: ALERTS,
  dashboards: DASHBOARDS,
}
