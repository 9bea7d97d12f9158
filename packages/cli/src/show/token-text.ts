import { formatDuration, type TokenView } from '@weir/server'
import { columns } from './columns.ts'

/** Tokens as a table, oldest first. */
export function tokenLines(tokens: readonly TokenView[], nowMs: number): string[] {
  if (tokens.length === 0) return ['There are no tokens: weir token create NAME --scope SCOPE']
  const rows = tokens.map(({ id, name, scopes, createdMs, createdBy, expiresMs, lastUsedMs }) => [
    name,
    id,
    scopes.join(','),
    `${ago(nowMs - createdMs)}${createdBy === '' ? '' : ` by ${createdBy}`}`,
    lastUsedMs === null ? 'never' : ago(nowMs - lastUsedMs),
    expiresMs === null
      ? 'never'
      : expiresMs <= nowMs
        ? 'expired'
        : `in ${whole(expiresMs - nowMs)}`,
  ])
  return columns([['Name', 'Id', 'Scopes', 'Made', 'Used', 'Ends'], ...rows])
}

function ago(ms: number): string {
  return ms < MINUTE_MS ? 'just now' : `${whole(ms)} ago`
}

const MINUTE_MS = 60_000

/** The largest unit that fits: days, hours or minutes. */
function whole(ms: number): string {
  const unitMs = [86_400_000, 3_600_000, MINUTE_MS].find((unit) => ms >= unit) ?? 1000
  return formatDuration(Math.floor(ms / unitMs) * unitMs)
}
