import {
  Labels,
  type Matcher,
  type MetricMetadata,
  type Querier,
  type SampleColumns,
  type SeriesSet,
} from '@weir/model'
import type { MetricSource } from '../query/job.ts'
import { testOf } from '../query/label-test.ts'
import { type ShownSeries, flatOf } from './answer.ts'
import { numberOf, readHistogram } from './read-histogram.ts'

/**
 * Raw samples that the engine gave, as a store: federation and remote read are answered from it as from the
 * embedded one.
 */
export class RawSource implements MetricSource {
  readonly #series: readonly { readonly labels: Labels; readonly shown: ShownSeries }[]

  constructor(series: readonly ShownSeries[]) {
    const byKey = new Map<string, { labels: Labels; shown: ShownSeries }>()
    for (const shown of series) {
      const labels = Labels.fromFlat(flatOf(shown.metric))
      byKey.set(labels.key(), { labels, shown })
    }
    this.#series = [...byKey.values()]
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    return new Map()
  }

  querier(): Querier {
    const select = ({ matchers }: { readonly matchers: readonly Matcher[] }): SeriesSet => {
      const isMeant = testOf(matchers)
      const found = this.#series.filter(({ labels }) => isMeant(labels.toJSON()))
      return {
        count: found.length,
        labels: (i) => found[i]!.labels,
        read: (i, minMs, maxMs, into) => readSamples(found[i]!.shown, { minMs, maxMs }, into),
      }
    }
    return {
      select,
      labelNames: () => [],
      labelValues: () => [],
      exemplars: () => [],
      [Symbol.dispose]: () => undefined,
    }
  }
}

function readSamples(
  { values = [], histograms = [] }: ShownSeries,
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  into: SampleColumns,
): void {
  const numbers = values.map(([seconds, text]) => ({ timeMs: Math.round(seconds * 1000), text }))
  const shown = histograms.map(([seconds, histogram]) => ({
    timeMs: Math.round(seconds * 1000),
    histogram,
  }))
  const all = [...numbers, ...shown].sort((a, b) => a.timeMs - b.timeMs)
  for (const sample of all) {
    if (sample.timeMs < minMs || sample.timeMs > maxMs) continue
    if ('text' in sample) into.push(sample.timeMs, numberOf(sample.text))
    else {
      const histogram = readHistogram(sample.histogram)
      if (histogram !== undefined) into.pushHistogram(sample.timeMs, histogram)
    }
  }
}
