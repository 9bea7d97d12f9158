import type { BacktestFiguresView } from '@weir/packs'

/** A stretch of time in which something fired; without an end it fires still. */
export interface Span {
  readonly firedMs: number
  readonly endedMs: number | null
}

/** An alert that was over so soon was noise. */
const FLAP_MS = 5 * 60_000

/** @param wokenMs when somebody was told, or would have been */
export function figuresOf(
  spans: readonly Span[],
  wokenMs: readonly number[],
  { endMs, timeZone }: { readonly endMs: number; readonly timeZone: string },
): BacktestFiguresView {
  const lengths = spans.map(({ firedMs, endedMs }) => (endedMs ?? endMs) - firedMs)
  return {
    fired: spans.length,
    firingMs: united(spans, endMs).reduce((sum, [from, to]) => sum + to - from, 0),
    longestMs: lengths.reduce((longest, length) => Math.max(longest, length), 0),
    flaps: spans.filter(({ endedMs }, i) => endedMs !== null && lengths[i]! < FLAP_MS).length,
    nights: nightsOf(wokenMs, timeZone),
  }
}

/** Stretches in which at least one fired, in order. */
export function united(spans: readonly Span[], endMs: number): (readonly [number, number])[] {
  const sorted = spans
    .map(({ firedMs, endedMs }): [number, number] => [firedMs, endedMs ?? endMs])
    .toSorted(([a], [b]) => a - b)
  const joined: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else joined.push([from, to])
  }
  return joined
}

/** Share of each of `count` equal stretches of time in which at least one fired. */
export function busyShares(
  spans: readonly Span[],
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  count: number,
): number[] {
  const eachMs = Math.max(1, (endMs - startMs) / count)
  const shares = new Float64Array(count)
  for (const [from, to] of united(spans, endMs)) {
    const first = Math.max(0, Math.floor((from - startMs) / eachMs))
    const last = Math.min(count - 1, Math.floor((to - startMs) / eachMs))
    for (let i = first; i <= last; i++) {
      const begin = startMs + i * eachMs
      shares[i]! += Math.max(0, Math.min(to, begin + eachMs) - Math.max(from, begin)) / eachMs
    }
  }
  // What fired at all is to be seen, however short it was.
  return Array.from(shares, (share) => Math.round(Math.min(1, share) * 1e4) / 1e4)
}

const NIGHT_FROM_HOUR = 22
const NIGHT_TO_HOUR = 7

/** How many nights, each from the evening before to the morning, hold one of these moments. */
export function nightsOf(moments: readonly number[], timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  const nights = new Set<string>()
  for (const ms of moments) {
    // By a clock that is put back to midnight at 7 o'clock, a night is the end of one day.
    const [date, hour] = format.format(ms - NIGHT_TO_HOUR * 3_600_000).split(', ')
    if (Number(hour) >= NIGHT_FROM_HOUR - NIGHT_TO_HOUR) nights.add(date!)
  }
  return nights.size
}
