import type { HistogramSeries, LabelPairs, MetricFamily, Series } from '../metrics/family.ts'

/** The two forms of a metrics page; the first is what every scraper reads. */
export type PageFormat = 'text' | 'openmetrics'

const CONTENT_TYPES: Readonly<Record<PageFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

export function contentTypeOf(format: PageFormat): string {
  return CONTENT_TYPES[format]
}

/** OpenMetrics for those that ask for it; a plain page for a browser, curl, or no header at all. */
export function formatWanted(accept: string | null | undefined): PageFormat {
  return accept?.includes('application/openmetrics-text') === true ? 'openmetrics' : 'text'
}

/**
 * Families as a page. A name that comes twice (two sources together) is told once, the first wins:
 * a scraper refuses the whole page otherwise.
 */
export function writePage(families: readonly MetricFamily[], format: PageFormat): string {
  const told = new Set<string>()
  const parts: string[] = []
  for (const family of families) {
    if (told.has(family.name)) continue
    told.add(family.name)
    parts.push(writeFamily(family, format))
  }
  if (format === 'openmetrics') parts.push('# EOF\n')
  return parts.join('')
}

function writeFamily({ name, help, type, series }: MetricFamily, format: PageFormat): string {
  if (series.length === 0) return ''
  // OpenMetrics names a counter's family without the suffix that its samples must have.
  const isCounter = format === 'openmetrics' && type === 'counter'
  const family = isCounter ? name.replace(/_total$/, '') : name
  const sample = isCounter ? `${family}_total` : name
  const lines = [`# HELP ${family} ${escapeHelp(help, format)}`, `# TYPE ${family} ${type}`]
  for (const one of series) lines.push(...sampleLines(sample, one))
  return `${lines.join('\n')}\n`
}

function sampleLines(name: string, series: Series): string[] {
  if ('histogram' in series) return histogramLines(name, series)
  return [`${name}${labelText(series.labels)} ${numberText(series.value)}`]
}

function histogramLines(name: string, { labels, histogram }: HistogramSeries): string[] {
  const plain = labelText(labels)
  const lines = cumulative(histogram).map(
    ([bound, count]) =>
      `${name}_bucket${labelText([...labels, ['le', boundText(bound)]])} ${count}`,
  )
  lines.push(`${name}_sum${plain} ${numberText(histogram.sum)}`)
  lines.push(`${name}_count${plain} ${histogram.count}`)
  return lines
}

/** Buckets added up, as Prometheus keeps them: each counts all that is at or below its bound. */
export function cumulative({
  bounds,
  counts,
}: HistogramSeries['histogram']): [bound: number, count: number][] {
  let sum = 0
  return counts.map((count, i) => {
    sum += count
    return [bounds[i] ?? Infinity, sum]
  })
}

/** A bound as Prometheus writes it: `1.0`, because OpenMetrics wants a float there. */
export function boundText(bound: number): string {
  if (bound === Infinity) return '+Inf'
  const text = String(bound)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}

function labelText(labels: LabelPairs): string {
  if (labels.length === 0) return ''
  return `{${labels.map(([name, value]) => `${name}="${escapeValue(value)}"`).join(',')}}`
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

function escapeHelp(help: string, format: PageFormat): string {
  const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return format === 'openmetrics' ? text.replaceAll('"', '\\"') : text
}
