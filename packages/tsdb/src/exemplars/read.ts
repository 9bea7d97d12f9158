import type { Exemplar, Labels, SeriesExemplars } from '@weir/model'

import { ByteReader } from '../codec/bytes.ts'
import type { Environment } from '../disk/environment.ts'
import { readLabels } from '../index/label-bytes.ts'
import type { ReadTransaction } from '../read/sealed.ts'
import { PageView } from './page.ts'

/** The exemplars of series (ascending numbers) within [minMs, maxMs], sorted by labels, each ascending in time. */
export function readExemplars(
  environment: Environment,
  transaction: ReadTransaction,
  wanted: { readonly series: Uint32Array; readonly minMs: number; readonly maxMs: number },
  labelsOf: (series: number) => Labels,
): SeriesExemplars[] {
  const { minMs, maxMs } = wanted
  const members = new Set(wanted.series)
  const found = new Map<number, Exemplar[]>()
  for (const { value: bytes } of environment.exemplars.getRange({ transaction })) {
    const page = new PageView(bytes)
    if (page.maxMs < minMs || page.minMs > maxMs) continue
    if (!page.series.some((series) => members.has(series))) continue
    const { series, times, values, labels } = page.rest()
    for (let i = 0; i < page.count; i++) {
      const timeMs = times[i]!
      if (timeMs < minMs || timeMs > maxMs || !members.has(series[i]!)) continue
      const exemplar = { labels: readLabels(new ByteReader(labels[i]!)), value: values[i]!, timeMs }
      const list = found.get(series[i]!)
      if (list === undefined) found.set(series[i]!, [exemplar])
      else list.push(exemplar)
    }
  }
  return [...found]
    .map(([series, exemplars]) => ({ labels: labelsOf(series), exemplars }))
    .sort((a, b) => a.labels.compare(b.labels))
}
