import { z } from 'zod'
import { listOf, textValue } from '../config-values.ts'
import { type Range, type TimeInterval, type TimeIntervals, isLocation } from './interval.ts'

/** An element of `time_intervals` and of `mute_time_intervals`, as it stands in the file. */
export interface NamedIntervals {
  readonly name: string
  readonly time_intervals: readonly TimeInterval[]
}

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
/** The month that has the fewest days: a range that is empty there and written so is always empty. */
const SHORTEST_MONTH = 28

const wholeNumber = (text: string): number => (/^[-+]?\d+$/.test(text) ? Number(text) : Number.NaN)

const weekdayRange = rangeValue('a weekday such as monday or monday:friday', {
  member: (text) => (WEEKDAYS.includes(text) ? WEEKDAYS.indexOf(text) : Number.NaN),
  problem: backwards,
})

const monthRange = rangeValue('a month such as may, 5 or may:august', {
  member: (text) => (MONTHS.includes(text) ? MONTHS.indexOf(text) + 1 : wholeNumber(text)),
  problem: backwards,
})

const yearRange = rangeValue('a year such as 2026 or 2026:2028', {
  member: wholeNumber,
  problem: backwards,
})

const dayRange = rangeValue('a day of the month such as 1, -1 or 1:7', {
  member: wholeNumber,
  problem: ({ from, to }) => {
    for (const day of [from, to]) {
      if (day === 0 || Math.abs(day) > 31) return `want 1 to 31 or -31 to -1, got ${day}`
    }
    if (from < 0 && to > 0)
      return 'want an end from -31 to -1, as the start is counted from the end'
    const least = (day: number): number => (day < 0 ? SHORTEST_MONTH + day : day)
    return least(from) > least(to) ? 'want an end that is not before the start' : undefined
  },
})

function backwards({ from, to }: Range): string | undefined {
  return from > to ? 'want an end that is not before the start' : undefined
}

interface RangeRules {
  /** NaN for what is none. */
  readonly member: (text: string) => number
  readonly problem: (range: Range) => string | undefined
}

/** `a` or `a:b`. Case does not matter. */
function rangeValue(wanted: string, { member, problem }: RangeRules): z.ZodType<Range> {
  return textValue.transform((text, context) => {
    const [first, last = first, ...more] = text.toLowerCase().split(':')
    const range = { from: member(first!), to: member(last!) }
    const isRange = more.length === 0 && !Number.isNaN(range.from) && !Number.isNaN(range.to)
    const why = isRange ? problem(range) : `want ${wanted}, got ${JSON.stringify(text)}`
    if (why === undefined) return range
    context.addIssue({ code: 'custom', message: why })
    return z.NEVER
  })
}

const minuteValue = textValue.default('').transform((text, context) => {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? []
  if (hours !== undefined) return Number(hours) * 60 + Number(minutes)
  if (text === '24:00') return 1440
  const message = `want a time such as 09:00 or 24:00, got ${JSON.stringify(text)}`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

const timeRange = z
  .strictObject({ start_time: minuteValue, end_time: minuteValue })
  .transform((times): Range => ({ from: times.start_time, to: times.end_time }))
  .refine(({ from, to }) => from < to, {
    message: 'want a start_time before the end_time; over midnight it takes two ranges',
  })

/** A list, or undefined for a key without a value. An empty list stays: then the field never holds. */
function optionalList<S extends z.ZodType>(item: S) {
  return z.preprocess(
    (given) => (given === '' || given === null ? undefined : given),
    z.array(item, { error: 'want a list' }).optional(),
  )
}

const intervalSchema = z
  .strictObject({
    times: optionalList(timeRange),
    weekdays: optionalList(weekdayRange),
    days_of_month: optionalList(dayRange),
    months: optionalList(monthRange),
    years: optionalList(yearRange),
    location: textValue.default('UTC').refine((name) => name === '' || isLocation(name), {
      error: ({ input }) =>
        `want a time zone such as Europe/Berlin, UTC or Local, got ${JSON.stringify(input)}`,
    }),
  })
  .transform(({ days_of_month: daysOfMonth, location, ...fields }): TimeInterval => ({
    ...fields,
    daysOfMonth,
    location: location === '' ? 'UTC' : location,
  }))

/** An element of `time_intervals`. */
export const namedIntervalsSchema: z.ZodType<NamedIntervals> = z.strictObject({
  name: textValue.default(''),
  time_intervals: listOf(intervalSchema),
})

/** Both lists in one; names are unique over both. */
export function mergeIntervals(
  lists: Readonly<Record<'mute_time_intervals' | 'time_intervals', readonly NamedIntervals[]>>,
  problem: (path: readonly PropertyKey[], what: string) => void,
): TimeIntervals {
  const merged = new Map<string, readonly TimeInterval[]>()
  for (const key of ['mute_time_intervals', 'time_intervals'] as const) {
    for (const [i, { name, time_intervals }] of lists[key].entries()) {
      if (name === '') problem([key, i], 'a time interval must have a name')
      else if (merged.has(name)) {
        problem([key, i, 'name'], `time interval ${JSON.stringify(name)} is there twice`)
      }
      merged.set(name, time_intervals)
    }
  }
  return merged
}
