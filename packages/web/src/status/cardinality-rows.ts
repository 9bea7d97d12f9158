import type { TsdbStatus } from '../api/prometheus.ts'

/** What is counted: series by metric, values by label, series by a label with its value. */
export type CardinalityOf = 'metrics' | 'labels' | 'pairs'

export interface CardinalityRow {
  readonly name: string
  readonly count: number
  /** Of the largest of its kind, 0 to 1. */
  readonly share: number
  /** What to ask to see them. */
  readonly expr: string
}

/** The rows in whose names all words are found, the largest first. */
export function cardinalityRows(
  status: TsdbStatus,
  kind: CardinalityOf,
  search: string,
): CardinalityRow[] {
  const all = {
    metrics: status.seriesCountByMetricName,
    labels: status.labelValueCountByLabelName,
    pairs: status.seriesCountByLabelValuePair,
  }[kind]
  const most = Math.max(1, all?.[0]?.value ?? 0)
  const words = search.toLowerCase().split(/\s+/)
  return (all ?? [])
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .map(({ name, value }) => ({
      name,
      count: value,
      share: value / most,
      expr: EXPR[kind](name),
    }))
}

const EXPR: Readonly<Record<CardinalityOf, (name: string) => string>> = {
  metrics: (name) => (/^[A-Za-z_:][\w:]*$/.test(name) ? name : `{${JSON.stringify(name)}}`),
  labels: (name) => `sort_desc(count by (${label(name)}) ({${label(name)}!=""}))`,
  pairs: (pair) => {
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    return `sort_desc(count by (__name__) ({${label(name)}=${JSON.stringify(value)}}))`
  },
}

/** Names that PromQL does not read as they are stand in quotes. */
function label(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
}
