/** What a query came back with: the `data` of Prometheus' and Loki's query API. */
import type { Target } from '../dashboard.ts'

export type LabelSet = Readonly<Record<string, string>>
/** Seconds since 1970, and a number as text: `NaN` and `+Inf` have no other form in JSON. */
type SamplePair = readonly [seconds: number, value: string]

/** A native histogram; a bucket is `[which ends belong to it, low, high, count]`. */
interface HistogramSample {
  readonly count: string
  readonly sum: string
  readonly buckets?: readonly (readonly [number, string, string, string])[]
}

export interface MatrixSeries {
  readonly metric: LabelSet
  readonly values?: readonly SamplePair[]
  readonly histograms?: readonly (readonly [seconds: number, HistogramSample])[]
}

interface VectorSeries {
  readonly metric: LabelSet
  readonly value?: SamplePair
  readonly histogram?: readonly [seconds: number, HistogramSample]
}

export interface LogStream {
  readonly stream: LabelSet
  /** Nanoseconds since 1970, the line, and what is known of this line alone. */
  readonly values: readonly (readonly [nanoseconds: string, line: string, more?: unknown])[]
}

export type QueryResult =
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'vector'; readonly result: readonly VectorSeries[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: SamplePair }
  | { readonly resultType: 'streams'; readonly result: readonly LogStream[] }

/** A query of a panel and its answer. */
export interface Answer {
  readonly target: Target
  readonly result: QueryResult
  /** Between two samples of a range; further apart there is a gap. */
  readonly stepMs?: number
}

/** A sample's text as a number. */
export function sampleNumber(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Infinity
  if (text === '-Inf') return -Infinity
  return text === '' ? NaN : Number(text)
}
