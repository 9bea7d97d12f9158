/** Times as boards write them: `now-6h`, `now/d`, `now-1d/d+8h`, ISO dates, milliseconds. */
import { formatDate } from '../format/date.ts'

interface DateMathOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number
  /** Of the end of a window: `now/d` is the day's last millisecond. */
  readonly roundUp?: boolean
  /** `utc`, `browser` or an IANA name. */
  readonly timezone?: string
  /** 0 is Sunday, 1 Monday (the default). */
  readonly weekStart?: number
}

/** A point on the wall, without a zone: fields of a Date that are read as UTC. */
type Wall = Date

/** @returns milliseconds since 1970; undefined for what is no time */
export function dateMath(text: string, options: DateMathOptions): number | undefined {
  const plain = text.trim()
  if (!plain.startsWith('now')) return absolute(plain)
  const { nowMs, roundUp = false, timezone = 'utc', weekStart = 1 } = options
  let rest = plain.slice(3)
  let at = wallOf(nowMs, timezone)
  if (rest === '') return nowMs
  for (let steps = 0; rest !== ''; steps++) {
    const part = /^([+-])(\d{0,9})(ms|[smhdwMQy])|^(\/)(f?[smhdwMQy])/.exec(rest)
    if (part === null || steps > 20) return undefined
    const [whole, sign, count, unit, , rounded] = part
    if (rounded !== undefined) at = edge(at, rounded.replace('f', ''), roundUp, weekStart)
    else at = moved(at, (sign === '-' ? -1 : 1) * (count === '' ? 1 : Number(count)), unit!)
    rest = rest.slice(whole.length)
  }
  return instantOf(at, timezone)
}

function absolute(text: string): number | undefined {
  if (/^-?\d{1,16}$/.test(text)) return Number(text)
  if (!/^\d{4}-\d{2}/.test(text)) return undefined
  const found = Date.parse(
    /[T ]\d{2}/.test(text) && !/[zZ]$|[+-]\d\d:?\d\d$/.test(text) ? `${text}Z` : text,
  )
  return Number.isNaN(found) ? undefined : found
}

function offsetMs(ms: number, timezone: string): number {
  const text = formatDate(ms, 'Z', timezone)
  const part = /^([+-])(\d\d):(\d\d)$/.exec(text)
  if (part === null) return 0
  return (part[1] === '-' ? -1 : 1) * (Number(part[2]) * 60 + Number(part[3])) * 60_000
}

function wallOf(ms: number, timezone: string): Wall {
  return new Date(ms + offsetMs(ms, timezone))
}

/** Back from the wall: the offset may be another one there than it was at the start. */
function instantOf(wall: Wall, timezone: string): number {
  const guess = wall.getTime() - offsetMs(wall.getTime(), timezone)
  return wall.getTime() - offsetMs(guess, timezone)
}

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
}

function moved(at: Wall, count: number, unit: string): Wall {
  const ms = MS[unit]
  if (ms !== undefined) return new Date(at.getTime() + count * ms)
  const months = count * (unit === 'y' ? 12 : unit === 'Q' ? 3 : 1)
  const day = at.getUTCDate()
  const there = new Date(at)
  there.setUTCDate(1)
  there.setUTCMonth(there.getUTCMonth() + months)
  // The 31st of a month that has none is its last day.
  const last = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 0)).getUTCDate()
  there.setUTCDate(Math.min(day, last))
  return there
}

/** The start of a unit, or its last millisecond. */
function edge(at: Wall, unit: string, isEnd: boolean, weekStart: number): Wall {
  const start = new Date(at)
  if (unit === 's') start.setUTCMilliseconds(0)
  else if (unit === 'm') start.setUTCSeconds(0, 0)
  else if (unit === 'h') start.setUTCMinutes(0, 0, 0)
  else start.setUTCHours(0, 0, 0, 0)
  if (unit === 'w') start.setUTCDate(start.getUTCDate() - ((start.getUTCDay() - weekStart + 7) % 7))
  if (unit === 'M' || unit === 'Q' || unit === 'y') start.setUTCDate(1)
  if (unit === 'Q') start.setUTCMonth(start.getUTCMonth() - (start.getUTCMonth() % 3))
  if (unit === 'y') start.setUTCMonth(0)
  return isEnd ? new Date(moved(start, 1, unit).getTime() - 1) : start
}
