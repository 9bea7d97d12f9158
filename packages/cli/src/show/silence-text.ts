import { formatDuration, showMatcher } from '@weir/server/words'
import type { ApiMatcher, ApiSilence } from '../commands/alertmanager-api.ts'
import { columns } from './columns.ts'

/** A line a silence, below a heading; nothing for none. */
export function silenceLines(silences: readonly ApiSilence[], nowMs: number): string[] {
  if (silences.length === 0) return []
  return columns([
    ['ID', 'STATE', 'ENDS', 'BY', 'MATCHERS', 'COMMENT'],
    ...silences.map((silence) => [
      silence.id,
      silence.status.state,
      endText(silence, nowMs),
      silence.createdBy,
      silence.matchers.map(matcherText).join(' '),
      silence.comment.replaceAll(/\s+/g, ' '),
    ]),
  ])
}

function matcherText({ name, value, isRegex, isEqual = true }: ApiMatcher): string {
  const operator = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!='
  return showMatcher({ name, operator, value })
}

/** `in 2h`, `3d ago`; of one to come also when it begins. */
function endText({ startsAt, endsAt, status }: ApiSilence, nowMs: number): string {
  const end = awayText(Date.parse(endsAt) - nowMs)
  return status.state === 'pending'
    ? `${end}, begins ${awayText(Date.parse(startsAt) - nowMs)}`
    : end
}

/** How far away a moment is, in its two largest units. */
export function awayText(ms: number): string {
  const away = Math.abs(ms)
  const unitMs = away >= 86_400_000 ? 3_600_000 : away >= 3_600_000 ? 60_000 : 1000
  const text = formatDuration(Math.round(away / unitMs) * unitMs)
  return ms < 0 ? `${text} ago` : `in ${text}`
}
