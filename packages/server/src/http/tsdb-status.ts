import type { StoreStats } from '@weir/tsdb'
import type { TsdbStatus } from './deps.ts'

/** The store's figures as `/api/v1/status/tsdb` shows them; lists of names are cut to `limit`. */
export function tsdbStatus(stats: StoreStats, limit: number): TsdbStatus {
  const rows = (list: StoreStats['seriesByMetricName']): TsdbStatus['seriesCountByMetricName'] =>
    list.slice(0, limit).map(({ name, count }) => ({ name, value: count }))
  return {
    headStats: {
      numSeries: stats.series,
      numLabelPairs: stats.labelPairs,
      chunkCount: stats.chunks,
      minTime: stats.minTimeMs ?? 0,
      maxTime: stats.maxTimeMs ?? 0,
    },
    seriesCountByMetricName: rows(stats.seriesByMetricName),
    labelValueCountByLabelName: rows(stats.valuesByLabelName),
    memoryInBytesByLabelName: [],
    seriesCountByLabelValuePair: rows(stats.seriesByLabelPair),
  }
}
