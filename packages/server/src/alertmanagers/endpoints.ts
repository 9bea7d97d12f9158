import type { FoundLabels, TargetGroup } from '../discovery/target-group.ts'
import { type LabelMap, compileRelabel } from '../relabel/relabel.ts'
import type { OutsideAlertmanager } from './config.ts'

/** Where Alertmanagers take alerts. */
export interface FoundEndpoints {
  /** Each once. */
  readonly active: readonly string[]
  /** Those that a rule dropped. */
  readonly dropped: readonly string[]
  /** Why some of what was found is none. */
  readonly faults: readonly string[]
}

/**
 * What was discovered, as addresses.
 *
 * @see prometheus:notifier/alertmanager.go
 */
export function endpointsOf(
  config: OutsideAlertmanager,
  groups: readonly TargetGroup[],
): FoundEndpoints {
  const relabel = compileRelabel(config.relabel_configs)
  const active = new Set<string>()
  const dropped: string[] = []
  const faults: string[] = []
  for (const group of groups) {
    for (const own of group.targets) {
      const labels = discovered(config, own, group.labels)
      const before = addressOf(labels)
      if (!relabel(labels)) {
        dropped.push(before)
        continue
      }
      const host = labels.get('__address__') ?? ''
      const address = addressOf(labels)
      if (host === '' || host.includes('/') || !URL.canParse(address)) {
        faults.push(`Cannot use "${host}" as the address of an Alertmanager: want host:port`)
      } else {
        active.add(address)
      }
    }
  }
  return { active: [...active], dropped, faults }
}

function discovered(config: OutsideAlertmanager, own: FoundLabels, group: FoundLabels): LabelMap {
  const path = `/${config.path_prefix}/api/v2/alerts`.replaceAll(/\/+/g, '/')
  const shared = Object.entries(group).filter(([name]) => !Object.hasOwn(own, name))
  // In this order: a group's own word on scheme and path goes before the section's, a target's does not.
  const labels = {
    ...own,
    __scheme__: config.scheme,
    __alerts_path__: path,
    ...Object.fromEntries(shared),
  }
  return new Map(Object.entries(labels).filter(([, value]) => value !== ''))
}

function addressOf(labels: LabelMap): string {
  const part = (name: string): string => labels.get(name) ?? ''
  return `${part('__scheme__')}://${part('__address__')}${part('__alerts_path__')}`
}
