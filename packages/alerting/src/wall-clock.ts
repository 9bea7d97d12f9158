/** A moment as a calendar and a clock on the wall show it, as if the place were at UTC. */
type WallMs = number

const formats = new Map<string | undefined, Intl.DateTimeFormat>()

/** Whether somebody keeps time by that name, such as `Europe/Berlin`. */
export function isZone(name: string): boolean {
  try {
    // An offset has no name in the time zone database.
    return !/^[+-]/.test(name) && formatIn(name) !== undefined
  } catch {
    return false
  }
}

/** A format costs far more to make than to use. */
function formatIn(zone: string | undefined): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

/** Without a zone: where this process keeps time. */
export function wallOf(ms: number, zone?: string): WallMs {
  const parts = formatIn(zone).formatToParts(ms)
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((one) => one.type === type)?.value)
  const day = Date.UTC(part('year'), part('month') - 1, part('day'))
  return day + part('hour') * 3_600_000 + part('minute') * 60_000 + part('second') * 1000
}

const DAY_MS = 86_400_000

/**
 * When the clock on the wall shows that time: the first of the two times when it is set back; when it is
 * set forward and leaves that time out, as if it had not been (RFC 5545, 3.3.5).
 */
export function momentOf(wall: WallMs, zone: string): number {
  const before = wallOf(wall - DAY_MS, zone) - (wall - DAY_MS)
  const after = wallOf(wall + DAY_MS, zone) - (wall + DAY_MS)
  const early = wall - before
  if (before === after || wallOf(early, zone) === wall) return early
  const late = wall - after
  return wallOf(late, zone) === wall ? late : early
}
