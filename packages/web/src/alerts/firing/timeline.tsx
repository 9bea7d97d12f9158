import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { timelineQuery } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'
import { MoreButton } from '../../frame/more-button.tsx'
import { fullTime, shortTime, spanText } from '../../time/clock-text.ts'
import { serverNow } from '../../time/server-clock.ts'
import { type Span, eventText, spansOf } from './timeline-spans.ts'

const STEP = 20
const STATE_WORDS: Readonly<Record<Span['state'], string>> = {
  pending: 'pending',
  firing: 'firing',
  held: 'held back',
  acked: 'acknowledged',
}

/** What happened to an alert within a week: a band of states, and the events. */
export function Timeline({ fingerprint }: { readonly fingerprint: string }): React.JSX.Element {
  const [now] = useState(serverNow)
  const { data, error, refetch } = useQuery(timelineQuery(fingerprint, now))
  const [shown, setShown] = useState(STEP)
  if (data === undefined) {
    return error === null ? (
      <Skeleton height={70} />
    ) : (
      <FailureNote error={error} retry={() => void refetch()} />
    )
  }
  const { events } = data
  if (events.length === 0) return <div className="muted">Nothing was written down yet.</div>
  return (
    <div className="timeline">
      <Band spans={spansOf(events, serverNow())} />
      <ol className="timeline-events">
        {events.slice(0, shown).map((event, i) => (
          <li key={`${event.atMs} ${event.kind} ${i}`} data-kind={event.kind}>
            <time className="muted num" title={fullTime(event.atMs)}>
              {shortTime(event.atMs)}
            </time>
            <span>{eventText(event)}</span>
          </li>
        ))}
      </ol>
      <MoreButton left={events.length - shown} step={STEP} onMore={() => setShown(shown + STEP)} />
    </div>
  )
}

function Band({ spans }: { readonly spans: readonly Span[] }): React.JSX.Element | null {
  const [first] = spans
  const last = spans.at(-1)
  if (first === undefined || last === undefined) return null
  const wholeMs = Math.max(last.toMs - first.fromMs, 1)
  const words = spans
    .map(({ state, fromMs, toMs }) => `${STATE_WORDS[state]} ${spanText(toMs - fromMs)}`)
    .join(', ')
  return (
    <div>
      <div className="band" role="img" aria-label={`From ${shortTime(first.fromMs)}: ${words}`}>
        {spans.map(({ state, fromMs, toMs }) => (
          <i
            key={fromMs}
            data-state={state}
            title={`${STATE_WORDS[state]} ${spanText(toMs - fromMs)}`}
            style={{
              left: `${((fromMs - first.fromMs) / wholeMs) * 100}%`,
              width: `${((toMs - fromMs) / wholeMs) * 100}%`,
            }}
          />
        ))}
      </div>
      <div className="band-times muted" aria-hidden>
        <span>{shortTime(first.fromMs)}</span>
        <span>{shortTime(last.toMs)}</span>
      </div>
    </div>
  )
}
