import type { Alert, AlertSink } from '@weir/model'
import type { AlertingSetup } from './options.ts'
import type { RuleAlertSink } from './rules/source.ts'

/**
 * Where the alerts of rules go: to Weir's own routes, to Alertmanagers elsewhere, or to both.
 *
 * Alertmanagers elsewhere take them alone unless there is a config for the own routes too: whoever points
 * Weir at the Alertmanager he has wants one message, not two. Alerts that other programs push are always
 * routed here.
 */
export class RuleAlerts implements RuleAlertSink {
  readonly #setup: () => AlertingSetup
  readonly #routes: AlertSink
  readonly #isOfDuty: boolean

  /** @param isOfDuty whether another Weir evaluates the rules when this one cannot */
  constructor(routes: AlertSink, setup: () => AlertingSetup, isOfDuty = false) {
    this.#routes = routes
    this.#isOfDuty = isOfDuty
    this.#setup = setup
  }

  async receive(alerts: readonly Alert[]): Promise<void> {
    const { outside, config } = this.#setup()
    const wanted = this.#relabelled(alerts)
    if (wanted.length === 0) return
    const routesHere = outside === undefined || config !== undefined
    // Both hear of it, even when one of them fails.
    await Promise.all([
      outside?.receive(wanted),
      routesHere ? this.#routes.receive(this.#isOfDuty ? wanted.map(ofDuty) : wanted) : undefined,
    ])
  }

  /** Only for Alertmanagers elsewhere: what waits for them is in memory, and they forget what they are told. */
  get repeatEnds(): AlertSink['receive'] | undefined {
    const { outside } = this.#setup()
    return outside && ((alerts) => outside.receive(this.#relabelled(alerts)))
  }

  #relabelled(alerts: readonly Alert[]): readonly Alert[] {
    const { relabelAlert } = this.#setup()
    if (relabelAlert === undefined) return alerts
    return alerts.flatMap((alert) => {
      const labels = relabelAlert(alert.labels)
      if (labels === undefined) return []
      return labels === alert.labels ? [alert] : [{ ...alert, labels }]
    })
  }
}

function ofDuty(alert: Alert): Alert {
  return { ...alert, isOfDuty: true }
}
