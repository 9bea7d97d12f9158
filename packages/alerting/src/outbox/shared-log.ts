import type { Clock, KeyValueStore } from '@weir/model'
import { z } from 'zod'
import { type SharedPart, type SharedValue, nextVersion } from '../cluster/shared-part.ts'
import type { LogEntry } from '../notify/stages.ts'
import type { AlertingEvents } from '../telemetry.ts'
import type { PeerTelling, StoredItem } from './item.ts'
import { type NotificationLog, logName, queueKey } from './notification-log.ts'
import type { Queue, Queues } from './queues.ts'

/** No entry counts longer than this from now, whatever the clock of a peer says. */
const LIFE_MAX_MS = 121 * 3_600_000

const prints = z.array(z.string())

const sharedEntry = z.object({
  firing: prints,
  resolved: prints,
  atMs: z.number(),
  expiresMs: z.number(),
  notificationId: z.string(),
  open: prints.exactOptional(),
  note: z.record(z.string(), z.string()).exactOptional(),
  version: z.number(),
  from: z.string(),
})

export interface SharedLogOptions {
  readonly log: NotificationLog
  readonly queues: Queues
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  /** What this Weir is called among its peers. */
  readonly peerName: string
}

/**
 * The notification log as peers see it: what was delivered, not what waits to be. So a Weir that cannot
 * reach a receiver, or ends before it did, keeps no other one quiet.
 */
export class SharedLog implements SharedPart {
  readonly name = 'log'
  readonly #options: SharedLogOptions
  /** What was delivered last where something newer waits already. */
  readonly #delivered = new Map<string, LogEntry>()

  constructor(options: SharedLogOptions) {
    this.#options = options
  }

  keys(): Iterable<string> {
    return this.#options.log.names()
  }

  get(name: string): LogEntry | undefined {
    const { log, queues, clock, peerName } = this.#options
    const entry = log.named(name)
    const isWaiting = entry !== undefined && queues.holds(name, entry.notificationId)
    const told = isWaiting ? this.#delivered.get(name) : entry
    if (told === undefined || told.expiresMs <= clock.now()) return undefined
    return {
      ...told,
      version: versionOf(told),
      from: told.from ?? peerName,
      // Numbers of one Weir mean nothing to another.
      notificationId: '',
    }
  }

  /** An entry that takes the place of another. */
  stamped(entry: LogEntry, before: LogEntry | undefined): LogEntry {
    const version = nextVersion(this.#options.clock.now(), before && versionOf(before))
    return { ...entry, version }
  }

  /**
   * A notification was delivered: it is what the receiver heard last, also when a peer told something
   * newer meanwhile.
   *
   * @param hasNewer whether something newer of the group waits
   * @returns the name under which it is shared
   */
  async delivered(item: StoredItem, telling: PeerTelling, hasNewer: boolean): Promise<string> {
    const { log, store } = this.#options
    const { to, groupKey } = item
    const name = nameOf(item)
    const known = log.get(to, groupKey)
    if (hasNewer) this.#delivered.set(name, { ...telling.entry, ...noteOf(known) })
    else this.#delivered.delete(name)
    if (!hasNewer && known?.notificationId !== item.id) {
      const entry = this.stamped({ ...telling.entry, ...noteOf(known) }, known)
      await store.write([log.change(to, groupKey, entry)])
      log.wasSaved(to, groupKey)
    }
    return name
  }

  async merge(records: readonly SharedValue[], skewMs: number): Promise<readonly string[]> {
    const { log, queues, store, clock, events } = this.#options
    const nowMs = clock.now()
    const waiting = new Map(queues.all().map((queue) => [logName(queue.key), queue]))
    const newer: { readonly name: string; readonly entry: LogEntry }[] = []
    for (const { key: name, value } of records) {
      const read = sharedEntry.safeParse(value)
      if (!read.success) {
        events.peerRecordRefused(this.name)
        continue
      }
      const expiresMs = read.data.expiresMs - skewMs
      const atMs = read.data.atMs - skewMs
      const entry = { ...read.data, atMs, expiresMs: Math.min(expiresMs, nowMs + LIFE_MAX_MS) }
      if (expiresMs <= nowMs) continue
      const known = log.named(name)
      if (known === undefined || versionOf(known) < entry.version) newer.push({ name, entry })
      hearTold(waiting.get(name), entry)
    }
    if (newer.length > 0) {
      await store.write(newer.map(({ name, entry }) => log.changeNamed(name, entry)))
      for (const { name } of newer) log.wasSavedNamed(name)
    }
    return newer.map(({ name }) => name)
  }
}

function hearTold(queue: Queue | undefined, entry: LogEntry): void {
  if (queue === undefined || queue.items.length === 0) return
  const before = queue.toldByPeer
  if (before !== undefined && versionOf(before) >= versionOf(entry)) return
  queue.toldByPeer = entry
  queue.hurry.abort(new Error('a peer may have told it'))
}

/** Whether a peer has told all of it since it was put here: all that fires, or that it is over already; and all that is over. */
export function isToldByPeer({ toldByPeer }: Queue, { telling }: StoredItem): boolean {
  if (toldByPeer === undefined || telling === undefined) return false
  const { entry, knownVersion } = telling
  if (versionOf(toldByPeer) <= knownVersion) return false
  const over = new Set(toldByPeer.resolved)
  const known = new Set([...toldByPeer.firing, ...over])
  return entry.firing.every((one) => known.has(one)) && entry.resolved.every((one) => over.has(one))
}

export function versionOf({ version, atMs }: LogEntry): number {
  return version ?? atMs
}

function nameOf({ to, groupKey }: StoredItem): string {
  return logName(queueKey(to, groupKey))
}

function noteOf(entry: LogEntry | undefined): Pick<LogEntry, 'note'> {
  return entry?.note === undefined ? {} : { note: entry.note }
}
