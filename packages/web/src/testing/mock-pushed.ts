import type { PushGroupView } from '@weir/packs'
import { MOCK_NOW_MS } from './mock-data.ts'

/** Made-up pushed groups: one of each kind, and as many workers as the scene has pipelines. */

const MINUTE_MS = 60_000
const ago = (minutes: number): number => MOCK_NOW_MS - minutes * MINUTE_MS

const FEW: readonly PushGroupView[] = [
  {
    labels: { instance: 'db1', job: 'backup' },
    pushedAtMs: ago(190),
    failedAtMs: null,
    lastError: '',
    metrics: 4,
    series: 12,
  },
  {
    labels: { path: '/var/tmp', job: 'a/b' },
    pushedAtMs: ago(0.3),
    failedAtMs: ago(4000),
    lastError: '',
    metrics: 118,
    series: 2_417,
  },
  {
    labels: { instance: 'etl-7', env: 'prod', job: 'nightly' },
    pushedAtMs: ago(1_500),
    failedAtMs: ago(2),
    lastError:
      'collected metric "rows_loaded" rows_loaded{env="prod", instance="etl-7", job="nightly", table="orders"} is not a GAUGE',
    metrics: 31,
    series: 204,
  },
  {
    labels: { job: 'report' },
    pushedAtMs: null,
    failedAtMs: ago(55),
    lastError: 'pushed metrics must not have timestamps',
    metrics: 0,
    series: 0,
  },
]

function worker(i: number): PushGroupView {
  return {
    labels: { instance: `taskmanager-${i}`, env: 'prod', job: `orders-${(i * 7919) % 65_521}` },
    pushedAtMs: ago(i % 90),
    failedAtMs: null,
    lastError: '',
    metrics: 84,
    series: 640 + i,
  }
}

/** None, or four and a worker for each pipeline past three. */
export function pushGroups(count: number): readonly PushGroupView[] {
  if (count === 0) return []
  return [...FEW, ...Array.from({ length: Math.max(0, count - 3) }, (_, i) => worker(i))]
}
