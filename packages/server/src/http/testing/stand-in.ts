import { type AlertsView, NO_PEERS, type RuleGroupsView, recordingGroups } from '@weir/alerting'
import { Labels, type MetricMetadata, SampleColumns, WeirError, systemClock } from '@weir/model'
import { PACKS } from '@weir/packs'
import { MemoryQueryable } from '@weir/promql'
import { pino } from 'pino'
import { OPEN_ACCESS } from '../../access/access-control.ts'
import { LoginDesk } from '../../access/session/login-desk.ts'
import { Backfills } from '../../backfill/backfills.ts'
import { Backtests } from '../../backtest/backtests.ts'
import { evaluateMatrix, evaluateVector, executeJob } from '../../query/execute.ts'
import type { MetricSource, QueryJob } from '../../query/job.ts'
import { BodyRooms } from '../../push/body-rooms.ts'
import { PushIntakes } from '../../push/push-intake.ts'
import { pushGateway } from '../../pushgateway/config.ts'
import { icebergConfig } from '../../iceberg/config.ts'
import { influxConfig } from '../../influx/config.ts'
import { remoteReadServer } from '../../remote-read/config.ts'
import { logsConfig } from '../../logs/config.ts'
import { otlpReceiver } from '../../otlp/config.ts'
import { remoteWriteReceiver } from '../../remote-write/config.ts'
import { dashboardsConfig } from '../../dashboards/config.ts'
import { loggersConfig } from '../../loggers/config.ts'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { TrustedProxies } from '../../network/trusted-proxies.ts'
import { notesBook } from '../../pipelines/notes/notes.ts'
import type { HttpDeps, HttpLimits } from '../deps.ts'

/** Noon of a day long ago, so that tests never meet the present. */
export const NOON = Date.parse('2024-05-01T12:00:00Z')

/** The limits of a weir.yml that says nothing about them. */
export const HTTP_LIMITS: HttpLimits = {
  bodyBytesMax: 4 * 1024 * 1024,
  urlBytesMax: 32 * 1024,
  headerBytesMax: 64 * 1024,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveMs: 75_000,
  drainMs: 10_000,
  connectionsMax: 1024,
  queryTimeoutMs: 120_000,
  retentionMs: 0,
  board: { queriesMax: 1000, atOnce: 8, answerBytesMax: 256 * 1024 * 1024 },
  allowedHosts: [],
}

type DemoSeries = readonly [labels: Readonly<Record<string, string>>, value: (k: number) => number]

const STAGE = { system: 'custom', pipeline: 'orders', stage: 'sink' }

/** Two counters, a gauge and a pipeline: a sample every 15 s in the hour before {@link NOON}. */
const DEMO: readonly DemoSeries[] = [
  [{ __name__: 'shop_orders_total', job: 'shop', instance: 'a' }, (k) => k * 3],
  [{ __name__: 'shop_orders_total', job: 'shop', instance: 'b' }, (k) => k * 6.5],
  [{ __name__: 'queue_length', job: 'shop' }, (k) => (k % 10) / 10],
  [{ __name__: 'weir_stage_throughput', ...STAGE }, () => 4],
  [{ __name__: 'weir_stage_latency_seconds', ...STAGE, quantile: '0.95' }, () => 0.2],
]
const DEMO_SAMPLES = 241
const timeOf = (k: number): number => NOON - (DEMO_SAMPLES - 1 - k) * 15_000

/** The demo's samples in memory. */
export function demoSource(): MetricSource {
  const memory = new MemoryQueryable()
  for (const [labels, value] of DEMO) {
    const columns = new SampleColumns()
    for (let k = 0; k < DEMO_SAMPLES; k++) columns.push(timeOf(k), value(k))
    memory.add(Labels.of(labels), columns)
  }
  const metadata = new Map<string, MetricMetadata>([
    ['queue_length', { type: 'gauge', help: 'Orders waiting.', unit: '' }],
    ['shop_orders_total', { type: 'counter', help: 'Orders "taken".', unit: '' }],
  ])
  return Object.assign(memory, { metadata: () => metadata })
}

/** The same samples as an OpenMetrics text. */
export function demoOpenMetrics(): string {
  const lines = DEMO.flatMap(([labels, value]) =>
    Array.from(
      { length: DEMO_SAMPLES },
      (_, k) =>
        `${Labels.of(labels).toString().replaceAll(', ', ',')} ${value(k)} ${timeOf(k) / 1000}`,
    ),
  )
  return `${lines.join('\n')}\n# EOF\n`
}

export interface StandIn extends HttpDeps {
  /** Jobs that came through, newest last. */
  readonly jobs: QueryJob[]
  readonly registry: Registry
}

/** Everything the HTTP side needs, in memory; queries run where they are asked. */
export function standIn(overrides: Partial<HttpDeps> = {}): StandIn {
  const source = demoSource()
  const registry = new Registry()
  const jobs: QueryJob[] = []
  return {
    jobs,
    registry,
    access: OPEN_ACCESS,
    audit: { record: async () => undefined, entries: [], chain: { state: 'whole' } },
    door: {
      tls: undefined,
      headers: {},
      checkRate: () => undefined,
      isOutdated: () => false,
      guard: () => undefined,
    },
    tokensRefused: async () => new Map(),
    tokens: () => {
      throw new WeirError('HTTP_NOT_READY', 'no tokens are kept here')
    },
    login: new LoginDesk(OPEN_ACCESS, {
      auth: undefined,
      clock: systemClock,
      telemetry: { registry, log: new Log(pino({ level: 'silent' })) },
    }),
    queries: {
      json: async (job) => {
        jobs.push(job)
        return executeJob(job, source)
      },
      vector: async (expr, timeMs) => evaluateVector({ kind: 'vector', expr, timeMs }, source),
      matrix: async (expr, range) => evaluateMatrix({ kind: 'matrix', expr, ...range }, source),
    },
    logQueries: noLogQueries,
    logDeletions: undefined,
    backups: undefined,
    stopping: new AbortController().signal,
    support: { dataDir: '', ownLines: () => '', secrets: () => [] },
    bodyRooms: new BodyRooms(),
    pushIntakes: new PushIntakes(),
    remoteWrite: async () => ({
      samples: 1,
      histograms: 0,
      exemplars: 0,
      rejected: {},
      example: '',
    }),
    remoteWriteLimits: remoteWriteReceiver.parse({}),
    otlp: {
      take: async () => ({
        samples: 1,
        histograms: 0,
        exemplars: 0,
        rejected: {},
        example: '',
        rejectedPoints: 0,
        deltaStreams: 0,
      }),
      limits: otlpReceiver.parse({}),
    },
    pushGateway: {
      config: pushGateway.parse({}),
      push: async () => ({ samples: 1, histograms: 0, exemplars: 0, rejected: {}, example: '' }),
      delete: async () => undefined,
      wipe: async () => undefined,
      metrics: async () => Buffer.from('{}'),
      views: async () => [],
    },
    influx: async () => ({
      samples: 1,
      histograms: 0,
      exemplars: 0,
      rejected: {},
      example: '',
      lines: 1,
      strings: 0,
      badLines: [],
      badSeries: '',
    }),
    influxLimits: influxConfig.parse({}),
    icebergLimits: icebergConfig.parse({}),
    logs: {
      engine: async () => undefined,
      take: async () => ({
        lines: 1,
        bytes: 10,
        rejected: {},
        example: '',
        mended: { time: 0, utf8: 0, text: 0 },
      }),
      limits: logsConfig.parse({}),
    },
    backtests: new Backtests({
      query: async (expr, range) => evaluateMatrix({ kind: 'matrix', expr, ...range }, source),
      clock: systemClock,
      telemetry: { registry: new Registry(), log: new Log(pino({ level: 'silent' })) },
    }),
    alertingSetup: () => ({}),
    backfills: new Backfills({
      query: async (expr, range) => evaluateMatrix({ kind: 'matrix', expr, ...range }, source),
      appender: async () => {
        throw new WeirError('STORAGE_FAILED', 'nothing can be written here')
      },
      clock: systemClock,
      telemetry: { registry, log: new Log(pino({ level: 'silent' })) },
    }),
    recordingGroups: (text) =>
      recordingGroups(text === undefined ? {} : { ruleFiles: [{ fileName: 'rules', text }] }),
    remoteReadLimits: remoteReadServer.parse({}),
    externalLabels: () => [],
    importPage: async () => ({ appended: 0, rejected: {}, example: '', oldestMs: null }),
    alerting: {
      ruleGroups: () => RULES,
      alerts: () => ALERTS,
      outbox: {
        views: () => [],
        pendingCount: 0,
        failing: () => [],
        retry: noNotification,
        discard: noNotification,
      },
      managedRules: NO_KEPT_RULES,
      routing: NOTHING_ROUTED,
      silences: NO_SILENCES,
      ...EMPTY_DESK,
      peers: NO_PEERS,
    },
    peerSecret: async () => '',
    outsideAlertmanagers: () => ({ activeAlertmanagers: [], droppedAlertmanagers: [] }),
    alertmanager: {
      configText: () => 'route: {receiver: page}\nreceivers: [{name: page}]\n',
      matcherMode: 'fallback',
      matcherBytesMax: 8192,
      startedMs: NOON,
      bodyBytesMax: 1024 * 1024,
    },
    scraping: {
      targets: () => TARGETS,
      jobNames: () => ['node', 'shop'],
      jobs: () => [],
      metadata: ({ matchers, metric }) =>
        matchers.length > 0 || metric !== 'm'
          ? []
          : [{ target: { job: 'node' }, metric, type: 'gauge', help: 'h', unit: '' }],
      relabelSteps: ({ job, labels }) =>
        job === 'node' ? [{ rule: { action: 'keep' }, output: labels, keep: true }] : undefined,
    },
    picture: () => undefined,
    remoteWriteOut: () => [],
    intakes: () => [],
    statsdCardinality: () => undefined,
    events: () => [],
    loggers: () => {
      throw new WeirError('HTTP_NOT_READY', 'no loggers are known here')
    },
    loggerLimits: loggersConfig.parse({}),
    dashboards: () => {
      throw new WeirError('HTTP_NOT_READY', 'no dashboards are kept here')
    },
    dashboardLimits: dashboardsConfig.parse({}),
    running: () => ({ sinceMs: NOON, slowMs: 0, running: [], top: [] }),
    packs: PACKS,
    pipelineNotes: () => notesBook([]),
    status: () => ({
      version: '0.1.0',
      startedMs: NOON,
      atMs: NOON,
      web: 'http://127.0.0.1:9347',
      dataDir: '/data',
      series: 5,
      samplesPerSecond: 1,
      diskBytes: 0,
      sealedSamples: 0,
      sealedBytes: 0,
      headSamples: 0,
      tombstones: 0,
      residentBytes: 0,
      memoryBudgetBytes: 2 ** 31,
      cpuSeconds: 0,
      queryThreads: 1,
      minTimeMs: null,
      maxTimeMs: null,
    }),
    configText: () => 'global: {}\n',
    flags: () => ({ listen: '127.0.0.1:9347' }),
    runtime: () => RUNTIME,
    tsdbStats: (limit) => ({
      headStats: { numSeries: 5, numLabelPairs: 9, chunkCount: 0, minTime: 0, maxTime: NOON },
      seriesCountByMetricName: [{ name: 'shop_orders_total', value: 2 }].slice(0, limit),
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    }),
    buildInfo: () => ({
      version: '3.5.0',
      revision: '',
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    }),
    metricsPage: async () => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      body: new TextEncoder().encode('weir_up 1\n'),
    }),
    ready: () => [],
    admin: undefined,
    reload: async () => ({}),
    webRoot: undefined,
    telemetry: { registry, log: new Log(pino({ level: 'silent' })) },
    clock: { ...systemClock, now: () => NOON as ReturnType<typeof systemClock.now> },
    externalUrl: '',
    proxies: new TrustedProxies(),
    listenHost: '127.0.0.1',
    listenPort: () => 9347,
    limits: HTTP_LIMITS,
    evaluation: {},
    ...overrides,
  }
}

const noLogs = (): WeirError => new WeirError('SHUTTING_DOWN', 'there is no log store here')

const noLogQueries: HttpDeps['logQueries'] = {
  ask: () => Promise.reject(noLogs()),
  tail: () => Promise.reject(noLogs()),
  tailRefused: noLogs,
  tailsMax: 1,
  rowsMax: 1,
}

const NOTHING_ROUTED: HttpDeps['alerting']['routing'] = {
  alerts: () => [],
  groups: () => [],
  receivers: () => [],
  routes: () => [],
  tree: () => {
    throw new WeirError('HTTP_NOT_FOUND', 'there are no routes here')
  },
  figures: () => ({ alerts: { active: 0, suppressed: 0 }, groups: 0 }),
  post: async () => [],
}

const NO_SILENCES: HttpDeps['alerting']['silences'] = {
  silencedBy: () => [],
  list: () => [],
  get: () => undefined,
  counts: () => ({ active: 0, pending: 0, expired: 0 }),
  set: async () => '',
  expire: async () => undefined,
}

const RUNTIME = {
  startTime: '2024-05-01T12:00:00Z',
  CWD: '/',
  hostname: 'here',
  serverTime: '2024-05-01T12:00:00Z',
  reloadConfigSuccess: true,
  lastConfigTime: '2024-05-01T12:00:00Z',
  corruptionCount: 0,
  goroutineCount: 1,
  GOMAXPROCS: 2,
  GOMEMLIMIT: 0,
  GOGC: '',
  GODEBUG: '',
  storageRetention: '15d',
}

const TARGETS = {
  activeTargets: [
    { scrapePool: 'node', health: 'up', scrapeUrl: 'http://a:9100/metrics' },
    { scrapePool: 'shop', health: 'down', scrapeUrl: 'http://b/metrics' },
  ],
  droppedTargets: [{ scrapePool: 'node', discoveredLabels: {} }],
  droppedTargetCounts: { node: 1, shop: 0 },
}

const RAN = { evaluationTime: 0.001, lastEvaluation: '2024-05-01T12:00:00Z', health: 'ok' } as const

const ALERTS: AlertsView = {
  alerts: [
    {
      labels: { alertname: 'Slow', severity: 'warning', system: 'custom', pipeline: 'orders' },
      annotations: { summary: 'orders are slow' },
      state: 'firing',
      activeAt: '2024-05-01T11:50:00Z',
      value: '1e+00',
    },
  ],
}

const RULES: RuleGroupsView = {
  groups: [
    {
      name: 'first',
      file: 'a.yml',
      interval: 60,
      limit: 0,
      evaluationTime: 0.001,
      lastEvaluation: '2024-05-01T12:00:00Z',
      rules: [
        {
          name: 'job:orders',
          query: 'sum(x)',
          labels: { team: 'shop' },
          type: 'recording',
          ...RAN,
        },
        {
          name: 'Slow',
          query: 'x > 1',
          labels: { severity: 'warning' },
          type: 'alerting',
          state: 'firing',
          duration: 0,
          keepFiringFor: 0,
          annotations: {},
          alerts: ALERTS.alerts,
          ...RAN,
        },
      ],
    },
    {
      name: 'second',
      file: 'b.yml',
      interval: 60,
      limit: 0,
      evaluationTime: 0.001,
      lastEvaluation: '2024-05-01T12:00:00Z',
      rules: [{ name: 'other', query: 'y', labels: {}, type: 'recording', ...RAN }],
    },
  ],
}

async function noRule(): Promise<never> {
  throw new WeirError('RULE_UNKNOWN', 'no rule is kept here')
}

const NO_KEPT_RULES: HttpDeps['alerting']['managedRules'] = {
  rows: () => [],
  changes: () => [],
  put: noRule,
  remove: noRule,
  switchOff: noRule,
  switchOn: noRule,
  preview: noRule,
  exported: (format) => `${format}\n`,
  sources: () => [],
}

async function noNotification(): Promise<never> {
  throw new WeirError('NOTIFICATION_UNKNOWN', 'nothing was ever sent here')
}

const noAlert = async (): Promise<never> => {
  throw new WeirError('ALERT_UNKNOWN', 'nothing fires here')
}

const noMaintenance = async (): Promise<never> => {
  throw new WeirError('MAINTENANCE_UNKNOWN', 'nothing is planned here')
}

const EMPTY_DESK: Pick<
  HttpDeps['alerting'],
  'history' | 'marks' | 'maintenance' | 'receiverTests'
> = {
  history: { ask: () => ({ events: [], labels: new Map(), beforeMs: null }) },
  marks: {
    get: () => undefined,
    ack: noAlert,
    unack: noAlert,
    assign: noAlert,
    note: noAlert,
    snooze: noAlert,
    wake: noAlert,
  },
  maintenance: {
    list: () => [],
    occurrences: () => [],
    set: noMaintenance,
    remove: noMaintenance,
  },
  receiverTests: {
    run: async () => {
      throw new WeirError('RECEIVER_UNKNOWN', 'nobody is told here')
    },
  },
}
