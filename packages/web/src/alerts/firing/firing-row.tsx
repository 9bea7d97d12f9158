import type { FiringAlert, FiringGroup } from '@weir/packs'
import {
  IconBellOff,
  IconBellRinging,
  IconCheck,
  IconChevronDown,
  IconChevronRight,
  IconCircleCheck,
  IconHeartbeat,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo, useState } from 'react'
import { Offered } from '../../access/offered.tsx'
import { actOn } from '../../api/alerts.ts'
import { compact } from '../../format/number.ts'
import { RunbookLink } from '../../frame/runbook-link.tsx'
import { around } from '../../logs/link.ts'
import { LogsLink } from '../../logs/logs-link.tsx'
import { LabelTags } from '../../targets/label-tags.tsx'
import { agoText, fullTime, shortTime } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { AlertActions } from './alert-actions.tsx'
import { type FiringState, markTexts, ownLabels, stateOf } from './firing-rows.ts'
import { Timeline } from './timeline.tsx'

const STATES: Readonly<
  Record<
    FiringState,
    { readonly word: string; readonly tone: string; readonly Icon: typeof IconCheck }
  >
> = {
  active: { word: 'Firing', tone: 'failing', Icon: IconBellRinging },
  acked: { word: 'Acked', tone: 'degraded', Icon: IconCheck },
  suppressed: { word: 'Held back', tone: 'silent', Icon: IconBellOff },
  beat: { word: 'Beats', tone: 'healthy', Icon: IconHeartbeat },
  resolved: { word: 'Resolved', tone: 'healthy', Icon: IconCircleCheck },
}

/** One alert of a group; opened, what can be done about it and what happened. */
export const FiringRow = memo(function FiringRow(props: {
  readonly alert: FiringAlert
  readonly group: FiringGroup
  readonly onSilence: (labels: FiringAlert['labels']) => void
}): React.JSX.Element {
  const { alert, group, onSilence } = props
  const [isOpen, setOpen] = useState(false)
  const now = serverNow()
  const { labels, annotations } = alert
  const { word, tone, Icon } = STATES[stateOf(alert, now)]
  const name = labels['alertname'] ?? 'unnamed'
  return (
    <div role="listitem">
      <div className="firing">
        <button
          type="button"
          className="target-open"
          aria-expanded={isOpen}
          aria-label={`${name}, ${word}: what to do`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? (
            <IconChevronDown size={14} aria-hidden />
          ) : (
            <IconChevronRight size={14} aria-hidden />
          )}
          <span className="health" data-health={tone}>
            <Icon size={15} aria-hidden />
            {word}
          </span>
        </button>
        <div className="firing-what">
          <b>{name}</b> {annotations['summary'] ?? annotations['description'] ?? ''}
          <Marks alert={alert} />
          {isOpen ? null : <OwnLabels alert={alert} group={group} />}
        </div>
        <div className="firing-value num">{valueText(alert)}</div>
        <div className="firing-since muted num" title={fullTime(alert.startsAtMs)}>
          {agoText(alert.startsAtMs, now)}
        </div>
      </div>
      {isOpen ? <Opened alert={alert} group={group} onSilence={onSilence} /> : null}
    </div>
  )
})

/** What tells it from its neighbours; all labels show when it is opened. */
function OwnLabels(props: {
  readonly alert: FiringAlert
  readonly group: FiringGroup
}): React.JSX.Element | null {
  const labels = ownLabels(props.alert, props.group)
  if (labels.length === 0) return null
  return (
    <div className="firing-labels muted clip">
      {labels.map(([name, value]) => `${name}=${value}`).join(' · ')}
    </div>
  )
}

function valueText({ evidence }: FiringAlert): string {
  if (evidence === undefined || evidence.value === null) return ''
  const { value, threshold } = evidence
  const want = threshold === undefined ? '' : ` ${threshold.operator} ${compact(threshold.value)}`
  return compact(value) + want
}

/** Who deals with it, and why it is not told. */
function Marks({ alert }: { readonly alert: FiringAlert }): React.JSX.Element | null {
  const texts = markTexts(alert)
  if (texts.length === 0) return null
  return (
    <span className="firing-marks">
      {texts.map((text) => (
        <span className="tag" key={text}>
          {text}
        </span>
      ))}
    </span>
  )
}

function Opened(props: {
  readonly alert: FiringAlert
  readonly group: FiringGroup
  readonly onSilence: (labels: FiringAlert['labels']) => void
}): React.JSX.Element {
  const { alert, group, onSilence } = props
  const { labels, annotations, marks, evidence } = alert
  const { alertname: _, ...others } = labels
  const { system, pipeline } = labels
  return (
    <div className="target-opened">
      <Offered to={actOn}>
        <AlertActions alert={alert} onSilence={() => onSilence(labels)} />
      </Offered>
      <LabelTags labels={others} />
      {annotations['summary'] !== undefined && annotations['description'] ? (
        <div style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {annotations['description']}
        </div>
      ) : null}
      <div className="target-links">
        {system === undefined || pipeline === undefined ? null : (
          <Link to="/pipelines/$system/$pipeline" params={{ system, pipeline }}>
            Pipeline
          </Link>
        )}
        <RunbookLink url={annotations['runbook_url'] ?? ''} />
        {evidence === undefined || evidence.source === 'logs' ? null : (
          <Link to="/explore" search={{ expr: evidence.expr }}>
            Explore
          </Link>
        )}
        {evidence?.source === 'logs' ? (
          <Link to="/logs" search={{ query: evidence.expr }}>
            Counted lines
          </Link>
        ) : null}
        <LogsLink
          labels={labels}
          span={around(
            alert.startsAtMs,
            alert.endsAtMs <= serverNow() ? alert.endsAtMs : undefined,
          )}
          of="the time around it"
        />
        {alert.status.silencedBy.length === 0 && alert.status.mutedBy.length === 0 ? null : (
          <Link to="/alerts" search={{ tab: 'silences' }}>
            Silences
          </Link>
        )}
        <span className="muted">{nextText(group)}</span>
      </div>
      {marks === null || marks.notes.length === 0 ? null : (
        <ul className="notes">
          {marks.notes.map(({ by, atMs, text }) => (
            <li key={`${atMs} ${text}`}>
              <b>{by}</b> <span className="muted">{shortTime(atMs)}</span> {text}
            </li>
          ))}
        </ul>
      )}
      <Timeline fingerprint={alert.fingerprint} />
    </div>
  )
}

/** When its receiver hears of it next; the head of the group says when it did last. */
function nextText({ nextTurnMs }: FiringGroup): string {
  return nextTurnMs === null ? '' : `next turn ${agoText(nextTurnMs, serverNow())}`
}
