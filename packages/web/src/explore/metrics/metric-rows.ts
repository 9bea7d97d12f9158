import type { MetricReference } from '@weir/packs'

/** What one metric is, by whoever knows: the store, its sender, a pack. */
export interface MetricRow {
  readonly name: string
  /** `counter`, `gauge`, …; '' when nobody said. */
  readonly type: string
  readonly unit: string
  readonly help: string
  /** What is normal, as the pack says. */
  readonly normal: string
  readonly pack: string
}

/** Of `/api/v1/metadata`. */
export type Metadata = Readonly<
  Record<string, readonly { readonly type: string; readonly help: string; readonly unit: string }[]>
>

const ENDINGS = /_(bucket|sum|count|total)$/

/** Every metric that is there, with what is known of it. A part of a histogram is known by the whole. */
export function metricRows(
  names: readonly string[],
  metadata: Metadata,
  packs: readonly { readonly id: string; readonly metrics: readonly MetricReference[] }[],
): MetricRow[] {
  const known = new Map<string, MetricReference & { readonly pack: string }>()
  for (const { id, metrics } of packs) {
    for (const metric of metrics) {
      for (const name of [metric.name, ...(metric.aliases ?? [])]) {
        if (!known.has(name)) known.set(name, { ...metric, pack: id })
      }
    }
  }
  return names.map((name) => {
    const family = name.replace(ENDINGS, '')
    const told = metadata[name]?.[0] ?? metadata[family]?.[0]
    const reference = known.get(name) ?? known.get(family)
    return {
      name,
      type: typeOf(name, told?.type ?? reference?.type ?? ''),
      unit: reference?.unit ?? told?.unit ?? '',
      help: reference?.help ?? told?.help ?? '',
      normal: reference?.normal ?? '',
      pack: reference?.pack ?? '',
    }
  })
}

function typeOf(name: string, type: string): string {
  if (type === 'unknown') return ''
  // Sums and counts of a histogram or summary are counters by themselves.
  return /_(sum|count)$/.test(name) && /^(histogram|summary)$/.test(type) ? 'counter' : type
}

/** Rows in which each of the words occurs, names before explanations. */
export function searchMetrics(rows: readonly MetricRow[], query: string): MetricRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const fits = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word))
  const named = rows.filter(({ name }) => fits(name))
  const explained = rows.filter(
    (row) => !fits(row.name) && fits(`${row.name} ${row.help} ${row.pack}`),
  )
  return [...named, ...explained]
}

/** The question that one most likely has about a metric. */
export function usualQuery({ name, type }: Pick<MetricRow, 'name' | 'type'>): string {
  if (name.endsWith('_bucket')) {
    return `histogram_quantile(0.95, sum by (le) (rate(${name}[5m])))`
  }
  if (type === 'counter' || name.endsWith('_total')) return `sum(rate(${name}[5m]))`
  if (type === 'histogram') return `histogram_quantile(0.95, sum(rate(${name}[5m])))`
  return name
}
