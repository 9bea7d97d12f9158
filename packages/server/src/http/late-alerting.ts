import type { Alerting } from '@weir/alerting'
import type { HttpDeps } from './deps.ts'

/** The door to what opens after the port: nothing of it is asked for before all is ready. */
export function lateAlerting(alerting: () => Alerting): HttpDeps['alerting'] {
  return {
    ruleGroups: () => alerting().ruleGroups(),
    alerts: () => alerting().alerts(),
    get outbox() {
      return alerting().outbox
    },
    get managedRules() {
      return alerting().managedRules
    },
    get routing() {
      return alerting().routing
    },
    get silences() {
      return alerting().silences
    },
    get history() {
      return alerting().history
    },
    get marks() {
      return alerting().marks
    },
    get maintenance() {
      return alerting().maintenance
    },
    get peers() {
      return alerting().peers
    },
    get receiverTests() {
      return alerting().receiverTests
    },
  }
}
