import type { PackDetail } from './api.ts'
import type { Pack } from './pack.ts'

/** A pack's alerts as `GET /api/weir/v1/packs/:id` shows them. */
export function packAlertRows(pack: Pack): PackDetail['alerts'] {
  return pack.alerts.map(({ name, expr, severity, forText, summary, runbook }) => {
    return { name, expr, severity, forText, summary, runbook }
  })
}
