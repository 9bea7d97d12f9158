import type { AlertInstance, RuleGroup } from '../api/prometheus.ts'

type Rule = RuleGroup['rules'][number]

/** Alerts by state; a rule without alerts counts as one inactive. */
export function countStates(
  groups: readonly RuleGroup[],
): Record<'firing' | 'pending' | 'inactive', number> {
  const counts = { firing: 0, pending: 0, inactive: 0 }
  for (const rule of groups.flatMap((group) => group.rules)) {
    if (rule.type === 'recording') continue
    if (rule.alerts.length === 0) counts.inactive++
    for (const alert of rule.alerts) if (!isBeat(alert)) counts[alert.state]++
  }
  return counts
}

/**
 * Groups with the alerting rules that match, and of these only the alerts in the state asked for.
 * Firing rules come first within a group, groups with firing rules first of all.
 */
export function shownGroups(
  groups: readonly RuleGroup[],
  query: string,
  state: string | undefined,
): RuleGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return groups
    .map((group) => ({
      ...group,
      rules: group.rules
        .filter((rule) => rule.type === 'alerting' && found(rule, group.name, words))
        .flatMap((rule) => inState(rule, state))
        .toSorted((a, b) => rank(a) - rank(b)),
    }))
    .filter((group) => group.rules.length > 0)
    .toSorted((a, b) => rank(a.rules[0]) - rank(b.rules[0]))
}

/** A dead man's switch: it fires so that its silence can be noticed. */
export function isBeat({ state, labels }: AlertInstance): boolean {
  return state === 'firing' && labels['severity'] === 'none'
}

function found(rule: Rule, group: string, words: readonly string[]): boolean {
  const text = `${group} ${JSON.stringify(rule)}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function inState(rule: Rule, state: string | undefined): Rule[] {
  if (state === undefined || rule.type === 'recording') return [rule]
  if (rule.alerts.length === 0) return state === 'inactive' ? [rule] : []
  const alerts = rule.alerts.filter((alert) => alert.state === state && !isBeat(alert))
  return alerts.length === 0 ? [] : [{ ...rule, alerts }]
}

function rank(rule: Rule | undefined): number {
  if (rule?.type !== 'alerting') return 3
  return rule.alerts.some((alert) => alert.state === 'firing' && !isBeat(alert))
    ? 0
    : rule.alerts.length > 0
      ? 1
      : 2
}
