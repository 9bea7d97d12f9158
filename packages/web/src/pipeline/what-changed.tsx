import type { PipelineSummary } from '@weir/packs'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { IconFlag } from '@tabler/icons-react'
import { eventsBetween } from '../events/events-query.ts'
import { concerns } from '../events/marks-of.ts'
import { hourAndMinute, spanText } from '../time/clock-text.ts'

/** What happened so long before a trouble began may be its cause … */
const BEFORE_MS = 45 * 60_000
/** … and so long after, where clocks differ and a rule takes its time. */
const AFTER_MS = 60_000
const SHOWN = 3

/** Events shortly before a pipeline got worse: a deployment is the first to be suspected. */
export function WhatChanged({
  summary,
}: {
  readonly summary: PipelineSummary
}): React.JSX.Element | null {
  const { health, sinceMs, pipeline } = summary
  const isWorse = health !== 'healthy' && sinceMs !== null
  const begun = sinceMs ?? 0
  const { data } = useQuery({
    ...eventsBetween(begun - BEFORE_MS, begun + AFTER_MS),
    enabled: isWorse,
  })
  if (!isWorse) return null
  const events = (data?.events ?? [])
    .filter((event) => event.kind === 'event' && concerns(event, pipeline))
    .toSorted((a, b) => b.atMs - a.atMs)
    .slice(0, SHOWN)
  if (events.length === 0) return null
  return (
    <div className="what-changed">
      <IconFlag size={15} aria-hidden />
      <span>
        Before that:{' '}
        {events.map(({ id, title, atMs }, i) => (
          <span key={id}>
            {i === 0 ? '' : ' · '}
            <b>{title}</b> at {hourAndMinute(atMs)}
            {atMs < begun ? `, ${spanText(begun - atMs)} earlier` : ''}
          </span>
        ))}{' '}
        <Link to="/alerts" search={{ tab: 'events' }}>
          Events
        </Link>
      </span>
    </div>
  )
}
