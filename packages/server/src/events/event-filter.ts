import type { EventPage, EventType, EventView } from '@weir/packs'

/** Which events somebody wants to see. */
export interface EventFilter {
  readonly fromMs: number
  readonly toMs: number
  /** Words that must all be in title, text, host, source or a tag, in any case. */
  readonly text: string
  /** Each must be among the tags: `env:prod`, or `env` for any value. */
  readonly tags: readonly string[]
  /** Empty: all. */
  readonly types: readonly EventType[]
  readonly limit: number
  /** The `next` of the page before. */
  readonly before: string
}

/** The newest that fit, and where to go on. */
export function pageOf(events: readonly EventView[], filter: EventFilter): EventPage {
  const fitting = events.filter((event) => fits(event, filter)).toSorted(newestFirst)
  const first =
    filter.before === '' ? 0 : fitting.findIndex((event) => isAfter(event, filter.before))
  const page = first < 0 ? [] : fitting.slice(first, first + filter.limit)
  const isLast = first < 0 || first + filter.limit >= fitting.length
  return { events: page, total: fitting.length, next: isLast ? null : cursorOf(page.at(-1)!) }
}

function fits(event: EventView, filter: EventFilter): boolean {
  if (event.atMs < filter.fromMs || event.atMs > filter.toMs) return false
  if (filter.types.length > 0 && !filter.types.includes(event.type)) return false
  const hasTag = (wanted: string): boolean =>
    event.tags.some((tag) => tag === wanted || tag.startsWith(`${wanted}:`))
  if (!filter.tags.every(hasTag)) return false
  if (filter.text === '') return true
  const { title, text, host, source, tags } = event
  const all = [title, text, host, source, ...tags].join('\n').toLowerCase()
  return filter.text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}

/** A page begins behind the event that its cursor names, whether or not that is still there. */
function cursorOf({ atMs, id }: EventView): string {
  return `${String(atMs).padStart(15, '0')} ${id}`
}

function newestFirst(a: EventView, b: EventView): number {
  return cursorOf(a) < cursorOf(b) ? 1 : -1
}

function isAfter(event: EventView, cursor: string): boolean {
  return cursorOf(event) < cursor
}
