import type { PackAlertView, PackDetail } from './api.ts'
import type { Pack } from './pack.ts'
import { alertCondition } from './rule-groups.ts'

/** A pack's alerts as `GET /api/weir/v1/packs/:id` shows them. */
export function packAlertRows(pack: Pack): PackDetail['alerts'] {
  return pack.alerts.map((alert): PackAlertView => {
    const { name, severity, forText, stage, summary, description, runbook } = alert
    return {
      name,
      expr: alertCondition(alert),
      severity,
      forText,
      stage,
      summary,
      description,
      runbook,
      threshold: alert.threshold ?? null,
      shipped: alert.shipped ?? null,
      isDisabled: alert.isDisabled ?? false,
    }
  })
}
