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
        ...(event.timeSeconds === null ? [] : [['time', timeOf(event.timeSeconds)]]),
        ...(event.tagErrors === 0 ? [] : [['tags', `${event.tagErrors} left out: not readable`]]),
        ['help', event.help],
        ['rule', event.rule === '' ? 'none matches: the name is kept' : event.rule],
      ]
    default:
      return event satisfies never
  }
}

function valueOf({ effect, value, weight }: SeriesEvent): string {
  switch (effect) {
    case 'counts':
      return 'one member'
    case 'changes':
      return `changes it by ${value}`
    case 'observes':
      return weight === 1 ? `observes ${value}` : `observes ${value}, ${weight} times`
    case 'adds':
    case 'sets':
      return `${effect} ${value}`
    default:
      return effect satisfies never
  }
}

function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? `${seconds}` : date.toISOString()
}
