import { type Labels, METRIC_NAME } from '@weir/model'
import type { Aggregation } from '../ast.ts'

/** The labels that a group keeps, and a key for it; made once per series. */
export function groupingOf(expr: Pick<Aggregation, 'without' | 'grouping'>): {
  key(labels: Labels): string
  labels(labels: Labels): Labels
} {
  if (expr.without) {
    const dropped = new Set([...expr.grouping, METRIC_NAME])
    return {
      key: (labels) => labels.without(dropped).key(),
      labels: (labels) => labels.without(dropped),
    }
  }
  const kept = new Set(expr.grouping)
  const names = [...kept]
  if (names.length === 1) {
    const name = names[0]!
    return { key: (labels) => labels.get(name), labels: (labels) => labels.keep(kept) }
  }
  return {
    // Each value with its length before it, so that no two lists of values look the same.
    key: (labels) => {
      let key = ''
      for (const name of names) {
        const value = labels.get(name)
        key += `${value.length}:${value}`
      }
      return key
    },
    labels: (labels) => labels.keep(kept),
  }
}
