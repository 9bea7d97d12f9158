import type { TimeRange } from '@weir/logs'

/** A question to the log store, as it goes to its thread. Times are nanoseconds. */
export type LogJob =
  | (RangeJob & { readonly kind: 'range' })
  | (InstantJob & { readonly kind: 'instant' })
  /** Names of labels, or the values of one, of the streams that a selector selects ('' all). */
  | { readonly kind: 'labels'; readonly query: string; readonly range: TimeRange }
  | {
      readonly kind: 'labelValues'
      readonly name: string
      readonly query: string
      readonly range: TimeRange
    }
  /** Labels of streams; selectors are united, none: all streams. */
  | { readonly kind: 'series'; readonly selectors: readonly string[]; readonly range: TimeRange }
  | { readonly kind: 'stats'; readonly query: string; readonly range: TimeRange }
  | (VolumeJob & { readonly kind: 'volume' })
  | {
      readonly kind: 'patterns'
      readonly query: string
      readonly range: TimeRange
      readonly stepNs: bigint
    }
  | (DetectedJob & { readonly kind: 'detectedFields' })
  | (DetectedJob & { readonly kind: 'detectedValues'; readonly name: string })
  | { readonly kind: 'detectedLabels'; readonly query: string; readonly range: TimeRange }
  | (ContextJob & { readonly kind: 'context' })
  | (FacetsJob & { readonly kind: 'facets' })
  /** A SELECT over the log table. */
  | { readonly kind: 'sql'; readonly text: string; readonly rowsMax: number }
  /** Lines of streams as a Parquet file; the answer is its path. */
  | { readonly kind: 'export'; readonly query: string; readonly range: TimeRange }

export interface RangeJob {
  readonly query: string
  readonly range: TimeRange
  readonly stepNs: bigint
  /** The least time between two lines of the answer. */
  readonly intervalNs: bigint
  readonly limit: number
  readonly direction: 'forward' | 'backward'
  /** Tells metadata and parsed labels apart from those of the stream. */
  readonly categorize: boolean
}

export interface InstantJob {
  readonly query: string
  readonly timeNs: bigint
}

interface VolumeJob {
  readonly query: string
  readonly range: TimeRange
  /** One value for all of it when undefined. */
  readonly stepNs: bigint | undefined
  readonly targetLabels: readonly string[]
  readonly aggregateBy: 'series' | 'labels'
  readonly limit: number
}

interface DetectedJob {
  readonly query: string
  readonly range: TimeRange
  /** Lines looked at. */
  readonly lineLimit: number
  /** Fields or values told. */
  readonly limit: number
}

interface ContextJob {
  readonly labels: Readonly<Record<string, string>>
  readonly timeNs: bigint
  readonly line: string | undefined
  readonly before: number
  readonly after: number
}

interface FacetsJob {
  readonly query: string
  readonly range: TimeRange
  readonly lines: number
  readonly fieldsMax: number
  readonly valuesMax: number
}

/** What may not be exceeded on the thread; see `logs.query`. */
export interface LogQueryLimits {
  readonly linesMax: number
  readonly seriesMax: number
  readonly sampleLines: number
}

/** JSON, and what it took. */
export interface LogReply {
  readonly body: Uint8Array<ArrayBuffer>
}
