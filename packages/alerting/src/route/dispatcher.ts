import type { Alert, AlertSink } from '@weir/model'
import { type AlertStore, type KnownAlert, alertProblem } from './alert-store.ts'
import { AlertGroup, type AlertGroupContext } from './group.ts'
import { type Route, groupLabels, routesFor } from './tree.ts'

/** Sorts alerts into groups by the routing tree. */
export class Dispatcher implements AlertSink, AsyncDisposable {
  readonly #store: AlertStore
  readonly #context: AlertGroupContext
  #root: Route
  #groups = new Map<Route, Map<string, AlertGroup>>()

  constructor(root: Route, store: AlertStore, context: AlertGroupContext) {
    this.#root = root
    this.#store = store
    this.#context = context
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
    const { clock, events } = this.#context
    const problems: string[] = []
    const nowMs = clock.now()
    const taken: KnownAlert[] = []
    for (const alert of alerts) {
      const problem = alertProblem(alert)
      if (problem !== undefined) {
        events.alertRefused('invalid', problem.message)
        problems.push(problem.message)
        continue
      }
      const merged = this.#store.merge(alert, nowMs)
      if (merged === undefined) {
        const why = `Cannot take alert ${alert.labels.toString()}: as many as notifications.max_alerts are known`
        events.alertRefused('alert_limit', why)
        problems.push(why)
        continue
      }
      events.alertReceived(merged.endsAtMs <= nowMs ? 'resolved' : 'firing')
      taken.push(merged)
    }
    if (taken.length === 0) return problems
    try {
      await this.#store.save(taken)
    } finally {
      // Also when the disk is full: better told and not kept than neither.
      for (const alert of taken) this.#route(alert, undefined)
    }
    return problems
  }

  /**
   * Sorts all known alerts anew, after a restart or under another tree.
   *
   * @param holdMs until the first turn of each group; undefined: as if the alerts had just come.
   * After a restart the senders must have had the time to repeat themselves, or alerts would seem to
   * be resolved that are not.
   */
  async regroup(root: Route, holdMs?: number): Promise<void> {
    await this.#stopAll()
    this.#root = root
    for (const alert of this.#store.all()) this.#route(alert, holdMs)
  }

  #route(alert: KnownAlert, holdMs: number | undefined): void {
    for (const route of routesFor(this.#root, alert.labels)) {
      this.#groupFor(route, alert, holdMs).insert(alert)
    }
  }

  #groupFor(route: Route, alert: KnownAlert, holdMs: number | undefined): AlertGroup {
    const labels = groupLabels(route, alert.labels)
    const groups = this.#groups.get(route) ?? new Map<string, AlertGroup>()
    this.#groups.set(route, groups)
    const known = groups.get(labels.key())
    if (known !== undefined) return known
    const group = new AlertGroup(route, labels, this.#context)
    groups.set(labels.key(), group)
    group.start(holdMs, () => {
      if (groups.get(labels.key()) === group) groups.delete(labels.key())
    })
    return group
  }

  /** Groups that have alerts. */
  groups(): AlertGroup[] {
    return [...this.#groups.values()].flatMap((groups) => [...groups.values()])
  }

  async #stopAll(): Promise<void> {
    const all = [...this.#groups.values()].flatMap((groups) => [...groups.values()])
    this.#groups = new Map()
    await Promise.all(all.map((group) => group.stop()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopAll()
  }
}
