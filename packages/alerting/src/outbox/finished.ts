import type { KeyValueChange } from '@weir/model'
import type { StoredItem } from './item.ts'
import { queueKey } from './notification-log.ts'

export const ITEM_PREFIX = 'alerting/outbox/'

/**
 * What was sent or given up, oldest first, so many of them. Failed ones keep what they were to say,
 * so that they can be tried again: the last of each group and integration, up to so many bytes. Of
 * others only the line stays.
 */
export class Finished {
  readonly #countMax: number
  readonly #factBytesMax: number
  #items: StoredItem[] = []
  /** Those that can be tried again, by queue, oldest first. */
  readonly #retryable = new Map<string, { readonly id: string; readonly bytes: number }>()
  #factBytes = 0

  constructor(countMax: number, factBytesMax: number) {
    this.#countMax = countMax
    this.#factBytesMax = factBytesMax
  }

  all(): readonly StoredItem[] {
    return this.#items
  }

  find(id: string): StoredItem | undefined {
    return this.#items.find((item) => item.id === id)
  }

  /** Adds one; gives what has to be written for it, and for those that make room. */
  add(item: StoredItem): KeyValueChange[] {
    const key = queueKey(item.to, item.groupKey)
    const changes = this.outdate(key)
    this.#items.push(item)
    changes.push({ key: ITEM_PREFIX + item.id, value: item })
    if (item.facts !== null) {
      const bytes = JSON.stringify(item.facts).length
      this.#retryable.set(key, { id: item.id, bytes })
      this.#factBytes += bytes
    }
    for (const oldest of this.#retryable.keys()) {
      if (this.#factBytes <= this.#factBytesMax) break
      changes.push(...this.outdate(oldest))
    }
    const old = this.#items.splice(0, Math.max(this.#items.length - this.#countMax, 0))
    for (const { id, to, groupKey } of old) {
      this.#forgetFacts(queueKey(to, groupKey), id)
      changes.push({ key: ITEM_PREFIX + id, value: undefined })
    }
    return changes
  }

  /** A newer one of that queue is there: what failed before it is not to be said any more. */
  outdate(key: string): KeyValueChange[] {
    const { id = '' } = this.#retryable.get(key) ?? {}
    if (!this.#forgetFacts(key, id)) return []
    const index = this.#items.findIndex((one) => one.id === id)
    const { entry: _, ...bare } = { ...this.#items[index]!, facts: null }
    this.#items[index] = bare
    return [{ key: ITEM_PREFIX + id, value: bare }]
  }

  remove(id: string): void {
    const item = this.find(id)
    if (item === undefined) return
    this.#items = this.#items.filter((one) => one !== item)
    this.#forgetFacts(queueKey(item.to, item.groupKey), id)
  }

  #forgetFacts(key: string, id: string): boolean {
    const known = this.#retryable.get(key)
    if (known === undefined || known.id !== id) return false
    this.#retryable.delete(key)
    this.#factBytes -= known.bytes
    return true
  }
}
