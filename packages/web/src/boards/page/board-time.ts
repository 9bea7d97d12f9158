import { type Dashboard, dateMath, spanMs } from '@weir/boards'
import { fullTime } from '../../time/clock-text.ts'

/** The time that a board shows, as its reader said it (`now-6h`) and in milliseconds. */
export interface BoardTime {
  readonly from: string
  readonly to: string
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
  /** Two fixed ends: panels' own times have no effect then. */
  readonly isAbsolute: boolean
}

const HOUR_MS = 3_600_000

/** Both ends; the last hour where they make no sense. */
export function boardTime(
  { from, to }: { readonly from: string; readonly to: string },
  nowMs: number,
  timezone: string,
  nowDelay = '',
): BoardTime {
  const late = nowMs - (spanMs(nowDelay) ?? 0)
  const fromMs = dateMath(from, { nowMs: late, timezone })
  const toMs = dateMath(to, { nowMs: late, timezone, roundUp: true })
  const isAbsolute = !from.includes('now') && !to.includes('now')
  if (fromMs === undefined || toMs === undefined || fromMs >= toMs) {
    const hour = { from: 'now-1h', to: 'now', fromMs: late - HOUR_MS, toMs: late }
    return { ...hour, nowMs, isAbsolute: false }
  }
  return { from, to, fromMs, toMs, nowMs, isAbsolute }
}

/** What the menu of times offers where the board says nothing. */
const SPANS = [
  '5m',
  '15m',
  '30m',
  '1h',
  '3h',
  '6h',
  '12h',
  '24h',
  '2d',
  '7d',
  '30d',
  '90d',
] as const

/** Last so long, and stretches of the calendar. */
export function quickTimes(timepicker: Dashboard['timepicker']): readonly QuickTime[] {
  const spans = timepicker?.time_options ?? SPANS
  const last = spans
    .filter((span) => spanMs(span) !== undefined)
    .map((span) => ({ words: `Last ${spanWords(span)}`, from: `now-${span}`, to: 'now' }))
  return [...last, ...CALENDAR]
}

interface QuickTime {
  readonly words: string
  readonly from: string
  readonly to: string
}

const CALENDAR: readonly QuickTime[] = [
  { words: 'Today so far', from: 'now/d', to: 'now' },
  { words: 'Yesterday', from: 'now-1d/d', to: 'now-1d/d' },
  { words: 'This day last week', from: 'now-7d/d', to: 'now-7d/d' },
  { words: 'This week so far', from: 'now/w', to: 'now' },
  { words: 'Previous week', from: 'now-1w/w', to: 'now-1w/w' },
  { words: 'This month so far', from: 'now/M', to: 'now' },
  { words: 'Previous month', from: 'now-1M/M', to: 'now-1M/M' },
]

const UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  M: 'month',
  y: 'year',
}

/** `6h` → `6 hours`. */
export function spanWords(span: string): string {
  const [, count, unit] = /^(\d+)([smhdwMy])$/.exec(span) ?? []
  const word = unit === undefined ? undefined : UNITS[unit]
  if (word === undefined) return span
  return `${count} ${word}${count === '1' ? '' : 's'}`
}

/** A time as words: `Last 6 hours`, `Yesterday`, or its two ends. */
export function timeWords(time: BoardTime, timeZone: string): string {
  const known = CALENDAR.find(({ from, to }) => from === time.from && to === time.to)
  if (known !== undefined) return known.words
  const [, span] = /^now-(\d+[smhdwMy])$/.exec(time.from) ?? []
  if (time.to === 'now' && span !== undefined) return `Last ${spanWords(span)}`
  const short = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })
  return `${short.format(time.fromMs)} – ${short.format(time.toMs)}`
}

/** Both ends to the second, for who wants to know. */
export function wholeTime({ fromMs, toMs }: BoardTime): string {
  return `${fullTime(fromMs)} – ${fullTime(toMs)}`
}

/** Spans between two refreshes that the menu offers. */
export function refreshSpans({ timepicker }: Dashboard): readonly string[] {
  const given = (timepicker?.refresh_intervals ?? []).filter((span) => spanMs(span) !== undefined)
  return given.length > 0 ? given : ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h']
}

/** Milliseconds between two refreshes; undefined: only when asked to. `auto` goes by how much a pixel is. */
export function refreshMs(text: string, time: BoardTime, widthPx: number): number | undefined {
  if (text === 'auto') {
    return Math.max(5000, (time.toMs - time.fromMs) / Math.max(100, widthPx))
  }
  const span = spanMs(text)
  return span === undefined || span === 0 ? undefined : Math.max(1000, span)
}

/** The IANA name for `browser`, `utc`, '' or a name; the reader's own where there is no such zone. */
export function zoneName(text: string): string {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (text === '' || text === 'browser' || text === 'default') return own
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    return own
  }
}
