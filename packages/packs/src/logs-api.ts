/**
 * The shapes of Weir's own API of logs, `/api/weir/v1/logs/…`. Times of lines are nanoseconds since 1970 as
 * text, since a number would lose the last digits. Lines themselves, histograms and labels come by Loki's API.
 */

/** A line of log, of a stream that is known. */
export interface LogLineView {
  readonly timeNs: string
  /** `unknown`, `trace`, `debug`, `info`, `warn`, `error`, `critical`, `fatal`. */
  readonly level: string
  readonly line: string
  /** What the sender said beside the line. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * What stands around a line in its own stream, oldest first.
 *
 * `GET /logs/context?labels={"app":"x"}&time=<ns>&line=<text>&before=20&after=20`, or a POST of that form.
 */
export interface LogContextView {
  readonly before: readonly LogLineView[]
  /** Null when there is no such line (any more). */
  readonly line: LogLineView | null
  readonly after: readonly LogLineView[]
}

/**
 * The fields of the lines that a query selects and their most frequent values: the level first, then labels,
 * metadata, fields of the lines.
 *
 * `GET /logs/facets?query={app="x"}&start=<ns>&end=<ns>&values=10&fields=100`
 */
export interface LogFacetsView {
  /** Lines looked at. */
  readonly lines: number
  /** There are more lines: those looked at are spread over the time asked for, and counts are of these. */
  readonly isSampled: boolean
  readonly fields: readonly LogFacet[]
}

export interface LogFacet {
  /** As a query says it. */
  readonly name: string
  readonly kind: 'level' | 'label' | 'metadata' | 'field'
  readonly type: 'string' | 'int' | 'float' | 'boolean' | 'duration' | 'bytes'
  /** Lines that have it. */
  readonly lines: number
  /** Different values among them. */
  readonly valueCount: number
  /** Most frequent first. */
  readonly values: readonly { readonly value: string; readonly lines: number }[]
}

/**
 * What a SELECT over the table `logs` gives.
 *
 * `GET /logs/sql?query=SELECT …&rows=1000`, or a POST of that form
 */
export interface LogSqlView {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** Whole numbers beyond 2^53, times and durations as text. */
  readonly rows: readonly (readonly unknown[])[]
  /** There are more rows than were asked for. */
  readonly isCut: boolean
}
