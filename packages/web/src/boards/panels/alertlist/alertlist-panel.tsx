import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { rulesQuery } from '../../../api/prometheus.ts'
import { FailureNote } from '../../../frame/failure-note.tsx'
import { agoText } from '../../../time/clock-text.ts'
import type { PanelProps } from '../panel-props.ts'
import { alertRows } from './alert-rows.ts'

/** Alerts that fire, or are about to. */
export function AlertlistPanel({ panel, text, nowMs }: PanelProps): React.JSX.Element {
  const { data, error } = useQuery(rulesQuery)
  if (error !== null) return <FailureNote error={error} />
  if (data === undefined) return <Skeleton height="100%" />
  const rows = alertRows(data, panel.options, text)
  if (rows.length === 0) return <div className="panel-say">No alert is in this state.</div>
  return (
    <ul className="board-alerts" aria-label="Alerts" tabIndex={0}>
      {rows.map(({ key, name, state, labels, sinceMs, summary }) => (
        <li key={key} data-state={state}>
          <span
            className="health"
            data-health={
              state === 'firing' ? 'failing' : state === 'pending' ? 'degraded' : 'healthy'
            }
          >
            {state}
          </span>
          <div>
            <Link to="/alerts" search={{ q: name }}>
              {name}
            </Link>{' '}
            {labels.map(([label, value]) => (
              <span key={label} className="tag">
                {label}={value}
              </span>
            ))}
            {summary === '' ? null : <div className="muted">{summary}</div>}
          </div>
          <span className="muted num">{sinceMs === undefined ? '' : agoText(sinceMs, nowMs)}</span>
        </li>
      ))}
    </ul>
  )
}
