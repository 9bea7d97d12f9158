/** `2026-11-28 14:02:11 CET`, in the zone of the process unless told. */
export function localTime(timeMs: number, timeZone?: string): string {
  if (timeMs === last.timeMs && timeZone === last.timeZone) return last.text
  const parts = partsOf(timeMs, timeZone)
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`
  last = { timeMs, timeZone, text: `${date} ${clockOf(parts)} ${parts['timeZoneName']}` }
  return last.text
}

/** Alerts of one evaluation begin at the same time. */
let last: {
  readonly timeMs: number
  readonly timeZone: string | undefined
  readonly text: string
} = { timeMs: Number.NaN, timeZone: undefined, text: '' }

const FORMATS = new Map<string, Intl.DateTimeFormat>()

function partsOf(timeMs: number, timeZone: string | undefined): Record<string, string> {
  const key = timeZone ?? ''
  const format =
    FORMATS.get(key) ??
    new Intl.DateTimeFormat('en-GB', {
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
      timeZoneName: 'short',
      ...(timeZone === undefined ? {} : { timeZone }),
    })
  FORMATS.set(key, format)
  return Object.fromEntries(format.formatToParts(timeMs).map(({ type, value }) => [type, value]))
}

function clockOf(parts: Readonly<Record<string, string>>): string {
  return `${parts['hour']}:${parts['minute']}:${parts['second']}`
}

/** `3 d 4 h`, `12 min`, `8 s`: the two largest units, the second only where it says something. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

/** `since 2026-11-28 14:02:11 CET (12 min)`, or from when to when for what is over. */
export function spanText(
  span: {
    readonly startMs: number
    readonly endMs: number | null
    readonly nowMs: number | undefined
  },
  timeZone?: string,
): string {
  const { startMs, endMs, nowMs } = span
  const start = localTime(startMs, timeZone)
  if (endMs === null) {
    const isNew = nowMs === undefined || nowMs - startMs < 1000
    return isNew ? `since ${start}` : `since ${start} (${lengthText(nowMs - startMs)})`
  }
  return `from ${start} to ${localTime(endMs, timeZone)} (${lengthText(endMs - startMs)})`
}
