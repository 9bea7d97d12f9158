import type { TimeRange } from '../source.ts'

/** How much longer the next window is when the last one had too little. */
const GROWTH = 4n

/**
 * Cuts a range of time into windows, first those that are wanted first, so that who wants the newest
 * hundred lines does not read a month. `next` is told how many lines the last window had, or -1 when these
 * were too many: then a shorter one begins at the same place.
 *
 * @param lines about how many lines lie in the range
 * @param expected about how many are wanted
 */
export function* timeWindows(
  { fromNs, toNs }: TimeRange,
  order: 'forward' | 'backward',
  lines: number,
  expected: number,
): Generator<TimeRange, void, number> {
  const share = Math.min(1, (2 * expected) / Math.max(1, lines))
  let length = atLeastOne((toNs - fromNs) / BigInt(Math.ceil(1 / share)))
  let low = fromNs
  let high = toNs
  while (low < high) {
    const isForward = order === 'forward'
    const from = isForward ? low : high - length > low ? high - length : low
    const to = isForward ? (low + length < high ? low + length : high) : high
    const found = yield { fromNs: from, toNs: to }
    if (found < 0 && length > 1n) {
      length = atLeastOne(length / (GROWTH * GROWTH))
      continue
    }
    if (isForward) low = to
    else high = from
    if (found < expected) length *= GROWTH
  }
}

function atLeastOne(length: bigint): bigint {
  return length < 1n ? 1n : length
}
