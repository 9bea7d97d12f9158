import type { EventView } from '@weir/packs'
import type { Mark } from '../chart/marks.ts'

/**
 * Events as marks. On the page of a pipeline those that say by a tag `pipeline:…` that they are about
 * another one are left out.
 */
export function marksOf(events: readonly EventView[], pipeline?: string): Mark[] {
  return events
    .filter((event) => pipeline === undefined || concerns(event, pipeline))
    .map(({ atMs, title, text, type }) => ({ at: atMs / 1000, title, text, tone: type }))
}

/** Whether an event may be about a pipeline: it names it, or names none. */
export function concerns({ tags }: EventView, pipeline: string): boolean {
  const named = tags.filter((tag) => tag.startsWith('pipeline:'))
  return named.length === 0 || named.includes(`pipeline:${pipeline}`)
}
