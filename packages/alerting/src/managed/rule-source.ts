import { formatDuration } from '@weir/promql'
import type { Condition } from '../rules/condition.ts'
import type { AlertingRuleSpec, Rule } from '../rules/config.ts'
import type { LevelSource, RuleSource } from '../rules/source.ts'

/** A rule as it would be written, from what was read. Texts may be laid out differently. */
export function sourceOf(rule: Rule): RuleSource {
  if (rule.kind === 'recording') {
    const removed = [...rule.removedLabels].map((name) => [name, ''])
    const labels = { ...rule.labels.toJSON(), ...Object.fromEntries(removed) }
    return {
      record: rule.name,
      expr: rule.expr,
      ...storeOf(rule),
      ...unlessEmpty('labels', labels),
    }
  }
  const { noData, noDataForMs, reset, flapping } = rule
  return {
    alert: rule.name,
    expr: rule.expr,
    ...storeOf(rule),
    ...(rule.forMs === 0 ? {} : { for: formatDuration(rule.forMs) }),
    ...(rule.keepFiringForMs === 0
      ? {}
      : { keep_firing_for: formatDuration(rule.keepFiringForMs) }),
    ...unlessEmpty('labels', textsOf(rule.labels)),
    ...unlessEmpty('annotations', textsOf(rule.annotations)),
    ...(noData === undefined || rule.source === 'logs' ? {} : { no_data: noData }),
    ...(noDataForMs === undefined ? {} : { no_data_for: formatDuration(noDataForMs) }),
    ...(reset === undefined ? {} : { reset: conditionText(reset) }),
    ...unlessEmpty('levels', levelsOf(rule)),
    ...(flapping === undefined ? {} : { flapping }),
  }
}

function storeOf({ source }: Rule): Pick<RuleSource, 'source'> {
  return source === 'logs' ? { source } : {}
}

function textsOf(all: AlertingRuleSpec['labels']): Record<string, string> {
  return Object.fromEntries([...all].map(([name, { text }]) => [name, text]))
}

function levelsOf({ levels, forMs }: AlertingRuleSpec): Record<string, LevelSource> {
  return Object.fromEntries(
    levels.map((level) => [
      level.name,
      {
        when: conditionText(level.when),
        ...(level.reset === undefined ? {} : { reset: conditionText(level.reset) }),
        ...(level.forMs === forMs ? {} : { for: formatDuration(level.forMs) }),
      },
    ]),
  )
}

function conditionText(condition: Condition): string {
  return condition.kind === 'expr' ? condition.expr : `${condition.operator} ${condition.value}`
}

function unlessEmpty<Key extends string, Value extends object>(
  key: Key,
  value: Value,
): { readonly [_ in Key]?: Value } {
  return (Object.keys(value).length === 0 ? {} : { [key]: value }) as {
    readonly [_ in Key]?: Value
  }
}
