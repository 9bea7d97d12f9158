import type { Alert, AlertSink, Clock, Labels } from '@weir/model'
import type { AlertingEvents } from '../telemetry.ts'
import { type AlertStore, type KnownAlert, alertProblem } from './alert-store.ts'
import { ANNOTATION_BYTES_MAX, boundedAlert } from './bounded.ts'
import type { Routing } from './config.ts'
import { type DeskDoor, NO_DESK } from './desk-door.ts'
import type { NotificationDoor } from './door.ts'
import { AlertGroup, type AlertGroupContext } from './group.ts'
import { Inhibitor } from './inhibition.ts'
import { Muting, type Silencer } from './muting.ts'
import { type Route, groupLabels, routesFor } from './tree.ts'
import { Turns } from './turns.ts'

export interface DispatcherOptions {
  readonly clock: Clock
  readonly door: NotificationDoor
  readonly events: AlertingEvents
  readonly silencer: Silencer
  readonly desk?: DeskDoor
  readonly externalUrl: string
  /** When it is this Weir's turn, where there are others. */
  readonly order?: TurnOrder
  /** Groups at one time; alerts that would need another are not told. */
  readonly groupsMax?: number
  /** Of one annotation; longer ones are cut. */
  readonly annotationBytesMax?: number
  /** Turns are taken by {@link Dispatcher.takeTurns} alone. */
  readonly isDriven?: boolean
}

/** Several Weirs with the same groups take their turns one after the other. */
export interface TurnOrder {
  /** False until it is known what the others have told. */
  readonly isSettled: boolean
  /** How long this one waits, for the others to tell first. */
  waitMs(): number
}

const GROUPS_MAX = 100_000

/** When the store did not take a notification, the group's next turn comes this soon. */
const RETRY_MS = 10_000
/** Groups that have their turn at the same time; the others wait for theirs. */
const TURNS_AT_ONCE = 64
/** Longest sleep: a timer of Node takes no more than 24 days. */
const SLEEP_MAX_MS = 3_600_000

/**
 * For so long the groups of an alert have no turn after a restart: its sender must have had the time to repeat
 * itself, or the alert would seem to be resolved that is not.
 */
type Hold = (alert: Pick<Alert, 'labels'>) => number

/**
 * Sorts alerts into groups by the routing tree, and gives each group its turns.
 *
 * Turns are kept on the clock that only goes forward: setting the wall clock does not shift them.
 */
export class Dispatcher implements AlertSink, AsyncDisposable {
  readonly #store: AlertStore
  readonly #options: DispatcherOptions
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  #routing: Routing
  #context: AlertGroupContext
  #inhibitor: Inhibitor
  #groups = new Map<Route, Map<string, AlertGroup>>()
  #groupCount = 0
  /** Where each alert was sorted into: senders repeat themselves, and the tree says the same again. */
  #placed = new Map<string, readonly AlertGroup[]>()
  #turns = new Turns<AlertGroup>()
  #wake = new AbortController()
  #sleepsUntilMs = -Infinity
  #loop: Promise<void> | undefined
  /** Sorting anew: nobody has a turn meanwhile. */
  #isPaused = false

  constructor(routing: Routing, store: AlertStore, options: DispatcherOptions) {
    this.#routing = routing
    this.#store = store
    this.#options = options
    this.#inhibitor = new Inhibitor(routing.inhibitRules, store.all())
    this.#context = this.#contextOf(routing)
  }

  get muting(): Muting {
    return this.#context.muting
  }

  #contextOf(routing: Routing): AlertGroupContext {
    const { door, events, externalUrl, silencer, desk = NO_DESK } = this.#options
    const muting = new Muting({
      inhibitor: this.#inhibitor,
      intervals: routing.intervals,
      silencer,
      desk,
      suppressed: (reason, count) => events.notificationsSuppressed(reason, count),
    })
    return { door, events, externalUrl, routing, muting, desk }
  }

  /**
   * Takes alerts; bad ones are refused and counted, the others are taken all the same.
   *
   * @throws what the store throws: they are routed but not kept, so the sender has to come again
   */
  async receive(alerts: readonly Alert[]): Promise<void> {
    await this.post(alerts)
  }

  /** As {@link receive}; gives what was wrong with those that were refused. */
  async post(alerts: readonly Alert[]): Promise<readonly string[]> {
    const nowMs = this.#options.clock.now()
    const problems: string[] = []
    const taken: KnownAlert[] = []
    for (const alert of alerts) {
      const merged = this.#merge(alert, nowMs)
      if (typeof merged === 'string') problems.push(merged)
      else taken.push(merged)
    }
    this.#countReceived(taken, nowMs)
    if (taken.length === 0) return problems
    this.#options.desk?.heard(taken, nowMs)
    for (const alert of taken) this.#inhibitor.hear(alert)
    try {
      await this.#store.save(taken)
    } finally {
      // Also when the disk is full: better told and not kept than neither.
      for (const alert of taken) this.#place(alert, undefined)
      this.#rouse()
    }
    return problems
  }

  /** The alert as it is known from now on, or why it is refused. */
  #merge(alert: Alert, nowMs: number): KnownAlert | string {
    const { events } = this.#options
    const problem = alertProblem(alert)
    if (problem !== undefined) {
      events.alertRefused('invalid', problem.message)
      return problem.message
    }
    const { annotationBytesMax = ANNOTATION_BYTES_MAX } = this.#options
    const bounded = boundedAlert(alert, annotationBytesMax)
    if (bounded.cutCount > 0) events.annotationsCut(bounded.cutCount)
    const merged = this.#store.merge(bounded.alert, nowMs)
    if (typeof merged !== 'string') return merged
    const key = merged === 'alert_limit' ? 'max_alerts' : 'max_alerts_per_name'
    const why = `Cannot take alert ${alert.labels.toString()}: as many are known as notifications.${key} allows`
    events.alertRefused(merged, why)
    return why
  }

  #countReceived(taken: readonly KnownAlert[], nowMs: number): void {
    const { events } = this.#options
    const resolvedCount = taken.filter(({ endsAtMs }) => endsAtMs <= nowMs).length
    if (resolvedCount > 0) events.alertsReceived('resolved', resolvedCount)
    if (taken.length > resolvedCount) {
      events.alertsReceived('firing', taken.length - resolvedCount)
    }
  }

  /**
   * Sorts all known alerts anew, after a restart or under another tree. Turns that are under way end
   * first, so that nothing is told twice; groups that stay the same keep the time of their next turn.
   * Of what is over, only that comes along whose end somebody has yet to hear of.
   *
   * @param hold how long each alert keeps its groups from their first turn; undefined: as if all had just come.
   */
  async regroup(routing: Routing, hold?: Hold): Promise<void> {
    this.#isPaused = true
    await Promise.all(this.#running)
    const before = this.groups()
    const nowMs = this.#options.clock.now()
    this.#routing = routing
    this.#options.events.receiversKnown(routing.receivers.values())
    this.#inhibitor = new Inhibitor(routing.inhibitRules, this.#store.all())
    this.#context = this.#contextOf(routing)
    this.#groups = new Map()
    this.#groupCount = 0
    this.#placed = new Map()
    this.#turns = new Turns()
    for (const group of before) group.isEnded = true
    for (const alert of this.#store.all()) {
      if (alert.endsAtMs > nowMs || routing.isStrict) this.#place(alert, hold)
    }
    for (const alert of this.#store.all()) {
      if (alert.endsAtMs <= nowMs && !routing.isStrict) this.#placeEnded(alert, hold, nowMs)
    }
    if (!routing.isStrict) this.#keepTurns(before)
    this.#isPaused = false
    if (this.#options.isDriven === true) return
    this.#loop ??= this.#run().catch((cause: unknown) => {
      if (!this.#stop.signal.aborted) throw cause
    })
    this.#rouse()
  }

  #placeEnded(alert: KnownAlert, hold: Hold | undefined, nowMs: number): void {
    for (const route of routesFor(this.#routing.root, alert.labels)) {
      const labels = groupLabels(route, alert.labels)
      const isOwed = new AlertGroup(route, labels, this.#context).isOwed(alert.fingerprint, nowMs)
      if (isOwed) this.#groupFor(route, labels, alert, hold)?.insert(alert)
    }
  }

  /** Gives groups that were there before, with the same times, the turns that they had. */
  #keepTurns(before: readonly AlertGroup[]): void {
    const had = new Map(before.map((group) => [timesOf(group), group]))
    for (const group of this.groups()) {
      const old = had.get(timesOf(group))
      if (old?.dueMs === undefined) continue
      group.isNew = old.isNew
      if (old.waits !== undefined) group.wait(old.waits)
      this.#turns.set(group, old.dueMs)
    }
  }

  /** Sorts an alert into its groups. */
  #place(alert: KnownAlert, hold: Hold | undefined): void {
    const known = this.#placed.get(alert.fingerprint)
    const isGood = known !== undefined && !known.some(({ isEnded }) => isEnded)
    for (const group of isGood ? known : this.#placeAnew(alert, hold)) {
      group.insert(alert)
      this.#hurry(group, alert)
    }
  }

  #placeAnew(alert: KnownAlert, hold: Hold | undefined): readonly AlertGroup[] {
    const found = routesFor(this.#routing.root, alert.labels).map((route) =>
      this.#groupFor(route, groupLabels(route, alert.labels), alert, hold),
    )
    const groups = found.filter((group) => group !== undefined)
    // Where there was no room for a group, the next time may be better.
    if (groups.length === found.length) this.#placed.set(alert.fingerprint, groups)
    else this.#placed.delete(alert.fingerprint)
    return groups
  }

  /** An alert that has fired for longer than the first wait does not wait again. */
  #hurry(group: AlertGroup, { startsAtMs }: KnownAlert): void {
    const { clock } = this.#options
    const isLate = clock.now() - startsAtMs > group.route.groupWaitMs
    const nowMs = clock.monotonicMs()
    if (group.waits !== undefined) return
    if (group.isNew && isLate && (group.dueMs ?? 0) > nowMs) this.#turns.set(group, nowMs)
  }

  /** The group of these labels; undefined when there is no room for another. */
  #groupFor(
    route: Route,
    labels: Labels,
    alert: KnownAlert,
    hold: Hold | undefined,
  ): AlertGroup | undefined {
    const { clock, events, groupsMax = GROUPS_MAX } = this.#options
    const groups = this.#groups.get(route) ?? new Map<string, AlertGroup>()
    this.#groups.set(route, groups)
    const known = groups.get(labels.key())
    const holdMs = hold?.(alert)
    if (known !== undefined) {
      if (holdMs !== undefined) this.#waitLonger(known, holdMs)
      return known
    }
    if (this.#groupCount >= groupsMax) {
      events.groupRefused(alert.labels.toString())
      return undefined
    }
    const group = new AlertGroup(route, labels, this.#context)
    groups.set(labels.key(), group)
    this.#groupCount++
    group.isNew = holdMs === undefined
    this.#turns.set(group, clock.monotonicMs() + (holdMs ?? route.groupWaitMs))
    return group
  }

  /** The alert that has to be waited for longest decides. */
  #waitLonger(group: AlertGroup, holdMs: number): void {
    const untilMs = this.#options.clock.monotonicMs() + holdMs
    if ((group.dueMs ?? 0) < untilMs) this.#turns.set(group, untilMs)
  }

  /** Groups that have alerts. */
  groups(): AlertGroup[] {
    return [...this.#groups.values()].flatMap((groups) => [...groups.values()])
  }

  /** Forgets alerts that ended before `beforeMs` and were told. */
  async collect(beforeMs: number): Promise<void> {
    const nowMs = this.#options.clock.now()
    const needed = new Set<string>()
    for (const group of this.groups()) {
      for (const { fingerprint, endsAtMs } of group.members()) {
        if (endsAtMs <= nowMs) needed.add(fingerprint)
      }
    }
    for (const alert of await this.#store.collect(beforeMs, (one) => needed.has(one))) {
      this.#inhibitor.forget(alert)
      this.#placed.delete(alert.fingerprint)
    }
  }

  /** Gives turns when they are due. */
  async #run(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      this.#startDue()
      const waitMs = this.#canTurn() ? this.#turns.nextMs() - clock.monotonicMs() : SLEEP_MAX_MS
      await this.#sleep(Math.min(Math.max(waitMs, 0), SLEEP_MAX_MS))
      this.#stop.signal.throwIfAborted()
    }
  }

  /** When the next turn comes, on the clock that only goes forward; Infinity for none. */
  nextTurnMs(): number {
    return this.#turns.nextMs()
  }

  /** Takes all turns that are due, and waits for their end. */
  async takeTurns(): Promise<void> {
    this.#startDue()
    while (this.#running.size > 0) await Promise.all(this.#running)
  }

  #startDue(): void {
    while (this.#canTurn()) {
      const group = this.#turns.take(this.#options.clock.monotonicMs())
      if (group === undefined) return
      if (this.#waits(group)) continue
      const turn = this.#turn(group).finally(() => {
        this.#running.delete(turn)
        this.#startDue()
        this.#rouse()
      })
      this.#running.add(turn)
    }
  }

  /** Gives way, once, to those whose turn is before. What is told then is what there is now, as they tell it. */
  #waits(group: AlertGroup): boolean {
    const waitMs = this.#options.order?.waitMs() ?? 0
    if (waitMs === 0 || group.waits !== undefined) return false
    const { clock } = this.#options
    const monotonicMs = clock.monotonicMs()
    group.wait({ monotonicMs, wallMs: clock.now() })
    this.#turns.set(group, monotonicMs + waitMs)
    return true
  }

  /** What was waited for is there: turns that are due are taken. */
  goOn(): void {
    this.#rouse()
  }

  #canTurn(): boolean {
    const { order } = this.#options
    const isStopped = this.#isPaused || this.#stop.signal.aborted || order?.isSettled === false
    return !isStopped && this.#running.size < TURNS_AT_ONCE
  }

  async #turn(group: AlertGroup): Promise<void> {
    const { clock, events } = this.#options
    const { groupIntervalMs } = group.route
    const startedMs = group.waits?.monotonicMs ?? clock.monotonicMs()
    const isTaken = await group.turn(clock.now()).catch((cause: unknown) => {
      events.storeFailed('outbox', `BUG: ${String(cause)}`)
      return false
    })
    if (group.isEmpty) {
      this.#end(group)
      return
    }
    const intervalMs = isTaken ? groupIntervalMs : Math.min(groupIntervalMs, RETRY_MS)
    this.#turns.set(group, Math.max(startedMs + intervalMs, clock.monotonicMs()))
  }

  #end(group: AlertGroup): void {
    group.isEnded = true
    const groups = this.#groups.get(group.route)
    if (groups?.get(group.labels.key()) !== group) return
    groups.delete(group.labels.key())
    this.#groupCount--
  }

  async #sleep(ms: number): Promise<void> {
    const { clock } = this.#options
    this.#wake = new AbortController()
    this.#sleepsUntilMs = clock.monotonicMs() + ms
    try {
      await clock.sleep(ms, this.#wake.signal)
    } catch (cause) {
      if (!this.#wake.signal.aborted) throw cause
    }
  }

  /** Ends the sleep of {@link #run} when somebody is due before its end. */
  #rouse(): void {
    if (this.#loop === undefined || !this.#canTurn() || this.#turns.nextMs() >= this.#sleepsUntilMs)
      return
    this.#wake.abort(new Error('a turn is due sooner'))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('routing stopped'))
    this.#wake.abort(this.#stop.signal.reason)
    await this.#loop
    await Promise.all(this.#running)
  }
}

/** Equal for groups that have the same turns. */
function timesOf({ key, route }: AlertGroup): string {
  return JSON.stringify([route.receiver, route.groupWaitMs, route.groupIntervalMs, key])
}
