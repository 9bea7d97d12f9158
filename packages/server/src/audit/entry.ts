import { createHash } from 'node:crypto'
import type { AuditChain, AuditEntry, AuditWho } from '@weir/packs'

/** What is told of a change; the log adds when, which, and the hash. */
export interface Change {
  readonly who: AuditWho
  readonly action: string
  readonly target?: string
  /** The code of the refusal; absent or '' when it was done. */
  readonly refused?: string
  readonly details?: Readonly<Record<string, string>>
  /** Wants neither `write` nor `admin`: logging in and out, deleting what one pushed. */
  readonly isMinor?: boolean
}

/** Before the first entry that ever was. */
export const NO_HASH = '0'.repeat(64)

/** Longest name, target and detail, in characters; what is longer is cut and ends in `…`. */
const TEXT_MAX = 500
const DETAILS_MAX = 12

/** Who is meant when Weir itself does something. */
export function itself(name: string): AuditWho {
  return { kind: 'process', name, address: '' }
}

/** A change as it is written behind the entry with the hash `before`. */
export function entryOf(
  change: Change,
  at: { readonly seq: number; readonly atMs: number; readonly uncounted: number },
  before: string,
): AuditEntry {
  const { who, action, target = '', refused = '', details = {} } = change
  const bare = {
    id: String(at.seq).padStart(15, '0'),
    atMs: at.atMs,
    who: { kind: who.kind, name: cut(who.name), address: cut(who.address) },
    action: cut(action),
    target: cut(target),
    result: refused === '' ? ('done' as const) : ('refused' as const),
    code: refused,
    details: Object.fromEntries(
      Object.entries(details)
        .slice(0, DETAILS_MAX)
        .map(([name, text]) => [name, cut(text)]),
    ),
    ...(at.uncounted === 0 ? {} : { uncounted: at.uncounted }),
  }
  return { ...bare, hash: hashOf(bare, before) }
}

/**
 * Whether entries are as they were written, with none missing between them. The first one kept is taken at
 * its word: what came before it has gone.
 *
 * This shows that somebody changed the file by hand and did not know of the chain, or that a disk did. Whoever can
 * write the file can also write a whole new chain: the hashes in Weir's own log lines, sent to another machine, are
 * what such a chain is held against.
 */
export function chainOf(entries: readonly AuditEntry[]): AuditChain {
  for (let i = 1; i < entries.length; i++) {
    const { hash, ...bare } = entries[i]!
    if (hash !== hashOf(bare, entries[i - 1]!.hash)) {
      return { state: 'broken', brokenAt: entries[i]!.id }
    }
  }
  return { state: 'whole' }
}

/** About what an entry takes. */
export function bytesOf(entry: AuditEntry): number {
  const { who, action, target, details } = entry
  const texts = [who.name, who.address, action, target, ...Object.entries(details).flat()]
  return texts.reduce((sum, { length }) => sum + length, 200)
}

/** The fields in one order, whatever order the store gives them back in. */
function hashOf(bare: Omit<AuditEntry, 'hash'>, before: string): string {
  const { id, atMs, who, action, target, result, code, details, uncounted = 0 } = bare
  const told = Object.entries(details).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const fields = [id, atMs, who.kind, who.name, who.address, action, target, result, code]
  return createHash('sha256')
    .update(JSON.stringify([before, ...fields, uncounted, told]))
    .digest('hex')
}

function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`
}
