/**
 * Time intervals of an alertmanager.yml: fields are and-ed, the values of a field or-ed, and a
 * field that is absent always holds. The resolution is the minute.
 *
 * @see alertmanager:timeinterval/timeinterval.go
 */
import { isZone, wallOf } from '../wall-clock.ts'

/** Both ends belong to it, but for minutes, where the end does not. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface TimeInterval {
  /** Minutes of the day; the end is exclusive, 1440 is the end of the day. */
  readonly times?: readonly Range[] | undefined
  /** 0 is Sunday. */
  readonly weekdays?: readonly Range[] | undefined
  /** From 1, or from -1 for the last day of the month. */
  readonly daysOfMonth?: readonly Range[] | undefined
  readonly months?: readonly Range[] | undefined
  readonly years?: readonly Range[] | undefined
  /** IANA name, `UTC`, or `Local` for where the process runs. */
  readonly location: string
}

/** By name, as `time_intervals` and `mute_time_intervals` give them. */
export type TimeIntervals = ReadonlyMap<string, readonly TimeInterval[]>

/** Which of the named ones hold at a moment. */
export function intervalsAt(
  names: readonly string[],
  intervals: TimeIntervals,
  nowMs: number,
): string[] {
  return names.filter((name) =>
    intervals.get(name)?.some((interval) => intervalContains(interval, nowMs)),
  )
}

export function intervalContains(interval: TimeInterval, nowMs: number): boolean {
  const civil = civilTime(nowMs, interval.location)
  const { times, weekdays, daysOfMonth, months, years } = interval
  return (
    (times?.some(({ from, to }) => civil.minute >= from && civil.minute < to) ?? true) &&
    (daysOfMonth?.some((days) => hasDay(days, civil.day, civil.daysInMonth)) ?? true) &&
    isIn(months, civil.month) &&
    isIn(weekdays, civil.weekday) &&
    isIn(years, civil.year)
  )
}

function isIn(ranges: readonly Range[] | undefined, value: number): boolean {
  return ranges?.some(({ from, to }) => value >= from && value <= to) ?? true
}

/** Days past the end of the month mean its last day, but a range that begins there means none. */
function hasDay({ from, to }: Range, day: number, daysInMonth: number): boolean {
  const begin = from < 0 ? daysInMonth + from + 1 : from
  const end = to < 0 ? daysInMonth + to + 1 : to
  if (begin > daysInMonth) return false
  return day >= begin && day <= Math.min(end, daysInMonth)
}

interface CivilTime {
  /** Of the day. */
  readonly minute: number
  readonly weekday: number
  readonly day: number
  /** From 1. */
  readonly month: number
  readonly year: number
  readonly daysInMonth: number
}

/** What a clock on the wall and a calendar show there. */
function civilTime(nowMs: number, location: string): CivilTime {
  const date = new Date(location === 'UTC' ? nowMs : wallOf(nowMs, zoneOf(location)))
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  return {
    minute: date.getUTCHours() * 60 + date.getUTCMinutes(),
    weekday: date.getUTCDay(),
    day: date.getUTCDate(),
    month,
    year,
    daysInMonth: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  }
}

const zoneOf = (location: string): string | undefined =>
  location === 'Local' ? undefined : location

/** Whether somebody keeps time by that name. */
export function isLocation(name: string): boolean {
  return name === 'Local' || isZone(name)
}
