import type { SignalView } from '@weir/packs'
import { durationMs } from './range.ts'

/**
 * Which window to show while nobody has chosen one. An hour, because a pipeline that fell silent
 * must not leave the page after minutes; but a Weir that began a minute ago would then show dots at
 * the right edge, so a young history gets a window that it fills.
 */
const WINDOWS = ['5m', '15m', '1h'] as const
export const FULL_WINDOW = '1h'

/** A window counts as filled when the history covers this share of it. */
const FILLED = 0.9

/** How far back the oldest value of any signal lies from the newest step; 0 without values. */
export function historyMs(signals: Iterable<SignalView>): number {
  let longest = 0
  for (const { values, stepMs } of signals) {
    const first = values.findIndex((value) => value !== null)
    if (first >= 0) longest = Math.max(longest, (values.length - 1 - first) * stepMs)
  }
  return longest
}

/**
 * The window for a history. It may shrink once, from the full window that was asked first
 * (`settled` undefined); afterwards it only grows, so two answers cannot make it swing.
 */
export function fittingWindow(settled: string | undefined, history: number): string {
  const fitting = WINDOWS.find((window) => history < FILLED * durationMs(window)!) ?? FULL_WINDOW
  if (settled === undefined) return fitting
  return durationMs(fitting)! > durationMs(settled)! ? fitting : settled
}

/**
 * How many of the newest values a drawing shows: all, or, while the history is shorter than half
 * the window, only those since it began, so that a line has the width to be seen.
 */
export function shownCount(count: number, stepMs: number, history: number): number {
  const known = Math.round(history / stepMs) + 1
  return known < count / 2 ? Math.max(2, known) : count
}
