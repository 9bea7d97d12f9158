const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })

/** `14:05:09.123`; with the day where a list has several. */
export function lineTime(ms: number, withDay: boolean): string {
  return withDay ? `${DAY.format(ms)} ${TIME.format(ms)}` : TIME.format(ms)
}

/** Every digit, in UTC: `2026-11-21T09:00:00.123456789Z`. */
export function exactTime(timeNs: string): string {
  const ns = BigInt(timeNs)
  const seconds = ns / 1_000_000_000n
  const second = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${second}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`
}
