/**
 * The part of iCalendar's recurrence rules (RFC 5545, 3.3.10) that people say of maintenance: every so
 * many days, weeks or months, on these weekdays, on that day of the month or the second Tuesday, so many
 * times or until a day. Whether a day is meant is arithmetic on whole days; times of day and zones come
 * in only afterwards.
 */
export interface Recurrence {
  readonly freq: 'DAILY' | 'WEEKLY' | 'MONTHLY'
  readonly interval: number
  readonly byDay: readonly { readonly weekday: number; readonly nth: number }[]
  readonly byMonthDay: readonly number[]
  readonly count: number
  /** The last day, or the last moment where a time was given; as the wall shows it. */
  readonly untilWallMs: number
}

const WEEKDAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
const DAY_MS = 86_400_000

/**
 * @param zonedWall turns a moment (`UNTIL=…Z`) into what the wall shows
 * @returns what is wrong with it, when it cannot be read
 */
export function parseRecurrence(
  text: string,
  zonedWall: (ms: number) => number,
): Recurrence | string {
  const parts = new Map<string, string>()
  for (const part of text.replace(/^RRULE:/i, '').split(';')) {
    const [name = '', value = ''] = part.split('=')
    if (parts.has(name.toUpperCase())) return `${JSON.stringify(name)} is there twice`
    parts.set(name.toUpperCase(), value.toUpperCase())
  }
  for (const name of parts.keys()) if (!KNOWN.has(name)) return unknownPart(name)
  const freq = parts.get('FREQ')
  if (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY') {
    return `want FREQ=DAILY, WEEKLY or MONTHLY, got ${JSON.stringify(freq ?? '')}`
  }
  if ((parts.get('WKST') ?? 'MO') !== 'MO') return 'weeks begin on Monday: want no WKST but MO'
  const interval = wholeOf(parts.get('INTERVAL') ?? '1', 1, 1000)
  const count = parts.has('COUNT') ? wholeOf(parts.get('COUNT')!, 1, 10_000) : Infinity
  const byDay = listOf(parts.get('BYDAY')).map((day) => weekdayOf(day, freq))
  const byMonthDay = listOf(parts.get('BYMONTHDAY')).map((day) => wholeOf(day, -31, 31))
  const untilWallMs = untilOf(parts.get('UNTIL'), zonedWall)
  if (interval === undefined) return 'want INTERVAL from 1 to 1000'
  if (count === undefined) return 'want COUNT from 1 to 10000'
  if (untilWallMs === undefined)
    return 'want UNTIL as 20260131, 20260131T220000 or 20260131T220000Z'
  if (!areAll(byDay)) return 'want BYDAY of MO, TU, …; with FREQ=MONTHLY also 2TU or -1FR'
  if (!areAll(byMonthDay) || byMonthDay.includes(0))
    return 'want BYMONTHDAY from 1 to 31 or -31 to -1'
  return { freq, interval, count, byDay, byMonthDay, untilWallMs }
}

const KNOWN = new Set(['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'BYMONTHDAY', 'WKST'])

function unknownPart(name: string): string {
  return `${JSON.stringify(name)} is not understood: want ${[...KNOWN].join(', ')}`
}

function areAll<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return !list.includes(undefined)
}

function listOf(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(',')
}

function wholeOf(text: string, min: number, max: number): number | undefined {
  const n = /^[+-]?\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  return n >= min && n <= max ? n : undefined
}

function weekdayOf(
  text: string,
  freq: Recurrence['freq'],
): Recurrence['byDay'][number] | undefined {
  const [, nthText = '', name = ''] = /^([+-]?[1-5])?([A-Z]{2})$/.exec(text) ?? []
  const weekday = WEEKDAYS.indexOf(name)
  if (weekday < 0 || (nthText !== '' && freq !== 'MONTHLY')) return undefined
  return { weekday, nth: Number(nthText) }
}

function untilOf(text: string | undefined, zonedWall: (ms: number) => number): number | undefined {
  if (text === undefined) return Infinity
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text)
  if (found === null) return undefined
  const [year, month, day, hour, minute, second] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const dayMs = Date.UTC(year!, month! - 1, day)
  if (found[4] === undefined) return dayMs + DAY_MS - 1
  const wallMs = dayMs + hour! * 3_600_000 + minute! * 60_000 + second! * 1000
  return found[7] === 'Z' ? zonedWall(wallMs) : wallMs
}

/** The days that a rule means from that of the start on, as midnights on the wall, up to a day. */
export function* daysOf(
  rule: Recurrence | undefined,
  startWallMs: number,
  toWallMs: number,
): Iterable<number> {
  const firstMs = Math.floor(startWallMs / DAY_MS) * DAY_MS
  if (rule === undefined) {
    yield firstMs
    return
  }
  const timeMs = startWallMs - firstMs
  let left = rule.count
  for (let dayMs = firstMs; dayMs <= toWallMs && left > 0; dayMs += DAY_MS) {
    if (dayMs + timeMs > rule.untilWallMs) return
    if (!isMeant(rule, firstMs, dayMs)) continue
    left--
    yield dayMs
  }
}

function isMeant(rule: Recurrence, firstMs: number, dayMs: number): boolean {
  const first = new Date(firstMs)
  const day = new Date(dayMs)
  return isItsTurn(rule, first, day) && isItsDay(rule, first, day)
}

function isItsTurn({ freq, interval }: Recurrence, first: Date, day: Date): boolean {
  switch (freq) {
    case 'DAILY':
      return ((day.getTime() - first.getTime()) / DAY_MS) % interval === 0
    case 'WEEKLY':
      return ((mondayOf(day) - mondayOf(first)) / (7 * DAY_MS)) % interval === 0
    case 'MONTHLY':
      return (monthOf(day) - monthOf(first)) % interval === 0
  }
}

function isItsDay({ freq, byDay, byMonthDay }: Recurrence, first: Date, day: Date): boolean {
  const date = day.getUTCDate()
  const days = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1, 0)).getUTCDate()
  if (byDay.length === 0 && byMonthDay.length === 0) {
    if (freq === 'WEEKLY') return day.getUTCDay() === first.getUTCDay()
    return freq === 'DAILY' || date === first.getUTCDate()
  }
  const fromStart = Math.ceil(date / 7)
  const fromEnd = -Math.ceil((days - date + 1) / 7)
  const isWeekday = byDay.some(
    ({ weekday, nth }) =>
      weekday === day.getUTCDay() && (nth === 0 || nth === fromStart || nth === fromEnd),
  )
  const isDate = byMonthDay.some((one) => one === date || one === date - days - 1)
  return (byDay.length === 0 || isWeekday) && (byMonthDay.length === 0 || isDate)
}

function mondayOf(day: Date): number {
  return day.getTime() - ((day.getUTCDay() + 6) % 7) * DAY_MS
}

function monthOf(day: Date): number {
  return day.getUTCFullYear() * 12 + day.getUTCMonth()
}
