/** What a series is called in a legend. */
import type { LabelSet } from './answer.ts'

/** `name{a="x", b="y"}`, labels sorted; `{}` when there is neither. */
export function seriesName(labels: LabelSet): string {
  const { __name__: name = '', ...rest } = labels
  const pairs = labelPairs(rest)
  return pairs === '' ? name || '{}' : `${name}{${pairs}}`
}

function labelPairs(labels: LabelSet): string {
  return Object.keys(labels)
    .toSorted()
    .map((label) => `${label}="${labels[label]}"`)
    .join(', ')
}

/** A legend format with `{{label}}` filled in; a label that is not there reads as nothing. */
export function legendText(format: string, labels: LabelSet): string {
  return format.replaceAll(/\{\{\s*([^{}]+?)\s*\}\}/g, (_, label: string) => labels[label] ?? '')
}

/**
 * The names that `__auto` gives the series of one query: what tells them apart, and no more.
 *
 * @param expression what was asked, for a single series without a name
 */
export function automaticNames(series: readonly LabelSet[], expression: string): string[] {
  const labels = [...new Set(series.flatMap((one) => Object.keys(one)))]
  const apart = labels.filter((label) => series.some((one) => one[label] !== series[0]![label]))
  if (series.length === 1 || apart.length === 0) {
    return series.map((one) => one['__name__'] ?? loneName(one, expression))
  }
  if (apart.length === 1) {
    return series.map((one) => one[apart[0]!] ?? loneName(one, expression))
  }
  return series.map((one) => {
    const told = Object.entries(one).filter(([label]) => apart.includes(label))
    return told.length === 0 ? loneName(one, expression) : seriesName(Object.fromEntries(told))
  })
}

function loneName(labels: LabelSet, expression: string): string {
  return Object.keys(labels).length === 0 ? expression : seriesName(labels)
}
