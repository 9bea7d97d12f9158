import type { WallClock } from '@weir/wire'

/** Reads wall clocks of a zone, `local` for the machine's own. */
export function wallClockOf(zone: string): WallClock {
  if (zone === 'UTC') return Date.UTC
  if (zone === 'local') return (...parts) => new Date(...parts).getTime()
  const offsets = new Offsets(zone)
  return (...parts) => {
    const read = Date.UTC(...parts)
    // An hour around a change of the clocks may be guessed wrong the first time.
    return read - offsets.at(read - offsets.at(read))
  }
}

const HOUR_MS = 3_600_000

/** How far a zone's clocks are ahead of UTC; one hour is remembered, since lines are of about now. */
class Offsets {
  readonly #format: Intl.DateTimeFormat
  #hour = Number.NaN
  #offsetMs = 0

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  }

  at(ms: number): number {
    const hour = Math.floor(ms / HOUR_MS)
    if (hour !== this.#hour) {
      this.#hour = hour
      this.#offsetMs = this.#read(hour * HOUR_MS)
    }
    return this.#offsetMs
  }

  #read(ms: number): number {
    const part: Record<string, number> = {}
    for (const { type, value } of this.#format.formatToParts(ms)) part[type] = Number(value)
    const { year, month, day, hour, minute, second } = part as Record<
      'year' | 'month' | 'day' | 'hour' | 'minute' | 'second',
      number
    >
    return Date.UTC(year, month - 1, day, hour, minute, second) - ms
  }
}
