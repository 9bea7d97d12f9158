import type { Health, Overview, PipelineSummary, SignalKind, SignalView } from '@weir/packs'

/** The mock's clock stands still: 21 November 2026, 09:00 UTC. */
export const MOCK_NOW_MS = Date.UTC(2026, 10, 21, 9)

const POINTS = 60
const STEP_MS = 60_000

/** Numbers in [0, 1) that look random and are the same every time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const UNITS: Readonly<Record<SignalKind, string>> = {
  throughput: 'runs/s',
  errors: 'errors/s',
  latency: 's',
  backlog: 'tasks',
  freshness: 's',
}
const SIZES: Readonly<Record<SignalKind, number>> = {
  throughput: 0.4,
  errors: 0.02,
  latency: 45,
  backlog: 12,
  freshness: 900,
}

function signal(kind: SignalKind, random: () => number, health: Health, name: string): SignalView {
  const size = SIZES[kind] * (0.3 + random() * 3)
  const quiet = kind === 'errors' && health === 'healthy'
  const values = Array.from({ length: POINTS }, (_, i) => {
    if (health === 'silent' && i > 25) return null
    if (quiet) return 0
    return size * (0.7 + 0.25 * Math.sin(i / 7 + size) + 0.2 * random())
  })
  const lines = kind === 'latency' ? [['p50', 0.4] as const, ['p99', 1.7] as const] : []
  return {
    kind,
    value: values.at(-1) ?? null,
    unit: UNITS[kind],
    startMs: MOCK_NOW_MS - (POINTS - 1) * STEP_MS,
    stepMs: STEP_MS,
    values,
    expr: `weir_stage_${kind}{pipeline="${name}"}`,
    also: lines.map(([line, factor]) => ({
      name: line,
      value: (values.at(-1) ?? 0) * factor,
      values: values.map((value) => (value === null ? null : value * factor)),
    })),
  }
}

export function signals(
  seed: number,
  health: Health,
  name: string,
): Record<SignalKind, SignalView> {
  const random = randomFrom(seed)
  return {
    throughput: signal('throughput', random, health, name),
    errors: signal('errors', random, health, name),
    latency: signal('latency', random, health, name),
    backlog: signal('backlog', random, health, name),
    freshness: signal('freshness', random, health, name),
  }
}

const NAMES = [
  'orders_daily',
  'customer_360',
  'fraud_features',
  'ledger_close',
  'clickstream_sessions',
]
const REASONS: Readonly<Record<Health, string>> = {
  failing: '2 task failures in the last 5 min: load_to_warehouse',
  degraded: 'Running 14 min late; p95 of extract is twice that of yesterday',
  silent: 'Nothing for 34 min',
  healthy: 'On time, last success 4 min ago',
}

export function pipelines(count: number): PipelineSummary[] {
  return Array.from({ length: count }, (_, i): PipelineSummary => {
    const place = i / count
    const health: Health =
      place < 0.04 || (count < 10 && i === 0)
        ? 'failing'
        : place < 0.1 || (count < 10 && i === 1)
          ? 'degraded'
          : place < 0.14
            ? 'silent'
            : 'healthy'
    const name = `${NAMES[i % NAMES.length]!}${i < NAMES.length ? '' : `_${i}`}`
    const system = ['airflow', 'flink', 'rudderstack'][i % 3]!
    return {
      system,
      pipeline: name,
      health,
      reason: REASONS[health],
      sinceMs: health === 'healthy' ? null : MOCK_NOW_MS - 840_000,
      words: health === 'failing' ? 'task 14 min behind and falling back at 120 runs/s' : '',
      notes: {
        team: ['commerce', 'data platform', ''][i % 3]!,
        title: i === 2 ? 'Features against fraud' : '',
        description: i === 0 ? 'Loads what was sold into the warehouse, every night.' : '',
        url: i === 0 ? 'https://git.example/orders' : '',
        runbookUrl: i === 0 ? 'https://runbooks.example/orders' : '',
        isCritical: i === 0,
      },
      alerts:
        health === 'failing'
          ? [
              {
                name: 'AirflowTaskFailures',
                state: 'firing',
                severity: 'critical',
                summary: `Tasks of ${name} fail`,
                sinceMs: MOCK_NOW_MS - 840_000,
                labels: { severity: 'critical', pipeline: name, system },
                runbookUrl: 'https://runbooks.example/airflow-task-failures',
              },
            ]
          : [],
      stages: ['scheduler', 'pool', 'task', 'run'],
      signals: signals(i + 1, health, name),
    }
  })
}

export function overview(count: number): Overview {
  return {
    atMs: MOCK_NOW_MS,
    windowMs: 3_600_000,
    stepMs: STEP_MS,
    pipelines: pipelines(count),
    alerts: [],
    systems: [
      { id: 'airflow', title: 'Apache Airflow', awake: count > 0, seriesCount: count * 12 },
    ],
  }
}
