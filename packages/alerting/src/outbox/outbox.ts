/**
 * The outbox: a notification is on disk before it is sent, and stays there until it is delivered,
 * refused, or too old.
 *
 *     put ──▶ pending ──2xx──▶ sent
 *               │  ▲
 *               │  └── 5xx, 429, time-out, no network: again after a back-off, over restarts
 *               ├── refused (4xx, unusable config) ──▶ failed ──retry──▶ a new one, pending
 *               └── older than give_up_after ────────▶ failed ──retry──▶ a new one, pending
 *
 * Per receiver, integration and group there is a queue, and its order is kept. A newer notification
 * takes the place of older ones that were not sent, with one exception: that something is resolved
 * never takes the place of that it fired, so an alert that fired is told about even when the
 * receiver was away all the time.
 *
 * Delivery is at least once: after a crash between the answer and the write that notes it, the same
 * notification is sent again.
 */
import { type Clock, type KeyValueChange, type KeyValueStore, WeirError } from '@weir/model'
import type { Integration, Note, Outcome } from '../notify/outcome.ts'
import { type LogEntry, type Telling, logEntry } from '../notify/stages.ts'
import type { AlertingLimits } from '../options.ts'
import type { NotificationDoor } from '../route/door.ts'
import type { AlertingEvents } from '../telemetry.ts'
import { type NotificationFacts, fingerprintsOf, statusOf } from '../template/notification-data.ts'
import { type KnownEnd, asOfNow } from './as-of-now.ts'
import { type FailingIntegrationView, FailingIntegrations } from './failing.ts'
import { Finished, ITEM_PREFIX } from './finished.ts'
import {
  type Addressee,
  type StoredItem,
  failed,
  loadFacts,
  newItem,
  sent,
  viewOf,
} from './item.ts'
import { NotificationLog, logName, queueKey } from './notification-log.ts'
import type { NotificationFailure, NotificationView } from './notification-view.ts'
import { type Queue, Queues } from './queues.ts'
import { SharedLog, isToldByPeer, versionOf } from './shared-log.ts'
import { Slots } from './slots.ts'

export const OUTBOX_LIMITS = {
  /** Unsent notifications; a group that cannot put one tries again later. */
  pending: 10_000,
  /** Sent and failed ones that stay to be seen. */
  history: 500,
  /** Of what failed ones were to say, so that they can be tried again. */
  failedBytes: 16 * 2 ** 20,
  /** Requests to one receiver's integration at a time. */
  concurrency: 8,
  backoffFirstMs: 1000,
  backoffMaxMs: 300_000,
  giveUpAfterMs: 3 * 86_400_000,
} as const

type Bounds = Required<
  Pick<AlertingLimits, 'pending' | 'history' | 'failedBytes' | 'concurrency' | 'backoffMaxMs'>
>

export interface OutboxOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  /** The integration of that name now; undefined when the config has none any more. */
  readonly integrationOf: (addressee: Addressee) => Integration | undefined
  readonly endOf: KnownEnd
  readonly watch?: OutboxWatch
  readonly giveUpAfterMs: number
  readonly limits?: AlertingLimits
  /** Where there are other Weirs: what this one is called among them, and whom to tell what was delivered. */
  readonly peers?: {
    readonly name: string
    readonly changed: (name: string) => void
    /** False while it is not known whether another one tells by now: then nothing is sent until {@link Outbox.release}. */
    readonly mayTell?: () => boolean
  }
  /** Between 0 and 1; spreads the attempts. */
  readonly random?: () => number
}

/** Hears what became of notifications, while it is still known what they said. */
export interface OutboxWatch {
  concluded(item: StoredItem, state: 'sent' | 'failed', atMs: number): void
}

export class Outbox implements NotificationDoor, AsyncDisposable {
  readonly #options: OutboxOptions
  readonly #limits: Bounds
  readonly #log: NotificationLog
  readonly #queues: Queues
  readonly #finished: Finished
  readonly #failing = new FailingIntegrations()
  readonly #stop = new AbortController()
  readonly #workers = new Map<string, Promise<void>>()
  readonly #slots = new Map<string, Slots>()
  readonly #random: () => number
  /** Undefined where there are no other Weirs. */
  readonly shared: SharedLog | undefined
  #lastId = 0
  /** Nothing is sent before it is known what peers have told. */
  #isHeld: boolean

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#limits = { ...OUTBOX_LIMITS, ...options.limits }
    this.#log = new NotificationLog(options.store)
    this.#queues = new Queues(options.events)
    this.#finished = new Finished(this.#limits.history, this.#limits.failedBytes)
    this.#random = options.random ?? Math.random
    const { store, clock, events, peers } = options
    const parts = { log: this.#log, queues: this.#queues, store, clock, events }
    this.shared = peers && new SharedLog({ ...parts, peerName: peers.name })
    this.#isHeld = peers !== undefined
  }

  /** Takes up what an earlier life left unsent. Call once, before the first put. */
  start(): void {
    for (const [, value] of this.#options.store.entries(ITEM_PREFIX)) {
      const item = value as StoredItem
      this.#lastId = Math.max(this.#lastId, parseInt(item.id, 36))
      if (item.state === 'pending') {
        this.#queues.add(item)
        this.#failing.restore(item)
      } else this.#finished.add(item)
    }
    for (const queue of this.#queues.all()) this.#work(queue)
  }

  /** What peers have told is known by now: what they have not is sent. */
  release(): void {
    this.#isHeld = false
    for (const queue of this.#queues.all()) this.#work(queue)
  }

  /** What was last said to an integration about a group. */
  logEntry(to: Addressee, groupKey: string): LogEntry | undefined {
    return this.#log.get(to, groupKey)
  }

  /** Remembers something as said without telling anybody. */
  async note(to: Addressee, groupKey: string, entry: LogEntry): Promise<void> {
    const stamped = this.shared?.stamped(entry, this.#log.get(to, groupKey)) ?? entry
    await this.#options.store.write([this.#log.change(to, groupKey, stamped)])
    this.#log.wasSaved(to, groupKey)
    this.#options.peers?.changed(logName(queueKey(to, groupKey)))
  }

  /**
   * Takes a notification; it is on disk, with the note that it was said, once this resolves, unless
   * the disk did not take it, which is counted.
   *
   * @throws {WeirError} `NOTIFY_FAILED` when the outbox is full
   */
  async put(to: Addressee, facts: NotificationFacts, telling: Telling): Promise<void> {
    const note = this.#log.noteFor(to, facts.groupKey)
    await this.#put(to, facts, (id) => logEntry(telling, id, note))
  }

  async #put(
    to: Addressee,
    facts: NotificationFacts,
    entryOf: (id: string) => LogEntry,
    alsoGone?: string,
  ): Promise<StoredItem> {
    const { store, clock, events } = this.#options
    const { groupKey } = facts
    const queue = this.#queues.of(to, groupKey)
    const gone = this.#queues.replaceable(queue, statusOf(facts.alerts))
    if (this.#queues.pendingCount - gone.length >= this.#limits.pending) {
      const why = `Cannot keep one more notification: want less than ${this.#limits.pending} unsent ones (notifications.max_pending)`
      events.notificationFailed(refOf(to, groupKey), 'outbox_full', why)
      throw new WeirError('NOTIFY_FAILED', why)
    }
    const nowMs = clock.now()
    const bare = newItem(this.#nextId(nowMs), to, facts, { nowMs, before: gone.at(-1) })
    const known = this.#log.get(to, groupKey)
    const entry = this.shared?.stamped(entryOf(bare.id), known) ?? entryOf(bare.id)
    const telling = { entry, knownVersion: known === undefined ? 0 : versionOf(known) }
    const item = this.shared === undefined ? bare : { ...bare, telling }
    const goneIds = gone.map(({ id }) => id)
    if (alsoGone !== undefined) {
      this.#finished.remove(alsoGone)
      goneIds.push(alsoGone)
    }
    try {
      await store.write([
        ...goneIds.map((id) => ({ key: ITEM_PREFIX + id, value: undefined })),
        ...this.#finished.outdate(queue.key),
        { key: ITEM_PREFIX + item.id, value: item },
        this.#log.change(to, groupKey, entry),
      ])
      this.#log.wasSaved(to, groupKey)
    } catch (cause) {
      // A full disk is no reason to keep quiet: it is sent all the same, only not over a crash.
      events.storeFailed('outbox', String(cause))
      this.#log.wasNotSaved(to, groupKey, entry)
    }
    this.#queues.supersede(queue, gone)
    this.#work(this.#queues.add(item))
    return item
  }

  get pendingCount(): number {
    return this.#queues.pendingCount
  }

  /** Integrations that did not take the last thing they were to be told. */
  failing(): FailingIntegrationView[] {
    return this.#failing.list((to) => this.#options.integrationOf(to) !== undefined)
  }

  /** Newest first. */
  views(): NotificationView[] {
    const all = [...this.#queues.items(), ...this.#finished.all()]
    return all.toSorted((a, b) => (a.id < b.id ? 1 : -1)).map(viewOf)
  }

  /**
   * Tries one now: a waiting one does not wait any longer; a failed one becomes a new one, with its
   * alerts as they are now.
   *
   * @throws {WeirError} `NOTIFICATION_UNKNOWN`, `NOTIFICATION_STATE`
   */
  async retry(id: string): Promise<NotificationView> {
    const waiting = this.#queues.find(id)
    if (waiting !== undefined) return this.#hurry(waiting.queue, waiting.item)
    const item = this.#finished.find(id)
    if (item === undefined) throw unknown(id)
    if (item.state !== 'failed' || item.facts === null) {
      const why =
        item.state === 'sent'
          ? 'it was sent'
          : 'a newer one of its group took its place, or what it was to say is kept no longer'
      throw new WeirError('NOTIFICATION_STATE', `Cannot retry notification ${quoted(id)}: ${why}`)
    }
    const nowMs = this.#options.clock.now()
    const facts = asOfNow(loadFacts(item.facts), this.#options.endOf, nowMs)
    const entryOf = (newId: string): LogEntry => renewed(item, facts, { nowMs, newId })
    return viewOf(await this.#put(item.to, facts, entryOf, id))
  }

  async #hurry(queue: Queue, item: StoredItem): Promise<NotificationView> {
    if (queue.inFlight === item.id) return viewOf(item)
    const next = { ...item, nextAttemptMs: this.#options.clock.now() }
    queue.items = queue.items.map((one) => (one.id === item.id ? next : one))
    await this.#write([{ key: ITEM_PREFIX + item.id, value: next }])
    this.#slotsOf(item.to).open()
    queue.hurry.abort(new Error('it is to be tried now'))
    return viewOf(next)
  }

  /**
   * Forgets one: a failed one is no longer shown, a waiting one is not sent.
   *
   * @throws {WeirError} `NOTIFICATION_UNKNOWN`, `NOTIFICATION_STATE` while it is being sent
   */
  async discard(id: string): Promise<void> {
    const waiting = this.#queues.find(id)
    if (waiting === undefined && this.#finished.find(id) === undefined) throw unknown(id)
    if (waiting?.queue.inFlight === id) {
      const why = `Cannot discard notification ${quoted(id)}: it is being sent`
      throw new WeirError('NOTIFICATION_STATE', why)
    }
    if (waiting !== undefined) this.#queues.drop(waiting.queue, id)
    this.#finished.remove(id)
    await this.#options.store.write([{ key: ITEM_PREFIX + id, value: undefined }])
    waiting?.queue.hurry.abort(new Error('another one is first now'))
  }

  /** Forgets what was said so long ago that it no longer counts. */
  async collect(): Promise<void> {
    await this.#log.collect(this.#options.clock.now())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('outbox closed'))
    await Promise.all(this.#workers.values())
  }

  #nextId(nowMs: number): string {
    this.#lastId = Math.max(this.#lastId + 1, nowMs * 1000)
    return this.#lastId.toString(36).padStart(12, '0')
  }

  /** To be asked right before something is sent: this process may have stood still. */
  get #mayTell(): boolean {
    if (this.#options.peers?.mayTell?.() === false) this.#isHeld = true
    return !this.#isHeld
  }

  /** Sees to it that somebody works on the queue. */
  #work(queue: Queue): void {
    if (this.#isHeld || this.#workers.has(queue.key) || this.#stop.signal.aborted) return
    const worker = this.#drain(queue)
      .catch((cause: unknown) => {
        if (!this.#stop.signal.aborted) throw cause
      })
      .finally(() => {
        this.#workers.delete(queue.key)
        if (queue.items.length > 0) this.#work(queue)
        else this.#queues.end(queue)
      })
    this.#workers.set(queue.key, worker)
  }

  async #drain(queue: Queue): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      const first = queue.items[0]
      if (first !== undefined && isToldByPeer(queue, first)) {
        await this.#leaveToPeer(queue, first)
        continue
      }
      const slots = first === undefined ? undefined : this.#slotsOf(first.to)
      const dueMs = Math.max(first?.nextAttemptMs ?? 0, slots?.closedUntilMs ?? 0)
      if (dueMs > clock.now()) await this.#pause(queue, dueMs - clock.now())
      this.#stop.signal.throwIfAborted()
      if (slots === undefined) return
      if (dueMs > clock.now()) continue // another one took its place meanwhile
      if (!this.#mayTell) return
      await slots.take()
      const tried = await this.#tryFirst(queue, slots).finally(() => slots.give())
      if (tried !== undefined) await this.#conclude(queue, tried.item, tried.outcome)
    }
  }

  /** Undefined when there is nothing to try any more, or not yet: while it waited for its slot a newer one came, or the receiver asked for quiet. */
  async #tryFirst(
    queue: Queue,
    slots: Slots,
  ): Promise<{ readonly item: StoredItem; readonly outcome: Outcome | NoReceiver } | undefined> {
    const { clock } = this.#options
    this.#stop.signal.throwIfAborted()
    const item = queue.items[0]
    if (item === undefined) return undefined
    if (Math.max(item.nextAttemptMs ?? 0, slots.closedUntilMs) > clock.now()) return undefined
    if (!this.#mayTell || isToldByPeer(queue, item)) return undefined
    queue.inFlight = item.id
    try {
      const outcome = await this.#attempt(item)
      if (outcome.kind === 'retry') slots.closeFor(outcome.afterMs, clock.now())
      return { item, outcome }
    } finally {
      queue.inFlight = undefined
    }
  }

  /** A peer has told it. */
  async #leaveToPeer(queue: Queue, item: StoredItem): Promise<void> {
    this.#options.events.notificationToldByPeer(item.to.kind)
    this.#queues.drop(queue, item.id)
    await this.#write([{ key: ITEM_PREFIX + item.id, value: undefined }])
    this.#options.peers?.changed(logName(queue.key))
  }

  async #pause(queue: Queue, ms: number): Promise<void> {
    queue.hurry = new AbortController()
    const { signal } = queue.hurry
    try {
      await this.#options.clock.sleep(ms, AbortSignal.any([this.#stop.signal, signal]))
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      if (!signal.aborted) throw cause
    }
  }

  async #attempt(item: StoredItem): Promise<Outcome | NoReceiver> {
    const { integrationOf } = this.#options
    const integration = integrationOf(item.to)
    const facts = item.facts === null ? undefined : loadFacts(item.facts)
    if (integration === undefined || facts === undefined) {
      const name = JSON.stringify(item.to.receiver)
      const why = `Cannot notify ${name}: the config has no such ${item.to.kind} any more`
      return { kind: 'no_receiver', cause: new WeirError('NOTIFY_FAILED', why) }
    }
    try {
      const note = this.#log.get(item.to, item.groupKey)?.note
      return await integration.send(facts, this.#stop.signal, note)
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      return { kind: 'retry', afterMs: null, cause: new WeirError('BUG', `BUG: ${String(cause)}`) }
    }
  }

  #slotsOf({ receiver, kind, index }: Addressee): Slots {
    const key = JSON.stringify([receiver, kind, index])
    const known = this.#slots.get(key) ?? new Slots(this.#limits.concurrency)
    this.#slots.set(key, known)
    return known
  }

  async #conclude(queue: Queue, item: StoredItem, outcome: Outcome | NoReceiver): Promise<void> {
    const { clock, events, giveUpAfterMs } = this.#options
    const attempts = item.attempts + 1
    const nowMs = clock.now()
    if (outcome.kind === 'sent') this.#failing.delivered(item.to)
    else this.#failing.failed(item.to, outcome.cause.message, nowMs)
    switch (outcome.kind) {
      case 'sent':
        events.notificationSent(item.to.kind)
        await this.#noteDown(item, outcome.note)
        this.#options.watch?.concluded(item, 'sent', nowMs)
        await this.#finish(queue, sent(item, attempts, nowMs))
        await this.#tellPeers(queue, item)
        return
      case 'refused':
      case 'no_receiver':
        await this.#giveUp(queue, { ...item, attempts }, outcome.kind, outcome.cause.message)
        return
      case 'retry': {
        const { message } = outcome.cause
        if (nowMs - item.createdMs >= giveUpAfterMs) {
          await this.#giveUp(queue, { ...item, attempts }, 'gave_up', message)
          return
        }
        events.attemptFailed(refOf(item.to, item.groupKey), message)
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
      this.#queues.supersede(queue, [item])
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

  async #noteDown({ to, groupKey }: StoredItem, note: Note | undefined): Promise<void> {
    const change = note === undefined ? undefined : this.#log.withNote(to, groupKey, note)
    if (change !== undefined) await this.#write([change])
  }

  async #tellPeers(queue: Queue, item: StoredItem): Promise<void> {
    const { shared } = this
    const { peers } = this.#options
    if (shared === undefined || item.telling === undefined) return
    try {
      peers?.changed(await shared.delivered(item, item.telling, queue.items.length > 0))
    } catch (cause) {
      this.#options.events.storeFailed('outbox', String(cause)) // a peer tells it once more
    }
  }

  /** It was not said after all: the group's next turn says it again. */
  async #giveUp(
    queue: Queue,
    item: StoredItem,
    why: NotificationFailure['why'],
    lastError: string,
  ): Promise<void> {
    const { clock, events } = this.#options
    const { to, groupKey } = item
    events.notificationFailed(refOf(to, groupKey), why, lastError)
    const nowMs = clock.now()
    this.#options.watch?.concluded({ ...item, lastError }, 'failed', nowMs)
    const entry = this.#log.get(to, groupKey)
    const isLast = entry?.notificationId === item.id
    const dead = failed({ ...item, lastError }, { why, atMs: nowMs }, isLast ? entry : undefined)
    if (isLast) this.#log.wasSaved(to, groupKey)
    await this.#finish(queue, dead, isLast ? [this.#log.change(to, groupKey, undefined)] : [])
  }

  async #finish(
    queue: Queue,
    item: StoredItem,
    also: readonly KeyValueChange[] = [],
  ): Promise<void> {
    this.#queues.drop(queue, item.id)
    await this.#write([...this.#finished.add(item), ...also])
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

interface NoReceiver {
  readonly kind: 'no_receiver'
  readonly cause: WeirError
}

/** The log entry of a failed notification that is said again now. */
function renewed(
  item: StoredItem,
  { alerts }: NotificationFacts,
  { nowMs, newId }: { readonly nowMs: number; readonly newId: string },
): LogEntry {
  const { entry } = item
  const lastsMs = entry === undefined ? 0 : entry.expiresMs - entry.atMs
  const telling = {
    firing: fingerprintsOf(alerts, 'firing'),
    resolved: fingerprintsOf(alerts, 'resolved'),
    open: entry?.open ?? [],
    nowMs,
    repeatIntervalMs: lastsMs / 2,
    sendsResolved: true,
  }
  return logEntry(telling, newId, entry?.note)
}

function refOf(
  to: Addressee,
  groupKey: string,
): { readonly receiver: string; readonly integration: string; readonly groupKey: string } {
  return { receiver: to.receiver, integration: to.kind, groupKey }
}

function unknown(id: string): WeirError {
  const why = `Cannot find notification ${quoted(id)}: it is known no longer, or never was`
  return new WeirError('NOTIFICATION_UNKNOWN', why)
}

function quoted(id: string): string {
  return JSON.stringify(id.slice(0, 40))
}
