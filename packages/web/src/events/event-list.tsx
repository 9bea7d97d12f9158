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

const KINDS = {
  event: {
    title: 'Events',
    one: 'event',
    none: 'No events yet. Send one from a deploy: any DogStatsD client does it, and it marks every chart.',
  },
  check: {
    title: 'Service checks',
    one: 'service check',
    none: 'No service checks yet. Any DogStatsD client sends them, and the newest status of each is the metric service_check_status.',
  },
} as const

/** What senders told, newest first. */
export function EventList(props: {
  readonly kind: keyof typeof KINDS
  readonly query: string
  readonly type: string | undefined
  readonly onChange: (change: { q?: string | undefined; state?: string | undefined }) => void
}): React.JSX.Element {
  const type = CHOICES.find((known) => known === props.type)
  const { title } = KINDS[props.kind]
  const wanted = { kind: props.kind, text: props.query, type } as const
  const list = useInfiniteQuery(eventPages(wanted))
  return (
    <div className="stack">
      <div style={{ display: 'flex', gap: 10, flexWrap: 'wrap' }}>
        <div className="scroll">
          <SegmentedControl
            aria-label={props.kind === 'check' ? 'Status' : 'Type'}
            value={type ?? 'all'}
            onChange={(chosen) => props.onChange({ state: chosen === 'all' ? undefined : chosen })}
            data={CHOICES.map((choice) => ({
              value: choice ?? 'all',
              label: choice === undefined ? 'All' : typeWord(props.kind, choice),
            }))}
          />
        </div>
        <TextInput
          data-search
          aria-label={`Search ${title.toLowerCase()}`}
          placeholder={`Search ${props.kind === 'check' ? 'name, message' : 'title, text'}, host, tag   /`}
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
          kind={props.kind}
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
            Older {title.toLowerCase()}
          </Button>
        </div>
      ) : null}
    </div>
  )
}

function Pages(props: {
  readonly kind: keyof typeof KINDS
  readonly events: readonly EventView[]
  readonly total: number
  readonly isFiltered: boolean
}): React.JSX.Element {
  const { title, one, none } = KINDS[props.kind]
  if (props.events.length === 0) {
    return <div className="sheet empty">{props.isFiltered ? `No ${one} matches.` : none}</div>
  }
  return (
    <section className="sheet" aria-label={title}>
      <div className="sheet-head">
        <h2>{title}</h2>
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
  const { tone, Icon } = TYPES[event.type]
  const { atMs, title, text, tags, host, source } = event
  return (
    <div className="alert">
      <span className="health" data-health={tone}>
        <Icon size={15} aria-hidden />
        {typeWord(event.kind, event.type)}
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

function typeWord(kind: keyof typeof KINDS, type: EventType): string {
  return TYPES[type][kind === 'check' ? 'check' : 'word']
}
