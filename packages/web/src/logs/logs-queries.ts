import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import {
  type DetectedField,
  type LokiData,
  type LokiSample,
  type LokiSeries,
  type LokiStats,
  askLoki,
  askLokiData,
  labelOf,
} from '../api/loki.ts'
import { type TimeRange, resolveRange } from '../time/range.ts'
import { countable, stepFor } from './query/series-step.ts'
import { inServerTime, serverNow } from '../time/server-clock.ts'
import { type Histogram, barsOf, histogramOf } from './histogram/histogram-data.ts'
import { type LogLine, type Order, linesOf } from './lines/line.ts'
import { type LineSpan, PAGE_LINES, nextSpan } from './lines/next-span.ts'

/** A question and when it was asked: asked again, it is another one. */
export interface Asked {
  readonly query: string
  readonly range: TimeRange
  readonly runs: number
}

export interface LinePage {
  readonly lines: readonly LogLine[]
  readonly span: LineSpan
  readonly stats: LokiStats | undefined
  readonly tookMs: number
}

const keyOf = ({ query, range, runs }: Asked): readonly unknown[] => [
  query,
  range.from,
  range.to,
  runs,
]

/** Nothing is asked again by itself: lines must not move under the eyes of who reads them. */
const ONCE = { refetchInterval: false, staleTime: Infinity, refetchOnWindowFocus: false } as const

export const lineQueryKey = (asked: Asked, order: Order): readonly unknown[] => [
  'log-lines',
  order,
  ...keyOf(asked),
]

export const lineQuery = (asked: Asked, order: Order) =>
  infiniteQueryOptions({
    queryKey: lineQueryKey(asked, order),
    initialPageParam: undefined as LineSpan | undefined,
    queryFn: ({ signal, pageParam }): Promise<LinePage> =>
      inServerTime(() =>
        askLines(asked.query, pageParam ?? spanOf(asked.range), order, PAGE_LINES, signal),
      ),
    getNextPageParam: ({ lines, span }) => nextSpan(lines, span, order),
    ...ONCE,
  })

export async function askLines(
  query: string,
  span: LineSpan,
  order: Order,
  limit: number,
  signal: AbortSignal,
): Promise<LinePage> {
  const began = performance.now()
  const data = await askLokiData<LokiData>(
    'query_range',
    {
      query,
      start: span.fromNs,
      end: span.toNs,
      limit: String(limit),
      direction: order === 'newest' ? 'backward' : 'forward',
    },
    signal,
  )
  const lines = data.resultType === 'streams' ? linesOf(data.result, order) : []
  return { lines, span, stats: data.stats, tookMs: performance.now() - began }
}

export function spanOf(range: TimeRange): LineSpan {
  const { fromMs, toMs } = resolveRange(range, serverNow())
  return { fromNs: nanos(fromMs), toNs: nanos(toMs) }
}

function nanos(ms: number): string {
  return `${BigInt(Math.round(ms)) * 1_000_000n}`
}

export interface HistogramAnswer {
  readonly histogram: Histogram
  readonly fromMs: number
  readonly toMs: number
  readonly tookMs: number
}

/** While lines are followed, they are counted anew so often at most … */
const COUNT_AGAIN_MS = 5000
/** … and such a part of the time is spent on it at most, where counting takes long. */
const COUNT_SHARE = 1 / 10

/** Lines by level over time, in one request; again and again while they are followed as they come. */
export const histogramQuery = (asked: Asked, isLive: boolean) =>
  queryOptions({
    queryKey: ['log-histogram', ...keyOf(asked)],
    queryFn: ({ signal }) => inServerTime(() => askHistogram(asked, signal)),
    placeholderData: keepPreviousData,
    ...ONCE,
    refetchInterval: ({ state }) =>
      isLive && Math.max(COUNT_AGAIN_MS, (state.data?.tookMs ?? 0) / COUNT_SHARE),
  })

async function askHistogram(asked: Asked, signal: AbortSignal): Promise<HistogramAnswer> {
  const { fromMs, toMs } = resolveRange(asked.range, serverNow())
  const bars = barsOf(fromMs, toMs)
  const step = bars.stepMs / 1000
  const began = performance.now()
  const data = await askLokiData<LokiData>(
    'query_range',
    {
      query: `sum by (detected_level) (count_over_time(${countable(asked.query)} [${step}s]))`,
      start: nanos(bars.startMs + bars.stepMs),
      end: nanos(bars.endMs),
      step: String(step),
    },
    signal,
  )
  const series = data.resultType === 'matrix' ? data.result : []
  const tookMs = performance.now() - began
  return { histogram: histogramOf(series, bars), fromMs, toMs, tookMs }
}

export interface SeriesAnswer {
  readonly series: readonly LokiSeries[]
  readonly from: number
  readonly to: number
  readonly step: number
  readonly stats: LokiStats | undefined
  readonly tookMs: number
}

/** What a query that counts or measures answers over the range. */
export const seriesQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['log-series', ...keyOf(asked)],
    queryFn: ({ signal }) => inServerTime(() => askSeries(asked, signal)),
    ...ONCE,
  })

async function askSeries(asked: Asked, signal: AbortSignal): Promise<SeriesAnswer> {
  const { fromMs, toMs } = resolveRange(asked.range, serverNow())
  const step = stepFor(asked.query, fromMs, toMs)
  const from = Math.ceil(fromMs / 1000 / step) * step
  const to = Math.max(from, Math.floor(toMs / 1000 / step) * step)
  const began = performance.now()
  const data = await askLokiData<LokiData>(
    'query_range',
    { query: asked.query, start: String(from), end: String(to), step: String(step) },
    signal,
  )
  const series = data.resultType === 'matrix' ? data.result : []
  return { series, from, to, step, stats: data.stats, tookMs: performance.now() - began }
}

/** The values that most lines of a query have under a name, most first. */
export const topValuesQuery = (asked: Asked, name: string, count: number) =>
  queryOptions({
    queryKey: ['log-values', name, count, ...keyOf(asked)],
    queryFn: ({ signal }) => inServerTime(() => askTopValues(asked, name, count, signal)),
    placeholderData: keepPreviousData,
    ...ONCE,
  })

async function askTopValues(
  asked: Asked,
  name: string,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly value: string; readonly lines: number }[]> {
  const { fromMs, toMs } = resolveRange(asked.range, serverNow())
  const seconds = Math.max(1, Math.round((toMs - fromMs) / 1000))
  const data = await askLokiData<LokiData>(
    'query',
    {
      query: `topk(${count + 1}, sum by (${name}) (count_over_time(${countable(asked.query)} [${seconds}s])))`,
      time: nanos(toMs),
    },
    signal,
  )
  const found: readonly LokiSample[] = data.resultType === 'vector' ? data.result : []
  return (
    found
      .map(({ metric, value }) => ({ value: labelOf(metric, name) ?? '', lines: Number(value[1]) }))
      // Lines without it are one group more.
      .filter(({ value }) => value !== '')
      .toSorted((a, b) => b.lines - a.lines)
      .slice(0, count)
  )
}

const NAMES_FOR_MS = 60_000

/** Labels of streams in a range: of those that a selector chooses, or of all. */
export const labelNamesQuery = (range: TimeRange, selector = '') =>
  queryOptions({
    queryKey: ['log-labels', selector, range.from, range.to],
    queryFn: ({ signal }) =>
      inServerTime(() =>
        askNames('labels', range, signal, selector === '' ? {} : { query: selector }),
      ),
    placeholderData: keepPreviousData,
    staleTime: NAMES_FOR_MS,
    refetchInterval: false,
  })

/** So far back a store is searched before it is called empty. */
export const EVER: TimeRange = { from: 'now-5y', to: 'now' }

/** The values of a label in a range. */
export const labelValuesQuery = (name: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['log-label-values', name, range.from, range.to],
    queryFn: ({ signal }) =>
      inServerTime(() => askNames(`label/${encodeURIComponent(name)}/values`, range, signal)),
    placeholderData: keepPreviousData,
    staleTime: NAMES_FOR_MS,
    refetchInterval: false,
  })

async function askNames(
  path: string,
  range: TimeRange,
  signal: AbortSignal,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { fromNs, toNs } = spanOf(range)
  // Loki leaves the list out where it would be empty.
  const { data } = await askLoki<{ readonly data?: readonly string[] }>(
    path,
    { start: fromNs, end: toNs, ...more },
    signal,
  )
  return data ?? []
}

/** Names that lines of a query have beside the labels of their streams. */
export const fieldNamesQuery = (query: string, range: TimeRange) =>
  queryOptions({
    queryKey: ['log-fields', query, range.from, range.to],
    queryFn: ({ signal }) => inServerTime(() => askFieldNames(query, range, signal)),
    placeholderData: keepPreviousData,
    staleTime: NAMES_FOR_MS,
    refetchInterval: false,
  })

async function askFieldNames(
  query: string,
  range: TimeRange,
  signal: AbortSignal,
): Promise<readonly DetectedField[]> {
  const { fromNs, toNs } = spanOf(range)
  const { fields } = await askLoki<{ readonly fields: readonly DetectedField[] | null }>(
    'detected_fields',
    { query, start: fromNs, end: toNs },
    signal,
  )
  return fields ?? []
}
