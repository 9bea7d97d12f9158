import type { AlertView } from '@weir/packs'
import { Link } from '@tanstack/react-router'
import { AlertLine } from '../frame/alert-line.tsx'

/** So many are shown whole; the others are on the page of alerts. */
const SHOWN = 3

/** Alerts that concern no pipeline. */
export function LooseAlerts({
  alerts,
}: {
  readonly alerts: readonly AlertView[]
}): React.JSX.Element | null {
  if (alerts.length === 0) return null
  const firing = alerts.filter(({ state }) => state === 'firing').length
  return (
    <section className="sheet" aria-label="Alerts of no pipeline">
      <div className="sheet-head">
        <h2>Alerts of no pipeline</h2>
        <span className="muted">
          {firing} firing
          {alerts.length > firing ? `, ${alerts.length - firing} pending` : ''}
        </span>
        <span className="spacer" />
        <Link to="/alerts">
          {alerts.length > SHOWN ? `All ${alerts.length}` : 'Who was told, what to do'}
        </Link>
      </div>
      {alerts.slice(0, SHOWN).map((alert) => (
        <AlertLine key={`${alert.name} ${JSON.stringify(alert.labels)}`} {...alert} />
      ))}
    </section>
  )
}
