/** Histograms as frames that a heatmap draws: classic buckets as columns, native ones as cells. */
import type { Field, Frame } from '../frame.ts'
import { type LabelSet, type MatrixSeries, sampleNumber } from './answer.ts'
import { seriesName } from './series-name.ts'
import { timeField } from './series.ts'

/** What is left of a subtraction of doubles that should have been nothing. */
const NOTHING = 1e-9

/**
 * Cumulative `le` buckets as counts of their own: a frame for each set of other labels, a column for
 * each bound in ascending order, named by it.
 */
export function bucketFrames(
  refId: string,
  series: readonly MatrixSeries[],
  stepMs: number | undefined,
): Frame[] {
  const groups = new Map<string, { labels: LabelSet; buckets: MatrixSeries[] }>()
  for (const one of series) {
    const { le: _, ...labels } = one.metric
    const key = seriesName(labels)
    const group = groups.get(key) ?? { labels, buckets: [] }
    group.buckets.push(one)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ labels, buckets }) =>
    bucketFrame(refId, labels, buckets, stepMs),
  )
}

const bound = (series: MatrixSeries): number => sampleNumber(series.metric['le'] ?? '')

function bucketFrame(
  refId: string,
  labels: LabelSet,
  buckets: readonly MatrixSeries[],
  stepMs: number | undefined,
): Frame {
  const sorted = buckets.toSorted((a, b) => bound(a) - bound(b))
  const seconds = new Set(sorted.flatMap(({ values = [] }) => values.map(([at]) => at)))
  const rows = [...seconds].toSorted((a, b) => a - b)
  const rowOf = new Map(rows.map((at, index) => [at, index]))
  const below = new Float64Array(rows.length)
  const fields = sorted.map((bucket): Field => {
    const counts = new Float64Array(rows.length).fill(NaN)
    for (const [at, text] of bucket.values ?? []) {
      const row = rowOf.get(at)!
      const total = sampleNumber(text)
      const count = total - below[row]!
      counts[row] = count < NOTHING ? 0 : count
      if (!Number.isNaN(total)) below[row] = total
    }
    const name = bucket.metric['le'] ?? ''
    return { name, type: 'number', labels: bucket.metric, values: counts, config: {} }
  })
  const times = Float64Array.from(rows, (at) => Math.round(at * 1000))
  return {
    refId,
    name: seriesName(labels),
    length: rows.length,
    fields: [timeField(times, stepMs), ...fields],
  }
}

/** Native histograms: a row for each filled bucket at each time, `xMax` being the time. */
export function histogramFrames(
  refId: string,
  series: readonly MatrixSeries[],
  stepMs: number | undefined,
): Frame[] {
  return series.map(({ metric, histograms = [] }) => {
    const cells = histograms.flatMap(([seconds, { buckets = [] }]) =>
      buckets.map(([, low, high, count]) => [seconds * 1000, low, high, count] as const),
    )
    const column = (name: string, at: 1 | 2 | 3): Field => ({
      name,
      type: 'number',
      labels: metric,
      values: Float64Array.from(cells, (cell) => sampleNumber(cell[at])),
      config: {},
    })
    const time = timeField(
      Float64Array.from(cells, ([ms]) => Math.round(ms)),
      stepMs,
    )
    return {
      refId,
      name: seriesName(metric),
      length: cells.length,
      fields: [{ ...time, name: 'xMax' }, column('yMin', 1), column('yMax', 2), column('count', 3)],
    }
  })
}
