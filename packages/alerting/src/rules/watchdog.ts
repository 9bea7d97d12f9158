/**
 * The dead man's switch: an alert that always fires, so that its silence says that rules, routing or
 * the way out no longer work. Somebody outside has to miss it (a service that expects a message every few
 * minutes), so it is there as soon as a route asks for it by name, and not before: sent to people who
 * did not ask, it would be an alarm about nothing.
 */
import { Labels } from '@weir/model'
import { type Route, routesFor } from '../route/tree.ts'
import { type RuleGroup, parseRuleGroups } from './config.ts'

/** The name and severity that the monitoring mixins of Kubernetes give it. */
const NAME = 'Watchdog'
const LABELS = { severity: 'none' } as const

/** The group of the switch, when a route is for it and no rule does the same; else nothing. */
export function watchdogGroups(root: Route, groups: readonly RuleGroup[]): RuleGroup[] {
  const isThere = groups.some(({ rules }) => rules.some(({ name }) => name === NAME))
  if (isThere || !isAskedFor(root)) return []
  return parseRuleGroups([
    {
      name: 'watchdog',
      file: 'weir',
      rules: [
        {
          alert: NAME,
          expr: 'vector(1)',
          labels: LABELS,
          annotations: {
            summary: 'Weir evaluates rules and sends alerts. That this stops is the alarm.',
          },
        },
      ],
    },
  ])
}

/** Whether it takes a route whose matchers, or an ancestor's, name it. */
function isAskedFor(root: Route): boolean {
  const labels = Labels.of({ alertname: NAME, ...LABELS })
  return routesFor(root, labels).some(({ key }) => /alertname=~?"[^"]*Watchdog/.test(key))
}
