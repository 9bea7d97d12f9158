import type { LogEntry } from '../notify/stages.ts'
import type { AlertingEvents } from '../telemetry.ts'
import type { Addressee, StoredItem } from './item.ts'
import { queueKey } from './notification-log.ts'

/** The unsent notifications of one group to one integration, oldest first. */
export interface Queue {
  readonly key: string
  items: StoredItem[]
  /** Being sent right now: it can no longer be taken back. */
  inFlight: string | undefined
  /** Ends the pause before the next attempt. */
  hurry: AbortController
  /** What a peer last told the same integration about the same group. */
  toldByPeer?: LogEntry
}

/** What waits to be sent. */
export class Queues {
  readonly #events: AlertingEvents
  readonly #queues = new Map<string, Queue>()
  #pendingCount = 0

  constructor(events: AlertingEvents) {
    this.#events = events
  }

  get pendingCount(): number {
    return this.#pendingCount
  }

  all(): Queue[] {
    return [...this.#queues.values()]
  }

  items(): StoredItem[] {
    return this.all().flatMap((queue) => queue.items)
  }

  find(id: string): { readonly queue: Queue; readonly item: StoredItem } | undefined {
    for (const queue of this.#queues.values()) {
      const item = queue.items.find((one) => one.id === id)
      if (item !== undefined) return { queue, item }
    }
    return undefined
  }

  /** Whether a queue, by its name in the log, holds that one. */
  holds(logged: string, id: string): boolean {
    if (logged.startsWith('#')) return this.find(id) !== undefined
    return this.#queues.get(logged)?.items.some((item) => item.id === id) ?? false
  }

  of(to: Addressee, groupKey: string): Queue {
    const key = queueKey(to, groupKey)
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue: Queue = { key, items: [], inFlight: undefined, hurry: new AbortController() }
    this.#queues.set(key, queue)
    return queue
  }

  add(item: StoredItem): Queue {
    const queue = this.of(item.to, item.groupKey)
    queue.items.push(item)
    this.#pendingCount++
    return queue
  }

  /** Those whose place one of that status may take. */
  replaceable(queue: Queue, status: StoredItem['status']): StoredItem[] {
    return queue.items.filter(
      (item) => item.id !== queue.inFlight && (status === 'firing' || item.status === 'resolved'),
    )
  }

  /** Takes out those that a newer one took the place of. */
  supersede(queue: Queue, gone: readonly StoredItem[]): void {
    for (const { id, to } of gone) {
      this.drop(queue, id)
      this.#events.notificationSuperseded(to.kind)
    }
  }

  drop(queue: Queue, id: string): void {
    const kept = queue.items.filter((item) => item.id !== id)
    this.#pendingCount -= queue.items.length - kept.length
    queue.items = kept
  }

  /** Forgets a queue that is empty. */
  end(queue: Queue): void {
    if (this.#queues.get(queue.key) === queue) this.#queues.delete(queue.key)
  }
}
