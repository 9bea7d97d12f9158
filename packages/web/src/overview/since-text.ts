import type { PipelineSummary } from '@weir/packs'
import { hourAndMinute, shortTime } from '../time/clock-text.ts'

const DAY_MS = 86_400_000

/** `since 14:02`, with the day when that was not today; '' where it says nothing. */
export function sinceText(sinceMs: number | null, nowMs: number): string {
  if (sinceMs === null) return ''
  const isRecent = nowMs - sinceMs < DAY_MS / 2
  return `since ${isRecent ? hourAndMinute(sinceMs) : shortTime(sinceMs)}`
}

/** Why a pipeline is as it is, as one sentence. How long nothing came is said by the reason itself. */
export function reasonText(
  { health, reason, sinceMs }: Pick<PipelineSummary, 'health' | 'reason' | 'sinceMs'>,
  nowMs: number,
): string {
  const since = health === 'silent' || health === 'healthy' ? '' : sinceText(sinceMs, nowMs)
  return since === '' ? reason : `${reason}, ${since}`
}
