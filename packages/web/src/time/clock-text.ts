/** Times and spans of time as words. All in the reader's own time zone, 24 hours. */

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const HOUR = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const SHORT = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const FULL = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** `14:05:09` */
export const timeOfDay = (ms: number): string => TIME.format(ms)
/** `14:05` */
export const hourAndMinute = (ms: number): string => HOUR.format(ms)
/** `21 Nov, 14:05` */
export const shortTime = (ms: number): string => SHORT.format(ms)
/** `21 Nov 2026, 14:05:09` */
export const fullTime = (ms: number): string => FULL.format(ms)

/** A span in its two largest units: `3 d 4 h`, `14 min`, `9 s`. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60)
    return minutes < 5 && seconds % 60 > 0 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`
  const days = Math.floor(hours / 24)
  return hours % 24 > 0 && days < 14 ? `${days} d ${hours % 24} h` : `${days} d`
}

/** `14 min ago`, `just now`, `in 30 s`. */
export function agoText(ms: number, nowMs: number): string {
  const past = nowMs - ms
  if (past < -1500) return `in ${spanText(-past)}`
  return past < 3000 ? 'just now' : `${spanText(past)} ago`
}

/** What a date-time input wants: local time without a zone, `2026-11-21T14:05`. */
export function inputTime(ms: number): string {
  const local = ms - new Date(ms).getTimezoneOffset() * 60_000
  return new Date(local).toISOString().slice(0, 16)
}
