import type { QuerySample } from '@weir/alerting'
import { Labels } from '@weir/model'
import type { VectorRows } from '../query/job.ts'

/** An answer of a query thread as rules read it. */
export function querySamples({ labels, values, histograms }: VectorRows): QuerySample[] {
  return labels.map((flat, i) => {
    const histogram = histograms?.[i]
    const value = histogram === undefined ? values[i]! : 0
    return { labels: Labels.fromFlat(flat), value, histogram }
  })
}
