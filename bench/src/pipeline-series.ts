/**
 * Series shaped like those of pipelines: integer counters, classic latency histograms, lag gauges,
 * decimal latencies, times of the last success and constants. Each value depends on nothing but its
 * series and its place, so that every side gets the same numbers in whatever order it asks.
 */
export interface BenchSeries {
  readonly labels: Readonly<Record<string, string>>
  /** The value at sample number k, for samples 15 s apart. */
  at(k: number): number
}

/** Upper bounds of latency buckets, and how much of the traffic ends in each. */
const BUCKETS = [
  ['0.05', 0.3],
  ['0.1', 0.35],
  ['0.5', 0.2],
  ['1', 0.1],
  ['5', 0.04],
  ['+Inf', 0.01],
] as const

/** A number in [0, 1) that depends on nothing but its arguments. */
function noise(a: number, b: number): number {
  let x = (Math.imul(a + 1, 374_761_393) + Math.imul(b + 1, 668_265_263)) | 0
  x = Math.imul(x ^ (x >>> 13), 1_274_126_177)
  x ^= x >>> 16
  x = Math.imul(x, 0x5bd1e995)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}

/** A number that wanders within [0, 1): noise that is smooth over 64, 16 and 4 samples, and a little of each. */
function wander(a: number, k: number): number {
  let sum = 0
  for (const [span, share] of [
    [64, 0.6],
    [16, 0.25],
    [4, 0.1],
    [1, 0.05],
  ] as const) {
    const at = Math.floor(k / span)
    const part = (k % span) / span
    sum += share * (noise(a, at * 64 + span) * (1 - part) + noise(a, (at + 1) * 64 + span) * part)
  }
  return sum
}

/** One pipeline and stage has fifteen series. */
export function pipelineSeries(count: number): BenchSeries[] {
  const series: BenchSeries[] = []
  for (let i = 0; series.length < count; i++) {
    const labels = {
      pipeline: `pipeline-${Math.floor(i / 5)}`,
      stage: `stage-${i % 5}`,
      instance: `worker-${i % 40}:9100`,
      job: 'pipelines',
    }
    series.push(...stageSeries(i, labels))
  }
  return series.slice(0, count)
}

function stageSeries(i: number, labels: Readonly<Record<string, string>>): BenchSeries[] {
  /** What goes through the stage in 15 s. */
  const pace = 20 + Math.floor(noise(i, -1) * 400)
  const seconds = 0.05 + noise(i, -2) * 2
  const counted = (stream: number, share: number, k: number): number =>
    Math.floor((k + noise(i * 16 + stream, k)) * pace * share)
  /** Cumulative, as Prometheus keeps it: what ended in this bucket or a smaller one. */
  const bucket = (last: number, k: number): number => {
    let sum = 0
    for (let b = 0; b <= last; b++) sum += counted(b, BUCKETS[b]![1], k)
    return sum
  }
  const all = (k: number): number => bucket(BUCKETS.length - 1, k)
  const named = (
    name: string,
    at: (k: number) => number,
    more: Record<string, string> = {},
  ): BenchSeries => ({ labels: { __name__: name, ...labels, ...more }, at })
  return [
    named('records_total', (k) => counted(8, 1, k)),
    named('errors_total', (k) => counted(9, 0.002, k)),
    ...BUCKETS.map(([le], b) => named('latency_seconds_bucket', (k) => bucket(b, k), { le })),
    named(
      'latency_seconds_sum',
      (k) => Math.round((k + noise(i * 16 + 10, k)) * pace * seconds * 1000) / 1000,
    ),
    named('latency_seconds_count', all),
    named('lag_records', (k) => Math.max(0, Math.floor((wander(i, k) - 0.35) * pace * 100))),
    named('task_seconds', (k) => Math.round((0.5 + wander(i + 7_000, k)) * seconds * 1000) / 1000),
    named('last_success_timestamp_seconds', (k) => 1_790_000_000 + (k - (k % (4 + (i % 16)))) * 15),
    named('worker_up', () => 1),
    named('batch_size_records', () => 500 * (1 + (i % 4))),
  ]
}

/** What a board about pipelines asks. */
export const DASHBOARD_QUERIES: readonly string[] = [
  'sum(rate(records_total[5m]))',
  'sum by (stage) (rate(records_total[5m]))',
  'topk(10, sum by (pipeline) (rate(records_total[5m])))',
  'sum by (instance) (increase(records_total[15m]))',
  'rate(records_total{pipeline="pipeline-7"}[5m])',
  'count(records_total{pipeline=~"pipeline-1.*"} > 100000)',
  'sum by (stage) (rate(errors_total[5m])) / sum by (stage) (rate(records_total[5m]))',
  'histogram_quantile(0.95, sum by (le, stage) (rate(latency_seconds_bucket[5m])))',
  'histogram_quantile(0.5, sum by (le) (rate(latency_seconds_bucket{pipeline=~"pipeline-(1|2|3)"}[5m])))',
  'sum(rate(latency_seconds_sum[5m])) / sum(rate(latency_seconds_count[5m]))',
  'max by (pipeline) (lag_records)',
  'sum by (stage) (lag_records)',
  'max_over_time(lag_records{stage="stage-4"}[10m])',
  'deriv(lag_records{stage="stage-1"}[15m])',
  'avg by (stage) (avg_over_time(task_seconds[10m]))',
  'quantile(0.99, task_seconds)',
  'max by (stage) (time() - last_success_timestamp_seconds)',
  'sum(worker_up) / count(worker_up)',
]
