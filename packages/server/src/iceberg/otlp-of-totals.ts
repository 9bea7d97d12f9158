import { DURATION_BOUNDS, type Durations, type TableTotals } from './table-totals.ts'

/** Whose table it is; `catalog` is the path's prefix, '' where there is none. */
export interface TableName {
  readonly catalog: string
  readonly table: string
}

/** `AGGREGATION_TEMPORALITY_CUMULATIVE`. */
const CUMULATIVE = 2

/**
 * The totals of a table as a request of OTLP: so they take the way that all OTLP takes, with its
 * limits and its durability, and there is one way less into the store.
 */
export function otlpOfTotals(
  { catalog, table }: TableName,
  totals: TableTotals,
  nowMs: number,
): Uint8Array<ArrayBuffer> {
  const times = { startTimeUnixNano: nanos(totals.startMs), timeUnixNano: nanos(nowMs) }
  const labels = catalog === '' ? { table } : { table, catalog }
  const point = (value: number, more: Readonly<Record<string, string>> = {}): object => ({
    attributes: attributesOf({ ...labels, ...more }),
    ...times,
    asDouble: value,
  })
  const counter = (name: string, dataPoints: readonly object[]): object => ({
    name,
    sum: { aggregationTemporality: CUMULATIVE, isMonotonic: true, dataPoints },
  })
  const gauge = (name: string, value: number): object => ({
    name,
    gauge: { dataPoints: [point(value)] },
  })
  const histogram = (name: string, { counts, sum, count }: Durations): object[] => {
    if (count === 0) return []
    const dataPoint = {
      attributes: attributesOf(labels),
      ...times,
      count: String(count),
      sum,
      bucketCounts: counts.map(String),
      explicitBounds: DURATION_BOUNDS,
    }
    return [{ name, histogram: { aggregationTemporality: CUMULATIVE, dataPoints: [dataPoint] } }]
  }
  const { commits, scans, counters, gauges, lastCommitMs } = totals
  const metrics = [
    counter(
      'iceberg_commits_total',
      Object.entries(commits).map(([operation, count]) => point(count, { operation })),
    ),
    counter('iceberg_scans_total', [point(scans)]),
    ...Object.entries(counters).map(([name, value]) => counter(name, [point(value)])),
    ...Object.entries(gauges).map(([name, value]) => gauge(name, value)),
    ...(lastCommitMs === undefined
      ? []
      : [gauge('iceberg_last_commit_timestamp_seconds', lastCommitMs / 1000)]),
    ...histogram('iceberg_commit_duration_ms', totals.commitDuration),
    ...histogram('iceberg_scan_planning_duration_ms', totals.planningDuration),
  ]
  const resource = { attributes: attributesOf({ 'service.name': 'iceberg' }) }
  const request = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }] }
  // In memory of its own, which can change hands.
  return new Uint8Array(Buffer.from(JSON.stringify(request)))
}

function attributesOf(labels: Readonly<Record<string, string>>): object[] {
  return Object.entries(labels).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

function nanos(ms: number): string {
  return `${Math.floor(ms)}000000`
}
