import type { EventExplanation } from '@weir/server'
import { columns } from './columns.ts'

type SeriesEvent = Extract<EventExplanation, { readonly kind: 'series' }>

/** What becomes of a StatsD line, an event each, for people. */
export function showExplained(events: readonly EventExplanation[]): string[] {
  if (events.length === 0) return ['  nothing: the line holds no event that is kept']
  return events.flatMap((event) => columns(rowsOf(event), { indent: '  ' }))
}

function rowsOf(event: EventExplanation): string[][] {
  switch (event.kind) {
    case 'refused':
      return [['refused', event.reason]]
    case 'dropped':
      return [
        ['dropped', 'its rule says so'],
        ['rule', event.rule],
      ]
    case 'series':
      return [
        ['series', event.labels.toString()],
        ['type', event.series === 'set' ? 'gauge, the members of a set' : event.series],
        ['value', valueOf(event)],
        ['rule', event.rule === '' ? 'none matches: the name is kept' : event.rule],
      ]
    default:
      return event satisfies never
  }
}

function valueOf({ series, value }: SeriesEvent): string {
  if (value === null) return 'one member'
  switch (series) {
    case 'counter':
      return `adds ${value}`
    case 'gauge':
    case 'set':
      return `${value}`
    case 'summary':
    case 'histogram':
      return `observes ${value}`
    default:
      return series satisfies never
  }
}
