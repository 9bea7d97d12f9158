import type { Alert, AlertSink } from '@weir/model'
import type { AlertingSetup } from './options.ts'

/**
 * Where the alerts of rules go: to Weir's own routes, to Alertmanagers elsewhere, or to both.
 *
 * Alertmanagers elsewhere take them alone unless there is a config for the own routes too: whoever points
 * Weir at the Alertmanager he has wants one message, not two. Alerts that other programs push are always
 * routed here.
 */
export class RuleAlerts implements AlertSink {
  readonly #setup: () => AlertingSetup
  readonly #routes: AlertSink

  constructor(routes: AlertSink, setup: () => AlertingSetup) {
    this.#routes = routes
    this.#setup = setup
  }

  async receive(alerts: readonly Alert[]): Promise<void> {
    const { outside, relabelAlert, config } = this.#setup()
    const wanted =
      relabelAlert === undefined ? alerts : alerts.flatMap((one) => relabelled(one, relabelAlert))
    if (wanted.length === 0) return
    const routesHere = outside === undefined || config !== undefined
    // Both hear of it, even when one of them fails.
    await Promise.all([
      outside?.receive(wanted),
      routesHere ? this.#routes.receive(wanted) : undefined,
    ])
  }
}

function relabelled(
  alert: Alert,
  relabel: NonNullable<AlertingSetup['relabelAlert']>,
): readonly Alert[] {
  const labels = relabel(alert.labels)
  if (labels === undefined) return []
  return labels === alert.labels ? [alert] : [{ ...alert, labels }]
}
