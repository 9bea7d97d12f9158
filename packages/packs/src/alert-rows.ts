import type { PackDetail } from './api.ts'
import type { Pack } from './pack.ts'
import { alertCondition } from './rule-groups.ts'

/** A pack's alerts as `GET /api/weir/v1/packs/:id` shows them. */
export function packAlertRows(pack: Pack): PackDetail['alerts'] {
  return pack.alerts.map((alert) => {
    const { name, severity, forText, summary, runbook } = alert
    return { name, expr: alertCondition(alert), severity, forText, summary, runbook }
  })
}
