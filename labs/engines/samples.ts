/** What both Weirs are told, and what they are asked about it. */
import type { NativeHistogram } from '@weir/model'
import { type SentSeries, encodeWriteRequestV1, packSnappy } from '@weir/wire'

const STEP_MS = 5000
const STEPS = 120
const TYPES = { counter: 1, gauge: 2, histogram: 3 } as const
const TRACE = ['trace_id', '0af7651916cd43dd8448eb211c80319c']

/** Ten minutes of samples up to `endMs`, a request a step. */
export function* requests(endMs: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let step = 0; step < STEPS; step++) {
    const timeMs = endMs - (STEPS - 1 - step) * STEP_MS
    yield encodeWriteRequestV1(seriesAt(step, timeMs), [
      { type: TYPES.counter, name: 'lab_total', help: 'Things that were done.', unit: '' },
      { type: TYPES.gauge, name: 'lab_depth', help: 'Things that wait.', unit: '' },
    ])
  }
}

function seriesAt(step: number, timeMs: number): SentSeries[] {
  const counters = Array.from({ length: 20 }, (_, i): SentSeries => {
    // One of them begins anew in the middle, one ends early.
    const count = i === 3 && step > 60 ? (step - 60) * 2 : step * (i + 1)
    const exemplars = step === 100 && i === 1 ? [{ labels: TRACE, value: 7, timeMs }] : []
    return {
      labels: ['__name__', 'lab_total', 'i', `${i}`, 'job', `j${i % 3}`],
      samples: i === 7 && step > 80 ? [] : [[timeMs, count]],
      exemplars,
    }
  })
  const gauges = Array.from({ length: 5 }, (_, i): SentSeries => ({
    labels: ['__name__', 'lab_depth', 'queue', `q${i}`],
    samples: [[timeMs, i === 4 ? Number.NaN : Math.sin(step / (i + 2)) * 100]],
  }))
  const buckets = ['0.1', '1', '+Inf'].map((le, i): SentSeries => ({
    labels: ['__name__', 'lab_seconds_bucket', 'le', le],
    samples: [[timeMs, step * (i + 2)]],
  }))
  const native: SentSeries = {
    labels: ['__name__', 'lab_native'],
    histograms: [[timeMs, nativeAt(step)]],
  }
  return [...counters, ...gauges, ...buckets, native]
}

function nativeAt(step: number): NativeHistogram {
  return {
    isFloat: false,
    resetHint: 'unknown',
    schema: 0,
    zeroThreshold: 1e-128,
    zeroCount: 0,
    count: step * 3,
    sum: step * 4.5,
    positiveSpans: Int32Array.of(0, 2),
    positive: Float64Array.of(step * 2, step),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
    customValues: new Float64Array(),
  }
}

/** Asked of one moment and of a range. */
export const QUERIES = [
  'lab_total',
  'lab_depth',
  'sum(lab_total)',
  'sum by (job) (rate(lab_total[1m]))',
  'increase(lab_total{i="3"}[5m])',
  'rate(lab_total{i="7"}[1m])',
  'irate(lab_total{i="1"}[1m])',
  'topk(3, lab_total)',
  'max_over_time(lab_depth[2m])',
  'avg_over_time(lab_depth{queue!="q4"}[1m])',
  'quantile_over_time(0.9, lab_depth{queue="q1"}[3m])',
  'count(lab_total)',
  'absent(lab_nothing)',
  'lab_depth > 10',
  'lab_total offset 1m',
  'lab_total / on () group_left sum(lab_total)',
  'histogram_quantile(0.9, rate(lab_seconds_bucket[1m]))',
  'histogram_count(lab_native)',
  'histogram_quantile(0.5, rate(lab_native[1m]))',
  'label_replace(lab_depth, "x", "$1", "queue", "q(.+)")',
  'changes(lab_depth{queue="q2"}[2m])',
  'deriv(lab_depth{queue="q0"}[1m])',
  'max_over_time(sum(lab_total)[2m:10s])',
  'lab_depth != lab_depth',
  'scalar(sum(lab_total))',
  'time() - timestamp(lab_total{i="0"})',
  'last_over_time(lab_total{i="7"}[10m])',
] as const

/** Tells a Weir; gives the status. */
export async function tell(web: string, request: Uint8Array): Promise<number> {
  const answer = await fetch(`${web}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: new Uint8Array(packSnappy(request)),
  })
  await answer.arrayBuffer()
  return answer.status
}
