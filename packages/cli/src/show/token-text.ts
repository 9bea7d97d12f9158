import type { TokenView } from '@weir/server'
import { formatDuration } from '@weir/server/words'
import { showBytes } from './bytes.ts'
import { columns } from './columns.ts'

/** Tokens as a table, oldest first. What only few have, limits and what was refused for them, stands at its end. */
export function tokenLines(tokens: readonly TokenView[], nowMs: number): string[] {
  if (tokens.length === 0) return ['There are no tokens: weir token create NAME --scope SCOPE']
  const isLimited = tokens.some(({ limits }) => limits !== undefined)
  const rows = tokens.map((token) => [
    token.name,
    token.id,
    token.scopes.join(','),
    `${ago(nowMs - token.createdMs)}${token.createdBy === '' ? '' : ` by ${token.createdBy}`}`,
    token.lastUsedMs === null ? 'never' : ago(nowMs - token.lastUsedMs),
    endText(token.expiresMs, nowMs),
    ...(isLimited ? [limitsText(token), refusedText(token)] : []),
  ])
  const further = isLimited ? ['At most', 'Refused'] : []
  return columns([['Name', 'Id', 'Scopes', 'Made', 'Used', 'Ends', ...further], ...rows])
}

function endText(expiresMs: number | null, nowMs: number): string {
  if (expiresMs === null) return 'never'
  return expiresMs <= nowMs ? 'expired' : `in ${whole(expiresMs - nowMs)}`
}

function limitsText({ limits = {} }: TokenView): string {
  const { requestsPerSecond, bytesPerSecond, series } = limits
  return [
    requestsPerSecond === undefined ? '' : `${requestsPerSecond} requests/s`,
    bytesPerSecond === undefined ? '' : `${showBytes(bytesPerSecond)}/s`,
    series === undefined ? '' : `${series} series`,
  ]
    .filter((text) => text !== '')
    .join(', ')
}

/** Since Weir started. */
function refusedText({ refused }: TokenView): string {
  if (refused === undefined) return ''
  const { requests, bytes, samples, lines } = refused
  return [
    requests + bytes === 0 ? '' : `${requests + bytes} requests`,
    samples === 0 ? '' : `${samples} samples`,
    lines === 0 ? '' : `${lines} lines`,
  ]
    .filter((text) => text !== '')
    .join(', ')
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
