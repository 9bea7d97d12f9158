import { CUSTOM_BUCKETS_SCHEMA, type Labels, METRIC_NAME, type NativeHistogram } from '@weir/model'
import type { Item } from './series-line.ts'

interface Series {
  readonly labels: Labels
  readonly items: readonly Item[]
}

/** The parts of a classic histogram at one step. */
interface Parts {
  readonly counts: Map<number, number>
  count: number | undefined
  sum: number | undefined
}

/**
 * Classic histograms (`x_bucket`, `x_count`, `x_sum`) as native ones with custom bounds, under the name
 * `x`: what `load_with_nhcb` loads beside the series themselves.
 */
export function customBucketSeries(series: readonly Series[]): Series[] {
  const histograms = new Map<string, { labels: Labels; steps: Parts[] }>()
  for (const { labels, items } of series) {
    const found = /^(.*)_(bucket|count|sum)$/.exec(labels.metricName)
    if (found === null) continue
    const base = labels.with(METRIC_NAME, found[1]!).without(new Set(['le']))
    let histogram = histograms.get(base.key())
    if (histogram === undefined) {
      histogram = { labels: base, steps: [] }
      histograms.set(base.key(), histogram)
    }
    for (const [i, item] of items.entries()) {
      if (typeof item !== 'number') continue
      const parts = (histogram.steps[i] ??= { counts: new Map(), count: undefined, sum: undefined })
      if (found[2] === 'count') parts.count = item
      else if (found[2] === 'sum') parts.sum = item
      else parts.counts.set(Number(labels.get('le').replace('Inf', 'Infinity')), item)
    }
  }
  return [...histograms.values()].map(({ labels, steps }) => ({
    labels,
    items: Array.from(steps, (parts): Item => {
      return parts === undefined ? undefined : { histogram: converted(parts), hasHint: false }
    }),
  }))
}

function converted({ counts, count, sum = 0 }: Parts): NativeHistogram {
  const bounds = [...counts.keys()].filter((bound) => !Number.isNaN(bound)).sort((a, b) => a - b)
  const finite = bounds.filter((bound) => bound !== Number.POSITIVE_INFINITY)
  const total = counts.get(Number.POSITIVE_INFINITY) ?? count ?? counts.get(bounds.at(-1)!) ?? 0
  const buckets: number[] = []
  let before = 0
  for (const bound of finite) {
    const upTo = counts.get(bound)!
    buckets.push(upTo - before)
    before = upTo
  }
  buckets.push(total - before)
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: total,
    sum,
    positiveSpans: Int32Array.of(0, buckets.length),
    positive: Float64Array.from(buckets),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
    customValues: Float64Array.from(finite),
  }
}
