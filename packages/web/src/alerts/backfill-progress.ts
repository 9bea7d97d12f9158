import type { BackfillView } from '@weir/packs'
import { spanText } from '../time/clock-text.ts'

export const isOver = ({ endedMs }: BackfillView): boolean => endedMs !== null

/** Spans that the dialog offers, and what they are called. */
export const BACK: readonly (readonly [days: number, words: string])[] = [
  [1, '1 day'],
  [7, '7 days'],
  [30, '30 days'],
  [365, '1 year'],
]

/** `42 %`; never 100 before it is over. */
export function percentText({ progress, endedMs }: BackfillView): string {
  const percent = Math.floor(progress * 100)
  return `${endedMs === null ? Math.min(99, percent) : percent} %`
}

/** How long it will still take, going on as it did; '' while that cannot be known. */
export function leftText({ progress, createdMs, state }: BackfillView, nowMs: number): string {
  const spentMs = nowMs - createdMs
  if (state !== 'running' || progress < 0.01 || spentMs < 2000) return ''
  return `about ${spanText((spentMs / progress) * (1 - progress))} left`
}
