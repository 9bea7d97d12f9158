import type { KeyValueChange, KeyValueStore } from '@weir/model'
import type { Override } from './override.ts'

/** How an override ended, and what it did. */
export interface OverrideEnd {
  readonly atMs: number
  readonly how: 'expired' | 'cleared'
  readonly by: string
  readonly appliedCount: number
  readonly ofCount: number
  readonly records: number
}

/** An override, and its end once it has one. */
export interface OverrideRecord extends Override {
  readonly end: OverrideEnd | null
}

/**
 * All overrides: those that hold, and as many of the others as may be looked up. Kept on the disk, an entry
 * each, named so that their order is the one in which they were made:
 *
 *     logger-override/<ms when it was made, 15 digits>-<id> → the override and its end
 */
export class OverrideBook {
  readonly #store: KeyValueStore
  readonly #auditMax: number
  /** By id, the oldest first. */
  readonly #records = new Map<string, OverrideRecord>()

  private constructor(store: KeyValueStore, auditMax: number) {
    this.#store = store
    this.#auditMax = auditMax
  }

  /** Reads back what was kept. */
  static open(store: KeyValueStore, auditMax: number): OverrideBook {
    const book = new OverrideBook(store, auditMax)
    for (const [, value] of store.entries(PREFIX)) {
      const record = value as OverrideRecord
      book.#records.set(record.id, record)
    }
    return book
  }

  /** Those that hold, the oldest first. */
  active(): OverrideRecord[] {
    return [...this.#records.values()].filter(({ end }) => end === null)
  }

  /** All, the newest first. */
  all(): OverrideRecord[] {
    return [...this.#records.values()].toReversed()
  }

  get(id: string): OverrideRecord | undefined {
    return this.#records.get(id)
  }

  /** Holds once it is on the disk. */
  async add(override: Override): Promise<OverrideRecord> {
    const record = { ...override, end: null }
    await this.#store.write([{ key: keyOf(record), value: record }])
    this.#records.set(record.id, record)
    return record
  }

  /** Over at once, whatever the disk says: what was not written ends anew at the next start. */
  async end(id: string, end: OverrideEnd): Promise<void> {
    const record = this.#records.get(id)
    if (record === undefined) return
    const ended = { ...record, end }
    this.#records.set(id, ended)
    await this.#store.write([{ key: keyOf(ended), value: ended }, ...this.#evicted()])
  }

  /** Records that a process told of when the override was over already: its last word comes a moment later. */
  async addRecords(id: string, records: number): Promise<void> {
    const record = this.#records.get(id)
    if (record === undefined || record.end === null) return
    await this.end(id, { ...record.end, records: record.end.records + records })
  }

  #evicted(): KeyValueChange[] {
    const ended = [...this.#records.values()].filter(({ end }) => end !== null)
    const gone = ended.slice(0, Math.max(0, ended.length - this.#auditMax))
    for (const { id } of gone) this.#records.delete(id)
    return gone.map((record) => ({ key: keyOf(record), value: undefined }))
  }
}

const PREFIX = 'logger-override/'

function keyOf({ startsAtMs, id }: Override): string {
  return `${PREFIX}${String(startsAtMs).padStart(15, '0')}-${id}`
}
