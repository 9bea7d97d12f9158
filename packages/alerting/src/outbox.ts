/**
 * The outbox: a notification is on disk before it is sent, and stays there until it is delivered,
 * refused, or too old.
 *
 *     put ──▶ pending ──2xx──▶ sent
 *               │  ▲
 *               │  └── 5xx, 429, time-out, no network: again after a back-off, over restarts
 *               ├── refused (4xx, unusable config) ──▶ failed
 *               └── older than give_up_after ────────▶ failed
 *
 * Per receiver, integration and group there is a queue, and its order is kept. A newer notification
 * takes the place of older ones that were not sent, with one exception: that something is resolved
 * never takes the place of that it fired, so an alert that fired is told about even when the
 * receiver was away all the time.
 *
 * Delivery is at least once: after a crash between the answer and the write that notes it, the same
 * notification is sent again.
 */
import { type Clock, type KeyValueChange, type KeyValueStore, Labels, WeirError } from '@weir/model'
import type { NotificationView } from './notification-view.ts'
import type { Integration, Note, Outcome } from './notify/outcome.ts'
import { type LogEntry, type Telling, logEntry } from './notify/stages.ts'
import type { AlertingLimits } from './options.ts'
import { type StoredEvidence, loadEvidence, storeEvidence } from './stored-evidence.ts'
import type { AlertingEvents } from './telemetry.ts'
import { type AlertFacts, type NotificationFacts, statusOf } from './template/notification-data.ts'

export const OUTBOX_LIMITS = {
  /** Unsent notifications; a group that cannot put one tries again later. */
  pending: 10_000,
  /** Sent and failed ones that stay to be seen. */
  history: 500,
  /** Requests to one receiver's integration at a time. */
  concurrency: 8,
  backoffFirstMs: 1000,
  backoffMaxMs: 300_000,
  giveUpAfterMs: 3 * 86_400_000,
} as const

/** Who a notification is for. */
export interface Addressee {
  readonly receiver: string
  readonly kind: Integration['kind']
  readonly index: number
}

export interface OutboxOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  /** The integration of that name now; undefined when the config has none any more. */
  readonly integrationOf: (addressee: Addressee) => Integration | undefined
  readonly giveUpAfterMs: number
  readonly limits?: AlertingLimits
  /** Between 0 and 1; spreads the attempts. */
  readonly random?: () => number
}

interface StoredItem {
  readonly id: string
  readonly to: Addressee
  readonly groupKey: string
  readonly status: 'firing' | 'resolved'
  readonly alertNames: readonly string[]
  readonly createdMs: number
  readonly state: 'pending' | 'sent' | 'failed'
  readonly attempts: number
  readonly nextAttemptMs: number | null
  readonly sentMs: number | null
  readonly lastError: string
  /** What to say; gone once it was said. */
  readonly facts: StoredFacts | null
}

interface StoredFacts extends Omit<NotificationFacts, 'groupLabels' | 'routeLabels' | 'alerts'> {
  readonly groupLabels: readonly string[]
  readonly routeLabels: readonly string[]
  readonly alerts: readonly (Omit<AlertFacts, 'labels' | 'annotations' | 'evidence'> & {
    readonly labels: readonly string[]
    readonly annotations: readonly string[]
    readonly evidence?: StoredEvidence
  })[]
}

const ITEM_PREFIX = 'alerting/outbox/'
const LOG_PREFIX = 'alerting/log/'
const ALERT_NAMES_SHOWN = 20

/** The unsent notifications of one group to one integration, oldest first. */
interface Queue {
  readonly key: string
  items: StoredItem[]
  /** Being sent right now: it can no longer be taken back. */
  inFlight: string | undefined
}

export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions
  readonly #limits: Required<Omit<AlertingLimits, 'alerts' | 'silences'>>
  readonly #queues = new Map<string, Queue>()
  readonly #finished: StoredItem[] = []
  readonly #stop = new AbortController()
  readonly #workers = new Map<string, Promise<void>>()
  readonly #slots = new Map<string, Slots>()
  readonly #random: () => number
  /** Log entries that the disk did not take; they count until one of the same name is written. */
  readonly #unsaved = new Map<string, LogEntry>()
  #pendingCount = 0
  #lastId = 0

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#limits = { ...OUTBOX_LIMITS, ...options.limits }
    this.#random = options.random ?? Math.random
  }

  /** Takes up what an earlier life left unsent. Call once, before the first put. */
  start(): void {
    for (const [, value] of this.#options.store.entries(ITEM_PREFIX)) {
      const item = value as StoredItem
      this.#lastId = Math.max(this.#lastId, idNumber(item.id))
      if (item.state === 'pending') this.#enqueue(item)
      else this.#finished.push(item)
    }
    for (const queue of this.#queues.values()) this.#work(queue)
  }

  /** What was last said to an integration about a group. */
  logEntry(to: Addressee, groupKey: string): LogEntry | undefined {
    const key = logKey(to, groupKey)
    return this.#unsaved.get(key) ?? (this.#options.store.get(key) as LogEntry | undefined)
  }

  /** Notes that everything is resolved without telling anybody, for receivers that do not want to know. */
  async noteOnly(to: Addressee, groupKey: string, telling: Telling): Promise<void> {
    const value = logEntry(telling, '')
    await this.#options.store.write([{ key: logKey(to, groupKey), value }])
  }

  /**
   * Takes a notification; it is on disk, with the note that it was said, once this resolves, unless
   * the disk did not take it, which is counted.
   *
   * @throws {WeirError} `NOTIFY_FAILED` when the outbox is full
   */
  async put(to: Addressee, facts: NotificationFacts, telling: Telling): Promise<void> {
    const { store, clock, events } = this.#options
    const queue = this.#queueOf(to, facts.groupKey)
    const status = statusOf(facts.alerts)
    const gone = queue.items.filter(
      (item) => item.id !== queue.inFlight && (status === 'firing' || item.status === 'resolved'),
    )
    if (this.#pendingCount - gone.length >= this.#limits.pending) {
      const why = `Cannot keep one more notification: want less than ${this.#limits.pending} unsent ones (notifications.max_pending)`
      events.notificationFailed(refOf(to, facts.groupKey), 'outbox_full', why)
      throw new WeirError('NOTIFY_FAILED', why)
    }
    const nowMs = clock.now()
    const before = gone.at(-1)
    const item: StoredItem = {
      id: this.#nextId(nowMs),
      to,
      groupKey: facts.groupKey,
      status,
      alertNames: alertNames(facts.alerts),
      createdMs: nowMs,
      state: 'pending',
      attempts: before?.attempts ?? 0, // a receiver that is away is not asked more often for it
      nextAttemptMs: before?.nextAttemptMs ?? nowMs,
      sentMs: null,
      lastError: before?.lastError ?? '',
      facts: storeFacts(facts),
    }
    const entryKey = logKey(to, facts.groupKey)
    const entry = logEntry(telling, item.id, this.#noteFor(to, facts.groupKey))
    try {
      await store.write([
        ...gone.map(({ id }) => ({ key: ITEM_PREFIX + id, value: undefined })),
        { key: ITEM_PREFIX + item.id, value: item },
        { key: entryKey, value: entry },
      ])
      this.#unsaved.delete(entryKey)
    } catch (cause) {
      // A full disk is no reason to keep quiet: it is sent all the same, only not over a crash.
      events.storeFailed('outbox', String(cause))
      this.#unsaved.set(entryKey, entry)
    }
    const goneIds = new Set(gone.map(({ id }) => id))
    const kept = queue.items.filter(({ id }) => !goneIds.has(id))
    this.#pendingCount -= queue.items.length - kept.length
    queue.items = kept
    for (const _ of gone) events.notificationSuperseded(to.kind)
    this.#enqueue(item)
    this.#work(queue)
  }

  /** What was noted when the group was last told of, unless all was over then: a new beginning has no note. */
  #noteFor(to: Addressee, groupKey: string): Note | undefined {
    const before = this.logEntry(to, groupKey)
    return before === undefined || before.firing.length === 0 ? undefined : before.note
  }

  async #noteDown({ to, groupKey }: StoredItem, note: Note | undefined): Promise<void> {
    const entry = this.logEntry(to, groupKey)
    if (note === undefined || entry === undefined) return
    const key = logKey(to, groupKey)
    const value = { ...entry, note }
    if (this.#unsaved.has(key)) this.#unsaved.set(key, value)
    await this.#write([{ key, value }])
  }

  /** Newest first. */
  views(): NotificationView[] {
    const pending = [...this.#queues.values()].flatMap((queue) => queue.items)
    return [...pending, ...this.#finished].toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(viewOf)
  }

  /** Forgets what was said so long ago that it no longer counts. */
  async collect(): Promise<void> {
    const { store, clock } = this.#options
    const nowMs = clock.now()
    const old = [...store.entries(LOG_PREFIX)]
      .filter(([, value]) => (value as LogEntry).expiresMs <= nowMs)
      .map(([key]) => ({ key, value: undefined }))
    if (old.length > 0) await store.write(old)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('outbox closed'))
    await Promise.all(this.#workers.values())
  }

  #nextId(nowMs: number): string {
    this.#lastId = Math.max(this.#lastId + 1, nowMs * 1000)
    return this.#lastId.toString(36).padStart(12, '0')
  }

  #queueOf(to: Addressee, groupKey: string): Queue {
    const key = queueKey(to, groupKey)
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue: Queue = { key, items: [], inFlight: undefined }
    this.#queues.set(key, queue)
    return queue
  }

  #enqueue(item: StoredItem): void {
    this.#queueOf(item.to, item.groupKey).items.push(item)
    this.#pendingCount++
  }

  /** Sees to it that somebody works on the queue. */
  #work(queue: Queue): void {
    if (this.#workers.has(queue.key) || this.#stop.signal.aborted) return
    const worker = this.#drain(queue)
      .catch((cause: unknown) => {
        if (!this.#stop.signal.aborted) throw cause
      })
      .finally(() => {
        this.#workers.delete(queue.key)
        if (queue.items.length > 0) this.#work(queue)
        else this.#queues.delete(queue.key)
      })
    this.#workers.set(queue.key, worker)
  }

  async #drain(queue: Queue): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    for (;;) {
      const waitMs = (queue.items[0]?.nextAttemptMs ?? 0) - clock.now()
      if (waitMs > 0) await clock.sleep(waitMs, signal)
      signal.throwIfAborted()
      const item = queue.items[0]
      if (item === undefined) return
      if ((item.nextAttemptMs ?? 0) > clock.now()) continue // another one took its place meanwhile
      queue.inFlight = item.id
      const outcome = await this.#attempt(item).finally(() => {
        queue.inFlight = undefined
      })
      await this.#conclude(queue, item, outcome)
    }
  }

  async #attempt(item: StoredItem): Promise<Outcome> {
    const { integrationOf } = this.#options
    const integration = integrationOf(item.to)
    const facts = item.facts === null ? undefined : loadFacts(item.facts)
    if (integration === undefined || facts === undefined) {
      const name = JSON.stringify(item.to.receiver)
      const why = `Cannot notify ${name}: the config has no such ${item.to.kind} any more`
      return { kind: 'refused', cause: new WeirError('NOTIFY_FAILED', why) }
    }
    const slots = this.#slotsOf(item.to)
    await slots.take()
    try {
      return await integration.send(
        facts,
        this.#stop.signal,
        this.logEntry(item.to, item.groupKey)?.note,
      )
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      return { kind: 'retry', afterMs: null, cause: new WeirError('BUG', `BUG: ${String(cause)}`) }
    } finally {
      slots.give()
    }
  }

  #slotsOf({ receiver, kind, index }: Addressee): Slots {
    const key = JSON.stringify([receiver, kind, index])
    const known = this.#slots.get(key) ?? new Slots(this.#limits.concurrency)
    this.#slots.set(key, known)
    return known
  }

  async #conclude(queue: Queue, item: StoredItem, outcome: Outcome): Promise<void> {
    const { clock, events, giveUpAfterMs } = this.#options
    const attempts = item.attempts + 1
    const nowMs = clock.now()
    const ref = refOf(item.to, item.groupKey)
    switch (outcome.kind) {
      case 'sent':
        events.notificationSent(item.to.kind)
        await this.#noteDown(item, outcome.note)
        await this.#finish(queue, {
          ...item,
          state: 'sent',
          attempts,
          sentMs: nowMs,
          nextAttemptMs: null,
          lastError: '',
          facts: null,
        })
        return
      case 'refused':
        events.notificationFailed(ref, 'refused', outcome.cause.message)
        await this.#finish(queue, failed(item, attempts, outcome.cause.message))
        return
      case 'retry': {
        const { message } = outcome.cause
        if (nowMs - item.createdMs >= giveUpAfterMs) {
          events.notificationFailed(ref, 'gave_up', message)
          await this.#finish(queue, failed(item, attempts, message))
          return
        }
        events.attemptFailed(ref, message)
        const nextAttemptMs = nowMs + Math.max(this.#backoffMs(attempts), outcome.afterMs ?? 0)
        const next = { ...item, attempts, nextAttemptMs, lastError: message }
        await this.#postpone(queue, item, next)
        return
      }
      default:
        outcome satisfies never
    }
  }

  /** Doubles each time, and is spread by a quarter either way so that queues do not march in step. */
  #backoffMs(attempts: number): number {
    const grown = OUTBOX_LIMITS.backoffFirstMs * 2 ** Math.min(attempts - 1, 30)
    const base = Math.min(grown, this.#limits.backoffMaxMs)
    return Math.round(base * (0.75 + this.#random() / 2))
  }

  async #postpone(queue: Queue, item: StoredItem, next: StoredItem): Promise<void> {
    const newer = queue.items.slice(1)
    const isSuperseded = newer.some(
      ({ status }) => status === 'firing' || item.status === 'resolved',
    )
    if (isSuperseded) {
      this.#options.events.notificationSuperseded(item.to.kind)
      this.#drop(queue, item)
      const [first, ...rest] = queue.items
      if (first !== undefined) {
        const { attempts, nextAttemptMs, lastError } = next
        queue.items = [{ ...first, attempts, nextAttemptMs, lastError }, ...rest]
      }
      await this.#write([{ key: ITEM_PREFIX + item.id, value: undefined }])
      return
    }
    queue.items = [next, ...newer]
    await this.#write([{ key: ITEM_PREFIX + item.id, value: next }])
  }

  async #finish(queue: Queue, item: StoredItem): Promise<void> {
    this.#drop(queue, item)
    this.#finished.push(item)
    const old = this.#finished.splice(0, Math.max(this.#finished.length - this.#limits.history, 0))
    const changes: KeyValueChange[] = [
      { key: ITEM_PREFIX + item.id, value: item },
      ...old.map(({ id }) => ({ key: ITEM_PREFIX + id, value: undefined })),
    ]
    const entry = this.logEntry(item.to, item.groupKey)
    if (item.state === 'failed' && entry?.notificationId === item.id) {
      this.#unsaved.delete(logKey(item.to, item.groupKey))
      // It was not said after all: the group's next turn says it again.
      changes.push({ key: logKey(item.to, item.groupKey), value: undefined })
    }
    await this.#write(changes)
  }

  #drop(queue: Queue, item: StoredItem): void {
    const kept = queue.items.filter(({ id }) => id !== item.id)
    this.#pendingCount -= queue.items.length - kept.length
    queue.items = kept
  }

  /** A write that fails costs a repeated notification after a crash, never a lost one. */
  async #write(changes: readonly KeyValueChange[]): Promise<void> {
    try {
      await this.#options.store.write(changes)
    } catch (cause) {
      this.#options.events.storeFailed('outbox', String(cause))
    }
  }
}

function failed(item: StoredItem, attempts: number, lastError: string): StoredItem {
  return { ...item, state: 'failed', attempts, lastError, nextAttemptMs: null, facts: null }
}

/** Lets so many in at a time, in order of asking. */
class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next()
  }
}

function idNumber(id: string): number {
  return parseInt(id, 36)
}

function queueKey({ receiver, kind, index }: Addressee, groupKey: string): string {
  return `${JSON.stringify([receiver, kind, index])}${groupKey}`
}

function logKey(to: Addressee, groupKey: string): string {
  return LOG_PREFIX + queueKey(to, groupKey)
}

function refOf(
  to: Addressee,
  groupKey: string,
): { readonly receiver: string; readonly integration: string; readonly groupKey: string } {
  return { receiver: to.receiver, integration: to.kind, groupKey }
}

function alertNames(alerts: readonly AlertFacts[]): string[] {
  const names = new Set(alerts.map((alert) => alert.labels.get('alertname')))
  return [...names].slice(0, ALERT_NAMES_SHOWN)
}

function viewOf(item: StoredItem): NotificationView {
  return {
    id: item.id,
    receiver: item.to.receiver,
    integration: item.to.kind,
    groupKey: item.groupKey,
    state: item.state,
    attempts: item.attempts,
    createdMs: item.createdMs,
    nextAttemptMs: item.state === 'pending' ? item.nextAttemptMs : null,
    sentMs: item.sentMs,
    lastError: item.lastError,
    alertNames: item.alertNames,
    status: item.status,
  }
}

function storeFacts(facts: NotificationFacts): StoredFacts {
  return {
    ...facts,
    groupLabels: facts.groupLabels.flat,
    routeLabels: facts.routeLabels.flat,
    alerts: facts.alerts.map((alert) => ({
      ...alert,
      labels: alert.labels.flat,
      annotations: alert.annotations.flat,
      ...storeEvidence(alert.evidence),
    })),
  }
}

function loadFacts(stored: StoredFacts): NotificationFacts {
  return {
    ...stored,
    groupLabels: Labels.fromFlat(stored.groupLabels),
    routeLabels: Labels.fromFlat(stored.routeLabels),
    alerts: stored.alerts.map(({ evidence, ...alert }) => ({
      ...alert,
      labels: Labels.fromFlat(alert.labels),
      annotations: Labels.fromFlat(alert.annotations),
      ...loadEvidence(evidence),
    })),
  }
}
