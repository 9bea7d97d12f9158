import { type Clock, Labels } from '@weir/model'
import type { Addressee } from '../outbox/item.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Receiver } from '../notify/outcome.ts'
import { reasonToNotify } from '../notify/stages.ts'
import type { AlertingEvents } from '../telemetry.ts'
import type { AlertFacts } from '../template/notification-data.ts'
import type { KnownAlert } from './alert-store.ts'
import { type Route, groupKey } from './tree.ts'

export interface AlertGroupContext {
  readonly clock: Clock
  readonly outbox: Outbox
  readonly events: AlertingEvents
  readonly externalUrl: string
  readonly receiverOf: (name: string) => Receiver | undefined
}

/** When the store did not take a notification, the group's next turn comes this soon. */
const RETRY_MS = 10_000

/**
 * Alerts that go to one receiver in one message.
 *
 * The first turn comes `group_wait` after the group began, or at once when its alert has been firing
 * for longer than that; the next ones every `group_interval`, counted from turn to turn. At a turn
 * each integration of the receiver is told if there is something new. A group ends when all its
 * alerts are resolved and told.
 *
 * @see alertmanager:dispatch/dispatch.go
 */
export class AlertGroup {
  readonly route: Route
  readonly labels: Labels
  readonly key: string
  readonly #context: AlertGroupContext
  readonly #alerts = new Map<string, KnownAlert>()
  readonly #stop = new AbortController()
  readonly #hurry = new AbortController()
  /** Before the first turn: an alert that waited long enough elsewhere need not wait again here. */
  #canHurry = true
  #running: Promise<void> | undefined

  constructor(route: Route, labels: Labels, context: AlertGroupContext) {
    this.route = route
    this.labels = labels
    this.key = groupKey(route, labels)
    this.#context = context
  }

  get isEmpty(): boolean {
    return this.#alerts.size === 0
  }

  /** As a message lists them. */
  alerts(): KnownAlert[] {
    return [...this.#alerts.values()].toSorted(compareAlerts)
  }

  insert(alert: KnownAlert): void {
    this.#alerts.set(alert.fingerprint, alert)
    const waitedMs = this.#context.clock.now() - alert.startsAtMs
    if (this.#canHurry && waitedMs > this.route.groupWaitMs) {
      this.#hurry.abort(new Error('an alert has waited long enough'))
    }
  }

  /**
   * @param holdMs until the first turn, whatever comes in; undefined: as the route says
   * @param ended called when the group is no more
   */
  start(holdMs: number | undefined, ended: () => void): void {
    this.#canHurry = holdMs === undefined
    this.#running = this.#run(holdMs ?? this.route.groupWaitMs)
      .then(ended)
      .catch((cause: unknown) => {
        if (!this.#stop.signal.aborted) throw cause
      })
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('group stopped'))
    await this.#running
  }

  async #run(firstWaitMs: number): Promise<void> {
    const { clock } = this.#context
    await this.#firstWait(firstWaitMs)
    this.#canHurry = false
    for (;;) {
      const turnMs = clock.now()
      const isTaken = await this.#flush(turnMs)
      if (this.isEmpty) return
      const intervalMs = isTaken
        ? this.route.groupIntervalMs
        : Math.min(this.route.groupIntervalMs, RETRY_MS)
      await clock.sleep(Math.max(turnMs + intervalMs - clock.now(), 0), this.#stop.signal)
    }
  }

  async #firstWait(ms: number): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, this.#hurry.signal])
    try {
      await this.#context.clock.sleep(ms, signal)
    } catch (cause) {
      this.#stop.signal.throwIfAborted()
      if (!this.#hurry.signal.aborted) throw cause
    }
  }

  /** One turn; false when something could not be kept and the turn has to be repeated. */
  async #flush(nowMs: number): Promise<boolean> {
    const known = this.alerts()
    const alerts = known.map((alert) => factsOf(alert, nowMs))
    const receiver = this.#context.receiverOf(this.route.receiver)
    let isTaken = true
    for (const integration of receiver?.integrations ?? []) {
      const to = { receiver: this.route.receiver, kind: integration.kind, index: integration.index }
      try {
        await this.#notify(to, integration.sendsResolved, alerts, nowMs)
      } catch (cause) {
        isTaken = false
        this.#context.events.storeFailed('outbox', (cause as Error).message)
      }
    }
    if (isTaken) {
      for (const alert of known) {
        const isSame = this.#alerts.get(alert.fingerprint) === alert
        if (alert.endsAtMs <= nowMs && isSame) this.#alerts.delete(alert.fingerprint)
      }
    }
    return isTaken
  }

  async #notify(
    to: Addressee,
    sendsResolved: boolean,
    alerts: readonly AlertFacts[],
    nowMs: number,
  ): Promise<void> {
    const { outbox, externalUrl } = this.#context
    const { repeatIntervalMs } = this.route
    const telling = { alerts, nowMs, repeatIntervalMs, sendsResolved }
    const reason = reasonToNotify(outbox.logEntry(to, this.key), telling)
    if (reason === undefined) return
    const told = sendsResolved ? alerts : alerts.filter((alert) => alert.status === 'firing')
    if (told.length === 0) {
      await outbox.noteOnly(to, this.key, telling)
      return
    }
    const facts = {
      receiver: quoteMeta(to.receiver),
      groupKey: this.key,
      groupLabels: this.labels,
      routeLabels: Labels.EMPTY,
      reason,
      externalUrl,
      alerts: told,
    }
    await outbox.put(to, facts, telling)
  }
}

/** Templates see the receiver's name with the signs of regular expressions quoted, as in Alertmanager. */
function quoteMeta(name: string): string {
  return name.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')
}

function factsOf(alert: KnownAlert, nowMs: number): AlertFacts {
  const isResolved = alert.endsAtMs <= nowMs
  return {
    status: isResolved ? 'resolved' : 'firing',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAtMs: alert.startsAtMs,
    endsAtMs: isResolved ? alert.endsAtMs : null,
    generatorUrl: alert.generatorUrl,
    fingerprint: alert.fingerprint,
    ...(alert.evidence === undefined ? {} : { evidence: alert.evidence }),
  }
}

/** By job, then instance (alerts without one come last), then labels. */
function compareAlerts(a: KnownAlert, b: KnownAlert): number {
  for (const name of ['job', 'instance']) {
    const [left, right] = [a.labels.get(name), b.labels.get(name)]
    if (left === right) continue
    if (left === '' || right === '') return left === '' ? 1 : -1
    return left < right ? -1 : 1
  }
  return a.labels.size - b.labels.size || a.labels.compare(b.labels)
}
