import type { Labels } from '@weir/model'

/**
 * The order in which Alertmanager lists label sets: fewer labels first; then, name by name, the set that
 * lacks the name, or has the smaller value.
 *
 * @see prometheus/common:model/labelset.go, `Before`
 */
export function compareLabelSets(a: Labels, b: Labels): number {
  if (a.size !== b.size) return a.size - b.size
  const names = [...a, ...b].map(([name]) => name).toSorted()
  for (const name of names) {
    const [left, right] = [a.get(name), b.get(name)] // absent is '', which sorts first
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}
