import type { AuditEntry, AuditPage } from '@weir/packs'
import type { AuditLog } from './audit-log.ts'

export interface AuditFilter {
  readonly fromMs: number
  readonly toMs: number
  /** Of whom; '' for all. */
  readonly who: string
  /** `silence.set`, or `silence` for all that begin so; '' for all. */
  readonly action: string
  readonly result: AuditEntry['result'] | ''
  /** Words in name, address, action, target or details. */
  readonly text: string
  readonly limit: number
  /** The `next` of the page before; '' for the first. */
  readonly before: string
}

/** Entries that fit, newest first. */
export function auditPage(
  { entries, chain }: Pick<AuditLog, 'entries' | 'chain'>,
  filter: AuditFilter,
): AuditPage {
  const found: AuditEntry[] = []
  for (let i = entries.length - 1; i >= 0 && found.length <= filter.limit; i--) {
    if (fits(entries[i]!, filter)) found.push(entries[i]!)
  }
  const page = found.slice(0, filter.limit)
  const next = found.length > filter.limit ? page.at(-1)!.id : ''
  return { entries: page, next, kept: entries.length, chain }
}

function fits(entry: AuditEntry, filter: AuditFilter): boolean {
  const { id, atMs, who, action, result } = entry
  return (
    (filter.before === '' || id < filter.before) &&
    atMs >= filter.fromMs &&
    atMs <= filter.toMs &&
    (filter.who === '' || who.name === filter.who) &&
    (filter.action === '' || action === filter.action || action.startsWith(`${filter.action}.`)) &&
    (filter.result === '' || result === filter.result) &&
    says(entry, filter.text)
  )
}

function says({ who, action, target, code, details }: AuditEntry, text: string): boolean {
  if (text === '') return true
  const all = [who.name, who.address, action, target, code, ...Object.values(details)]
  const said = all.join('\n').toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => said.includes(word))
}
