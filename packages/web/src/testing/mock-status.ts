import type {
  BackfillView,
  IntakeStatus,
  NotificationView,
  PackDetail,
  QueriesView,
  PeersView,
  LogsEngineView,
  RemoteWriteView,
  StatsdCardinality,
  WeirStatus,
} from '@weir/packs'
import type { RuleGroup, TsdbStatus } from '../api/prometheus.ts'
import type { RuleChange, RulePreview, RuleRow } from '../api/rules.ts'
import { MOCK_NOW_MS } from './mock-data.ts'

const MINUTE_MS = 60_000
const ago = (minutes: number): number => MOCK_NOW_MS - minutes * MINUTE_MS

export const INTAKES: readonly IntakeStatus[] = [
  {
    kind: 'statsd-udp',
    address: '127.0.0.1:18125',
    linesPerSecond: 1843,
    lines: 12_345_678,
    rejected: { bad_value: 17, no_type: 0 },
    lastRejected: { line: 'dag.orders.duration:abc|ms', reason: 'bad_value', atMs: ago(3) },
  },
  {
    kind: 'scrape',
    address: '2 targets',
    linesPerSecond: 86,
    lines: 90_112,
    rejected: {},
    lastRejected: null,
  },
]

export const PEERS: PeersView = {
  status: 'ready',
  name: 'weir-a',
  position: 0,
  peers: [
    {
      address: 'http://weir-b.example.org:9347',
      name: 'weir-b',
      isUp: true,
      answeredMs: ago(0),
      error: '',
    },
  ],
}

export const LOGS_ENGINE: LogsEngineView = {
  kind: 'victorialogs',
  url: 'http://victoria-logs.example.org:9428',
  sentLines: 1_204_887,
  lostLines: 12,
  waitingBytes: 48 * 2 ** 20,
  waitingBytesMax: 2 ** 31,
  waitedMs: 130_000,
  lastSentMs: ago(2),
  lastError: 'it answered 503: the storage is read-only',
  lastErrorMs: ago(0),
}

export const SENT_ON: readonly RemoteWriteView[] = [
  {
    name: 'longterm',
    url: 'http://victoria.example:8428/api/v1/write',
    version: '1.0',
    pendingSamples: 1_204,
    lagMs: 3_400,
    shards: 1,
    sent: 48_120_331,
    lastSentMs: ago(0),
    lastError: '',
    lastErrorMs: null,
  },
  {
    name: 'office',
    url: 'https://<secret>@metrics.example.org/api/v1/push',
    version: '2.0',
    pendingSamples: 7_300_112,
    lagMs: 43 * MINUTE_MS,
    shards: 4,
    sent: 12_004_871,
    lastSentMs: ago(43),
    lastError: 'it answered 503: upstream connect error or disconnect before headers',
    lastErrorMs: ago(0),
  },
]

/** One metric at its limit, one fine, names with ids in them. */
export const CARDINALITY: StatsdCardinality = {
  series: 21_406,
  maxSeries: 1_000_000,
  metrics: [
    {
      metric: 'shop_checkout_seconds',
      type: 'histogram',
      series: 10_000,
      limit: 10_000,
      refused: 48_112,
      refusedExamples: ['shop_checkout_seconds{country="nl", user_id="u-904113"}'],
      labels: [
        { name: 'user_id', values: 9_214, examples: ['u-100234', 'u-100235', 'u-100236'] },
        { name: 'country', values: 27, examples: ['at', 'be', 'ch'] },
        { name: 'env', values: 1, examples: ['prod'] },
      ],
    },
    {
      metric: 'airflow_task_duration',
      type: 'histogram',
      series: 4_310,
      limit: 10_000,
      refused: 0,
      refusedExamples: [],
      labels: [
        { name: 'task_id', values: 812, examples: ['load', 'extract', 'check'] },
        { name: 'dag_id', values: 200, examples: ['orders_daily', 'orders_hourly', 'users'] },
        { name: 'operator', values: 14, examples: ['BashOperator'] },
        { name: 'queue', values: 3, examples: ['default'] },
      ],
    },
    {
      metric: 'shop_up',
      type: 'gauge',
      series: 1,
      limit: 10_000,
      refused: 0,
      refusedExamples: [],
      labels: [],
    },
  ],
  names: [
    {
      pattern: 'worker_*_rows',
      metrics: 412,
      examples: ['worker_7f3a_rows', 'worker_81bc_rows', 'worker_9e00_rows'],
    },
  ],
}

export const QUERIES: QueriesView = {
  sinceMs: ago(400),
  slowMs: 10_000,
  running: [
    {
      id: 7,
      expr: 'quantile_over_time(0.99, task_seconds[30d])',
      origin: '192.0.2.7 POST /api/v1/query_range',
      askedMs: ago(0.2),
      state: 'running',
      seconds: 12.4,
    },
    {
      id: 8,
      expr: 'sum by (pipeline) (rate(records_total[5m]))',
      origin: 'rule group signals of pack:airflow',
      askedMs: ago(0.1),
      state: 'waiting',
      seconds: 0.3,
    },
  ],
  top: [
    {
      expr: 'histogram_quantile(0.95, sum by (le, stage) (rate(latency_seconds_bucket{pipeline=~"a|b|c"}[5m])))',
      count: 1440,
      failed: 2,
      seconds: 331.7,
      secondsMax: 12.2,
      samplesRead: 1_840_000_000,
      lastMs: ago(1),
    },
    {
      expr: 'sum(rate(records_total[5m]))',
      count: 12_033,
      failed: 0,
      seconds: 87.1,
      secondsMax: 0.21,
      samplesRead: 90_000_000,
      lastMs: ago(0.1),
    },
  ],
}

export const NOTIFICATIONS: readonly NotificationView[] = [
  {
    id: '3',
    receiver: 'oncall',
    integration: 'pagerduty',
    groupKey: '{}:{alertname="AirflowTaskFailures"}',
    state: 'failed',
    attempts: 7,
    createdMs: ago(12),
    nextAttemptMs: null,
    sentMs: null,
    lastError: 'Cannot reach "events.pagerduty.com": want status 202, got 400',
    alertNames: ['AirflowTaskFailures'],
    alertCount: 3,
    status: 'firing',
    reason: 'new alerts added',
    failure: 'refused',
    failedMs: ago(11),
    isRetryable: true,
  },
  {
    id: '2',
    receiver: 'team',
    integration: 'webhook',
    groupKey: '{}:{alertname="AirflowDagLate"}',
    state: 'pending',
    attempts: 2,
    createdMs: ago(4),
    nextAttemptMs: MOCK_NOW_MS + 30_000,
    sentMs: null,
    lastError: 'connection refused',
    alertNames: ['AirflowDagLate'],
    alertCount: 1,
    status: 'firing',
    reason: 'first notification',
    failure: null,
    failedMs: null,
    isRetryable: true,
  },
  {
    id: '1',
    receiver: 'team',
    integration: 'webhook',
    groupKey: '{}:{alertname="Watchdog"}',
    state: 'sent',
    attempts: 1,
    createdMs: ago(60),
    nextAttemptMs: null,
    sentMs: ago(60),
    lastError: '',
    alertNames: ['Watchdog'],
    alertCount: 1,
    status: 'resolved',
    reason: 'all alerts resolved',
    failure: null,
    failedMs: null,
    isRetryable: false,
  },
]

export const STATUS: WeirStatus = {
  version: '0.1.0',
  startedMs: ago(3000),
  atMs: MOCK_NOW_MS,
  web: 'http://127.0.0.1:9347',
  dataDir: './weir-data',
  series: 48_211,
  samplesPerSecond: 3214,
  diskBytes: 912_000_000,
  sealedSamples: 91_000_000,
  sealedBytes: 140_000_000,
  headSamples: 310_000,
  tombstones: 0,
  residentBytes: 214_000_000,
  memoryBudgetBytes: 2_147_483_648,
  cpuSeconds: 512,
  queryThreads: 2,
  minTimeMs: ago(20_000),
  maxTimeMs: MOCK_NOW_MS,
}

export const PACK: PackDetail = {
  id: 'airflow',
  title: 'Apache Airflow',
  awake: true,
  seriesCount: 1204,
  description: 'Schedulers, pools, tasks and DAG runs, by StatsD.',
  metricCount: 1,
  alertCount: 1,
  dashboardCount: 1,
  metrics: [
    {
      name: 'airflow_dag_processing_total_parse_time',
      type: 'gauge',
      unit: 's',
      labels: ['dag_id'],
      help: 'Seconds to read all DAG files once.',
      normal: 'Below 30 s.',
      seriesCount: 12,
    },
  ],
  ways: [{ title: 'StatsD', versions: '2.6 and later', setup: 'Set `statsd_on = True`.' }],
  stages: [{ stage: 'task', title: 'Tasks', help: 'Task attempts of the DAG.' }],
  files: ['rules.yml', 'mapping.yml', 'scrape.yml', 'values.yaml', 'dashboards/overview.json'],
  alerts: [
    {
      name: 'AirflowTaskFailures',
      expr: 'rate(airflow_ti_failures[5m]) > 0',
      severity: 'critical',
      forText: '5m',
      stage: 'task',
      summary: 'Tasks fail',
      description: 'The task used up its retries.',
      runbook: 'Read the log of the task first.',
      threshold: { op: '>', value: 3, unit: 'tasks', by: 'dag_id', values: { orders: 1 } },
      shipped: {
        forText: '5m',
        severity: 'warning',
        threshold: { op: '>', value: 0, unit: 'tasks', by: 'dag_id' },
      },
      isDisabled: false,
    },
  ],
  dashboards: [
    {
      name: 'overview',
      title: 'Airflow',
      description: 'An installation.',
      chosenBy: [{ variable: 'dag_id', part: 'name' }],
    },
  ],
}

export const TSDB: TsdbStatus = {
  headStats: { numSeries: 48_211, numLabelPairs: 9120, chunkCount: 96_400 },
  seriesCountByLabelValuePair: [{ name: 'dag_id=orders', value: 900 }],
  seriesCountByMetricName: [{ name: 'airflow_task_duration_bucket', value: 12_000 }],
  labelValueCountByLabelName: [{ name: 'dag_id', value: 200 }],
}

export const RULE_GROUPS: readonly RuleGroup[] = [
  {
    name: 'airflow',
    file: 'pack:airflow',
    interval: 15,
    evaluationTime: 0.004,
    lastEvaluation: new Date(MOCK_NOW_MS).toISOString(),
    rules: [
      {
        type: 'alerting',
        name: 'AirflowTaskFailures',
        query: 'rate(airflow_ti_failures[5m]) > 0',
        duration: 300,
        state: 'firing',
        labels: { severity: 'critical' },
        annotations: {},
        health: 'ok',
        alerts: [
          {
            labels: {
              alertname: 'AirflowTaskFailures',
              severity: 'critical',
              dag_id: 'orders_daily',
            },
            annotations: {
              summary: 'Tasks of orders_daily fail',
              runbook_url: 'https://runbooks.example/x',
            },
            state: 'firing',
            activeAt: new Date(ago(14)).toISOString(),
            value: '0.0066',
          },
        ],
      },
      {
        type: 'alerting',
        name: 'AirflowDagLate',
        query: 'airflow_dagrun_schedule_delay > 600',
        duration: 60,
        state: 'inactive',
        labels: {},
        annotations: {},
        health: 'ok',
        alerts: [],
      },
      {
        type: 'recording',
        name: 'weir_stage_throughput',
        query: 'sum by (dag_id) (rate(airflow_task_finished_total[5m]))',
        health: 'ok',
      },
    ],
  },
]

const KEPT = {
  file: 'page',
  group: 'orders',
  interval: '',
  replacedBy: null,
  replaces: null,
} as const
const BY_ANN = { author: 'ann', reason: 'we were late last night', atMs: ago(200) }

/** Rows to {@link RULE_GROUPS}, one that is off, and one that an update broke. */
export const RULE_ROWS: readonly RuleRow[] = [
  {
    ...KEPT,
    id: 'orders-late',
    origin: 'page',
    rule: { alert: 'OrdersLate', expr: 'orders_lag_seconds', levels: { warning: '> 60' } },
    off: { author: 'bob', reason: 'until the move is over', atMs: ago(30) },
    created: BY_ANN,
    changed: BY_ANN,
    problem: '',
  },
  {
    ...KEPT,
    id: 'orders-gone',
    origin: 'page',
    rule: { alert: 'OrdersGone', expr: 'orders_total >' },
    off: null,
    created: BY_ANN,
    changed: BY_ANN,
    problem: 'expr: could not parse expression: 1:15: parse error: unexpected end of input',
  },
  ...RULE_GROUPS[0]!.rules.map((rule, i): RuleRow => ({
    ...KEPT,
    id: `0${i}`,
    origin: 'pack',
    file: 'pack:airflow',
    group: 'airflow',
    rule: {
      [rule.type === 'recording' ? 'record' : 'alert']: rule.name,
      expr: rule.query,
    },
    off: null,
    created: null,
    changed: null,
    problem: '',
  })),
]

export const RULE_CHANGES: readonly RuleChange[] = [
  {
    author: 'bob',
    reason: 'until the move is over',
    atMs: ago(30),
    action: 'off',
    id: 'orders-late',
    name: 'OrdersLate',
    group: 'orders',
    before: null,
    after: null,
  },
  {
    ...BY_ANN,
    action: 'changed',
    id: 'orders-late',
    name: 'OrdersLate',
    group: 'orders',
    before: {
      group: 'orders',
      rule: { alert: 'OrdersLate', expr: 'orders_lag_seconds', for: '5m' },
    },
    after: {
      group: 'orders',
      rule: { alert: 'OrdersLate', expr: 'orders_lag_seconds', for: '1m' },
    },
  },
]

export const RULE_PREVIEW: RulePreview = {
  problems: [],
  count: 7,
  watchedCount: 40,
  elements: Array.from({ length: 7 }, (_, i) => ({
    labels: { alertname: 'Lag', topic: `orders-${i}`, severity: 'warning' },
    annotations: i === 0 ? { summary: 'orders-0 is behind' } : {},
    value: String(1200 + i),
  })),
}

/** One under way, one that failed. */
export const BACKFILLS: readonly BackfillView[] = [
  {
    id: 'b2',
    state: 'running',
    groups: [{ file: 'pack:airflow', name: 'airflow', ruleCount: 1 }],
    startMs: ago(7 * 24 * 60),
    endMs: ago(1),
    progress: 0.42,
    samples: 183_410,
    error: '',
    createdMs: ago(1),
    endedMs: null,
  },
  {
    id: 'b1',
    state: 'failed',
    groups: [{ file: 'rules/shop.yml', name: 'shop', ruleCount: 2 }],
    startMs: ago(24 * 60),
    endMs: ago(30),
    progress: 0.1,
    samples: 12,
    error: 'shop:orders: vector contains metrics with the same labelset after applying rule labels',
    createdMs: ago(30),
    endedMs: ago(29),
  },
]
