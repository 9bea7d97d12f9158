/** What passes through a Weir, and the five signals of each part of it. */
import type { PackStage, RecordingRule } from '../pack.ts'

/** By the Weir that is scraped: each is a pipeline, named by its instance. */
function perWeir(expr: string, how: 'sum' | 'max' = 'sum'): string {
  return `${how} by (pipeline) (label_replace(${expr}, "pipeline", "$1", "instance", "(.+)"))`
}

/** Zero where Weir is there and nothing of the kind has happened yet. */
function orZero(expr: string): string {
  return `(sum by (instance) (${expr}) or 0 * sum by (instance) (weir_build_info))`
}

const rate = (metric: string): string => `rate(${metric}[5m])`

function quantiles(histogram: string): { expr: string; p50: string; p99: string } {
  const of = (q: string): string =>
    perWeir(
      `histogram_quantile(${q}, sum by (instance, le) (${rate(`${histogram}_bucket`)})) >= 0`,
      'max',
    )
  return { expr: of('0.95'), p50: of('0.5'), p99: of('0.99') }
}

/** Ways in that all count in one form: what was written, and what was refused. */
const WAYS = ['remote_write', 'otlp', 'otlp_grpc', 'influx', 'push_gateway', 'iceberg']

/** What came and was not taken, whatever the way. */
const REFUSED = [
  'weir_statsd_rejected_total',
  'weir_statsd_packets_dropped_total',
  'weir_scrape_pages_total{outcome!="good"}',
  'weir_scrape_samples_rejected_total',
  'weir_logs_rejected_total',
  'weir_logs_syslog_refused_total',
  'weir_logs_forward_refused_total',
  ...WAYS.map((way) => `weir_${way}_rejected_total`),
]

const TAKEN = [
  'weir_statsd_lines_total',
  'weir_scrape_samples_total',
  'weir_logs_appended_total',
  ...WAYS.map((way) => `weir_${way}_written_total`),
]

/** Writes that were promised to nobody, since they failed. */
const FAILED_WRITES = [
  'weir_store_commits_failed_total',
  'weir_store_commits_refused_total',
  'weir_statsd_flushes_failed_total',
  'weir_scrape_commits_failed_total',
]

const total = (metrics: readonly string[]): string =>
  metrics.map((metric) => orZero(rate(metric))).join(' + ')

/** Who was not let in, or sent from where nobody may. */
const KEPT_OUT = [
  'weir_access_refused_total',
  'weir_access_certificates_refused_total',
  'weir_statsd_senders_refused_total',
]

export const RECORDS: readonly RecordingRule[] = [
  { record: 'weir:taken:rate5m', expr: total(TAKEN) },
  { record: 'weir:refused:rate5m', expr: total(REFUSED) },
  { record: 'weir:access_refused:rate5m', expr: total(KEPT_OUT) },
  { record: 'weir:failed_writes:rate5m', expr: total(FAILED_WRITES) },
  {
    record: 'weir:rule_group_age_intervals:max',
    expr: 'max by (instance, group) ((time() - (weir_alerting_group_last_evaluation_timestamp_seconds > 0)) / weir_alerting_group_interval_seconds)',
  },
]

export const STAGES: readonly PackStage[] = [
  {
    stage: 'intake',
    order: 10,
    title: 'Intake',
    help: 'Lines of StatsD and of logs, and samples that were scraped or sent; errors are what was refused or lost.',
    signals: {
      throughput: { unit: 'records/s', expr: perWeir('weir:taken:rate5m') },
      errors: {
        unit: 'records/s',
        expr: perWeir('weir:refused:rate5m'),
        ratio: `${perWeir('weir:refused:rate5m')} / (${perWeir('weir:taken:rate5m + weir:refused:rate5m')} > 0)`,
      },
      latency: { unit: 's', ...quantiles('weir_scrape_duration_seconds') },
    },
  },
  {
    stage: 'store',
    order: 20,
    title: 'Store',
    help: 'Makes samples durable; errors are commits that failed or were refused.',
    signals: {
      throughput: { unit: 'samples/s', expr: perWeir(rate('weir_store_samples_appended_total')) },
      errors: { unit: 'commits/s', expr: perWeir('weir:failed_writes:rate5m') },
      latency: {
        unit: 's',
        expr: perWeir('max_over_time(weir_store_commit_duration_seconds[5m])', 'max'),
      },
    },
  },
  {
    stage: 'rules',
    order: 30,
    title: 'Rules',
    help: 'Evaluates recording rules and alerts.',
    signals: {
      throughput: { unit: 'rules/s', expr: perWeir(rate('weir_alerting_rule_evaluations_total')) },
      errors: {
        unit: 'rules/s',
        expr: perWeir(orZero(rate('weir_alerting_rule_failures_total'))),
      },
      latency: { unit: 's', expr: perWeir('weir_alerting_group_last_duration_seconds', 'max') },
      freshness: {
        unit: 's',
        expr: perWeir(
          'time() - max by (instance) (weir_alerting_group_last_evaluation_timestamp_seconds > 0)',
          'max',
        ),
      },
    },
  },
  {
    stage: 'notifications',
    order: 40,
    title: 'Notifications',
    help: 'Tells people; errors are attempts that failed and notifications that were given up.',
    signals: {
      throughput: {
        unit: 'messages/s',
        expr: perWeir(orZero(rate('weir_alerting_notifications_total'))),
      },
      errors: {
        unit: 'messages/s',
        expr: perWeir(
          `${orZero(rate('weir_alerting_notification_attempts_failed_total'))} + ${orZero(rate('weir_alerting_notifications_failed_total'))}`,
        ),
      },
      backlog: { unit: 'messages', expr: perWeir('weir_alerting_notifications_pending') },
    },
  },
  {
    stage: 'queries',
    order: 50,
    title: 'Page and queries',
    help: 'Answers the page, the API and rules; errors are answers with a status of 500 and above.',
    signals: {
      throughput: { unit: 'requests/s', expr: perWeir(rate('weir_http_requests_total')) },
      errors: {
        unit: 'requests/s',
        expr: perWeir(orZero(rate('weir_http_requests_total{code=~"5.."}'))),
      },
      latency: { unit: 's', ...quantiles('weir_query_duration_seconds') },
      backlog: { unit: 'queries', expr: perWeir('weir_query_waiting') },
    },
  },
]
