import { type Labels, type NativeHistogram, WeirError } from '@weir/model'
import { Mismatch } from './mismatch.ts'
import { pairsOf, readSeriesLine } from './series-line.ts'

/** A sample, a stale marker, or a gap (undefined). */
export type LoadedItem = number | 'stale' | NativeHistogram | undefined

/**
 * Reads a series with its samples as unit tests of rules and answer scripts write them:
 * `up{job="a"} 1+2x3 _ stale {{count:2 sum:3 buckets:[1 1]}}x4`.
 *
 * @throws {WeirError} `QUERY_PARSE`
 */
export function readSeries(text: string): { labels: Labels; items: readonly LoadedItem[] } {
  // Where the scripts are lenient, unit tests are not.
  if (/^[^\s{"'`]*\s+\{(?!\{)/.test(text)) {
    throw unreadable(`want a value, got "${text.slice(text.indexOf('{'))}"`)
  }
  const { labels, items } = read(text, readSeriesLine)
  return {
    labels,
    items: items.map((item) => (typeof item === 'object' ? item.histogram : item)),
  }
}

/** Reads a series alone, `up{job="a"}`; labels with an empty value stay. `''` is the series without labels. */
export function readMetric(text: string): Readonly<Record<string, string>> {
  return text.trim() === '' ? {} : Object.fromEntries(read(text.trim(), pairsOf))
}

function read<T>(text: string, reader: (text: string) => T): T {
  try {
    return reader(text)
  } catch (error) {
    if (error instanceof Mismatch) throw unreadable(error.message)
    throw error
  }
}

function unreadable(why: string): WeirError {
  return new WeirError('QUERY_PARSE', why)
}
