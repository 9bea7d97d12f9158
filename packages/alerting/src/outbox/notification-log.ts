import { createHash } from 'node:crypto'
import type { KeyValueChange, KeyValueStore } from '@weir/model'
import type { Note } from '../notify/outcome.ts'
import { type LogEntry, openOf } from '../notify/stages.ts'
import type { Addressee } from './item.ts'

/** Of keys in the store. */
const LOG_PREFIX = 'alerting/log/'
/** Longer keys are hashed: the store takes 1,900 bytes, and a group's key holds label values. */
const KEY_BYTES_MAX = 1500

/**
 * What was last said about each group to each integration: so that nothing is said twice within its
 * repeat interval.
 *
 * @see alertmanager:nflog/nflog.go
 */
export class NotificationLog {
  readonly #store: KeyValueStore
  /** Entries that the disk did not take; they count until one of the same name is written. */
  readonly #unsaved = new Map<string, LogEntry>()

  constructor(store: KeyValueStore) {
    this.#store = store
  }

  get(to: Addressee, groupKey: string): LogEntry | undefined {
    const key = logKey(to, groupKey)
    return this.#unsaved.get(key) ?? (this.#store.get(key) as LogEntry | undefined)
  }

  /** The change that writes an entry, or forgets it. */
  change(to: Addressee, groupKey: string, entry: LogEntry | undefined): KeyValueChange {
    return { key: logKey(to, groupKey), value: entry }
  }

  wasSaved(to: Addressee, groupKey: string): void {
    this.#unsaved.delete(logKey(to, groupKey))
  }

  wasNotSaved(to: Addressee, groupKey: string, entry: LogEntry): void {
    this.#unsaved.set(logKey(to, groupKey), entry)
  }

  /** The names of all entries. */
  *names(): Iterable<string> {
    for (const [key] of this.#store.entries(LOG_PREFIX)) yield key.slice(LOG_PREFIX.length)
  }

  /** An entry by its {@link logName}. */
  named(name: string): LogEntry | undefined {
    const key = LOG_PREFIX + name
    return this.#unsaved.get(key) ?? (this.#store.get(key) as LogEntry | undefined)
  }

  changeNamed(name: string, entry: LogEntry): KeyValueChange {
    return { key: LOG_PREFIX + name, value: entry }
  }

  wasSavedNamed(name: string): void {
    this.#unsaved.delete(LOG_PREFIX + name)
  }

  /** What was noted when the group was last told of, unless all was over then: a new beginning has no note. */
  noteFor(to: Addressee, groupKey: string): Note | undefined {
    const before = this.get(to, groupKey)
    return before === undefined || openOf(before).size === 0 ? undefined : before.note
  }

  /** The entry with another note, and the change that writes it; undefined when there is none to add to. */
  withNote(to: Addressee, groupKey: string, note: Note): KeyValueChange | undefined {
    const entry = this.get(to, groupKey)
    if (entry === undefined) return undefined
    const key = logKey(to, groupKey)
    const value = { ...entry, note }
    if (this.#unsaved.has(key)) this.#unsaved.set(key, value)
    return { key, value }
  }

  /** Forgets what was said so long ago that it no longer counts. */
  async collect(nowMs: number): Promise<void> {
    const old = [...this.#store.entries(LOG_PREFIX)]
      .filter(([, value]) => (value as LogEntry).expiresMs <= nowMs)
      .map(([key]) => ({ key, value: undefined }))
    if (old.length > 0) await this.#store.write(old)
  }
}

/** The name of a queue: the groups of one integration, each of its own. */
export function queueKey({ receiver, kind, index }: Addressee, groupKey: string): string {
  return `${JSON.stringify([receiver, kind, index])}${groupKey}`
}

function logKey(to: Addressee, groupKey: string): string {
  return LOG_PREFIX + logName(queueKey(to, groupKey))
}

/** The name of an entry, from that of its queue; the same in every Weir. */
export function logName(queue: string): string {
  const key = LOG_PREFIX + queue
  if (key.length < KEY_BYTES_MAX / 4 || Buffer.byteLength(key) <= KEY_BYTES_MAX) return queue
  return `#${createHash('sha256').update(key).digest('hex')}`
}
