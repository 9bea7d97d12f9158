import { IconBellRinging, IconHeartbeat, IconHourglass, IconMoonStars } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { around } from '../logs/link.ts'
import { LogsLink } from '../logs/logs-link.tsx'
import { agoText, fullTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { RunbookLink } from './runbook-link.tsx'

const STATES = {
  firing: { word: 'Firing', tone: 'failing', Icon: IconBellRinging },
  pending: { word: 'Pending', tone: 'degraded', Icon: IconHourglass },
  beats: { word: 'Beats', tone: 'healthy', Icon: IconHeartbeat },
  inactive: { word: 'Inactive', tone: 'healthy', Icon: IconMoonStars },
} as const

export type AlertState = keyof typeof STATES

export function AlertStateMark({ state }: { readonly state: AlertState }): React.JSX.Element {
  const { word, tone, Icon } = STATES[state]
  return (
    <span className="health" data-health={tone}>
      <Icon size={15} aria-hidden />
      {word}
    </span>
  )
}

/** One alert: state, what it says, its labels, since when, and where to read what to do. */
export function AlertLine(props: {
  readonly state: AlertState
  readonly name: string
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
  readonly sinceMs: number
  readonly runbookUrl: string
  readonly value?: string
  /** What is odd about it; '' for nothing. */
  readonly mark?: string
  /** Whether to lead to the pipeline it concerns. */
  readonly linked?: boolean
}): React.JSX.Element {
  const { system, pipeline } = props.labels
  return (
    <div className="alert">
      <AlertStateMark state={props.state} />
      <div style={{ minWidth: 0 }}>
        <div>
          <b style={{ fontWeight: 600 }}>{props.name}</b>{' '}
          <span style={{ overflowWrap: 'anywhere' }}>{props.summary}</span>
        </div>
        <div style={{ marginTop: 4 }}>
          {Object.entries(props.labels)
            .filter(([label]) => label !== 'alertname')
            .map(([label, value]) => (
              <span className="tag" key={label}>
                {label}={value}
              </span>
            ))}
          {props.mark === undefined || props.mark === '' ? null : (
            <span className="tag" data-mark>
              {props.mark}
            </span>
          )}
          {props.value === undefined ? null : <span className="tag">value {props.value}</span>}
        </div>
      </div>
      <div style={{ textAlign: 'right', fontSize: 13 }}>
        <span className="muted" title={fullTime(props.sinceMs)}>
          {agoText(props.sinceMs, serverNow())}
        </span>
        <div style={{ display: 'flex', gap: 12, justifyContent: 'flex-end' }}>
          {props.linked !== true || system === undefined || pipeline === undefined ? null : (
            <Link to="/pipelines/$system/$pipeline" params={{ system, pipeline }}>
              Pipeline
            </Link>
          )}
          {props.state === 'firing' ? (
            <LogsLink
              labels={props.labels}
              span={around(props.sinceMs, undefined)}
              of={`the time around ${props.name}`}
            />
          ) : null}
          <RunbookLink url={props.runbookUrl} />
        </div>
      </div>
    </div>
  )
}
