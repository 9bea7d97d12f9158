import { z } from 'zod'
import { networkConfig } from '../network/config.ts'
import { trustedProxies } from '../network/trusted-proxies.ts'
import { auditConfig } from '../audit/config.ts'
import { authConfig } from '../access/config.ts'
import { alertingConfig } from '../alertmanagers/config.ts'
import { globalConfig, scrapeConfigs } from '../scrape/config.ts'
import { otlpConfig, otlpReceiver } from '../otlp/config.ts'
import { pushGateway } from '../pushgateway/config.ts'
import { icebergConfig } from '../iceberg/config.ts'
import { influxConfig } from '../influx/config.ts'
import { memoryConfig } from '../memory/config.ts'
import { logsConfig } from '../logs/config.ts'
import { logsStorage } from '../logs-engine/config.ts'
import { remoteReadServer } from '../remote-read/config.ts'
import { remoteWrite, remoteWriteQueue } from '../remote-write-out/config.ts'
import { remoteWriteReceiver } from '../remote-write/config.ts'
import { eventsConfig } from '../events/config.ts'
import { checkEngine, checkEvaluation, engineShape } from '../engine/config.ts'
import { dashboardsConfig } from '../dashboards/config.ts'
import { loggersConfig } from '../loggers/config.ts'
import { checkPeers, peerKeys } from '../peers/config.ts'
import { checkDuty, dutyKeys } from '../peers/duty-config.ts'
import { packsConfig } from '../packs/config.ts'
import { pipelineNotes } from '../pipelines/notes/config.ts'
import { statsdConfig } from '../statsd/config.ts'
import { lookbackRules, retentionRules, selectorList } from './metric-rules.ts'
import { byteSize, duration } from './quantity.ts'

/**
 * `weir.yml`: the one place where its keys, defaults, limits and prose are written. A superset of
 * prometheus.yml: what both have means the same.
 */

function isPublicAddress(text: string): boolean {
  if (text === '') return true
  const url = URL.canParse(text) ? new URL(text) : undefined
  return /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.password === ''
}

const boards = z.strictObject({
  max_queries: z
    .int()
    .positive()
    .max(100_000)
    .default(1000)
    .describe('Queries that a dashboard may ask in one request; more are refused with 413.'),
  max_concurrent: z
    .int()
    .positive()
    .max(1000)
    .default(8)
    .describe('Of these, how many run or wait for a query thread at a time.'),
  max_answer_bytes: byteSize
    .prefault('256MiB')
    .describe('Longest answer to one request; queries that would come later are refused.'),
})

const web = z.strictObject({
  listen: z
    .string()
    .default('127.0.0.1:9347')
    .describe('Where the page and the HTTP API are, host:port.'),
  config_file: z
    .string()
    .optional()
    .describe('A web configuration file of Prometheus: TLS, client certificates, users.'),
  external_url: z
    .string()
    .refine(isPublicAddress, {
      message: 'want an http or https address without user and password',
    })
    .default('')
    .describe('Where people reach this Weir; links in notifications lead there.'),
  allowed_hosts: z
    .array(z.string())
    .default([])
    .describe(
      'Host names besides loopback ones under which browsers may reach a Weir on loopback.',
    ),
  trusted_proxies: trustedProxies.describe(
    'Networks and addresses of reverse proxies: what they say of the client in `X-Forwarded-For` and `X-Forwarded-Proto` counts, of nobody else.',
  ),
  enable_admin_api: z
    .boolean()
    .default(false)
    .describe(
      'Whether the API may delete series and lines, and make snapshots and backups (`/api/v1/admin/…`, `/api/weir/v1/admin/…`).',
    ),
  backup_stall_timeout: duration
    .prefault('1m')
    .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
    .describe('How long whoever takes a backup may read nothing before the copy made for it goes.'),
  max_body_bytes: byteSize.prefault('4MiB').describe('Longest request body.'),
  max_url_bytes: byteSize.prefault('32KiB').describe('Longest URL.'),
  max_header_bytes: byteSize.prefault('64KiB').describe('Longest request head.'),
  max_connections: z
    .int()
    .positive()
    .default(1024)
    .describe('Open connections; more are closed at once.'),
  header_timeout: duration
    .prefault('10s')
    .describe('How long a client may take to send its headers.'),
  request_timeout: duration
    .prefault('1m')
    .describe('How long a client may take to send a request.'),
  keep_alive: duration.prefault('75s').describe('How long an idle connection stays open.'),
  drain_timeout: duration
    .prefault('10s')
    .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
    .describe(
      'How long Weir takes to end at most once it is asked to; then what is left is named in the log.',
    ),
  boards: boards.prefault({}).describe('What a dashboard may ask at once.'),
})

const isLabelLength = (bytes: number): boolean => bytes >= 1 && bytes <= 256 * 1024

const metricLimits = z.strictObject({
  series: z
    .int()
    .positive()
    .max(100_000_000)
    .default(2_000_000)
    .describe('Series in the store; samples of more are refused.'),
  series_per_metric: z
    .int()
    .nonnegative()
    .max(100_000_000)
    .default(500_000)
    .describe('Series of one metric name; samples of more are refused; 0 sets no limit.'),
  samples_per_commit: z
    .int()
    .positive()
    .max(100_000_000)
    .default(5_000_000)
    .describe('Samples that a sender may hand in at once; more are refused together.'),
  labels_per_series: z
    .int()
    .positive()
    .max(10_000)
    .default(64)
    .describe('Labels of one series, its name counted.'),
  label_name_bytes: byteSize
    .prefault('1KiB')
    .refine(isLabelLength, { message: 'want 1 byte to 256KiB' })
    .describe('Longest label name.'),
  label_value_bytes: byteSize
    .prefault('4KiB')
    .refine(isLabelLength, { message: 'want 1 byte to 256KiB' })
    .describe('Longest label value.'),
})

const storage = z.strictObject({
  metrics: z
    .strictObject({
      retention_time: duration
        .prefault('30d')
        .describe('How long samples are kept; 0 keeps them for ever.'),
      retention_size: byteSize
        .prefault(0)
        .describe('How much disk all metrics may take before the oldest go; 0 sets no limit.'),
      out_of_order_window: duration
        .prefault('1h')
        .describe('How much older than the newest a sample may be.'),
      future_window: duration
        .prefault('10m')
        .describe('How far ahead of the clock a sample may be.'),
      disk_reserve: byteSize
        .prefault('64MiB')
        .describe('Space that must stay free on the disk; below it samples are refused.'),
      head_window: duration
        .prefault('5m')
        .refine((ms) => ms >= 60_000 && (30 * 60_000) % ms === 0, {
          message: 'want 1m, 2m, 3m, 5m, 6m, 10m, 15m or 30m',
        })
        .describe(
          'How long samples stay in memory before they are sealed; longer takes more memory and seals less often.',
        ),
      limits: metricLimits.prefault({}).describe('What may be in the store.'),
      ...engineShape,
    })
    .prefault({})
    .describe('The metric store.'),
  logs: logsStorage.prefault({}).describe('Who keeps lines of log.'),
  tsdb: z
    .strictObject({
      out_of_order_time_window: duration
        .prefault(0)
        .describe("Prometheus's name of `metrics.out_of_order_window`; the longer one counts."),
    })
    .prefault({})
    .describe('What prometheus.yml calls the metric store.'),
  retention_rules: retentionRules
    .default([])
    .describe(
      'Metrics that are kept for another time, or at a step; the first rule that fits counts.',
    ),
  exemplars: z
    .strictObject({
      max_exemplars: z
        .int()
        .nonnegative()
        .max(10_000_000)
        .default(100_000)
        .describe('Exemplars of all series together; beyond it the oldest go; 0 keeps none.'),
    })
    .prefault({})
    .describe('Observations that stand for many, with labels that lead to a trace.'),
})

const notifications = z.strictObject({
  give_up_after: duration
    .prefault('3d')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long a notification is tried before it is kept as failed.'),
  max_backoff: duration
    .prefault('5m')
    .refine((ms) => ms >= 1000, { message: 'want at least 1s' })
    .describe(
      'Longest pause between two attempts; the first is about 1 s, each next one twice as long.',
    ),
  resend_delay: duration
    .prefault('1m')
    .describe('How long a firing alert that did not change is not handed to the routes again.'),
  max_pending: z
    .int()
    .positive()
    .default(10_000)
    .describe('Unsent notifications; a group that cannot add one tries again after 10 s.'),
  max_history: z
    .int()
    .positive()
    .default(500)
    .describe('Sent and failed notifications that are kept to be looked at.'),
  max_failed_bytes: byteSize
    .prefault('16MiB')
    .describe(
      'What failed notifications were to say, kept so that they can be tried again; of the oldest beyond it only the line stays.',
    ),
  pictures: z
    .boolean()
    .default(true)
    .describe('Whether notifications carry a picture of the series behind the alert.'),
  max_pictures_per_minute: z
    .int()
    .positive()
    .default(30)
    .describe('Pictures drawn in a minute at most; in a storm the other messages go without.'),
  max_picture_bytes: byteSize
    .prefault('32MiB')
    .describe('Pictures kept in memory so that links to them work; beyond it the oldest go.'),
  picture_retention: duration
    .prefault('1d')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long a link to a picture works; a restart ends it too.'),
  alert_history_retention: duration
    .prefault('30d')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long it can be looked up what happened to alerts.'),
  max_alert_history: z
    .int()
    .positive()
    .default(200_000)
    .describe('Events of alerts that are kept; the oldest beyond them go.'),
  max_maintenance_windows: z
    .int()
    .positive()
    .default(1000)
    .describe('Planned maintenance windows; more are refused and counted.'),
  max_requests_per_receiver: z
    .int()
    .positive()
    .default(8)
    .describe('Requests to one receiver at a time; the others wait.'),
  max_alerts: z
    .int()
    .positive()
    .default(100_000)
    .describe('Alerts known at one time; new ones beyond it are refused and counted.'),
  max_body_bytes: byteSize
    .prefault('16MiB')
    .refine((bytes) => bytes > 0, { message: 'want more than 0' })
    .describe('Longest body of alerts or of a silence that is posted to `/api/v2/…`.'),
  max_alerts_per_name: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Of them, alerts of one name (`alertname`); 0 for no limit.'),
  max_annotation_bytes: byteSize
    .prefault('64KiB')
    .refine((bytes) => bytes >= 256, { message: 'want at least 256' })
    .describe('Longest value of an annotation; what is longer is cut, says so, and is counted.'),
  max_groups: z
    .int()
    .positive()
    .default(100_000)
    .describe(
      'Groups of alerts at one time; alerts that would need another are not told, and counted.',
    ),
  max_queued_per_alertmanager: z
    .int()
    .positive()
    .default(10_000)
    .describe(
      'Alerts that may wait for each Alertmanager of `alerting`; beyond it the oldest are dropped and counted.',
    ),
  max_silences: z
    .int()
    .positive()
    .default(10_000)
    .describe('Silences, ended ones that are still kept counted; more are refused and counted.'),
  max_silence_bytes: byteSize
    .prefault('64KiB')
    .refine((bytes) => bytes > 0, { message: 'want more than 0' })
    .describe('Longest silence: matchers, comment and annotations; longer ones are refused.'),
  max_matcher_bytes: byteSize
    .prefault('8KiB')
    .refine((bytes) => bytes > 0, { message: 'want more than 0' })
    .describe(
      'Regular expressions of a silence, of planned maintenance or of a request, in all, repetitions written out; longer ones are refused with 400 and counted. Lists of plain words are free.',
    ),
  silence_retention: duration
    .prefault('120h')
    .describe('How long a silence can still be looked at after its end.'),
  ...peerKeys,
})

const rules = z.strictObject({
  no_data: z
    .enum(['keep', 'alert', 'resolve'], { error: 'want keep, alert or resolve' })
    .default('keep')
    .describe(
      'What becomes of an alert that fires when its data is gone, unless its rule says: it is kept and marked, it is kept and what else lost its data alerts too, or it ends as in Prometheus.',
    ),
  no_data_for: duration
    .prefault('12h')
    .refine((ms) => ms > 0, { message: 'want more than 0' })
    .describe('How long it is kept without data; its end then says so.'),
  watchdog: z
    .boolean()
    .default(true)
    .describe(
      'An alert named Watchdog that always fires, once a route asks for it by name; its silence is the alarm.',
    ),
  max_kept: z
    .int()
    .positive()
    .default(10_000)
    .describe('Rules that people keep by page and API; more are refused.'),
  ...dutyKeys,
})

const query = z.strictObject({
  threads: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      'Query threads; as many as cores, from 2 to 4, unless told. Large aggregations are shared by those that are free.',
    ),
  max_queued: z.int().positive().default(200).describe('Queries that may wait for a thread.'),
  timeout: duration.prefault('2m').describe('Longest a query may take, waiting included.'),
  slow_log: duration
    .prefault('10s')
    .describe("Queries that take this long are told in Weir's log; 0 tells none."),
  max_samples: z.int().positive().default(50_000_000).describe('Samples a query may hold at once.'),
  max_memory: byteSize
    .prefault('1GiB')
    .refine((bytes) => bytes > 0, { message: 'want more than 0' })
    .describe(
      'About how much memory a query may hold: samples, series and labels that it makes; a quarter of `memory.budget` at most, unless told.',
    ),
  lookback_delta: duration.prefault('5m').describe('How far back an instant looks for a sample.'),
  lookback_rules: lookbackRules
    .default([])
    .describe('Metrics with another lookback; the first rule that fits counts.'),
  count_first_value: selectorList
    .default([])
    .describe(
      'Counters that begin at 0: rate and increase count the first value of a series that begins inside the range.',
    ),
})

/** Sections of other files, and those that Weir knows and does not do yet; refused, so that nobody believes that they work. */
const LATER = {
  route:
    'this is of an alertmanager.yml: name that file with --alertmanager.config or as alertmanager here',
  remote_read: 'reading from elsewhere is not supported yet; remove remote_read',
  tracing: 'sending traces is not supported yet; remove tracing',
} as const

const refused = Object.fromEntries(
  Object.entries(LATER).map(([key, why]) => [key, z.undefined({ error: why }).optional()]),
) as Record<keyof typeof LATER, z.ZodOptional<z.ZodUndefined>>

const sections = z.strictObject({
  ...refused,
  global: globalConfig.prefault({}).describe('What holds for all jobs and rules.'),
  scrape_configs: scrapeConfigs.default([]).describe('What is scraped, a job each.'),
  scrape_config_files: z
    .array(z.string())
    .default([])
    .describe('Files with more `scrape_configs`; globs are allowed.'),
  alerting: alertingConfig
    .prefault({})
    .describe('Other Alertmanagers that get the alerts of rules, as in prometheus.yml.'),
  runtime: z
    .looseObject({})
    .optional()
    .meta({ title: 'section' })
    .describe('Accepted; there is no Go runtime to set up.'),
  rules: rules.prefault({}).describe('What holds for alerting rules that do not say otherwise.'),
  rule_files: z.array(z.string()).default([]).describe('Prometheus rule files; globs are allowed.'),
  statsd: statsdConfig.prefault({}).describe('What arrives by StatsD, and what becomes of it.'),
  events: eventsConfig
    .prefault({})
    .describe('What is kept of the events and service checks that senders tell.'),
  network: networkConfig.prefault({}).describe('Where connections that Weir makes may lead.'),
  audit: auditConfig.prefault({}).describe('What is kept of who changed what.'),
  loggers: loggersConfig
    .prefault({})
    .describe('Log levels of running processes: who may connect, and what Weir sets itself.'),
  dashboards: dashboardsConfig.prefault({}).describe('Where dashboards are kept, and how many.'),
  alertmanager: z
    .union([z.string(), z.record(z.string(), z.unknown())], {
      error: 'want the contents of an alertmanager.yml, or its file name',
    })
    .optional()
    .meta({ title: 'file name or section' })
    .describe('An alertmanager.yml: its contents, or the name of the file.'),
  notifications: notifications
    .superRefine(checkPeers)
    .prefault({})
    .describe('How notifications are kept and sent.'),
  storage: storage.superRefine(checkEngine).prefault({}).describe('What is kept, and how long.'),
  remote_read_server: remoteReadServer
    .prefault({})
    .describe('What readers of Prometheus remote read may ask of /api/v1/read.'),
  pushgateway: pushGateway
    .prefault({})
    .describe('What may be pushed to /metrics/job/…, as to a push gateway, and how long it lives.'),
  remote_write: remoteWrite
    .default([])
    .describe('Where samples are sent on to, an endpoint each, as in prometheus.yml.'),
  remote_write_queue: remoteWriteQueue
    .prefault({})
    .describe('What may wait on the disk for the endpoints of remote_write.'),
  remote_write_receiver: remoteWriteReceiver
    .prefault({})
    .describe('What senders of Prometheus remote write may send to /api/v1/write.'),
  otlp: otlpConfig.prefault({}).describe('How OTLP metrics become series, as in prometheus.yml.'),
  otlp_receiver: otlpReceiver
    .prefault({})
    .describe('What senders of OTLP metrics may send to /v1/metrics, and by gRPC.'),
  influx: influxConfig
    .prefault({})
    .describe('What senders of InfluxDB line protocol may send, and what becomes of it.'),
  iceberg: icebergConfig
    .prefault({})
    .describe('What clients of an Iceberg REST catalog may report of their tables.'),
  logs: logsConfig
    .prefault({})
    .describe('What is kept of lines of log, and what their senders may send.'),
  query: query.prefault({}).describe('What a PromQL query may take.'),
  web: web.prefault({}).describe('The page and the HTTP API.'),
  auth: authConfig
    .optional()
    .describe('Who gets in; without the section nobody is asked, and Weir listens on loopback.'),
  pipelines: pipelineNotes
    .default([])
    .describe('What people say of pipelines: whose they are, what they are called, what to do.'),
  packs: packsConfig.prefault({}).describe('What Weir knows of each system.'),
  memory: memoryConfig.prefault({}).describe('How much memory Weir is to make do with.'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe("How much Weir's own log tells."),
    })
    .prefault({})
    .describe("Weir's own log, JSON lines on stderr."),
})

/** The whole of weir.yml. */
export const weirConfig = sections
  .superRefine(checkTimeouts)
  .superRefine(checkEvaluation)
  .superRefine(checkDuty)

/** A job's timeout against the interval that it has from `global`. */
function checkTimeouts(
  { global, scrape_configs: jobs }: TimeoutKeys,
  context: z.core.$RefinementCtx,
): void {
  jobs.forEach((job, i) => {
    const interval = job.scrape_interval ?? global.scrape_interval
    if (job.scrape_interval !== undefined || (job.scrape_timeout ?? 0) <= interval) return
    context.addIssue({
      code: 'custom',
      path: ['scrape_configs', i, 'scrape_timeout'],
      message: 'want no more than global.scrape_interval',
    })
  })
}

type TimeoutKeys = {
  readonly global: z.output<typeof globalConfig>
  readonly scrape_configs: z.output<typeof scrapeConfigs>
}

export type WeirConfig = z.output<typeof weirConfig>
