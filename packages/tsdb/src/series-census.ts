import { METRIC_NAME } from '@weir/model'

import type { Dictionary } from './index/dictionary.ts'
import type { NameCount } from './store.ts'

/** So many of each kind are kept: beyond them nobody reads a list. */
const KEPT = 1000

export interface Census {
  readonly seriesByMetricName: readonly NameCount[]
  readonly valuesByLabelName: readonly NameCount[]
  readonly seriesByLabelPair: readonly NameCount[]
}

/** Counts who has many series. Walks the whole dictionary, so it does that only when series came or went. */
export class SeriesCensus {
  readonly #core: { readonly dictionary: Dictionary }
  #state = ''
  #census: Census = { seriesByMetricName: [], valuesByLabelName: [], seriesByLabelPair: [] }

  constructor(core: { readonly dictionary: Dictionary }) {
    this.#core = core
  }

  take(): Census {
    const { allSeries, liveCount } = this.#core.dictionary
    const state = `${allSeries}/${liveCount}`
    if (state !== this.#state) {
      this.#state = state
      this.#census = this.#count()
    }
    return this.#census
  }

  #count(): Census {
    const { dictionary } = this.#core
    const seriesOf = new Uint32Array(dictionary.allPairs)
    for (let series = 0; series < dictionary.allSeries; series++) {
      if (!dictionary.isLive(series)) continue
      const at = dictionary.listOf(series)
      const count = dictionary.lists.get(at)
      for (let i = 1; i <= count; i++) {
        const pair = dictionary.lists.get(at + i)
        seriesOf[pair] = seriesOf[pair]! + 1
      }
    }
    const names = new Map<number, number>()
    const metrics = new Largest()
    const pairs = new Largest()
    const text = (symbol: number): string => dictionary.symbolText(symbol)
    for (let pair = 0; pair < seriesOf.length; pair++) {
      const count = seriesOf[pair]!
      if (count === 0) continue
      const name = dictionary.pairName(pair)
      names.set(name, (names.get(name) ?? 0) + 1)
      pairs.add(pair, count)
      if (text(name) === METRIC_NAME) metrics.add(pair, count)
    }
    const value = (pair: number): string => text(dictionary.pairValue(pair))
    const most = [...names].sort((a, b) => b[1] - a[1]).slice(0, KEPT)
    return {
      seriesByMetricName: metrics.list().map(([pair, count]) => ({ name: value(pair), count })),
      valuesByLabelName: most.map(([name, count]) => ({ name: text(name), count })),
      seriesByLabelPair: pairs.list().map(([pair, count]) => {
        return { name: `${text(dictionary.pairName(pair))}=${value(pair)}`, count }
      }),
    }
  }
}

/** The largest counts of many, largest first; sorts only once in a while. */
class Largest {
  #found: [number: number, count: number][] = []

  add(number: number, count: number): void {
    this.#found.push([number, count])
    if (this.#found.length >= 4 * KEPT) this.#found = this.list()
  }

  list(): [number: number, count: number][] {
    return this.#found.sort(([, a], [, b]) => b - a).slice(0, KEPT)
  }
}
