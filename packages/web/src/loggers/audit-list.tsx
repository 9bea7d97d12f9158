import type { OverrideView } from '@weir/packs'
import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { auditQuery } from '../api/loggers.ts'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { MoreButton } from '../frame/more-button.tsx'
import { agoText, fullTime, shortTime, spanText } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { LevelMark } from './level-mark.tsx'
import { furtherOf, loggersText } from './override-text.ts'

const ROWS = 100

/** Every change of a level that is kept: who, when, what, why, and how it ended. */
export function AuditList(): React.JSX.Element {
  const { data, error, refetch } = useQuery(auditQuery)
  const [rows, setRows] = useState(ROWS)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={240} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const { overrides } = data
  if (overrides.length === 0) return <div className="sheet empty">No level was ever changed.</div>
  return (
    <section className="sheet" aria-label="History">
      <div className="sheet-head">
        <h2>History</h2>
        <span className="muted">{whole(overrides.length)}, newest first</span>
      </div>
      {overrides.slice(0, rows).map((override) => (
        <AuditRow key={override.id} override={override} />
      ))}
      {rows >= overrides.length ? null : (
        <div className="sheet-body">
          <MoreButton
            left={overrides.length - rows}
            step={ROWS}
            onMore={() => setRows(rows + ROWS)}
          />
        </div>
      )}
    </section>
  )
}

function AuditRow({ override }: { readonly override: OverrideView }): React.JSX.Element {
  const { level, author, from, reason, startsAtMs, records, appliedCount, ofCount } = override
  return (
    <div className="override">
      <div style={{ minWidth: 0 }}>
        <LevelMark level={level} /> <b className="mono logger-name">{loggersText(override)}</b>{' '}
        {furtherOf(override).map((text) => (
          <span className="tag mono" key={text}>
            {text}
          </span>
        ))}
        <div className="override-why">
          <span className="muted" title={`from ${from}`}>
            {author}
          </span>{' '}
          {reason}
        </div>
      </div>
      <div className="override-records muted">
        {ofCount === 0 ? 'no process' : `${whole(appliedCount)} of ${whole(ofCount)}`}
        {records === 0 ? '' : `, ${whole(records)} records`}
      </div>
      <div className="override-when muted">
        <span title={fullTime(startsAtMs)}>{shortTime(startsAtMs)}</span>
        <span>{endText(override)}</span>
      </div>
    </div>
  )
}

function endText({ state, startsAtMs, expiresAtMs, endedMs, endedBy }: OverrideView): string {
  if (state === 'active') return `ends ${agoText(expiresAtMs, serverNow())}`
  const lasted = spanText((endedMs ?? expiresAtMs) - startsAtMs)
  if (state === 'expired') return `for ${lasted}`
  return endedBy === '' ? `ended after ${lasted}` : `${endedBy} ended it after ${lasted}`
}
