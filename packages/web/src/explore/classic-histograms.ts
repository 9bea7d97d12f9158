import type { HistogramPair, Labels, MatrixSeries } from '../api/prometheus.ts'
import { seriesName } from '../chart/series-name.ts'

/** Buckets that belong together, as a histogram a step. */
export interface ClassicHistogram {
  readonly metric: Labels
  readonly histograms: readonly HistogramPair[]
}

/** Whether a result is made of the buckets of classic histograms. */
export function hasBuckets(series: readonly MatrixSeries[]): boolean {
  return series.some(({ metric, values }) => values !== undefined && isBucket(metric))
}

function isBucket({ le }: Labels): boolean {
  return le !== undefined && !Number.isNaN(boundOf(le))
}

/**
 * Series with `le` as histograms over time. A bucket of a classic histogram counts all that is at or below its
 * bound, so what lies between two bounds is the difference. One that still has its metric's name is a
 * counter since the start of its process: there a step shows what came since the step before.
 */
export function classicHistograms(series: readonly MatrixSeries[]): ClassicHistogram[] {
  const groups = new Map<string, { metric: Labels; buckets: Bucket[] }>()
  for (const { metric, values = [] } of series) {
    if (!isBucket(metric)) continue
    const { le, ...rest } = metric
    const key = seriesName(rest)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { metric: rest, buckets: [] }))
    const points = values.map(([at, value]): [number, number] => [at, Number(value)])
    const counts = rest['__name__']?.endsWith('_bucket') === true ? increases(points) : points
    group.buckets.push({ upper: boundOf(le!), counts: new Map(counts) })
  }
  return [...groups.values()].map(({ metric, buckets }) => ({
    metric,
    histograms: perStep(buckets.sort((a, b) => a.upper - b.upper)),
  }))
}

interface Bucket {
  readonly upper: number
  /** At or below the bound, by time in seconds. */
  readonly counts: ReadonlyMap<number, number>
}

/** What a counter grew by since the step before; one that fell began anew. */
function increases(points: readonly [number, number][]): [number, number][] {
  return points.slice(1).map(([at, value], i) => {
    const before = points[i]![1]
    return [at, value >= before ? value - before : value]
  })
}

function perStep(buckets: readonly Bucket[]): HistogramPair[] {
  const times = new Set(buckets.flatMap(({ counts }) => [...counts.keys()]))
  return [...times]
    .sort((a, b) => a - b)
    .map((at) => {
      let below = 0
      let lower = lowest(buckets[0]!.upper)
      const cells = buckets.flatMap(({ upper, counts }): [0, string, string, string][] => {
        const count = counts.get(at)
        if (count === undefined || Number.isNaN(count)) return []
        // Buckets that were scraped at other moments may seem to fall a little.
        const inside = Math.max(0, count - below)
        const cell: [0, string, string, string] = [0, text(lower), text(upper), String(inside)]
        below = Math.max(below, count)
        lower = upper
        return [cell]
      })
      return [at, { count: String(below), sum: '', buckets: cells }]
    })
}

/** Below the first bound lies nothing negative, as a rule. */
function lowest(first: number): number {
  return first > 0 ? 0 : -Infinity
}

function boundOf(le: string): number {
  return le === '' ? NaN : Number(le.replace('Inf', 'Infinity'))
}

function text(bound: number): string {
  return bound === Infinity ? '+Inf' : String(bound).replace('Infinity', 'Inf')
}
