const DAY = 86_400

function utc(seconds: number): Date {
  return new Date(seconds * 1000)
}

/** Parts of a UTC date by the seconds since 1970, fraction cut off. */
export const DATE_FUNCTIONS: ReadonlyMap<string, (seconds: number) => number> = new Map([
  ['minute', (seconds: number) => utc(seconds).getUTCMinutes()],
  ['hour', (seconds: number) => utc(seconds).getUTCHours()],
  ['day_of_week', (seconds: number) => utc(seconds).getUTCDay()],
  ['day_of_month', (seconds: number) => utc(seconds).getUTCDate()],
  [
    'day_of_year',
    (seconds: number) => {
      const start = Date.UTC(utc(seconds).getUTCFullYear(), 0, 1) / 1000
      return Math.floor((seconds - start) / DAY) + 1
    },
  ],
  [
    'days_in_month',
    (seconds: number) => {
      const date = utc(seconds)
      return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
    },
  ],
  ['month', (seconds: number) => utc(seconds).getUTCMonth() + 1],
  ['year', (seconds: number) => utc(seconds).getUTCFullYear()],
])
