import { Labels } from '@weir/model'
import type { Integration } from '../notify/outcome.ts'
import {
  type LogEntry,
  logEntry,
  openOf,
  prolonged,
  reasonToNotify,
  type Telling,
  withHeld,
} from '../notify/stages.ts'
import type { Addressee } from '../outbox/item.ts'
import type { AlertingEvents } from '../telemetry.ts'
import type { AlertFacts, NotificationFacts } from '../template/notification-data.ts'
import type { KnownAlert } from './alert-store.ts'
import { sortAlerts } from './alert-order.ts'
import type { Routing } from './config.ts'
import type { DeskDoor } from './desk-door.ts'
import type { NotificationDoor } from './door.ts'
import type { Muting, Sifted } from './muting.ts'
import { routeLabels } from './route-labels.ts'
import type { Waiting } from './turns.ts'
import { type Route, groupKey } from './tree.ts'

export interface AlertGroupContext {
  readonly door: NotificationDoor
  readonly events: AlertingEvents
  readonly externalUrl: string
  readonly routing: Routing
  readonly muting: Muting
  readonly desk: DeskDoor
}

interface Waits {
  readonly monotonicMs: number
  readonly wallMs: number
  readonly alerts: readonly KnownAlert[]
}

/**
 * Alerts that go to one receiver in one message.
 *
 * The dispatcher gives a group its turns: the first `group_wait` after it began, or at once when its
 * alert has been firing for longer than that; the next ones every `group_interval`. At a turn each
 * integration of the receiver is told if there is something new. A group ends when all its alerts are
 * resolved and told.
 *
 * Alerts that are held back (muting.ts) are not told. In Alertmanager one that ends so is forgotten, and
 * nobody ever hears that it is over. Here it stays until it is let through and told, unless
 * `strict_compat` is on.
 *
 * @see alertmanager:dispatch/dispatch.go
 */
export class AlertGroup implements Waiting {
  readonly route: Route
  readonly labels: Labels
  readonly key: string
  dueMs: number | undefined
  /** It has had its last turn: alerts must go to another one. */
  isEnded = false
  /** Before the first turn: an alert that waited long enough elsewhere need not wait again here. */
  isNew = true
  /** A turn that gives way to those of peers, and what there was to tell when it came. */
  waits: Waits | undefined
  readonly #context: AlertGroupContext
  readonly #alerts = new Map<string, KnownAlert>()
  /** Fingerprints in order of messages; sorting is most of a turn, and the same from turn to turn. */
  #order: readonly string[] | undefined

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
    this.#order ??= sortAlerts([...this.#alerts.values()]).map(({ fingerprint }) => fingerprint)
    return this.#order.map((fingerprint) => this.#alerts.get(fingerprint)!)
  }

  /** In no order. */
  members(): Iterable<KnownAlert> {
    return this.#alerts.values()
  }

  insert(alert: KnownAlert): void {
    if (!this.#alerts.has(alert.fingerprint)) this.#order = undefined
    this.#alerts.set(alert.fingerprint, alert)
  }

  /** When any integration of the receiver was last told of it. */
  lastNotificationMs(): number | null {
    const times = this.#integrations().map(
      (one) => this.#context.door.logEntry(this.#addressee(one), this.key)?.atMs,
    )
    const known = times.filter((ms) => ms !== undefined)
    return known.length === 0 ? null : Math.max(...known)
  }

  /** Whether somebody was told that an alert fires and not yet that it is over. */
  isOwed(fingerprint: string, nowMs: number): boolean {
    return this.#integrations().some((one) => {
      const entry = this.#entry(this.#addressee(one), nowMs)
      return entry !== undefined && openOf(entry).has(fingerprint)
    })
  }

  /** From now on the turn is under way, but peers have theirs first. */
  wait(now: { readonly monotonicMs: number; readonly wallMs: number }): void {
    this.waits = { ...now, alerts: this.alerts() }
  }

  /** One turn; false when something could not be kept and the turn has to be repeated. */
  async turn(startMs: number): Promise<boolean> {
    this.isNew = false
    const { alerts = this.alerts(), wallMs: nowMs = startMs } = this.waits ?? {}
    this.waits = undefined
    const sifted = this.#context.muting.sift(this.route, alerts, nowMs)
    const notice = new Notice(sifted, nowMs)
    const owed = new Set<string>()
    let isTaken = true
    for (const integration of this.#integrations()) {
      try {
        await this.#tell(integration, notice, owed)
      } catch (cause) {
        isTaken = false
        this.#context.events.storeFailed('outbox', (cause as Error).message)
      }
    }
    if (isTaken) this.#forgetEnded(alerts, owed, nowMs)
    return isTaken
  }

  /** What ended and was told goes, unless it fires again by now. */
  #forgetEnded(alerts: readonly KnownAlert[], owed: ReadonlySet<string>, nowMs: number): void {
    for (const alert of alerts) {
      const { fingerprint } = alert
      const isSame = this.#alerts.get(fingerprint) === alert
      if (alert.endsAtMs > nowMs || !isSame || owed.has(fingerprint)) continue
      this.#alerts.delete(fingerprint)
      this.#order = undefined
    }
  }

  /** @param owed gets those that ended while they are held back, of which the integration has yet to hear */
  async #tell(integration: Integration, notice: Notice, owed: Set<string>): Promise<void> {
    const { door, routing, desk } = this.#context
    const { nowMs } = notice
    const { repeatIntervalMs } = this.route
    const { sendsResolved } = integration
    const to = this.#addressee(integration)
    const isStrict = routing.isStrict
    const before = this.#entry(to, nowMs)
    const held = isStrict ? NOBODY : notice.held
    const entry = before && withHeld(before, held, { nowMs, repeatIntervalMs })
    const open = entry === undefined ? [] : [...openOf(entry)].filter((one) => held.has(one))
    for (const one of open) if (held.get(one) === false) owed.add(one)
    const { firing, resolved } = notice
    const telling = { firing, resolved, open, nowMs, repeatIntervalMs, sendsResolved, isStrict }
    const isKnown = firing.length > 0 && firing.every((one) => desk.isAcked(one))
    const isNews = entry === undefined || !notice.isEcho(entry)
    const reason = notice.isEmpty || !isNews ? undefined : newsOf(entry, telling, isKnown)
    if (reason === undefined) {
      const kept = entry && isKnown ? prolonged(entry, telling) : entry
      if (kept !== undefined && kept !== before) await door.note(to, this.key, kept)
      return
    }
    const told = notice.facts().filter(({ status }) => sendsResolved || status === 'firing')
    if (told.length === 0) await door.note(to, this.key, logEntry(telling, ''))
    else await door.put(to, this.#facts(told, reason, notice), telling)
  }

  #facts(alerts: readonly AlertFacts[], reason: string, notice: Notice): NotificationFacts {
    // Labels of a route are about all alerts of the group, also where a message leaves out what is over.
    notice.routeLabels ??= this.#routeLabels(notice.facts(), notice.nowMs)
    return { ...this.#frame(), alerts, reason, routeLabels: notice.routeLabels }
  }

  #frame(): Pick<NotificationFacts, 'receiver' | 'groupKey' | 'groupLabels' | 'externalUrl'> {
    return {
      receiver: quoteMeta(this.route.receiver),
      groupKey: this.key,
      groupLabels: this.labels,
      externalUrl: this.#context.externalUrl,
    }
  }

  /** The labels of the route as a message would have them now. */
  routeLabels(nowMs: number): Labels {
    const hasNone = Object.keys(this.route.labels).length === 0
    if (hasNone) return Labels.EMPTY
    return this.#routeLabels(
      this.alerts().map((alert) => factsOf(alert, nowMs)),
      nowMs,
    )
  }

  #routeLabels(alerts: readonly AlertFacts[], nowMs: number): Labels {
    const { routing, events } = this.#context
    const how = { templates: routing.templates, nowMs }
    return routeLabels(this.route.labels, { ...this.#frame(), alerts }, how, (label, error) =>
      events.routeLabelFailed({ route: this.route.key, label }, error),
    )
  }

  #integrations(): readonly Integration[] {
    return this.#context.routing.receivers.get(this.route.receiver)?.integrations ?? []
  }

  #addressee({ kind, index }: Integration): Addressee {
    return { receiver: this.route.receiver, kind, index }
  }

  /** What was said to an integration and still counts. */
  #entry(to: Addressee, nowMs: number): LogEntry | undefined {
    const entry = this.#context.door.logEntry(to, this.key)
    return entry === undefined || entry.expiresMs <= nowMs ? undefined : entry
  }
}

/** Why to notify now. What somebody has acknowledged is not repeated. */
function newsOf(
  entry: LogEntry | undefined,
  telling: Telling,
  isKnown: boolean,
): string | undefined {
  const reason = reasonToNotify(entry, telling)
  return isKnown && reason === 'repeat interval elapsed' ? undefined : reason
}

/** How much later than a peer this Weir may see that an alert is over: rules look at different samples. */
const PEER_LAG_MS = 120_000

const NOBODY: ReadonlyMap<string, boolean> = new Map()

/** What a group could tell at a turn, worked out once for all integrations. */
class Notice {
  readonly nowMs: number
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  /** Those that are held back, by fingerprint, and whether they fire. */
  readonly held: ReadonlyMap<string, boolean>
  routeLabels: Labels | undefined
  readonly #passed: readonly KnownAlert[]
  #facts: readonly AlertFacts[] | undefined

  constructor({ passed, held }: Sifted, nowMs: number) {
    this.nowMs = nowMs
    this.#passed = passed
    const prints = (isFiring: boolean): string[] =>
      passed
        .filter(({ endsAtMs }) => endsAtMs > nowMs === isFiring)
        .map(({ fingerprint }) => fingerprint)
    this.firing = prints(true)
    this.resolved = prints(false)
    this.held = new Map(held.map(({ fingerprint, endsAtMs }) => [fingerprint, endsAtMs > nowMs]))
  }

  get isEmpty(): boolean {
    return this.#passed.length === 0
  }

  /**
   * Whether all that could be told here is what a peer has just told to be over: it looked a little later, or
   * earlier. What fires on is news at the next turn.
   */
  isEcho({ from, atMs, resolved }: LogEntry): boolean {
    if (from === undefined || this.firing.length === 0) return false
    if (Math.abs(this.nowMs - atMs) >= PEER_LAG_MS) return false
    const over = new Set(resolved)
    const firing = this.#passed.filter(({ endsAtMs }) => endsAtMs > this.nowMs)
    if (!this.resolved.every((one) => over.has(one))) return false
    return firing.every((one) => over.has(one.fingerprint) && one.startsAtMs < atMs)
  }

  facts(): readonly AlertFacts[] {
    this.#facts ??= this.#passed.map((alert) => factsOf(alert, this.nowMs))
    return this.#facts
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
