import type { Labels, Matcher, Severity } from '@weir/model'

/**
 * What LogQL reads from: the store (DuckDB over Parquet, and the newest lines in memory), or lines in
 * memory in tests. A query runs on a thread of its own; reading is asynchronous since DuckDB's threads do it.
 *
 * What a line is known by, under one name each, looked up in this order:
 *
 * 1. labels of its stream
 * 2. `detected_level`, the word for its severity
 * 3. metadata, what the sender said beside the line; where that has no `level`, it is the word for its severity too
 * 4. fields: what a line that is a JSON object says itself, flattened with `_` (`context_kafka_topic`),
 *    names made valid as Loki's `json` stage makes them
 *
 * Fields can be asked for (in filters, grouping, unwrap) without a parser, and are no part of a line's
 * labels in an answer unless a parser put them there.
 */
export interface LogSource {
  /** The streams for which all matchers hold and that may have lines in the range, in no order. */
  streams(matchers: readonly Matcher[], range: TimeRange): readonly LogStream[]
  /** Lines, a run at a time. */
  lines(request: LineRequest): AsyncIterable<LogLines>
  /**
   * How many lines there are, answered without reading them; undefined where that takes the lines
   * themselves (a condition that cannot be told from columns, say).
   */
  counts?(request: CountRequest): Promise<LogCounts | undefined>
}

/** Nanoseconds since 1970; `toNs` is not in it. */
export interface TimeRange {
  readonly fromNs: bigint
  readonly toNs: bigint
}

export interface LogStream {
  /** Its number in this store, for ever. */
  readonly id: number
  readonly labels: Labels
}

/** What a line must meet. */
export type LineCondition =
  /** The line holds the text, byte for byte. */
  | { readonly kind: 'contains'; readonly text: string }
  /** The line matches an RE2 expression somewhere. */
  | { readonly kind: 'matches'; readonly regex: string }
  /** A name (see {@link LogSource}) has a value; '' stands for absent. */
  | {
      readonly kind: 'value'
      /** Only what the line itself says counts, not its stream nor what was said beside it. */
      readonly isOwn?: boolean
      readonly name: string
      readonly operator: '=' | '!=' | '=~' | '!~'
      readonly value: string
    }
  | {
      readonly kind: 'number'
      readonly name: string
      readonly operator: '>' | '>=' | '<' | '<=' | '==' | '!='
      readonly value: number
    }
  | { readonly kind: 'not'; readonly of: LineCondition }
  | { readonly kind: 'any' | 'all'; readonly of: readonly LineCondition[] }

export interface LineRequest {
  readonly streams: readonly LogStream[]
  readonly range: TimeRange
  /** `any`: for who counts. */
  readonly order: 'forward' | 'backward' | 'any'
  /**
   * Conditions that every wanted line meets. The source leaves out what it can; the lines that it gives may
   * still fail some, so who asks tests again.
   */
  readonly conditions: readonly LineCondition[]
  /** About how many lines will be taken; the reader of the iterable stops when it has enough. */
  readonly expected?: number
  /** Whether `line` will be asked for; when it is false, it may not be. */
  readonly needsText: boolean
  /** The names that `field` will be asked for. Absent: any; then the line's text is read too. */
  readonly names?: readonly string[]
  readonly signal?: AbortSignal
}

/** Some lines in the order asked for; good until the next run is asked for. */
export interface LogLines {
  readonly count: number
  timeNs(i: number): bigint
  stream(i: number): LogStream
  severity(i: number): Severity
  /** The line as it came. */
  line(i: number): string
  /** `name, value, …` as the sender said it beside the line. */
  metadata(i: number): readonly string[]
  /** What the line itself says under a flattened name, when it is a JSON object; undefined: nothing. */
  field(i: number, name: string): string | undefined
}

export interface CountRequest {
  readonly streams: readonly LogStream[]
  readonly range: TimeRange
  /** Lines are counted by steps of this length that begin at `range.fromNs`. */
  readonly stepNs: bigint
  /** Names (see {@link LogSource}) whose values tell groups apart, beside the stream when `byStream`. */
  readonly by: readonly string[]
  readonly byStream: boolean
  /** All must hold, exactly. */
  readonly conditions: readonly LineCondition[]
  /** Whether `bytes` is wanted; unless it is, they may all be 0. */
  readonly needsBytes?: boolean
  readonly signal?: AbortSignal
}

/** A row for each group and step that has lines. */
export interface LogCounts {
  readonly count: number
  /** Stream ids; meaningless unless asked for `byStream`. */
  readonly streamIds: Uint32Array
  /** `values[k][i]` is the value of `by[k]` in row `i`, '' when absent. */
  readonly values: readonly (readonly string[])[]
  /** Which step, from 0. */
  readonly steps: Uint32Array
  readonly lines: Float64Array
  /** Bytes of these lines. */
  readonly bytes: Float64Array
}
