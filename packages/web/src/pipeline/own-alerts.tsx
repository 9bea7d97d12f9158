import type { AlertView, FiringAlert } from '@weir/packs'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { firingWith } from '../alerts/firing/firing-rows.ts'
import { FiringRow } from '../alerts/firing/firing-row.tsx'
import { exactMatchers } from '../alerts/silences/matcher-text.ts'
import { SilenceDialog } from '../alerts/silences/silence-dialog.tsx'
import { useMay } from '../access/use-may.ts'
import { firingQuery, keepSilence } from '../api/alerts.ts'
import { AlertLine } from '../frame/alert-line.tsx'

/** Alerts of a stage. Those that are told to somebody open up: acknowledge, snooze, silence. */
export function OwnAlerts({
  alerts,
}: {
  readonly alerts: readonly AlertView[]
}): React.JSX.Element | null {
  const { data: groups = [] } = useQuery(firingQuery)
  const [silenced, setSilenced] = useState<FiringAlert['labels']>()
  const maySilence = useMay(keepSilence)
  if (alerts.length === 0) return null
  return (
    <section aria-label="Alerts">
      <h3>Alerts</h3>
      <div className="sheet" role="list">
        {alerts.map((alert) => {
          const found = firingWith(groups, { ...alert.labels, alertname: alert.name })
          const key = `${alert.name} ${JSON.stringify(alert.labels)}`
          return found === undefined ? (
            <div role="listitem" key={key}>
              <AlertLine {...alert} />
            </div>
          ) : (
            <FiringRow key={key} {...found} onSilence={setSilenced} />
          )
        })}
      </div>
      {silenced === undefined || !maySilence ? null : (
        <SilenceDialog matchers={exactMatchers(silenced)} onClose={() => setSilenced(undefined)} />
      )}
    </section>
  )
}
