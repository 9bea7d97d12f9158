import type { LoggerInstance, LoggerService, LoggersView, OverrideView } from '@weir/packs'
import { MOCK_NOW_MS } from './mock-data.ts'

/** Made-up processes with loggers, and changes of their levels. */

const MINUTE_MS = 60_000
const ago = (minutes: number): number => MOCK_NOW_MS - minutes * MINUTE_MS

function instance(
  service: string,
  name: string,
  more: Partial<LoggerInstance> = {},
): LoggerInstance {
  return {
    instance: name,
    kind: 'client',
    service,
    version: '2.4.1',
    host: name.replace(/-[^-]*$/, ''),
    pid: 1,
    language: 'node',
    pipeline: 'orders',
    labels: {},
    state: 'connected',
    error: '',
    seenMs: ago(0.2),
    loggerCount: 6,
    unlistedCount: 0,
    ...more,
  }
}

const WEIR: LoggerService = {
  service: 'weir',
  instances: [instance('weir', 'weir-7695', { kind: 'weir', host: 'monitor', version: '0.1.0' })],
  loggers: ['alerting', 'http', 'query', 'root', 'scrape', 'statsd', 'store'].map((name) => ({
    name,
    effective: { info: 1 },
    overrides: [],
  })),
}

const BILLING: LoggerService = {
  service: 'billing',
  instances: [
    instance('billing', 'billing@billing:8080', {
      kind: 'actuator',
      host: 'billing:8080',
      pid: null,
      language: '',
      state: 'failing',
      error: 'it answers 401',
      loggerCount: 0,
    }),
  ],
  loggers: [],
}

const HELD: OverrideView = {
  id: 'k3v9x2c1a0b4',
  selector: { service: 'orders', host: 'orders-*' },
  logger: 'kafka_source*',
  level: 'debug',
  reason: 'INC-7: offsets jump',
  author: 'ann',
  from: '10.0.0.8',
  startsAtMs: ago(4),
  expiresAtMs: ago(-6),
  recordsMax: 5000,
  remainingMs: 6 * MINUTE_MS,
  records: 1284,
  state: 'active',
  endedMs: null,
  endedBy: '',
  appliedCount: 14,
  ofCount: 15,
  reach: [
    {
      instance: 'orders-7f-9',
      service: 'orders',
      host: 'orders-7f',
      state: 'waiting',
      loggerCount: 0,
      records: 0,
      error: '',
    },
  ],
}

const OVER: readonly OverrideView[] = [
  {
    ...HELD,
    id: 'a1',
    selector: { service: 'billing' },
    logger: 'com.acme.billing.*',
    level: 'trace',
    reason: 'INC-6: one bill is missing',
    state: 'expired',
    startsAtMs: ago(300),
    endedMs: ago(290),
    reach: [],
    records: 0,
    appliedCount: 1,
    ofCount: 1,
    recordsMax: null,
  },
  {
    ...HELD,
    id: 'a2',
    logger: '*',
    level: 'error',
    reason: '<b>too loud</b>',
    author: 'bob',
    state: 'cleared',
    startsAtMs: ago(3000),
    endedMs: ago(2988),
    endedBy: 'ann',
    reach: [],
    appliedCount: 15,
    ofCount: 15,
  },
]

function orders(loggerCount: number): LoggerService {
  const instances = Array.from({ length: 15 }, (_, i) =>
    instance('orders', `orders-${(i * 7).toString(16)}f-${i}`),
  )
  const gone = instance('orders', 'orders-old-16', { state: 'gone', seenMs: ago(40) })
  const named = ['kafka_source', 'kafka_source.lag', 'root', 'validate', 'iceberg.sink']
  const more = Array.from({ length: Math.max(0, loggerCount - 3) }, (_, i) => `stage${i}.worker`)
  return {
    service: 'orders',
    instances: [...instances, gone],
    loggers: [...named, ...more]
      .toSorted()
      .map((name) =>
        name.startsWith('kafka')
          ? { name, effective: { debug: 14, info: 1 }, overrides: [HELD.id] }
          : { name, effective: name === 'root' ? { warning: 15 } : { info: 15 }, overrides: [] },
      ),
  }
}

/** Weir alone, or with two programs; a logger for each pipeline past three. */
export function loggersView(count: number): LoggersView {
  return { services: count === 0 ? [WEIR] : [BILLING, orders(count), WEIR] }
}

/** @param set by POST, newest first */
export function overridesOf(
  count: number,
  which: string | undefined,
  set: readonly OverrideView[],
  deleted: ReadonlySet<string>,
): { readonly overrides: readonly OverrideView[] } {
  if (count === 0) return { overrides: set }
  if (which === 'audit') return { overrides: [...set, HELD, ...OVER] }
  const held = [...set, HELD].filter(
    ({ id }) => !deleted.has(`/api/weir/v1/loggers/overrides/${id}`),
  )
  return { overrides: held }
}

/** What becomes of a POST. */
export function overrideOf(body: string): OverrideView {
  const { durationMs, ...draft } = JSON.parse(body) as OverrideView & { durationMs: number }
  const times = { startsAtMs: MOCK_NOW_MS, expiresAtMs: MOCK_NOW_MS + durationMs }
  const counts = { records: 0, recordsMax: null, appliedCount: 1, ofCount: 1, reach: [] }
  return { ...HELD, ...draft, ...times, ...counts, id: 'f00d', remainingMs: durationMs }
}
