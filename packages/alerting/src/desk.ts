import type { Clock, KeyValueStore, Labels } from '@weir/model'
import { AlertHistory } from './history/alert-history.ts'
import { AlertWatch } from './history/alert-watch.ts'
import { MaintenanceBook } from './maintenance/maintenance-book.ts'
import { MarkBook } from './marks/mark-book.ts'
import type { SharedPart } from './cluster/shared-part.ts'
import type { AlertingLimits } from './options.ts'
import type { OutboxWatch } from './outbox/outbox.ts'
import type { AlertStore, KnownAlert } from './route/alert-store.ts'
import type { DeskDoor } from './route/desk-door.ts'
import type { MatcherMode } from './route/matcher-mode.ts'
import type { Silences } from './silence/silences.ts'
import type { AlertingEvents } from './telemetry.ts'

export interface DeskOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly silences: Silences
  readonly alerts: AlertStore
  readonly mode: () => MatcherMode
  readonly limits: AlertingLimits
  /** Hears of what people say and plan here. */
  readonly changed: (part: SharedPart, key: string) => void
}

/** How often is looked for alerts that end because nothing more is heard of them. */
const SWEEP_MS = 15_000

/** What people do about alerts and look up about them: history, marks, planned maintenance. */
export class AlertDesk implements DeskDoor, AsyncDisposable {
  readonly history: AlertHistory
  readonly watch: AlertWatch
  readonly marks: MarkBook
  readonly maintenance: MaintenanceBook
  /** Writes into the history what became of notifications. */
  readonly outboxWatch: OutboxWatch
  readonly #options: DeskOptions
  readonly #stop = new AbortController()
  #sweeping: Promise<void> | undefined

  constructor(options: DeskOptions) {
    const { store, clock, events, silences, alerts, mode, limits, changed } = options
    this.#options = options
    this.history = new AlertHistory({ store, clock, events, limits: limits.alertHistory ?? {} })
    this.watch = new AlertWatch(this.history, alerts.all(), (print) => this.#ended(print))
    this.marks = new MarkBook({
      store,
      clock,
      silences,
      alertOf: (print) => alerts.get(print),
      record: (event) => this.history.record(event),
      changed: (print) => changed(this.marks.part, print),
      refused: () => events.peerRecordRefused('marks'),
    })
    const countMax = limits.maintenanceWindows
    this.maintenance = new MaintenanceBook({
      store,
      clock,
      events,
      mode,
      countMax,
      matcherBytesMax: limits.silences?.matcherBytesMax,
      changed: (id) => changed(this.maintenance.part, id),
    })
    this.outboxWatch = {
      concluded: ({ id, to, reason, facts, lastError }, state, atMs) =>
        this.history.record({
          atMs,
          kind: state === 'sent' ? 'notified' : 'failed',
          fingerprints: (facts?.alerts ?? []).map(({ fingerprint }) => fingerprint),
          why: reason,
          receiver: to.receiver,
          integration: to.kind,
          notificationId: id,
          ...(state === 'sent' ? {} : { text: lastError }),
        }),
    }
  }

  #ended(print: string): void {
    this.marks.resolved(print).catch((cause: unknown) => {
      this.#options.events.storeFailed('marks', String(cause)) // its silence ends by itself, later
    })
  }

  mutedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.maintenance.mutedBy(labels, nowMs)
  }

  isAcked(fingerprint: string): boolean {
    return this.marks.isAcked(fingerprint)
  }

  heard(alerts: readonly KnownAlert[], nowMs: number): void {
    this.watch.heard(alerts, nowMs)
  }

  held(...what: Parameters<DeskDoor['held']>): void {
    this.watch.held(...what)
  }

  passed(...what: Parameters<DeskDoor['passed']>): void {
    this.watch.passed(...what)
  }

  start(): void {
    this.#sweeping = this.#sweep().catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause
    })
  }

  async #sweep(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      this.watch.sweep(clock.now())
      await clock.sleep(SWEEP_MS, this.#stop.signal)
    }
  }

  async collect(): Promise<void> {
    await this.history.collect()
    await this.marks.collect()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('desk closed'))
    await this.#sweeping
    await this.history[Symbol.asyncDispose]()
  }
}
