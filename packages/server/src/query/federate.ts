import { Labels, METRIC_NAME, type Querier, SampleColumns, WeirError, isStale } from '@weir/model'
import { FederationPage } from '@weir/wire'
import type { Circumstances } from './execute.ts'
import type { FederateJob, MetricSource, QueryReply } from './job.ts'
import { testOf } from './label-test.ts'
import { matchersOf } from './selector.ts'

/** Unless it is told. */
const LOOKBACK_MS = 300_000

/** Most targets are scraped more often than this: looking so far back finds nearly all newest samples. */
const NEAR_MS = 65_000

/**
 * Federation, on a query thread: the newest sample within the lookback of each series that any selector chooses,
 * sorted by name, those that have ended left out. Like a stream of remote read it is made page by page, each of a
 * view of its own, so that a slow client holds no thread and no memory of the store.
 *
 * @see prometheus:web/federate.go
 */
export function federate(
  job: FederateJob,
  source: MetricSource,
  { isCancelled }: Circumstances,
): Pick<QueryReply, 'body' | 'next'> {
  const { timeMs, after } = job
  const minMs = timeMs - longestLookback(job.limits) + 1
  using querier = source.querier(minMs, timeMs)
  const last = after === undefined ? undefined : Labels.fromFlat(after)
  const waiting = seriesOf(job, querier, minMs).filter(
    ({ labels }) => last === undefined || byName(labels, last) > 0,
  )
  waiting.sort((a, b) => byName(a.labels, b.labels))
  const page = new FederationPage(job.format, last?.metricName ?? '')
  const external = externalOf(job.externalLabels)
  const columns = new SampleColumns()
  const lookbackOf = lookbacks(job.limits)
  for (const [i, { labels, read }] of waiting.entries()) {
    if (isCancelled?.() === true) {
      throw new WeirError('QUERY_CANCELED', 'query was canceled in expression evaluation')
    }
    columns.clear()
    const fromMs = timeMs - lookbackOf(labels) + 1
    read(Math.max(fromMs, timeMs - NEAR_MS), columns)
    if (columns.length === 0) read(fromMs, columns)
    const newest = columns.length - 1
    if (newest < 0 || isStale(columns.values[newest]!)) continue
    page.add({
      labels: withExternal(labels, external),
      timeMs: columns.times[newest]!,
      value: columns.values[newest]!,
      histogram: columns.histograms?.[newest],
    })
    if (page.byteLength >= job.pageBytes && i + 1 < waiting.length) {
      return { body: page.end(false), next: labels.flat }
    }
  }
  return { body: page.end(true) }
}

interface FoundSeries {
  readonly labels: Labels
  readonly read: (fromMs: number, into: SampleColumns) => void
}

/** The series of all selectors, each once. */
function seriesOf(
  { selectors, timeMs }: FederateJob,
  querier: Querier,
  minMs: number,
): FoundSeries[] {
  const found = new Map<string, FoundSeries>()
  const all: FoundSeries[] = []
  for (const selector of selectors) {
    const set = querier.select({ matchers: matchersOf(selector), minMs, maxMs: timeMs })
    for (let i = 0; i < set.count; i++) {
      const labels = set.labels(i)
      const one: FoundSeries = {
        labels,
        read: (fromMs, into) => set.read(i, fromMs, timeMs, into),
      }
      if (selectors.length === 1) all.push(one)
      else found.set(labels.key(), one)
    }
  }
  return selectors.length === 1 ? all : [...found.values()]
}

/** By metric name, then by labels. */
function byName(a: Labels, b: Labels): number {
  const [first, second] = [a.metricName, b.metricName]
  if (first === second) return a.compare(b)
  return first < second ? -1 : 1
}

type Lookbacks = FederateJob['limits']

/** How far back any series may be looked for. */
export function longestLookback({
  lookbackMs = LOOKBACK_MS,
  lookbackRules = [],
}: Lookbacks): number {
  return Math.max(lookbackMs, ...lookbackRules.map((rule) => rule.lookbackMs))
}

/** How far back each one is; the first rule that fits counts, as in queries. */
function lookbacks({
  lookbackMs = LOOKBACK_MS,
  lookbackRules = [],
}: Lookbacks): (labels: Labels) => number {
  const rules = lookbackRules.map((rule) => ({
    selectors: rule.selectors.map(testOf),
    lookbackMs: rule.lookbackMs,
  }))
  return (labels) =>
    rules.find(({ selectors }) => selectors.some((isMeant) => isMeant(labels.toJSON())))
      ?.lookbackMs ?? lookbackMs
}

/**
 * Sorted; with an empty `instance`, which keeps whoever scrapes this page from writing its own address there.
 */
function externalOf(pairs: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const external = new Map<string, string>([['instance', '']])
  for (let i = 0; i < pairs.length; i += 2) external.set(pairs[i]!, pairs[i + 1]!)
  return [...external].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** The series' own labels, then the external ones that it does not have. */
function withExternal(
  labels: Labels,
  external: readonly (readonly [name: string, value: string])[],
): readonly string[] {
  const all = [...labels.flat]
  for (const [name, value] of external) {
    if (name !== METRIC_NAME && !labels.has(name)) all.push(name, value)
  }
  return all
}
