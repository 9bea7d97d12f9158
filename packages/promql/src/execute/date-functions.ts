const DAY = 86_400
/** The calendar repeats after 400 years; dates beyond what `Date` holds are moved by whole cycles. */
const CYCLE = 146_097 * DAY
const CYCLE_YEARS = 400
const INT64_MAX = 2 ** 63

/** What Go makes of a number that no int64 holds, NaN included: second -2^63, with overflow. */
const OUT_OF_RANGE: Readonly<Record<string, number>> = {
  minute: 30,
  hour: 15,
  day_of_week: 0,
  day_of_month: 4,
  day_of_year: 339,
  days_in_month: 31,
  month: 12,
  year: 292_277_026_596,
}

const PARTS: readonly [name: string, part: (date: Date, cycles: number) => number][] = [
  ['minute', (date) => date.getUTCMinutes()],
  ['hour', (date) => date.getUTCHours()],
  ['day_of_week', (date) => date.getUTCDay()],
  ['day_of_month', (date) => date.getUTCDate()],
  [
    'day_of_year',
    (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 1000 / DAY) + 1,
  ],
  [
    'days_in_month',
    (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  ],
  ['month', (date) => date.getUTCMonth() + 1],
  ['year', (date, cycles) => date.getUTCFullYear() + cycles * CYCLE_YEARS],
]

/** Parts of a UTC date by the seconds since 1970, fraction cut off. */
export const DATE_FUNCTIONS: ReadonlyMap<string, (seconds: number) => number> = new Map(
  PARTS.map(([name, part]) => [
    name,
    (seconds: number): number => {
      const whole = Math.trunc(seconds)
      if (!(Math.abs(whole) < INT64_MAX)) return OUT_OF_RANGE[name]!
      // What is left over is exact however large the number is; the quotient would not be.
      const rest = whole % CYCLE
      const within = rest < 0 ? rest + CYCLE : rest
      return part(new Date(within * 1000), Math.round((whole - within) / CYCLE))
    },
  ]),
)
