import { type Labels, METRIC_NAME } from '@weir/model'
import type { Aggregation } from '../ast.ts'
import { DROPS_NAME, markedForRemoval } from './metric-name.ts'

/** The labels that a group keeps, and a key for it; made once per series. */
export function groupingOf(expr: Pick<Aggregation, 'without' | 'grouping'>): {
  key(labels: Labels): string
  labels(labels: Labels): Labels
  /** The labels of a group that one more series joins. */
  joined(group: Labels, labels: Labels): Labels
} {
  if (expr.without) {
    const dropped = new Set([...expr.grouping, METRIC_NAME, DROPS_NAME])
    return {
      key: (labels) => labels.without(dropped).key(),
      labels: (labels) => labels.without(dropped),
      joined: (group) => group,
    }
  }
  const names = [...new Set(expr.grouping)]
  // Where the name is kept, so is the mark that it is to go; one series that has it is enough.
  const keepsName = expr.grouping.includes(METRIC_NAME)
  const kept = new Set(keepsName ? [...names, DROPS_NAME] : names)
  const joined = (group: Labels, labels: Labels): Labels =>
    keepsName && labels.has(DROPS_NAME) ? markedForRemoval(group) : group
  if (names.length === 1) {
    const name = names[0]!
    return {
      key: (labels) => labels.get(name),
      labels: (labels) => labels.keep(kept),
      joined,
    }
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
    joined,
  }
}
