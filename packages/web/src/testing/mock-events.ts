import type { EventPage, EventView } from '@weir/packs'
import { MOCK_NOW_MS } from './mock-data.ts'

function event(minutesAgo: number, title: string, more: Partial<EventView> = {}): EventView {
  return {
    id: `event/${minutesAgo}`,
    kind: 'event',
    atMs: MOCK_NOW_MS - minutesAgo * 60_000,
    title,
    text: '',
    type: 'info',
    priority: 'normal',
    host: '',
    source: '',
    aggregationKey: '',
    tags: [],
    ...more,
  }
}

const EVENTS: readonly EventView[] = [
  event(4, 'Warehouse migration began', {
    text: 'Tables of orders are copied.\nWrites wait for up to a minute.',
    type: 'warning',
    source: 'ops',
  }),
  event(17, 'Rolled back scheduler', {
    text: 'Version 2.11.3 lost heartbeats.',
    type: 'error',
    host: 'ci-2',
    tags: ['env:prod', 'service:scheduler'],
  }),
  event(18, 'Deployed scheduler 2.11.3', {
    type: 'success',
    host: 'ci-1',
    tags: ['env:prod', 'service:scheduler'],
  }),
  event(31, 'Backfill of inventory', { tags: ['pipeline:inventory_sync'] }),
  event(46, 'Deployed web 4.2', { type: 'success', tags: ['env:prod', 'service:web'] }),
]

const check = (minutesAgo: number, title: string, more: Partial<EventView>): EventView =>
  event(minutesAgo, title, { id: `check/${minutesAgo}`, kind: 'check', ...more })

const CHECKS: readonly EventView[] = [
  check(1, 'postgres.can_connect', {
    text: 'connection refused',
    type: 'error',
    host: 'db-2',
    tags: ['env:prod'],
  }),
  check(2, 'kafka.lag', { text: '12 000 records behind', type: 'warning', host: 'kafka-1' }),
  check(6, 'postgres.can_connect', { type: 'success', host: 'db-1', tags: ['env:prod'] }),
  check(9, 'ntp.offset', { type: 'info', host: 'db-1' }),
]

/** The list, two to a page where pages are asked for. */
export function eventPage(url: URL): EventPage {
  const { searchParams } = url
  const text = (searchParams.get('q') ?? '').toLowerCase()
  const type = searchParams.get('type[]')
  const told = searchParams.get('kind') === 'check' ? CHECKS : EVENTS
  const events = told.filter(
    (each) =>
      (type === null || each.type === type) && JSON.stringify(each).toLowerCase().includes(text),
  )
  if (searchParams.has('limit')) return { events, total: events.length, next: null }
  const from = Number(searchParams.get('before') ?? 0)
  const isLast = from + 4 >= events.length
  return {
    events: events.slice(from, from + 4),
    total: events.length,
    next: isLast ? null : String(from + 4),
  }
}
