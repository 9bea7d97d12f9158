import type { GroupFigures } from '@weir/alerting'
import { Labels, type MetricFamily } from '@weir/model'

const GAUGES = [
  [
    'weir_alerting_group_last_duration_seconds',
    'How long the last evaluation of a rule group took.',
    ({ tookMs }) => tookMs / 1000,
  ],
  [
    'weir_alerting_group_last_evaluation_timestamp_seconds',
    'When a rule group was evaluated last, seconds since 1970; 0 when it was not yet.',
    ({ evaluatedMs }) => (evaluatedMs ?? 0) / 1000,
  ],
  [
    'weir_alerting_group_interval_seconds',
    'How often a rule group is evaluated.',
    ({ intervalMs }) => intervalMs / 1000,
  ],
  ['weir_alerting_group_rules', 'Rules of a group.', ({ ruleCount }) => ruleCount],
] as const satisfies readonly (readonly [string, string, (group: GroupFigures) => number])[]

/** The rule groups as they are now: read when somebody looks, so that groups that left are not shown. */
export function ruleGroupFamilies(groups: readonly GroupFigures[]): MetricFamily[] {
  return GAUGES.map(([name, help, valueOf]) => ({
    name,
    help,
    type: 'gauge',
    samples: groups.map((group) => ({
      name,
      labels: Labels.of({ group: group.key }),
      value: valueOf(group),
    })),
  }))
}
