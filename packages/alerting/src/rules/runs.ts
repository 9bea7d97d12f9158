import { METRIC_NAME } from '@weir/model'
import { FEATURES, parseExpr, selectorsOf } from '@weir/promql'
import type { Rule } from './config.ts'

/** Most rules that are asked about in one go: what one question takes must not hold up too many others. */
const RULES_MAX = 64

/** Every feature on: the rule was read with those that are, and reads the same. */
const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

/** Series that every alerting rule writes. */
const ALERT_SERIES = ['ALERTS', 'ALERTS_FOR_STATE']

/**
 * The rules of a group, in order, cut into runs: no rule of a run reads what an earlier one of the
 * same run writes. So all of a run can be asked at once, and its results written in one commit, and
 * nobody sees that they were not evaluated one after the other.
 */
export function independentRuns<T>(all: readonly T[], ruleOf: (one: T) => Rule): T[][] {
  const runs: T[][] = []
  let run: T[] = []
  let written = new Set<string>()
  for (const one of all) {
    const rule = ruleOf(one)
    if (run.length === RULES_MAX || readsAny(rule, written)) {
      runs.push(run)
      run = []
      written = new Set()
    }
    run.push(one)
    for (const name of rule.kind === 'recording' ? [rule.name] : ALERT_SERIES) written.add(name)
  }
  if (run.length > 0) runs.push(run)
  return runs
}

function readsAny(rule: Rule, written: ReadonlySet<string>): boolean {
  if (written.size === 0) return false
  // A template may ask for anything.
  if (rule.kind === 'alerting' && asksInTemplates(rule)) return true
  if (rule.source === 'logs') return false
  return selectorsOf(parseExpr(rule.expr, ALL_FEATURES)).some(({ matchers }) => {
    const name = matchers.find((one) => one.name === METRIC_NAME && one.operator === '=')
    return name === undefined || written.has(name.value)
  })
}

function asksInTemplates({ labels, annotations }: Extract<Rule, { kind: 'alerting' }>): boolean {
  return [...labels.values(), ...annotations.values()].some(({ text }) => /\bquery\b/.test(text))
}
