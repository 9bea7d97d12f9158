import { type Labels, METRIC_NAME } from '@weir/model'

/**
 * The metric name in results. What changes the meaning of a value drops it, and with it the labels
 * that say the metric's type and unit.
 *
 * With the feature `promql-delayed-name-removal` that happens only at the very end: till then a label
 * that no series can have says that the name is to go, so that regular expressions over several
 * metrics do not collide half-way and `label_replace` may still save the name.
 */

/** The label that says so. Series are never found by it, grouped by it or matched by it. */
export const DROPS_NAME = '\0drops-name'

const METADATA: ReadonlySet<string> = new Set([METRIC_NAME, '__type__', '__unit__'])
const MARK: ReadonlySet<string> = new Set([DROPS_NAME])
const ALL: ReadonlySet<string> = new Set([...METADATA, DROPS_NAME])

export function withoutName(labels: Labels): Labels {
  return labels.without(METADATA)
}

/** Marks the name as one to go. */
export function markedForRemoval(labels: Labels): Labels {
  return labels.with(DROPS_NAME, '1')
}

/** The labels without the mark, name kept. */
export function unmarked(labels: Labels): Labels {
  return labels.without(MARK)
}

/** What a marked series is called in the end; others stay as they are. */
export function settledName(labels: Labels): Labels {
  return labels.has(DROPS_NAME) ? labels.without(ALL) : labels
}
