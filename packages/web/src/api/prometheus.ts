import { queryOptions } from '@tanstack/react-query'
import { askPrometheus } from './client.ts'

/** The shapes of Prometheus's HTTP API that the page reads. */
export type Labels = Readonly<Record<string, string>>
type Pair = readonly [seconds: number, value: string]

/** A native histogram; a bucket is which ends it holds, its bounds, its count. Empty ones are left out. */
export interface HistogramValue {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly (readonly [
    rule: 0 | 1 | 2 | 3,
    lower: string,
    upper: string,
    count: string,
  ])[]
}

export type HistogramPair = readonly [seconds: number, value: HistogramValue]

export interface MatrixSeries {
  readonly metric: Labels
  readonly values?: readonly Pair[]
  readonly histograms?: readonly HistogramPair[]
}

interface VectorSample {
  readonly metric: Labels
  readonly value?: Pair
  readonly histogram?: HistogramPair
}

export type QueryResult = { readonly stats?: QueryStats } & (
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'scalar'; readonly result: Pair }
  | { readonly resultType: 'string'; readonly result: Pair }
)

/** What `stats=weir` adds to an answer; times in seconds. */
export interface QueryStats {
  readonly timings?: {
    readonly evalTotalTime?: number
    readonly execQueueTime?: number
  }
  readonly samples?: {
    readonly samplesRead?: number
    readonly seriesRead?: number
    readonly peakBytes?: number
  }
}

export interface AlertInstance {
  readonly labels: Labels
  readonly annotations: Labels
  readonly state: 'firing' | 'pending' | 'inactive'
  readonly activeAt: string
  readonly value: string
  /** Set while it fires without data. */
  readonly noDataSince?: string
  readonly heldBy?: 'reset' | 'flapping'
  readonly keepFiringSince?: string
  readonly isFlapping?: boolean
}

interface AlertingRule {
  readonly type: 'alerting'
  readonly name: string
  readonly query: string
  /** That `query` is LogQL. */
  readonly source?: 'logs'
  /** The `for` clause in seconds. */
  readonly duration: number
  readonly state: 'firing' | 'pending' | 'inactive' | 'unknown'
  readonly labels: Labels
  readonly annotations: Labels
  readonly alerts: readonly AlertInstance[]
  readonly health: string
  readonly lastError?: string
}

export interface RecordingRule {
  readonly type: 'recording'
  readonly name: string
  readonly query: string
  readonly health: 'ok' | 'err' | 'unknown'
  readonly lastError?: string
}

export interface RuleGroup {
  readonly name: string
  readonly file: string
  readonly interval: number
  readonly evaluationTime: number
  readonly lastEvaluation: string
  readonly rules: readonly (AlertingRule | RecordingRule)[]
}

export interface Target {
  readonly discoveredLabels: Labels
  readonly labels: Labels
  readonly scrapePool: string
  readonly scrapeUrl: string
  readonly lastError: string
  readonly lastScrape: string
  readonly lastScrapeDuration: number
  readonly health: 'up' | 'down' | 'unknown'
  readonly scrapeInterval: string
  readonly scrapeTimeout: string
}

/** What a relabelling rule made of what the one before it left. */
export interface RelabelStep {
  readonly rule: Readonly<Record<string, unknown>>
  readonly output: Labels
  readonly keep: boolean
}

export const rulesQuery = queryOptions({
  queryKey: ['rules'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<{ readonly groups: readonly RuleGroup[] }>('rules', undefined, signal))
      .data.groups,
})

export const targetsQuery = queryOptions({
  queryKey: ['targets'],
  queryFn: async ({ signal }) =>
    (
      await askPrometheus<{ readonly activeTargets: readonly Target[] }>(
        'targets?state=active',
        undefined,
        signal,
      )
    ).data.activeTargets,
})

/** Targets of one job that relabelling dropped; there may be thousands, so they are asked for when somebody looks. */
export const droppedTargetsQuery = (job: string) =>
  queryOptions({
    queryKey: ['targets', 'dropped', job],
    queryFn: async ({ signal }) =>
      (
        await askPrometheus<{
          readonly droppedTargets: readonly Pick<Target, 'discoveredLabels'>[]
        }>(`targets?state=dropped&scrapePool=${encodeURIComponent(job)}`, undefined, signal)
      ).data.droppedTargets,
  })

export const relabelStepsQuery = (job: string, labels: Labels) =>
  queryOptions({
    queryKey: ['relabel', job, labels],
    queryFn: async ({ signal }) =>
      (
        await askPrometheus<{ readonly steps: readonly RelabelStep[] }>(
          'targets/relabel_steps',
          { scrapePool: job, labels: JSON.stringify(labels) },
          signal,
        )
      ).data.steps,
    staleTime: 60_000,
  })

/** How many samples the last scrape of each target had, by the target's labels as JSON. */
export const scrapedSamplesQuery = queryOptions({
  queryKey: ['targets', 'samples'],
  queryFn: async ({ signal }) => {
    const { data } = await askPrometheus<QueryResult>(
      'query',
      { query: 'scrape_samples_scraped' },
      signal,
    )
    if (data.resultType !== 'vector') return new Map<string, number>()
    return new Map(
      data.result.map(({ metric, value }) => {
        const { __name__: _, ...labels } = metric
        return [labelsKey(labels), Number(value?.[1])] as const
      }),
    )
  },
})

/** The same for the same labels, in whatever order they come. */
export function labelsKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<{ readonly yaml: string }>('status/config', undefined, signal)).data.yaml,
})

export const flagsQuery = queryOptions({
  queryKey: ['flags'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<Labels>('status/flags', undefined, signal)).data,
})

export const buildQuery = queryOptions({
  queryKey: ['build'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<Labels>('status/buildinfo', undefined, signal)).data,
})

export const runtimeQuery = queryOptions({
  queryKey: ['runtime'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<{ storageRetention?: string }>('status/runtimeinfo', undefined, signal))
      .data,
})

interface NamedCount {
  readonly name: string
  readonly value: number
}

export interface TsdbStatus {
  readonly headStats?: {
    readonly numSeries: number
    readonly numLabelPairs?: number
    readonly chunkCount?: number
  }
  readonly seriesCountByMetricName?: readonly NamedCount[]
  readonly labelValueCountByLabelName?: readonly NamedCount[]
  readonly seriesCountByLabelValuePair?: readonly NamedCount[]
}

/** As many names as the store keeps. */
const TSDB_NAMES = 1000

export const tsdbQuery = queryOptions({
  queryKey: ['tsdb'],
  queryFn: async ({ signal }) =>
    (await askPrometheus<TsdbStatus>(`status/tsdb?limit=${TSDB_NAMES}`, undefined, signal)).data,
})
