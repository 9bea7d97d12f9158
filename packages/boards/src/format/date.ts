/** Points in time, in any zone, in the patterns that dashboards use (Moment's letters). */
import type { FormatOptions, Formatted, Formatter } from './formatted.ts'

interface DateParts {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** Minutes ahead of UTC. */
  readonly offset: number
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const
/** What ECMAScript calls a date at all. */
const TIME_MAX_MS = 8.64e15

// Making one costs 50 µs and more, and a table asks thousands of times. A page knows few zones.
const ZONES_MAX = 64
const zoneFormats = new Map<string, Intl.DateTimeFormat>()

function zoneFormat(timeZone: string): Intl.DateTimeFormat {
  const known = zoneFormats.get(timeZone)
  if (known !== undefined) return known
  if (zoneFormats.size >= ZONES_MAX) zoneFormats.clear()
  const format = makeFormat(timeZone)
  zoneFormats.set(timeZone, format)
  return format
}

function makeFormat(timeZone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
    era: 'short',
  }
  const lower = timeZone.toLowerCase()
  if (lower === '' || lower === 'browser' || lower === 'default') {
    return new Intl.DateTimeFormat('en-US', options)
  }
  try {
    return new Intl.DateTimeFormat('en-US', {
      ...options,
      timeZone: lower === 'utc' ? 'UTC' : timeZone,
    })
  } catch {
    // A zone that nobody knows: a date in UTC is better than none.
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  }
}

function partsOf(ms: number, timeZone: string): DateParts {
  const found: Record<string, string> = {}
  for (const part of zoneFormat(timeZone).formatToParts(ms)) found[part.type] = part.value
  const number = (type: string): number => Number(found[type] ?? 0)
  const year = found['era'] === 'BC' ? 1 - number('year') : number('year')
  const wallMs = Date.UTC(
    year,
    number('month') - 1,
    number('day'),
    number('hour'),
    number('minute'),
    number('second'),
  )
  const millisecond = ((Math.floor(ms) % 1000) + 1000) % 1000
  return {
    year,
    month: number('month'),
    day: number('day'),
    hour: number('hour'),
    minute: number('minute'),
    second: number('second'),
    millisecond,
    weekday: new Date(wallMs).getUTCDay(),
    offset: Math.round((wallMs + millisecond - ms) / 60_000),
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

function offsetText(minutes: number, between: string): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${between}${two(size % 60)}`
}

function ordinal(day: number): string {
  const last = day % 10
  if (day >= 11 && day <= 13) return `${day}th`
  return `${day}${last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`
}

const LETTERS: Readonly<Record<string, (date: DateParts, ms: number) => string>> = {
  YYYY: (date) => String(date.year),
  YY: (date) => two(((date.year % 100) + 100) % 100),
  MMMM: (date) => MONTHS[date.month - 1] ?? '',
  MMM: (date) => (MONTHS[date.month - 1] ?? '').slice(0, 3),
  MM: (date) => two(date.month),
  M: (date) => String(date.month),
  Do: (date) => ordinal(date.day),
  DD: (date) => two(date.day),
  D: (date) => String(date.day),
  dddd: (date) => WEEKDAYS[date.weekday] ?? '',
  ddd: (date) => (WEEKDAYS[date.weekday] ?? '').slice(0, 3),
  HH: (date) => two(date.hour),
  H: (date) => String(date.hour),
  hh: (date) => two(date.hour % 12 || 12),
  h: (date) => String(date.hour % 12 || 12),
  mm: (date) => two(date.minute),
  m: (date) => String(date.minute),
  ss: (date) => two(date.second),
  s: (date) => String(date.second),
  SSS: (date) => String(date.millisecond).padStart(3, '0'),
  SS: (date) => two(Math.floor(date.millisecond / 10)),
  S: (date) => String(Math.floor(date.millisecond / 100)),
  A: (date) => (date.hour < 12 ? 'AM' : 'PM'),
  a: (date) => (date.hour < 12 ? 'am' : 'pm'),
  ZZ: (date) => offsetText(date.offset, ''),
  Z: (date) => offsetText(date.offset, ':'),
  X: (_, ms) => String(Math.floor(ms / 1000)),
  x: (_, ms) => String(Math.floor(ms)),
}
const LETTER =
  /\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|Do|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|SSS|SS|S|A|a|ZZ|Z|X|x/g

/**
 * A time by a pattern such as `YYYY-MM-DD HH:mm:ss`; `[…]` is taken as it is.
 *
 * @param timeZone `utc`, `browser` or an IANA name; one that nobody knows counts as UTC
 */
export function formatDate(ms: number, pattern: string, timeZone = 'browser'): string {
  if (!Number.isFinite(ms) || Math.abs(ms) > TIME_MAX_MS) return 'Invalid date'
  const date = partsOf(ms, timeZone)
  return pattern.replaceAll(LETTER, (letter, literal: string | undefined) =>
    literal === undefined ? LETTERS[letter]!(date, ms) : literal,
  )
}

/** A date by pattern; by the second one when it is today. */
export function dateFormat(pattern: string, today?: string): Formatter {
  return (value, { timeZone, nowMs }) => {
    const isToday =
      today !== undefined &&
      nowMs !== undefined &&
      formatDate(value, 'YYYY-MM-DD', timeZone) === formatDate(nowMs, 'YYYY-MM-DD', timeZone)
    return { text: formatDate(value, isToday ? today : pattern, timeZone) }
  }
}

const RELATIVE = [
  [45, 1, 'a few seconds', ''],
  [90, 60, 'a minute', ''],
  [2700, 60, '', 'minutes'],
  [5400, 3600, 'an hour', ''],
  [79_200, 3600, '', 'hours'],
  [129_600, 86_400, 'a day', ''],
  [2_246_400, 86_400, '', 'days'],
  [3_974_400, 2_629_746, 'a month', ''],
  [27_561_600, 2_629_746, '', 'months'],
  [47_304_000, 31_556_952, 'a year', ''],
  [Infinity, 31_556_952, '', 'years'],
] as const

/** `3 minutes ago`, `in an hour`; without a now, the date itself. */
export function fromNow(value: number, options: FormatOptions): Formatted {
  const { nowMs } = options
  if (nowMs === undefined || !Number.isFinite(value)) {
    return { text: formatDate(value, 'YYYY-MM-DD HH:mm:ss', options.timeZone) }
  }
  const size = Math.round(Math.abs(nowMs - value) / 1000)
  const [, divideBy, one, many] = RELATIVE.find(([below]) => size < below)!
  const words = one === '' ? `${Math.round(size / divideBy)} ${many}` : one
  return { text: value > nowMs ? `in ${words}` : `${words} ago` }
}
