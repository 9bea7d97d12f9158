import { WeirError } from '@weir/model'

const UNITS: readonly [unit: string, ms: number][] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/

/** Longest duration that Prometheus can hold: 2^63 nanoseconds. */
export const DURATION_MS_MAX = 9_223_372_036_854

/**
 * Milliseconds of `1h30m`, or a sentence why it is none. Units largest first, each at most once; a
 * bare `0` is a duration too.
 */
export function readDuration(text: string): number | string {
  if (text === '0') return 0
  const found = DURATION.exec(text)
  if (text === '' || found === null) {
    return text === ''
      ? 'empty duration string'
      : `not a valid duration string: ${JSON.stringify(text)}`
  }
  let ms = 0
  for (const [i, [, unitMs]] of UNITS.entries()) {
    const count = found[i + 1]
    if (count !== undefined) ms += Number(count) * unitMs
  }
  return ms > DURATION_MS_MAX ? 'duration out of range' : ms
}

/**
 * Milliseconds of a duration as Prometheus writes it: `5m`, `1h30m`, `500ms`, `0`.
 *
 * @throws {WeirError} `QUERY_PARSE`
 */
export function parseDuration(text: string): number {
  const ms = readDuration(text)
  if (typeof ms === 'number') return ms
  throw new WeirError('QUERY_PARSE', `Cannot read duration "${text}": ${ms}`)
}

/** The shortest spelling: `90s` is `1m30s`, whole weeks and years only when nothing is left over. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  let rest = Math.abs(ms)
  let text = ms < 0 ? '-' : ''
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs)
    if (count === 0 || ((unit === 'y' || unit === 'w') && rest % unitMs !== 0)) continue
    text += `${count}${unit}`
    rest -= count * unitMs
  }
  return text
}
