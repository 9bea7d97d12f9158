const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** `21 Nov 2026, 14:05:09` in a time zone. */
export function fullTimeIn(ms: number, timeZone: string): string {
  let format = FORMATS.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    FORMATS.set(timeZone, format)
  }
  return format.format(ms)
}
