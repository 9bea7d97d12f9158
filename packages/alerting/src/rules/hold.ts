import type { Alert } from '@weir/model'
import type { Rule } from './config.ts'

/** On top of its interval, until a rule group has been evaluated and its alerts were handed on. */
const MARGIN_MS = 5000

/**
 * How long after a start an alert of an earlier life is not yet taken for resolved: until the groups with a rule of
 * its name have had their turn. Where no rule has that name it came from elsewhere, or its rule is gone: until all have.
 */
export function holdAfterStart(
  groups: readonly { readonly intervalMs: number; readonly rules: readonly Rule[] }[],
): (alert: Pick<Alert, 'labels'>) => number {
  const byName = new Map<string, number>()
  for (const { intervalMs, rules } of groups) {
    for (const { kind, name } of rules) {
      if (kind === 'alerting') byName.set(name, Math.max(intervalMs, byName.get(name) ?? 0))
    }
  }
  const longestMs = Math.max(0, ...groups.map(({ intervalMs }) => intervalMs))
  return ({ labels }) => (byName.get(labels.get('alertname')) ?? longestMs) + MARGIN_MS
}
