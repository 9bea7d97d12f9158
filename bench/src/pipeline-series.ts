/**
 * Series shaped like those of pipelines: integer counters, classic latency histograms, lag gauges,
 * decimal latencies and constants. Deterministic, so that every side gets the same numbers.
 */
export interface BenchSeries {
  readonly labels: Readonly<Record<string, string>>
  /** The value at sample number k. */
  at(k: number): number
}

const BOUNDS = ['0.1', '0.5', '1', '5', '+Inf']

/** A number in [0, 1) that depends on nothing but its arguments. */
function noise(a: number, b: number): number {
  let x = (Math.imul(a + 1, 374_761_393) + Math.imul(b + 1, 668_265_263)) | 0
  x = Math.imul(x ^ (x >>> 13), 1_274_126_177)
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32
}

/** One pipeline and stage has ten series: 2 counters, 5 buckets with sum and count, and a gauge. */
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
  const pace = 20 + Math.floor(noise(i, 1) * 400)
  const counter = (k: number, share: number): number =>
    Math.floor(k * pace * share + noise(i, k) * pace * share)
  const records = (k: number): number => counter(k, 1)
  const named = (
    name: string,
    at: (k: number) => number,
    more: Record<string, string> = {},
  ): BenchSeries => ({
    labels: { __name__: name, ...labels, ...more },
    at,
  })
  return [
    named('records_total', records),
    named('errors_total', (k) => Math.floor(k * pace * 0.001)),
    ...BOUNDS.map((le, b) =>
      named('latency_seconds_bucket', (k) => counter(k, (b + 1) / BOUNDS.length), { le }),
    ),
    named('latency_seconds_sum', (k) => Math.round(k * pace * (0.2 + noise(i, 2)) * 1000) / 1000),
    named('latency_seconds_count', records),
    named('lag_records', (k) => Math.floor(noise(i, k >> 2) * 50_000)),
  ]
}

/** What a board about pipelines asks. */
export const DASHBOARD_QUERIES: readonly string[] = [
  'sum(rate(records_total[5m]))',
  'sum by (stage) (rate(records_total[5m]))',
  'topk(10, sum by (pipeline) (rate(records_total[5m])))',
  'sum by (stage) (rate(errors_total[5m])) / sum by (stage) (rate(records_total[5m]))',
  'histogram_quantile(0.95, sum by (le, stage) (rate(latency_seconds_bucket[5m])))',
  'sum(rate(latency_seconds_sum[5m])) / sum(rate(latency_seconds_count[5m]))',
  'max by (pipeline) (lag_records)',
  'max_over_time(lag_records{stage="stage-4"}[10m])',
  'sum by (instance) (increase(records_total[15m]))',
  'count(records_total{pipeline=~"pipeline-1.*"} > 100000)',
]
