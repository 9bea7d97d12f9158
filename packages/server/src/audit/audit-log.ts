import type { Clock, KeyValueChange, KeyValueStore } from '@weir/model'
import type { AuditChain, AuditEntry } from '@weir/packs'
import type { Telemetry } from '../telemetry/log.ts'
import type { AuditConfig } from './config.ts'
import { type Change, NO_HASH, bytesOf, chainOf, entryOf } from './entry.ts'

const PREFIX = 'audit/'
const MINUTE_MS = 60_000

/**
 * Who changed what, and when: only ever written at the end, oldest out first.
 *
 *     audit/<number, 15 digits> → the entry
 *
 * Each entry carries a hash over itself and the hash before it ({@link chainOf}). Each is a line of Weir's own log
 * too, which goes where that goes. All that is kept is in memory, as `max_bytes` says: people filter it, and it is
 * read whole once at the start.
 *
 * What is recorded before the store is open waits for it.
 */
export class AuditLog {
  #limits: AuditConfig
  readonly #clock: Clock
  readonly #log: Telemetry['log']
  readonly #written
  readonly #unkept
  readonly #uncounted
  readonly #evicted
  readonly #count
  readonly #isBroken
  readonly #early: { readonly change: Change; readonly atMs: number }[] = []
  #store: KeyValueStore | undefined
  #entries: AuditEntry[] = []
  #bytes = 0
  #seq = 1
  #hash = NO_HASH
  #chain: AuditChain = { state: 'whole' }
  #minute = { startMs: 0, taken: new Map<string, number>() }
  #skipped = 0

  constructor({ limits, clock, telemetry }: AuditOptions) {
    const { registry } = telemetry
    this.#limits = limits
    this.#clock = clock
    this.#log = telemetry.log
    this.#written = registry.counter(
      'weir_audit_entries_total',
      'Changes, and refused ones, written to the audit log.',
      ['result'],
    )
    this.#unkept = registry.counter(
      'weir_audit_unkept_total',
      'Changes that could not be written to the audit log; each is a line of log with the reason.',
    )
    this.#uncounted = registry.counter(
      'weir_audit_refused_unkept_total',
      'Refused changes, failed logins, and small changes of one person, beyond audit.max_refused_per_minute.',
    )
    this.#evicted = registry.counter(
      'weir_audit_evicted_total',
      'Entries of the audit log that went: too old, or for want of room.',
      ['reason'],
    )
    this.#count = registry.gauge('weir_audit_entries', 'Entries of the audit log that are kept.')
    this.#isBroken = registry.gauge(
      'weir_audit_chain_broken',
      '1 when an entry of the audit log was not as it was written, at the last start.',
    )
  }

  /** Reads back what was kept, checks it, and writes what waited. */
  async open(store: KeyValueStore): Promise<void> {
    this.#entries = [...store.entries(PREFIX)].map(([, value]) => value as AuditEntry)
    this.#bytes = this.#entries.reduce((sum, entry) => sum + bytesOf(entry), 0)
    const last = this.#entries.at(-1)
    if (last !== undefined) {
      this.#seq = Number(last.id) + 1
      this.#hash = last.hash
    }
    this.#chain = chainOf(this.#entries)
    this.#isBroken.set(this.#chain.state === 'broken' ? 1 : 0)
    if (this.#chain.state === 'broken') {
      const { brokenAt } = this.#chain
      this.#log.error({ brokenAt }, 'The audit log was changed by somebody else than Weir')
    }
    this.#store = store
    for (const { change, atMs } of this.#early.splice(0)) await this.#write(change, atMs)
  }

  /**
   * Writes down a change; resolves when it is on the disk. Never rejects: the change is made already, and
   * whoever made it must hear so. What could not be written is counted and told in the log.
   */
  async record(change: Change): Promise<void> {
    const atMs = this.#clock.now()
    const flood = floodOf(change)
    if (flood !== undefined && !this.#hasRoom(flood, atMs)) return
    if (this.#store === undefined) this.#early.push({ change, atMs })
    else await this.#write(change, atMs)
  }

  /** Other limits, which count from now on; what is too much goes with the next entry. */
  take(limits: AuditConfig): void {
    this.#limits = limits
  }

  /** All that are kept, oldest first. */
  get entries(): readonly AuditEntry[] {
    const { retention_time } = this.#limits
    if (retention_time === 0) return this.#entries
    const oldestMs = this.#clock.now() - retention_time
    return this.#entries.filter(({ atMs }) => atMs >= oldestMs)
  }

  get chain(): AuditChain {
    return this.#chain
  }

  /** A flood fills a minute's room, not the log. */
  #hasRoom(flood: string, nowMs: number): boolean {
    if (nowMs - this.#minute.startMs >= MINUTE_MS || nowMs < this.#minute.startMs) {
      this.#minute = { startMs: nowMs, taken: new Map() }
    }
    const { taken } = this.#minute
    const count = taken.get(flood) ?? 0
    if (count < this.#limits.max_refused_per_minute) {
      taken.set(flood, count + 1)
      return true
    }
    this.#skipped++
    this.#uncounted.inc()
    return false
  }

  async #write(change: Change, atMs: number): Promise<void> {
    const at = { seq: this.#seq++, atMs, uncounted: this.#skipped }
    this.#skipped = 0
    const entry = entryOf(change, at, this.#hash)
    this.#hash = entry.hash
    this.#entries.push(entry)
    this.#bytes += bytesOf(entry)
    const { result, ...told } = entry
    this.#written.inc({ result })
    this.#log.info({ audit: { result, ...told } }, 'Audit')
    const changes: KeyValueChange[] = [{ key: PREFIX + entry.id, value: entry }, ...this.#evict()]
    this.#count.set(this.#entries.length)
    try {
      await this.#store!.write(changes)
    } catch (error) {
      this.#unkept.inc()
      this.#log.error({ id: entry.id, error: (error as Error).message }, 'Audit entry not kept')
    }
  }

  #evict(): KeyValueChange[] {
    const { retention_time, max_entries, max_bytes } = this.#limits
    const oldestMs = retention_time === 0 ? -Infinity : this.#clock.now() - retention_time
    let count = 0
    for (const entry of this.#entries) {
      const isOld = entry.atMs < oldestMs
      const isFull = this.#entries.length - count > max_entries || this.#bytes > max_bytes
      if (!isOld && !isFull) break
      this.#bytes -= bytesOf(entry)
      this.#evicted.inc({ reason: isOld ? 'age' : 'room' })
      count++
    }
    return this.#entries.splice(0, count).map(({ id }) => ({ key: PREFIX + id, value: undefined }))
  }
}

/**
 * With what a change shares the room of a minute; undefined for one that is kept in any case. All refusals share one.
 * What somebody with the least scope may do as often as he likes has a room for each who does it: nobody hides what
 * others did.
 */
function floodOf({ who, action, refused = '', isMinor = false }: Change): string | undefined {
  if (refused !== '') return ''
  return isMinor ? `${who.kind} ${who.name} ${action}` : undefined
}

interface AuditOptions {
  readonly limits: AuditConfig
  readonly clock: Clock
  readonly telemetry: Telemetry
}
