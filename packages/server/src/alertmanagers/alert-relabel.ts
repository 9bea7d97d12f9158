import { Labels } from '@weir/model'
import { compileRelabel } from '../relabel/relabel.ts'
import type { RelabelRule } from '../relabel/rule.ts'

/** The labels that rules make of an alert's; undefined for one that they drop. */
export function relabelOf(rules: readonly RelabelRule[]): (labels: Labels) => Labels | undefined {
  if (rules.length === 0) return (labels) => labels
  const relabel = compileRelabel(rules)
  return (labels) => {
    const map = new Map(labels)
    if (!relabel(map)) return undefined
    const changed = Labels.fromFlat([...map].flat())
    return changed.equals(labels) ? labels : changed // the same object is known to silences
  }
}
