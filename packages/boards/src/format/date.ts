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
/** What ECMAScript calls a date at all, whatever the zone. */
const TIME_MAX_MS = 8.64e15 - 86_400_000

/** Clocks change at whole quarters of an hour, so within one the distance to UTC is the same. */
const QUARTER_MS = 900_000
const QUARTERS_MAX = 20_000
// A page knows few zones.
const ZONES_MAX = 16

/**
 * How far a zone is ahead of UTC. Asking Intl costs some 10 µs a time, and a table asks ten thousand
 * times: it is asked once for each quarter of an hour that is shown.
 */
class Zone {
  readonly #format: Intl.DateTimeFormat | undefined
  readonly #offsets = new Map<number, number>()

  constructor(timeZone: string) {
    this.#format = timeZone.toLowerCase() === 'utc' ? undefined : makeFormat(timeZone)
  }

  offsetMs(ms: number): number {
    if (this.#format === undefined) return 0
    const quarter = Math.floor(ms / QUARTER_MS)
    const known = this.#offsets.get(quarter)
    if (known !== undefined) return known
    if (this.#offsets.size >= QUARTERS_MAX) this.#offsets.clear()
    const offset = wallMs(this.#format, quarter * QUARTER_MS) - quarter * QUARTER_MS
    this.#offsets.set(quarter, offset)
    return offset
  }
}

const zones = new Map<string, Zone>()

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known !== undefined) return known
  if (zones.size >= ZONES_MAX) zones.clear()
  const zone = new Zone(timeZone)
  zones.set(timeZone, zone)
  return zone
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
  if (/^(?:|browser|default)$/i.test(timeZone)) return new Intl.DateTimeFormat('en-US', options)
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone })
  } catch {
    // A zone that nobody knows: a date in UTC is better than none.
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  }
}

/** What the clock on the wall shows, as if it stood in UTC. */
function wallMs(format: Intl.DateTimeFormat, ms: number): number {
  const found: Record<string, string> = {}
  for (const part of format.formatToParts(ms)) found[part.type] = part.value
  const number = (type: string): number => Number(found[type] ?? 0)
  const year = found['era'] === 'BC' ? 1 - number('year') : number('year')
  const wall = new Date(0)
  // Not Date.UTC, which takes the year 50 for 1950.
  wall.setUTCFullYear(year, number('month') - 1, number('day'))
  return wall.setUTCHours(number('hour'), number('minute'), number('second'), 0)
}

function partsOf(ms: number, timeZone: string): DateParts {
  const offsetMs = zoneOf(timeZone).offsetMs(ms)
  const wall = new Date(ms + offsetMs)
  return {
    year: wall.getUTCFullYear(),
    month: wall.getUTCMonth() + 1,
    day: wall.getUTCDate(),
    hour: wall.getUTCHours(),
    minute: wall.getUTCMinutes(),
    second: wall.getUTCSeconds(),
    millisecond: wall.getUTCMilliseconds(),
    weekday: wall.getUTCDay(),
    offset: Math.round(offsetMs / 60_000),
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
