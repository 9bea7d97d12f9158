import type { Windows } from './windows.ts'

/**
 * `rate` and `increase` of a counter that begins inside the window and is known to have begun at zero.
 *
 * ```
 *        │ range                    │
 *   0 ┄┄┄┼┄┄┄┄┄┄┄┄┄●────●────●──────┤     increase = first + (last − first + resets) · (s + e) / s
 *        │         first     last   │
 *        │         ├── s ───┼─ e ──┤     s: from first to last sample, e: on to the end
 * ```
 *
 * The first value is added whole: it was counted before the first sample, and after the range began or
 * before it, but in no other range. What follows is carried on to the end as ever, and not back to the
 * start, where the counter did not exist.
 */

/** How much further than the average distance the end may be for the last sample to be carried on to it. */
const REACH = 1.1

/** Puts the figures of windows that hold the series' first sample in place of what was computed. */
export function countFirstValue(
  windows: Windows,
  isRate: boolean,
  out: Float64Array,
  present: Uint8Array,
): void {
  const perSecond = isRate ? windows.rangeMs / 1000 : 1
  for (let k = 0; k < windows.count; k++) {
    if (windows.from[k]! > 0 || windows.to[k]! < 1) continue
    out[k] = increase(windows, windows.to[k]!, windows.ends[k]!) / perSecond
    present[k] = 1
  }
}

/** From zero to the end of a window that holds samples 0 to `to`. */
function increase({ times, values }: Windows, to: number, endMs: number): number {
  const first = values[0]!
  if (to === 1) return first
  let rise = 0
  for (let i = 1; i < to; i++) {
    const [before, value] = [values[i - 1]!, values[i]!]
    rise += value < before ? value : value - before
  }
  const sampledMs = times[to - 1]! - times[0]!
  const averageMs = sampledMs / (to - 1)
  const leftMs = endMs - times[to - 1]!
  const onMs = leftMs < averageMs * REACH ? leftMs : averageMs / 2
  return first + rise * ((sampledMs + onMs) / sampledMs)
}
