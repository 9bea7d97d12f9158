import { randomUUID } from 'node:crypto'
import { type Clock, type KeyValueStore, type Labels, WeirError } from '@weir/model'
import type { MatcherMode } from '../route/matcher-mode.ts'
import type { AlertingEvents } from '../telemetry.ts'
import {
  type Maintenance,
  type MaintenanceDraft,
  type Occurrence,
  type PlannedMaintenance,
  occurrencesOf,
  planOf,
} from './window.ts'

/** Planned maintenance. Each change is on disk once its promise resolves. */
export interface MaintenanceDoor {
  /** By name. */
  list(): MaintenanceView[]
  /** What is to come, by start; at most 1,000. */
  occurrences(fromMs: number, toMs: number): Occurrence[]
  /**
   * Plans one, or changes the one whose id is given.
   *
   * @throws {WeirError} `MAINTENANCE_INVALID`, `MAINTENANCE_UNKNOWN`, `MAINTENANCE_LIMIT`
   */
  set(draft: MaintenanceDraft, id?: string): Promise<MaintenanceView>
  /** @throws {WeirError} `MAINTENANCE_UNKNOWN` */
  remove(id: string): Promise<void>
}

export interface MaintenanceView extends Maintenance {
  /** The time that is on now, else the next one; null when there is none within a year. */
  readonly next: Occurrence | null
  readonly isOn: boolean
}

const MAINTENANCE_MAX = 1000
const OCCURRENCES_MAX = 1000
const PREFIX = 'alerting/maintenance/'
const DAY_MS = 86_400_000

export interface MaintenanceOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly mode: () => MatcherMode
  readonly countMax?: number | undefined
}

/** What is on between two moments at which nothing changes. */
interface OnNow {
  readonly fromMs: number
  readonly toMs: number
  readonly plans: readonly PlannedMaintenance[]
}

const NEVER: OnNow = { fromMs: 0, toMs: 0, plans: [] }

export class MaintenanceBook implements MaintenanceDoor {
  readonly #options: MaintenanceOptions
  readonly #plans = new Map<string, PlannedMaintenance>()
  #on = NEVER

  constructor(options: MaintenanceOptions) {
    this.#options = options
    for (const [, value] of options.store.entries(PREFIX)) {
      const maintenance = value as Maintenance
      this.#plans.set(maintenance.id, planOf(maintenance, 'utf8')) // another mode held when it was made
    }
  }

  /** Names of the maintenance that alerts with these labels are under. */
  mutedBy(labels: Labels, nowMs: number): readonly string[] {
    if (this.#plans.size === 0) return []
    return this.#onAt(nowMs)
      .filter(({ matchers }) => matchers.every((matcher) => matcher.matches(labels)))
      .map(({ maintenance }) => maintenance.name)
  }

  #onAt(nowMs: number): readonly PlannedMaintenance[] {
    if (nowMs < this.#on.fromMs || nowMs >= this.#on.toMs) this.#on = this.#workOut(nowMs)
    return this.#on.plans
  }

  #workOut(nowMs: number): OnNow {
    const plans: PlannedMaintenance[] = []
    let toMs = nowMs + DAY_MS
    for (const plan of this.#plans.values()) {
      for (const { startMs, endMs } of occurrencesOf(plan, nowMs, toMs)) {
        if (startMs <= nowMs) plans.push(plan)
        toMs = Math.min(toMs, startMs > nowMs ? startMs : endMs)
      }
    }
    return { fromMs: nowMs, toMs, plans: [...new Set(plans)] }
  }

  list(): MaintenanceView[] {
    return [...this.#plans.values()]
      .map((plan) => this.#view(plan))
      .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1))
  }

  #view(plan: PlannedMaintenance): MaintenanceView {
    const nowMs = this.#options.clock.now()
    const [next = null] = occurrencesOf(plan, nowMs, nowMs + 366 * DAY_MS)
    return { ...plan.maintenance, next, isOn: next !== null && next.startMs <= nowMs }
  }

  occurrences(fromMs: number, toMs: number): Occurrence[] {
    const all = [...this.#plans.values()].flatMap((plan) => [...occurrencesOf(plan, fromMs, toMs)])
    return all.toSorted((a, b) => a.startMs - b.startMs).slice(0, OCCURRENCES_MAX)
  }

  async set(draft: MaintenanceDraft, id?: string): Promise<MaintenanceView> {
    const { store, clock, events, mode, countMax = MAINTENANCE_MAX } = this.#options
    if (id !== undefined) this.#known(id)
    else if (this.#plans.size >= countMax) {
      events.maintenanceRefused()
      const why = `Cannot plan maintenance: there are ${countMax} (notifications.max_maintenance_windows)`
      throw new WeirError('MAINTENANCE_LIMIT', why)
    }
    const { name, comment, createdBy, matchers, start, durationMs, timeZone, rrule } = draft
    const said = { name, comment, createdBy, matchers, start, durationMs, timeZone, rrule }
    const plan = planOf({ ...said, id: id ?? randomUUID(), updatedMs: clock.now() }, mode())
    const { maintenance } = plan
    await store.write([{ key: PREFIX + maintenance.id, value: maintenance }])
    this.#plans.set(maintenance.id, plan)
    this.#on = NEVER
    return this.#view(plan)
  }

  async remove(id: string): Promise<void> {
    this.#known(id)
    await this.#options.store.write([{ key: PREFIX + id, value: undefined }])
    this.#plans.delete(id)
    this.#on = NEVER
  }

  #known(id: string): void {
    if (this.#plans.has(id)) return
    const why = `Cannot find maintenance ${JSON.stringify(id.slice(0, 40))}`
    throw new WeirError('MAINTENANCE_UNKNOWN', why)
  }
}
