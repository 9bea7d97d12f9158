import { compileRelabel } from '../relabel/relabel.ts'
import type { RelabelRule } from '../relabel/rule.ts'

/** What one rule made of the labels that the rule before it left. */
export interface RelabelStep {
  /** As the configuration has it, what is empty left out. */
  readonly rule: Readonly<Record<string, unknown>>
  /** Empty from the rule on that drops. */
  readonly output: Readonly<Record<string, string>>
  readonly keep: boolean
}

/** Relabels step by step, for those who wonder what became of a target. */
export function relabelSteps(
  rules: readonly RelabelRule[],
  labels: Readonly<Record<string, string>>,
): RelabelStep[] {
  const current = new Map(Object.entries(labels).filter(([, value]) => value !== ''))
  let keep = true
  return rules.map((rule) => {
    keep &&= compileRelabel([rule])(current)
    return { rule: shownRule(rule), output: keep ? Object.fromEntries(current) : {}, keep }
  })
}

function shownRule(rule: RelabelRule): Record<string, unknown> {
  const { source_labels, separator, regex, modulus, target_label, replacement, action } = rule
  return {
    ...(source_labels.length === 0 ? {} : { source_labels }),
    separator,
    regex,
    ...(modulus === 0 ? {} : { modulus }),
    ...(target_label === '' ? {} : { target_label }),
    replacement,
    action,
  }
}
