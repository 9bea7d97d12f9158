import type { PackAlertView } from '@weir/packs'
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { CodeBlock } from '../frame/code-block.tsx'
import { afterText, limitText, shippedText, specialLimits } from './limit-text.ts'
import { SetupText } from './setup-text.tsx'
import { templateText } from './template-text.ts'

/** Every alert with its limit and runbook; the one that the address names stands open. */
export function AlertSheet({
  alerts,
}: {
  readonly alerts: readonly PackAlertView[]
}): React.JSX.Element {
  const asked = useLocation({ select: ({ hash }) => hash })
  useEffect(() => {
    if (asked !== '') document.getElementById(asked)?.scrollIntoView()
  }, [asked])
  return (
    <section className="sheet">
      <div className="sheet-head">
        <h2>Alerts</h2>
        <span className="muted">{alerts.length}</span>
        <span className="spacer" />
        <span className="muted">
          limits are set by <code>packs.alerts</code> in weir.yml
        </span>
      </div>
      {alerts.map((alert) => (
        <details className="rule" key={alert.name} id={alert.name} open={alert.name === asked}>
          <summary>
            <b style={{ fontWeight: 600 }}>{alert.name}</b>{' '}
            <span className="tag">{alert.isDisabled ? 'off' : alert.severity}</span>
            {alert.threshold === null ? null : (
              <span className="tag">{limitText(alert.threshold)}</span>
            )}
            {alert.shipped === null ? null : (
              <span className="tag" data-mark>
                yours
              </span>
            )}
            {templateText(alert.summary)}
          </summary>
          <AlertDetail alert={alert} />
        </details>
      ))}
    </section>
  )
}

function AlertDetail({ alert }: { readonly alert: PackAlertView }): React.JSX.Element {
  const special = alert.threshold === null ? [] : specialLimits(alert.threshold)
  const shipped = shippedText(alert)
  return (
    <>
      {alert.description === '' ? null : (
        <p className="runbook">{templateText(alert.description)}</p>
      )}
      <SetupText text={alert.runbook} />
      <CodeBlock text={alert.expr} />
      <p className="muted" style={{ fontSize: 13, margin: '8px 0 0' }}>
        Fires {afterText(alert.forText)}
        {alert.threshold === null || alert.threshold.by === ''
          ? ''
          : ` · limits can differ by ${alert.threshold.by}`}
        {special.length === 0 ? '' : ` · ${special.join(', ')}`}
        {alert.isDisabled ? ' · switched off in weir.yml' : ''}
        {shipped.length === 0 ? '' : ` · the pack says ${shipped.join(', ')}`} ·{' '}
        <Link to="/explore" search={{ expr: alert.expr, tab: 'table' }}>
          Explore
        </Link>
      </p>
    </>
  )
}
