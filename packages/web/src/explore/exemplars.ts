import { queryOptions } from '@tanstack/react-query'
import { askPrometheus } from '../api/client.ts'
import type { Labels } from '../api/prometheus.ts'
import type { HeatGrid } from './heat-grid.ts'

/** An observation that stands for many, with labels that lead to it: a trace's number, most often. */
export interface Exemplar {
  /** Labels of its series. */
  readonly series: Labels
  readonly labels: Labels
  readonly value: number
  /** Seconds. */
  readonly at: number
}

interface SeriesExemplars {
  readonly seriesLabels: Labels
  readonly exemplars: readonly {
    readonly labels: Labels
    readonly value: string
    readonly timestamp: number
  }[]
}

/** Exemplars of the series that an expression selects, newest first. */
export const exemplarsQuery = (expr: string, from: number, to: number) =>
  queryOptions({
    queryKey: ['exemplars', expr, from, to],
    queryFn: async ({ signal }) => {
      const span = { start: String(from), end: String(to) }
      const { data } = await askPrometheus<readonly SeriesExemplars[] | undefined>(
        'query_exemplars',
        { query: expr, ...span },
        signal,
      )
      return newestFirst(data ?? [])
    },
  })

export function newestFirst(all: readonly SeriesExemplars[]): Exemplar[] {
  return all
    .flatMap(({ seriesLabels, exemplars }) =>
      exemplars.map(({ labels, value, timestamp }) => ({
        series: seriesLabels,
        labels,
        value: Number(value),
        at: timestamp,
      })),
    )
    .sort((a, b) => b.at - a.at)
}

/** Whether an exemplar can be one of an answer's series: what both say is the same. */
export function isOf(exemplar: Exemplar, metric: Labels): boolean {
  return Object.entries(metric).every(([name, value]) => (exemplar.series[name] ?? value) === value)
}

/** Where a value lies between the bounds of a grid, 0 at the foot and 1 at the top; undefined beside it. */
export function heightIn({ bounds }: HeatGrid, value: number): number | undefined {
  const rowCount = bounds.length - 1
  for (let row = 0; row < rowCount; row++) {
    const [lower, upper] = [bounds[row]!, bounds[row + 1]!]
    if (value <= lower || value > upper) continue
    const share = Number.isFinite(upper - lower) ? (value - lower) / (upper - lower) : 0.5
    return (row + share) / rowCount
  }
  return undefined
}
