/**
 * Now, by Weir's clock: the page asks for "the last hour" of Weir's data, so a laptop whose clock
 * is off, or that slept, must not shift the question. Each answer's `Date` header corrects it; a
 * header has whole seconds, so differences below two seconds are let be.
 */
const TOLERANCE_MS = 2000

let offsetMs = 0
let corrections = 0

/** Milliseconds since 1970. */
export function serverNow(): number {
  return pageNow() + offsetMs
}

/** Learns from the `Date` header of an answer. */
export function learnServerTime(dateHeader: string | null): void {
  const toldMs = dateHeader === null ? Number.NaN : Date.parse(dateHeader)
  if (Number.isNaN(toldMs)) return
  if (Math.abs(toldMs - serverNow()) <= TOLERANCE_MS) return
  offsetMs = toldMs - pageNow()
  corrections++
}

/**
 * Asks about a time by Weir's clock. Where that clock was learned only by the answer, the question
 * was about another time, and is asked once more.
 */
export async function inServerTime<T>(ask: () => Promise<T>): Promise<T> {
  const before = corrections
  const answer = await ask()
  return corrections === before ? answer : ask()
}

function pageNow(): number {
  return performance.timeOrigin + performance.now()
}
