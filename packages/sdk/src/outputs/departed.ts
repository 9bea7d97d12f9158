import type { LabelPairs, MetricFamily } from '../metrics/family.ts'

export interface DepartedSeries {
  readonly name: string
  readonly labels: LabelPairs
}

/**
 * Gauges that were sent and are not there any more. A scraper sees by itself that a series has gone
 * from the page; whoever is pushed to would show its last value for minutes, and add up the lag of a
 * partition twice: where it was, and where it is now.
 */
export class Departures {
  #before = new Map<string, DepartedSeries>()

  /** Those that have gone since the last time. */
  since(families: readonly MetricFamily[]): readonly DepartedSeries[] {
    const now = new Map<string, DepartedSeries>()
    for (const { name, type, series } of families) {
      if (type !== 'gauge') continue
      for (const { labels } of series) now.set(JSON.stringify([name, labels]), { name, labels })
    }
    const gone = [...this.#before].flatMap(([key, one]) => (now.has(key) ? [] : [one]))
    this.#before = now
    return gone
  }
}
