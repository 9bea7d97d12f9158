/**
 * A time range as the URL holds it: each end is `now`, `now-90m` or milliseconds since 1970. A
 * relative range moves with the clock, so a shared link means the same wish, not the same minute.
 */
export interface TimeRange {
  readonly from: string
  readonly to: string
}

export const LAST_HOUR: TimeRange = { from: 'now-1h', to: 'now' }

/** What the range menu offers. */
export const QUICK_RANGES = [
  ['5m', '5 minutes'],
  ['15m', '15 minutes'],
  ['1h', '1 hour'],
  ['3h', '3 hours'],
  ['6h', '6 hours'],
  ['12h', '12 hours'],
  ['24h', '24 hours'],
  ['2d', '2 days'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}

/** `1h30m` → milliseconds, as Prometheus writes durations; undefined for anything else, and for zero. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d+(ms|[smhdwy]))+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(count) * UNIT_MS[unit!]!
  }
  return total > 0 ? total : undefined
}

/** Milliseconds → the shortest duration text: 5400000 → `1h30m`. */
export function durationText(ms: number): string {
  let rest = Math.max(0, Math.round(ms))
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit]!
    const count = Math.floor(rest / size)
    if (count > 0) text += `${count}${unit}`
    rest -= count * size
  }
  return text === '' ? '0s' : text
}

/** An end of a range in milliseconds, or undefined when it cannot be read. */
export function endMs(end: string, nowMs: number): number | undefined {
  if (end === 'now') return nowMs
  if (/^\d{1,15}$/.test(end)) return Number(end)
  if (!end.startsWith('now-')) return undefined
  const back = durationMs(end.slice(4))
  return back === undefined ? undefined : nowMs - back
}

/** Both ends in milliseconds; the last hour when the range makes no sense. */
export function resolveRange(
  range: TimeRange,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = endMs(range.from, nowMs)
  const toMs = endMs(range.to, nowMs)
  if (fromMs === undefined || toMs === undefined || fromMs >= toMs) {
    return { fromMs: nowMs - UNIT_MS['h']!, toMs: nowMs }
  }
  return { fromMs, toMs }
}

/** Whether the range follows the clock. */
export function isLive(range: TimeRange): boolean {
  return range.to === 'now'
}

/** A range as words for the control: `Last 6 hours`, or two times. */
export function rangeText(range: TimeRange, clockText: (ms: number) => string): string {
  if (isLive(range) && range.from.startsWith('now-')) {
    const back = range.from.slice(4)
    const known = QUICK_RANGES.find(([text]) => text === back)
    return `Last ${known?.[1] ?? back}`
  }
  const words = (end: string): string => (/^\d+$/.test(end) ? clockText(Number(end)) : end)
  return `${words(range.from)} – ${words(range.to)}`
}

// Steps that people recognise, in seconds.
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
]

/** A step for a range: one point for every two pixels or so, rounded up to a step people know. */
export function stepSeconds(fromMs: number, toMs: number, points = 400): number {
  const wanted = (toMs - fromMs) / 1000 / points
  return STEPS.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400
}

/** A range of the same middle and `factor` times the width, as absolute times. */
export function zoomed(range: TimeRange, nowMs: number, factor: number): TimeRange {
  const { fromMs, toMs } = resolveRange(range, nowMs)
  const middle = (fromMs + toMs) / 2
  const half = ((toMs - fromMs) / 2) * factor
  const to = Math.min(nowMs, middle + half)
  return { from: String(Math.round(to - 2 * half)), to: String(Math.round(to)) }
}

/** A range moved by half its width: −1 is back, 1 is forth; never past now. */
export function shifted(range: TimeRange, nowMs: number, direction: -1 | 1): TimeRange {
  const { fromMs, toMs } = resolveRange(range, nowMs)
  const width = toMs - fromMs
  const to = Math.min(nowMs, toMs + (direction * width) / 2)
  return { from: String(Math.round(to - width)), to: String(Math.round(to)) }
}
