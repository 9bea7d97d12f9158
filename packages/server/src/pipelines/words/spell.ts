/** Figures and spans as a person says them. */

/** `45 s`, `14 min`, `5 h`, `3 days`. */
export function spell(ms: number): string {
  const seconds = ms / 1000
  if (!Number.isFinite(seconds)) return 'a long time'
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}

/** A span that may be shorter than a second: `40 ms`, `2.4 s`, `14 min`. */
export function spellSeconds(seconds: number): string {
  if (seconds < 0.9995) return `${digits(seconds * 1000)} ms`
  return seconds < 10 ? `${digits(seconds)} s` : spell(seconds * 1000)
}

const PREFIXES = ['', 'k', 'M', 'G', 'T'] as const

/** Two or three digits, a prefix where it helps: `0.3`, `18k`. */
export function amount(value: number): string {
  const size = Math.abs(value)
  if (size < 999.5) return digits(value)
  const power = Math.min(PREFIXES.length - 1, Math.floor(Math.log10(size * 1.0005) / 3))
  return digits(value / 1000 ** power) + PREFIXES[power]!
}

/** A rate by the second, the minute or the hour: `120 records/s`, `4 runs/h`. */
export function pace(perSecond: number, what: string): string {
  if (perSecond >= 0.995) return `${amount(perSecond)} ${what}/s`
  return perSecond >= 1 / 60
    ? `${amount(perSecond * 60)} ${what}/min`
    : `${amount(perSecond * 3600)} ${what}/h`
}

/** `3.2 %` */
export function percent(ratio: number): string {
  return `${digits(ratio * 100)} %`
}

/** At most two significant digits below a hundred, whole numbers above. */
function digits(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 10) return String(Math.round(value))
  return String(Number(value.toPrecision(2)))
}
