import { crc32 } from 'node:zlib'
import { Labels } from '@weir/model'
import type { Aggregate } from '../aggregate.ts'
import type { Family } from '../families.ts'

/**
 * Which series there are, as lines of JSON that are only ever added: a series costs its line once, not at each
 * flush. A line is a metric, a series of it, or the end of a series; later ones hold.
 */
type Line =
  | {
      readonly metric: number
      readonly family: Omit<Family, 'seriesCount' | 'isConfirmed'>
    }
  | {
      readonly series: number
      readonly of: number
      readonly ttlMs: number
      readonly labels: readonly string[]
    }
  | { readonly end: number }

/** A series as the lines tell it. */
export interface ListedSeries {
  readonly labels: Labels
  readonly family: Family
  readonly ttlMs: number
}

const NOTHING = Buffer.alloc(0)

/** Writes what changed since the last time. */
export class SeriesLines {
  /** Of all lines so far. */
  bytes = 0
  crc = 0
  #lineCount = 0
  readonly #metrics = new Map<Family, number>()
  readonly #listed: (Labels | undefined)[] = []
  readonly #ttls: number[] = []

  /** Whether most lines speak of series that have gone. */
  isStale(seriesCount: number): boolean {
    return this.#lineCount > 10_000 && this.#lineCount > seriesCount * 4
  }

  /** The lines that make the list what the aggregate is now, for series numbers from `from` to below `to`. */
  changes(aggregate: Aggregate, from = 0, to = aggregate.seriesEnd): Buffer {
    const lines: Line[] = []
    for (let series = from; series < Math.min(to, aggregate.seriesEnd); series++) {
      const labels = aggregate.labels[series]
      const ttlMs = labels === undefined ? 0 : aggregate.ttlMsOf(series)
      if (labels === this.#listed[series] && ttlMs === this.#ttls[series]) continue
      if (labels === undefined) {
        if (this.#listed[series] !== undefined) lines.push({ end: series })
      } else {
        const of = this.#metricOf(aggregate.family[series]!, lines)
        lines.push({ series, of, ttlMs, labels: [...labels].flat() })
      }
      this.#listed[series] = labels
      this.#ttls[series] = ttlMs
    }
    if (lines.length === 0) return NOTHING
    const text = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    this.#lineCount += lines.length
    this.bytes += text.length
    this.crc = crc32(text, this.crc)
    return text
  }

  #metricOf(family: Family, lines: Line[]): number {
    const known = this.#metrics.get(family)
    if (known !== undefined) return known
    const metric = this.#metrics.size
    this.#metrics.set(family, metric)
    const { name, kind, help, observer, maxSeries } = family
    lines.push({ metric, family: { name, kind, help, observer, maxSeries } })
    return metric
  }
}

/** The series that lines leave, by number. */
export function readSeriesLines(text: string): Map<number, ListedSeries> {
  const families = new Map<number, Family>()
  const series = new Map<number, ListedSeries>()
  for (const each of text.split('\n')) {
    if (each === '') continue
    const line = JSON.parse(each) as Line
    if ('metric' in line) {
      families.set(line.metric, {
        ...line.family,
        maxSeries: line.family.maxSeries,
        seriesCount: 0,
        isConfirmed: false,
      })
    } else if ('series' in line) {
      const { labels, of, ttlMs } = line
      series.set(line.series, {
        labels: Labels.fromFlat([...labels]),
        family: families.get(of)!,
        ttlMs,
      })
    } else series.delete(line.end)
  }
  return series
}
