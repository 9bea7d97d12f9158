import type { EventType, EventView } from '@weir/packs'
import { Button, SegmentedControl, Skeleton, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconInfoCircle,
} from '@tabler/icons-react'
import { whole } from '../format/number.ts'
import { FailureNote } from '../frame/failure-note.tsx'
import { agoText, fullTime } from '../time/clock-text.ts'
import { serverNow } from '../time/server-clock.ts'
import { eventPages } from './events-query.ts'

const TYPES = {
  error: { word: 'Error', check: 'Critical', tone: 'failing', Icon: IconCircleX },
  warning: { word: 'Warning', check: 'Warning', tone: 'degraded', Icon: IconAlertTriangle },
  info: { word: 'Info', check: 'Unknown', tone: 'silent', Icon: IconInfoCircle },
  success: { word: 'Success', check: 'OK', tone: 'healthy', Icon: IconCircleCheck },
} as const

const CHOICES: readonly (EventType | undefined)[] = [
  undefined,
  'error',
  'warning',
  'info',
  'success',
]

/** Around an event, so that what came before it is seen too. */
const AROUND_MS = 15 * 60_000

/** What senders told, newest first. */
export function EventList(props: {
  readonly query: string
  readonly type: string | undefined
  readonly onChange: (change: { q?: string | undefined; state?: string | undefined }) => void
}): React.JSX.Element {
  const type = CHOICES.find((known) => known === props.type)
  const wanted = { kind: 'event', text: props.query, type } as const
  const list = useInfiniteQuery(eventPages(wanted))
  return (
    <div className="stack">
      <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
        <div className="scroll">
          <SegmentedControl
            aria-label="Type"
            value={type ?? 'all'}
            onChange={(chosen) => props.onChange({ state: chosen === 'all' ? undefined : chosen })}
            data={CHOICES.map((choice) => ({
              value: choice ?? 'all',
              label: choice === undefined ? 'All' : TYPES[choice].word,
            }))}
          />
        </div>
        <TextInput
          data-search
          aria-label="Search events"
          placeholder="Search title, text, host, tag   /"
          value={props.query}
          onChange={(event) => props.onChange({ q: event.currentTarget.value || undefined })}
          style={{ flex: '1 1 220px', maxWidth: 380 }}
        />
      </div>
      {list.error === null ? null : (
        <FailureNote error={list.error} retry={() => void list.refetch()} />
      )}
      {list.data === undefined ? (
        list.error === null ? (
          <Skeleton height={240} />
        ) : null
      ) : (
        <Pages
          events={list.data.pages.flatMap(({ events }) => events)}
          total={list.data.pages[0]?.total ?? 0}
          isFiltered={props.query !== '' || type !== undefined}
        />
      )}
      {list.hasNextPage ? (
        <div>
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Older events
          </Button>
        </div>
      ) : null}
    </div>
  )
}

function Pages(props: {
  readonly events: readonly EventView[]
  readonly total: number
  readonly isFiltered: boolean
}): React.JSX.Element {
  if (props.events.length === 0) {
    return (
      <div className="sheet empty">
        {props.isFiltered
          ? 'No event matches.'
          : 'No events yet. Send one from a deploy: any DogStatsD client does it, and it marks every chart.'}
      </div>
    )
  }
  return (
    <section className="sheet" aria-label="Events">
      <div className="sheet-head">
        <h2>Events</h2>
        <span className="muted">
          {props.events.length < props.total
            ? `newest ${whole(props.events.length)} of ${whole(props.total)}`
            : whole(props.total)}
        </span>
      </div>
      {props.events.map((event) => (
        <EventLine key={event.id} event={event} />
      ))}
    </section>
  )
}

function EventLine({ event }: { readonly event: EventView }): React.JSX.Element {
  const { word, check, tone, Icon } = TYPES[event.type]
  const { atMs, title, text, tags, host, source } = event
  return (
    <div className="alert">
      <span className="health" data-health={tone}>
        <Icon size={15} aria-hidden />
        {event.kind === 'check' ? check : word}
      </span>
      <div style={{ minWidth: 0, overflowWrap: 'anywhere' }}>
        <b style={{ fontWeight: 600 }}>{title}</b>
        {text === '' ? null : (
          <div style={{ color: 'var(--ink-2)', whiteSpace: 'pre-line' }}>{text}</div>
        )}
        <div style={{ marginTop: 3 }}>
          {[host, source, ...tags]
            .filter((shown) => shown !== '')
            .map((shown, i) => (
              <span className="tag" key={`${i} ${shown}`}>
                {shown}
              </span>
            ))}
        </div>
      </div>
      <div className="muted" style={{ fontSize: 13, textAlign: 'right' }}>
        <span className="num" title={fullTime(atMs)}>
          {agoText(atMs, serverNow())}
        </span>
        <div>
          <Link
            to="/explore"
            search={{ from: String(atMs - AROUND_MS), to: String(atMs + AROUND_MS) }}
            aria-label={`Explore the time around ${title}`}
          >
            Explore
          </Link>
        </div>
      </div>
    </div>
  )
}
