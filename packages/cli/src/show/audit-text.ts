import type { AuditEntry, AuditPage } from '@weir/packs'
import { columns } from './columns.ts'
import { plain } from './plain.ts'

/** A line for each entry: when, who, what, and what came of it. */
export function auditLines(entries: readonly AuditEntry[]): string[] {
  if (entries.length === 0) return []
  const rows = entries.map((entry) => [
    new Date(entry.atMs).toISOString(),
    plain(whoText(entry)),
    plain(entry.action),
    entry.result === 'done' ? 'done' : plain(entry.code),
    plain(whatText(entry)),
  ])
  return columns([['When', 'Who', 'Action', 'Result', 'What'], ...rows])
}

/** Said only when somebody should know. */
export function chainLine({ chain }: Pick<AuditPage, 'chain'>): string {
  if (chain.state === 'whole') return ''
  return `warning: entry ${chain.brokenAt} is not as it was written, or one before it is missing`
}

function whoText({ who: { kind, name, address } }: AuditEntry): string {
  const named = name === '' ? kind : `${name} (${kind})`
  return address === '' ? named : `${named} at ${address}`
}

function whatText({ target, details, uncounted = 0 }: AuditEntry): string {
  const told = Object.entries(details).map(([name, text]) => `${name}=${JSON.stringify(text)}`)
  const more = uncounted === 0 ? [] : [`(${uncounted} more refused before it)`]
  return [target, ...told, ...more].filter((part) => part !== '').join(' ')
}
