/**
 * Go's time layouts: the reference time Mon Jan 2 15:04:05 MST 2006 as it should look, both to write
 * times and to read them.
 *
 * @see go:src/time/format.go
 */
const TOKEN =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|002|__2|_2(?!006)|0[1-6]|15|PM|pm|Z07:00:00|Z07:00|Z070000|Z0700|Z07|-07:00:00|-07:00|-070000|-0700|-07|[.,](?:0+|9+)(?!\d)|[1-5]/g

export const MONTHS =
  'January February March April May June July August September October November December'.split(' ')
export const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

const pad = (n: number): string => String(n).padStart(2, '0')

/** A moment as it is shown in some zone. */
export interface Shown {
  /** Whose UTC fields are those of the zone. */
  readonly civil: Date
  readonly ns: number
  readonly offsetMinutes: number
  readonly zoneName: string
}

export function formatTime(layout: string, shown: Shown): string {
  return layout.replace(TOKEN, (token) => part(token, shown))
}

function part(token: string, { civil, ns, offsetMinutes, zoneName }: Shown): string {
  if (token.startsWith('.') || token.startsWith(',')) return fraction(token, ns)
  if (token.startsWith('Z') && offsetMinutes === 0) return 'Z'
  if (token.startsWith('Z') || token.startsWith('-')) return offsetText(token, offsetMinutes)
  const hour12 = civil.getUTCHours() % 12 || 12
  switch (token) {
    case 'January':
      return MONTHS[civil.getUTCMonth()]!
    case 'Jan':
      return MONTHS[civil.getUTCMonth()]!.slice(0, 3)
    case 'Monday':
      return WEEKDAYS[civil.getUTCDay()]!
    case 'Mon':
      return WEEKDAYS[civil.getUTCDay()]!.slice(0, 3)
    case 'MST':
      return zoneName
    case '2006':
      return String(civil.getUTCFullYear()).padStart(4, '0')
    case '06':
      return pad(civil.getUTCFullYear() % 100)
    case '01':
      return pad(civil.getUTCMonth() + 1)
    case '1':
      return String(civil.getUTCMonth() + 1)
    case '002':
      return String(dayOfYear(civil)).padStart(3, '0')
    case '__2':
      return String(dayOfYear(civil)).padStart(3)
    case '02':
      return pad(civil.getUTCDate())
    case '_2':
      return String(civil.getUTCDate()).padStart(2)
    case '2':
      return String(civil.getUTCDate())
    case '15':
      return pad(civil.getUTCHours())
    case '03':
      return pad(hour12)
    case '3':
      return String(hour12)
    case '04':
      return pad(civil.getUTCMinutes())
    case '4':
      return String(civil.getUTCMinutes())
    case '05':
      return pad(civil.getUTCSeconds())
    case '5':
      return String(civil.getUTCSeconds())
    case 'PM':
      return civil.getUTCHours() < 12 ? 'AM' : 'PM'
    default:
      return civil.getUTCHours() < 12 ? 'am' : 'pm'
  }
}

function offsetText(token: string, minutes: number): string {
  const size = Math.abs(minutes)
  const colon = token.includes(':') ? ':' : ''
  const digits = token.replace(/\D/g, '').length
  const rest = digits > 2 ? colon + pad(size % 60) : ''
  const seconds = digits > 4 ? `${colon}00` : ''
  return (minutes < 0 ? '-' : '+') + pad(Math.floor(size / 60)) + rest + seconds
}

function fraction(token: string, ns: number): string {
  const places = token.length - 1
  const digits = String(ns).padStart(9, '0').slice(0, places).padEnd(places, '0')
  if (token[1] === '0') return token[0]! + digits
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : token[0]! + short
}

export function dayOfYear(civil: Date): number {
  return Math.floor((civil.getTime() - Date.UTC(civil.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
}

/** A text that does not fit its layout. */
export class LayoutFailure extends Error {}

interface Fields {
  year: number
  month: number
  day: number
  yearDay: number
  hour: number
  minute: number
  second: number
  ns: number
  pm: boolean | undefined
  offsetMinutes: number
}

/** What each token takes from the text; the rest of the text, or undefined when it does not fit. */
type Take = (rest: string, fields: Fields) => string | undefined

function digits(pattern: RegExp, set: (fields: Fields, value: number) => void): Take {
  return (rest, fields) => {
    const found = pattern.exec(rest)
    if (found === null) return undefined
    set(fields, Number(found[0]))
    return rest.slice(found[0].length)
  }
}

function named(names: readonly string[], set?: (fields: Fields, index: number) => void): Take {
  return (rest, fields) => {
    const lower = rest.toLowerCase()
    const index = names.findIndex((name) => lower.startsWith(name.toLowerCase()))
    if (index < 0) return undefined
    set?.(fields, index)
    return rest.slice(names[index]!.length)
  }
}

const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3))
const ONE_OR_TWO = /^\d\d?/
const TWO = /^\d\d/
const month = (f: Fields, value: number): number => (f.month = value)
const hour = (f: Fields, value: number): number => (f.hour = value)
const minute = (f: Fields, value: number): number => (f.minute = value)
const day = (f: Fields, value: number): number => (f.day = value)

/** Seconds; a fraction may follow that the layout does not mention. */
const seconds =
  (pattern: RegExp): Take =>
  (rest, fields) => {
    const after = digits(pattern, (f, value) => (f.second = value))(rest, fields)
    const extra = after === undefined ? null : /^[.,]\d+/.exec(after)
    if (after === undefined || extra === null) return after
    fields.ns = nsOf(extra[0])
    return after.slice(extra[0].length)
  }

const nsOf = (text: string): number => Number(text.slice(1, 10).padEnd(9, '0'))

const TAKES: Readonly<Record<string, Take>> = {
  January: named(MONTHS, (f, index) => (f.month = index + 1)),
  Jan: named(short(MONTHS), (f, index) => (f.month = index + 1)),
  Monday: named(WEEKDAYS),
  Mon: named(short(WEEKDAYS)),
  '2006': digits(/^\d{4}/, (f, value) => (f.year = value)),
  '06': digits(TWO, (f, value) => (f.year = value >= 69 ? 1900 + value : 2000 + value)),
  '01': digits(TWO, month),
  '1': digits(ONE_OR_TWO, month),
  '02': digits(TWO, day),
  '2': digits(ONE_OR_TWO, day),
  _2: (rest, fields) => digits(ONE_OR_TWO, day)(rest.replace(/^ /, ''), fields),
  '002': digits(/^\d{3}/, (f, value) => (f.yearDay = value)),
  __2: (rest, fields) =>
    digits(/^\d{1,3}/, (f, value) => (f.yearDay = value))(rest.replace(/^ {0,2}/, ''), fields),
  '15': digits(ONE_OR_TWO, hour),
  '03': digits(TWO, hour),
  '3': digits(ONE_OR_TWO, hour),
  '04': digits(TWO, minute),
  '4': digits(ONE_OR_TWO, minute),
  '05': seconds(TWO),
  '5': seconds(ONE_OR_TWO),
  PM: named(['AM', 'PM'], (f, index) => (f.pm = index === 1)),
  pm: named(['am', 'pm'], (f, index) => (f.pm = index === 1)),
  MST: (rest) => {
    const found = /^(?:UTC|GMT[+-]\d{1,2}|[A-Z]{3,5}|[+-]\d\d)/.exec(rest)
    return found === null ? undefined : rest.slice(found[0].length)
  },
}

function takeOf(token: string): Take {
  if (token.startsWith('.') || token.startsWith(',')) {
    return (rest, fields) => {
      if (fields.ns !== 0) return rest // the seconds took it
      const found = /^[.,]\d+/.exec(rest)
      const isExact = token[1] === '0'
      if (found === null) return isExact ? undefined : rest
      if (isExact && found[0].length !== token.length) return undefined
      fields.ns = nsOf(found[0])
      return rest.slice(found[0].length)
    }
  }
  if (token.startsWith('Z') || token.startsWith('-')) {
    const colon = token.includes(':') ? ':' : ''
    const hasMinutes = token.replace(/\D/g, '').length > 2
    const pattern = new RegExp(`^([+-])(\\d\\d)${hasMinutes ? `${colon}(\\d\\d)` : '()'}`)
    return (rest, fields) => {
      if (token.startsWith('Z') && rest.startsWith('Z')) return rest.slice(1)
      const found = pattern.exec(rest)
      if (found === null) return undefined
      const size = Number(found[2]) * 60 + Number(found[3])
      fields.offsetMinutes = found[1] === '-' ? -size : size
      return rest.slice(found[0].length)
    }
  }
  return TAKES[token]!
}

/**
 * Reads a time written in a layout; zones that it does not name are UTC.
 *
 * @throws {LayoutFailure} worded as Go's
 */
export function parseTime(layout: string, value: string): { ms: number; offsetMinutes: number } {
  const fail = (what: string): never => {
    const where = `parsing time ${JSON.stringify(value)}`
    throw new LayoutFailure(
      what.startsWith(':') ? where + what : `${where} as ${JSON.stringify(layout)}: ${what}`,
    )
  }
  const fields: Fields = {
    year: 0,
    month: 0,
    day: 0,
    yearDay: 0,
    hour: 0,
    minute: 0,
    second: 0,
    ns: 0,
    pm: undefined,
    offsetMinutes: 0,
  }
  let rest = value
  let end = 0
  for (const found of layout.matchAll(TOKEN)) {
    rest = skipText(rest, layout.slice(end, found.index), fail)
    end = found.index + found[0].length
    const after = takeOf(found[0])(rest, fields)
    if (after === undefined) {
      return fail(`cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(found[0])}`)
    }
    checkRange(found[0], fields, fail)
    rest = after
  }
  rest = skipText(rest, layout.slice(end), fail)
  if (rest !== '') fail(`: extra text: ${JSON.stringify(rest)}`)
  return { ms: msOf(fields, fail), offsetMinutes: fields.offsetMinutes }
}

/** Literal text between tokens; runs of blanks equal each other. */
function skipText(value: string, text: string, fail: (what: string) => never): string {
  let rest = value
  for (let i = 0; i < text.length; i++) {
    if (text[i] === ' ') {
      if (rest !== '' && rest[0] !== ' ') {
        fail(`cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(text)}`)
      }
      rest = rest.replace(/^ +/, '')
      while (text[i + 1] === ' ') i++
    } else if (rest[0] === text[i]) rest = rest.slice(1)
    else return fail(`cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(text)}`)
  }
  return rest
}

function checkRange(token: string, f: Fields, fail: (what: string) => never): void {
  const isMonth = token === '01' || token === '1'
  if (isMonth && (f.month < 1 || f.month > 12)) fail(': month out of range')
  if (f.hour > 23 || ((token === '3' || token === '03') && f.hour > 12)) fail(': hour out of range')
  if (f.minute > 59) fail(': minute out of range')
  if (f.second > 59) fail(': second out of range')
}

function msOf(f: Fields, fail: (what: string) => never): number {
  let { hour: hours, month: months, day: days } = f
  if (f.pm === true && hours < 12) hours += 12
  if (f.pm === false && hours === 12) hours = 0
  if (f.yearDay > 0 && f.month === 0) {
    months = 1
    days = f.yearDay
  } else {
    months = f.month === 0 ? 1 : f.month
    days = f.day === 0 ? 1 : f.day
    const inMonth = new Date(Date.UTC(2000 + (f.year % 400), months, 0)).getUTCDate()
    if (days > inMonth) fail(': day out of range')
  }
  const date = new Date(0)
  date.setUTCFullYear(f.year, months - 1, days)
  date.setUTCHours(hours, f.minute - f.offsetMinutes, f.second)
  return date.getTime() + f.ns / 1e6
}
