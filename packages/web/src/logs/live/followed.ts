import type { LogLine } from '../lines/line.ts'

/** Lines that came while they were followed: newest first, and no more than can be read. */
export interface Followed {
  readonly lines: readonly LogLine[]
  /** What came while the reader held the list. */
  readonly waiting: readonly LogLine[]
  readonly isHeld: boolean
  /** Lines that were there and are no more, because newer ones came. */
  readonly left: number
  /** Lines that Weir did not send, because they were too many. */
  readonly dropped: number
  /** When lines came, and how many, for the rate. */
  readonly arrivals: readonly { readonly atMs: number; readonly count: number }[]
}

export const NOTHING_FOLLOWED: Followed = {
  lines: [],
  waiting: [],
  isHeld: false,
  left: 0,
  dropped: 0,
  arrivals: [],
}

export const FOLLOWED_MAX = 2000

const RATE_OVER_MS = 5000

/** With lines that came now. */
export function withArrived(
  before: Followed,
  came: readonly LogLine[],
  dropped: number,
  nowMs: number,
): Followed {
  if (came.length === 0 && dropped === 0 && before.arrivals.length === 0) return before
  const arrivals = [
    ...before.arrivals.filter(({ atMs }) => atMs > nowMs - RATE_OVER_MS),
    ...(came.length === 0 ? [] : [{ atMs: nowMs, count: came.length }]),
  ]
  const base = { ...before, arrivals, dropped: before.dropped + dropped }
  if (before.isHeld) {
    const { kept, left } = bounded(merged(before.waiting, came))
    return { ...base, waiting: kept, left: before.left + left }
  }
  const { kept, left } = bounded(merged(before.lines, came))
  return { ...base, lines: kept, left: before.left + left }
}

/** The list stands still, or takes up what came meanwhile. */
export function held(before: Followed, isHeld: boolean): Followed {
  if (isHeld) return { ...before, isHeld }
  const { kept, left } = bounded(merged(before.lines, before.waiting))
  return { ...before, isHeld, lines: kept, waiting: [], left: before.left + left }
}

/** Lines in a second, over the last five. */
export function rateOf({ arrivals }: Followed, nowMs: number): number {
  const count = arrivals
    .filter(({ atMs }) => atMs > nowMs - RATE_OVER_MS)
    .reduce((sum, { count }) => sum + count, 0)
  return count / (RATE_OVER_MS / 1000)
}

/** Newer lines in front of older ones; several senders may be some moments apart. A line twice gets a key of its own. */
function merged(old: readonly LogLine[], came: readonly LogLine[]): LogLine[] {
  const keys = new Set(old.map(({ key }) => key))
  const fresh = came.map((line) => {
    let key = line.key
    while (keys.has(key)) key += "'"
    keys.add(key)
    return key === line.key ? line : { ...line, key }
  })
  const all = [...fresh, ...old]
  const newest = old[0]?.timeNs
  const isInOrder = newest === undefined || fresh.every(({ timeNs }) => !isOlder(timeNs, newest))
  return isInOrder && fresh.length <= 1 ? all : all.toSorted(byTime)
}

function isOlder(a: string, b: string): boolean {
  return a.length === b.length ? a < b : a.length < b.length
}

function byTime(a: LogLine, b: LogLine): number {
  return a.timeNs === b.timeNs ? 0 : isOlder(a.timeNs, b.timeNs) ? 1 : -1
}

function bounded(lines: readonly LogLine[]): {
  readonly kept: readonly LogLine[]
  readonly left: number
} {
  const left = Math.max(0, lines.length - FOLLOWED_MAX)
  return { kept: left === 0 ? lines : lines.slice(0, FOLLOWED_MAX), left }
}
