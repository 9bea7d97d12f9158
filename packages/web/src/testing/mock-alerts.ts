import type {
  AlertHistoryView,
  FailingIntegration,
  FiringAlert,
  FiringGroup,
  MaintenanceView,
  ReceiverTestView,
  ReceiverView,
} from '@weir/packs'
import type { Silence } from '../api/alerts.ts'
import { MOCK_NOW_MS } from './mock-data.ts'

const ago = (minutes: number): number => MOCK_NOW_MS - minutes * 60_000
const iso = (ms: number): string => new Date(ms).toISOString()

const FREE = { state: 'active', silencedBy: [], inhibitedBy: [], mutedBy: [] } as const
const SAID = { ack: null, assignee: null, snooze: null, notes: [] } as const

function alertOf(i: number): FiringAlert {
  const kind = i % 4
  return {
    fingerprint: i.toString(16).padStart(16, '0'),
    labels: {
      alertname: i === 0 ? 'AirflowTaskFailures' : `Stage${i}Late`,
      system: 'airflow',
      pipeline: 'orders_daily',
      severity: kind === 0 ? 'critical' : 'warning',
    },
    annotations: {
      summary: i === 0 ? 'Tasks of orders_daily fail' : `Stage ${i} is behind its schedule`,
      description: 'Two of eight tasks failed within the last 15 minutes.',
      runbook_url: 'https://runbooks.example/airflow',
    },
    startsAtMs: ago(7 + i),
    endsAtMs: MOCK_NOW_MS + 240_000,
    status:
      kind === 2
        ? { ...FREE, state: 'suppressed', mutedBy: ['Patch night'] }
        : kind === 3
          ? { ...FREE, state: 'suppressed', silencedBy: ['s1'] }
          : FREE,
    evidence: {
      expr: 'airflow_failures > 1',
      value: 2 + i,
      threshold: { operator: '>', value: 1 },
    },
    marks:
      kind === 1
        ? {
            ...SAID,
            ack: { by: 'ann', atMs: ago(5), comment: 'on it' },
            assignee: { by: 'ann', atMs: ago(5), to: 'bob' },
            notes: [{ by: 'ann', atMs: ago(4), text: 'The disk of worker 3 is full.' }],
          }
        : null,
  }
}

/** So many alerts; the first two go to the pager. */
export function firingGroups(count: number): FiringGroup[] {
  const alerts = Array.from({ length: count }, (_, i) => alertOf(i))
  const group = { nextTurnMs: MOCK_NOW_MS + 150_000, lastNotificationMs: ago(6) }
  const groups = [
    {
      ...group,
      key: '{}/{a}:{}',
      labels: { pipeline: 'orders_daily' },
      receiver: 'oncall',
      alerts: alerts.slice(0, 2),
    },
    {
      ...group,
      key: '{}:{}',
      labels: {},
      receiver: 'team',
      lastNotificationMs: null,
      alerts: alerts.slice(2),
    },
  ]
  return groups.filter((one) => one.alerts.length > 0)
}

export const TIMELINE: AlertHistoryView = {
  labels: {},
  beforeMs: null,
  events: [
    { atMs: ago(4), kind: 'noted', by: 'ann', text: 'The disk of worker 3 is full.' },
    { atMs: ago(5), kind: 'acked', by: 'ann', text: 'on it' },
    {
      atMs: ago(6),
      kind: 'notified',
      receiver: 'oncall',
      integration: 'pagerduty',
      why: 'first notification',
    },
    { atMs: ago(7), kind: 'firing' },
    { atMs: ago(60), kind: 'resolved' },
    { atMs: ago(70), kind: 'released' },
    { atMs: ago(130), kind: 'held', why: 'maintenance Patch night' },
    {
      atMs: ago(140),
      kind: 'failed',
      receiver: 'oncall',
      integration: 'pagerduty',
      why: 'first notification',
      text: 'it answered 400',
    },
    { atMs: ago(150), kind: 'firing' },
  ].map((event) => ({ ...event, fingerprints: ['0'.repeat(16)], alertCount: 1 })),
}

const matcher = (name: string, value: string, isRegex = false): Silence['matchers'][number] => {
  return { name, value, isRegex, isEqual: true }
}

export const SILENCES: readonly Silence[] = [
  {
    id: 's1',
    status: { state: 'active' },
    matchers: [matcher('pipeline', 'orders_daily'), matcher('severity', 'warning|info', true)],
    startsAt: iso(ago(30)),
    endsAt: iso(MOCK_NOW_MS + 3 * 3_600_000),
    createdBy: 'ann',
    comment: 'Backfill of last week, see OPS-1234',
  },
  {
    id: 's2',
    status: { state: 'pending' },
    matchers: [matcher('system', 'flink')],
    startsAt: iso(MOCK_NOW_MS + 86_400_000),
    endsAt: iso(MOCK_NOW_MS + 2 * 86_400_000),
    createdBy: 'bob',
    comment: 'Upgrade',
  },
  {
    id: 's3',
    status: { state: 'expired' },
    matchers: [matcher('alertname', 'Watchdog')],
    startsAt: iso(ago(600)),
    endsAt: iso(ago(300)),
    createdBy: 'bob',
    comment: '',
  },
]

const NIGHT_MS = MOCK_NOW_MS - (MOCK_NOW_MS % 86_400_000) + 22 * 3_600_000

export const MAINTENANCE: MaintenanceView = {
  windows: [
    {
      id: 'm1',
      name: 'Patch night',
      comment: 'Kernel updates',
      createdBy: 'ann',
      matchers: [{ name: 'system', operator: '=', value: 'airflow' }],
      start: '2026-01-03T22:00',
      durationMs: 2 * 3_600_000,
      timeZone: 'Europe/Berlin',
      rrule: 'FREQ=WEEKLY;BYDAY=SA',
      isOn: false,
      next: { id: 'm1', startMs: NIGHT_MS, endMs: NIGHT_MS + 2 * 3_600_000 },
    },
  ],
  times: [0, 7, 14, 21].map((days) => {
    const startMs = NIGHT_MS + days * 86_400_000
    return { id: 'm1', startMs, endMs: startMs + 2 * 3_600_000 }
  }),
}

export const RECEIVERS: readonly ReceiverView[] = [
  { name: 'oncall', integrations: ['pagerduty', 'webhook'] },
  { name: 'team', integrations: ['webhook'] },
]

export const FAILING: readonly FailingIntegration[] = [
  {
    receiver: 'team',
    integration: 'webhook',
    index: 0,
    sinceMs: ago(47),
    lastError:
      'Cannot notify by webhook: nothing listens there (connection refused); look whether it runs, and at its port',
  },
  {
    receiver: 'oncall',
    integration: 'pagerduty',
    index: 0,
    sinceMs: ago(11),
    lastError: 'Cannot reach "events.pagerduty.com": want status 202, got 400',
  },
]

export const RECEIVER_TEST: readonly ReceiverTestView[] = [
  {
    integration: 'pagerduty',
    index: 0,
    firing: { kind: 'sent', error: '' },
    resolved: { kind: 'sent', error: '' },
  },
  {
    integration: 'webhook',
    index: 0,
    firing: { kind: 'refused', error: 'Cannot notify by webhook: it answered 404' },
    resolved: null,
  },
]
