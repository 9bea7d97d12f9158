import { type GoDuration, durationOfMs } from './go-duration.ts'
import { MONTHS, WEEKDAYS, dayOfYear, formatTime } from './go-layout.ts'
import {
  type GoFunction,
  GoInteger,
  GoObject,
  TemplateFailure,
  getter,
  goFunction,
} from './go-value.ts'

/** Go's zero time, 1 January of year 1. */
export const ZERO_TIME_MS = -62_135_596_800_000

const YEAR_1_MS = ZERO_TIME_MS
const YEAR_9999_END_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** A zone without a name, as times that are read with an offset have it. */
export interface FixedZone {
  readonly offsetMinutes: number
}

/** A point in time with a zone to show it in, as Go's `time.Time`. Kept to the microsecond or so. */
export class GoTime extends GoObject {
  readonly typeName = 'time.Time'
  readonly ms: number
  readonly zone: string | FixedZone

  constructor(ms: number, zone: string | FixedZone = 'UTC') {
    super()
    this.ms = ms
    this.zone = zone
  }

  override get isStringer(): boolean {
    return true
  }

  member(name: string): unknown {
    const simple = SIMPLE[name]
    if (simple !== undefined) return getter(() => simple(this, this.#civil()))
    return METHODS[name]?.(this)
  }

  #civil(): Date {
    return new Date(this.ms + this.offsetMinutes() * 60_000)
  }

  at(ms: number): GoTime {
    return new GoTime(ms, this.zone)
  }

  /** Civil arithmetic in the zone: 31 January and one month is 3 March. */
  addDate([years, months, days]: bigint[]): GoTime {
    const civil = this.#civil()
    civil.setUTCFullYear(
      civil.getUTCFullYear() + Number(years),
      civil.getUTCMonth() + Number(months),
      civil.getUTCDate() + Number(days),
    )
    const guess = this.at(civil.getTime() - this.offsetMinutes() * 60_000)
    return this.at(civil.getTime() - guess.offsetMinutes() * 60_000)
  }

  /** The same moment, shown in another zone. Throws a RangeError for a zone nobody knows. */
  in(zone: string): GoTime {
    const known = new GoTime(this.ms, zone === '' ? 'UTC' : zone)
    known.offsetMinutes() // throws for a zone that nobody knows
    return known
  }

  offsetMinutes(): number {
    if (this.zone === 'UTC') return 0
    if (typeof this.zone !== 'string') return this.zone.offsetMinutes
    const shown = zonePart(this.zone, this.ms, { style: 'longOffset', locale: 'en-US' })
    const found = /GMT([+-])(\d\d):(\d\d)/.exec(shown)
    if (found === null) return 0
    return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]))
  }

  override toString(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST')
  }

  toRfc3339(): string {
    const isPlain = this.zone === 'UTC' && Number.isInteger(this.ms)
    if (isPlain && this.ms >= YEAR_1_MS && this.ms <= YEAR_9999_END_MS) {
      // The same, 20 times as fast: a message may hold 50,000 alerts with two times each.
      return new Date(this.ms).toISOString().replace(/\.?0*Z$/, 'Z')
    }
    return this.format('2006-01-02T15:04:05.999999999Z07:00')
  }

  toJSON(): string {
    return this.toRfc3339()
  }

  format(layout: string): string {
    return formatTime(layout, {
      civil: this.#civil(),
      ns: nsOf(this),
      offsetMinutes: this.offsetMinutes(),
      zoneName: zoneName(this),
    })
  }
}

const int64 = (value: number | bigint): GoInteger => new GoInteger('int64', BigInt(value))
const int = (value: number): bigint => BigInt(value)

function nsOf({ ms }: GoTime): number {
  return Math.round((((ms % 1000) + 1000) % 1000) * 1e6)
}

/** Whole nanoseconds since 1970; multiplied as integers so that milliseconds stay exact. */
function unixNs({ ms }: GoTime): bigint {
  const whole = Math.floor(ms)
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1e6))
}

const SIMPLE: Readonly<Record<string, (time: GoTime, civil: Date) => unknown>> = {
  Year: (_, civil) => int(civil.getUTCFullYear()),
  Month: (_, civil) =>
    new GoInteger('time.Month', int(civil.getUTCMonth() + 1), MONTHS[civil.getUTCMonth()]),
  Day: (_, civil) => int(civil.getUTCDate()),
  Hour: (_, civil) => int(civil.getUTCHours()),
  Minute: (_, civil) => int(civil.getUTCMinutes()),
  Second: (_, civil) => int(civil.getUTCSeconds()),
  Nanosecond: (time) => int(nsOf(time)),
  Weekday: (_, civil) =>
    new GoInteger('time.Weekday', int(civil.getUTCDay()), WEEKDAYS[civil.getUTCDay()]),
  YearDay: (_, civil) => int(dayOfYear(civil)),
  Unix: (time) => int64(Math.floor(time.ms / 1000)),
  UnixMilli: (time) => int64(Math.floor(time.ms)),
  UnixMicro: (time) => int64(unixNs(time) / 1000n),
  UnixNano: (time) => int64(unixNs(time)),
  IsZero: (time) => time.ms === ZERO_TIME_MS,
  IsDST: () => false,
  UTC: (time) => new GoTime(time.ms),
  Local: (time) => new GoTime(time.ms),
  Location: (time) => new GoInteger('*time.Location', 0n, locationName(time)),
  String: (time) => time.toString(),
}

const other = (args: unknown[]): GoTime => args[0] as GoTime
const compared = (holds: (mine: number, theirs: number) => unknown) => (time: GoTime) =>
  goFunction(['time'], (args) => holds(time.ms, other(args).ms))

/** Times count from year 1 when they are cut to a multiple. */
function cut(time: GoTime, step: GoDuration, toNearest: boolean): GoTime {
  if (step.ns <= 0n) return time
  const since = unixNs(time) - BigInt(ZERO_TIME_MS) * 1_000_000n
  const rest = since % step.ns
  const up = toNearest && rest * 2n >= step.ns ? step.ns : 0n
  return time.at(time.ms + Number(up - rest) / 1e6)
}

const METHODS: Readonly<Record<string, (time: GoTime) => GoFunction>> = {
  Format: (time) => goFunction(['string'], ([layout]) => time.format(layout as string)),
  Add: (time) =>
    goFunction(['duration'], ([by]) => time.at(time.ms + Number((by as GoDuration).ns) / 1e6)),
  Sub: (time) => goFunction(['time'], (args) => durationOfMs(time.ms - other(args).ms)),
  Before: compared((mine, theirs) => mine < theirs),
  After: compared((mine, theirs) => mine > theirs),
  Equal: compared((mine, theirs) => mine === theirs),
  Compare: compared((mine, theirs) => int(Math.sign(mine - theirs))),
  Truncate: (time) => goFunction(['duration'], ([to]) => cut(time, to as GoDuration, false)),
  Round: (time) => goFunction(['duration'], ([to]) => cut(time, to as GoDuration, true)),
  AddDate: (time) => goFunction(['int', 'int', 'int'], (by) => time.addDate(by as bigint[])),
  ISOWeek: () => manyResults('ISOWeek', 2),
  Date: () => manyResults('Date', 3),
  Clock: () => manyResults('Clock', 3),
  Zone: () => manyResults('Zone', 2),
}

/** Go's templates can call what returns one value, or a value and an error. */
function manyResults(name: string, count: number): GoFunction {
  return goFunction([], () => {
    const what =
      count === 2
        ? `invalid function signature for ${name}: second return value should be error; is int`
        : `function ${name} has ${count} return values; should be 1 or 2`
    throw new TemplateFailure(what)
  })
}

function locationName({ zone }: GoTime): string {
  return typeof zone === 'string' ? zone : ''
}

const LOCALES = ['en-US', 'en-GB', 'en-IN', 'en-AU', 'en-ZA', 'en-CA'] as const

/** `CET`; where nobody has letters for a zone, its offset: `+03`. */
function zoneName(time: GoTime): string {
  if (time.zone === 'UTC') return 'UTC'
  if (typeof time.zone === 'string') {
    for (const locale of LOCALES) {
      const name = zonePart(time.zone, time.ms, { style: 'short', locale })
      if (/^[A-Z]{2,5}$/.test(name)) return name
    }
  }
  const minutes = time.offsetMinutes()
  const size = Math.abs(minutes)
  const pad = (n: number): string => String(n).padStart(2, '0')
  const isHour = size % 60 === 0 && typeof time.zone === 'string'
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${isHour ? '' : pad(size % 60)}`
}

/** Making one costs a millisecond; a template may show many times. */
const formats = new Map<string, Intl.DateTimeFormat>()
const FORMATS_MAX = 200

function zonePart(
  zone: string,
  ms: number,
  { style, locale }: { readonly style: 'short' | 'longOffset'; readonly locale: string },
): string {
  const key = `${zone} ${style} ${locale}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: style })
    if (formats.size >= FORMATS_MAX) formats.clear()
    formats.set(key, format)
  }
  return format.formatToParts(ms).find((part) => part.type === 'timeZoneName')?.value ?? zone
}
