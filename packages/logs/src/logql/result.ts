import type { Labels } from '@weir/model'

/** One line of an answer. */
export interface LogEntry {
  readonly timeNs: bigint
  readonly line: string
  /** Labels of the stream as far as the query left them alone. */
  readonly stream: Labels
  /** What was said beside the line, `detected_level` among it. */
  readonly metadata: Labels
  /** What stages made; `__error__` and `__error_details__` among it. */
  readonly parsed: Labels
}

/** Numbers at steps: sample `i` is `values[i]` at `timesMs[i]`. */
export interface LogSeries {
  readonly labels: Labels
  readonly timesMs: Float64Array
  readonly values: Float64Array
}

export interface LogSample {
  readonly labels: Labels
  readonly timeMs: number
  readonly value: number
}

export type LogQueryValue =
  /** Lines in the direction asked for, whichever stream they are of; {@link groupEntries} sorts them into streams. */
  | { readonly kind: 'streams'; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'matrix'; readonly series: readonly LogSeries[] }
  | { readonly kind: 'vector'; readonly samples: readonly LogSample[] }
  | { readonly kind: 'scalar'; readonly timeMs: number; readonly value: number }

export interface LogQueryStats {
  /** Lines that the source gave, and their bytes where the text was read. */
  readonly linesRead: number
  readonly bytesRead: number
  /** Lines counted by the source itself, without reading them. */
  readonly linesCounted: number
  readonly streams: number
  readonly elapsedMs: number
}

export interface LogQueryResult {
  readonly value: LogQueryValue
  readonly stats: LogQueryStats
}

export interface EntryGroup {
  readonly labels: Labels
  readonly entries: readonly LogEntry[]
}

/**
 * Lines by the labels that an answer of Loki's API shows for a stream: all that a line has; or, for who asks
 * for categories, those of the stream alone, since metadata and parsed labels then stand beside each line.
 * Groups and lines stay in the order of the entries.
 */
export function groupEntries(
  entries: readonly LogEntry[],
  isCategorized: boolean,
): readonly EntryGroup[] {
  const groups = new Map<string, { labels: Labels; entries: LogEntry[] }>()
  for (const entry of entries) {
    const labels = isCategorized ? entry.stream : allLabels(entry)
    const group = groups.get(labels.key())
    if (group === undefined) groups.set(labels.key(), { labels, entries: [entry] })
    else group.entries.push(entry)
  }
  return [...groups.values()]
}

/** Stream, metadata and parsed labels of a line as one. */
export function allLabels({ stream, metadata, parsed }: LogEntry): Labels {
  let all = stream
  for (const [name, value] of metadata) all = all.with(name, value)
  for (const [name, value] of parsed) all = all.with(name, value)
  return all
}
