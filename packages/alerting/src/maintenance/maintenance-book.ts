import { randomUUID } from 'node:crypto'
import {
  type Clock,
  type KeyValueChange,
  type KeyValueStore,
  type Labels,
  WeirError,
} from '@weir/model'
import { type SharedPart, type SharedValue, nextVersion } from '../cluster/shared-part.ts'
import { MATCHER_BYTES_MAX, expressionBudget } from '../route/expression-budget.ts'
import type { MatcherMode } from '../route/matcher-mode.ts'
import type { AlertingEvents } from '../telemetry.ts'
import {
  type Maintenance,
  type MaintenanceDraft,
  type Occurrence,
  type PlannedMaintenance,
  occurrencesOf,
  planOf,
  type Removal,
  readMaintenance,
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
   * @throws {WeirError} `MAINTENANCE_INVALID`, `MAINTENANCE_UNKNOWN`, `MAINTENANCE_LIMIT`, `MATCHER_LIMIT`
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
const REMOVED_PREFIX = 'alerting/maintenance-removed/'
const DAY_MS = 86_400_000
/** How long is remembered that one was taken back; a peer that was away longer brings it back. */
const REMOVED_KEPT_MS = 30 * DAY_MS

export interface MaintenanceOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly events: AlertingEvents
  readonly mode: () => MatcherMode
  readonly countMax?: number | undefined
  /** The regular expressions of one in all, repetitions written out. */
  readonly matcherBytesMax?: number | undefined
  /** Hears of what is planned and taken back here. */
  readonly changed?: (id: string) => void
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
  /** Those that were taken back, and when, so that peers hear of it. */
  readonly #removed = new Map<string, number>()
  /** As peers see it. */
  readonly part: SharedPart
  #on = NEVER

  constructor(options: MaintenanceOptions) {
    this.#options = options
    for (const [, value] of options.store.entries(PREFIX)) {
      const maintenance = value as Maintenance
      this.#plans.set(maintenance.id, planOf(maintenance, 'utf8')) // another mode held when it was made
    }
    for (const [key, value] of options.store.entries(REMOVED_PREFIX)) {
      this.#removed.set(key.slice(REMOVED_PREFIX.length), value as number)
    }
    this.part = {
      name: 'maintenance',
      keys: () => [...this.#plans.keys(), ...this.#removed.keys()],
      get: (id) => this.#shared(id),
      merge: (records) => this.#merge(records),
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
    if (id === undefined && this.#plans.size >= countMax) {
      events.maintenanceRefused()
      const why = `Cannot plan maintenance: there are ${countMax} (notifications.max_maintenance_windows)`
      throw new WeirError('MAINTENANCE_LIMIT', why)
    }
    const { name, comment, createdBy, matchers, start, durationMs, timeZone, rrule } = draft
    const said = { name, comment, createdBy, matchers, start, durationMs, timeZone, rrule }
    const before = id === undefined ? undefined : this.#known(id).maintenance.updatedMs
    const updatedMs = nextVersion(clock.now(), before)
    const budget = expressionBudget(this.#options.matcherBytesMax ?? MATCHER_BYTES_MAX)
    const plan = planOf({ ...said, id: id ?? randomUUID(), updatedMs }, mode(), budget)
    const { maintenance } = plan
    await store.write([{ key: PREFIX + maintenance.id, value: maintenance }])
    this.#plans.set(maintenance.id, plan)
    this.#on = NEVER
    this.#options.changed?.(maintenance.id)
    return this.#view(plan)
  }

  async remove(id: string): Promise<void> {
    const { store, clock, changed } = this.#options
    const nowMs = clock.now()
    const removedMs = nextVersion(nowMs, this.#known(id).maintenance.updatedMs)
    const old = [...this.#removed].filter(([, atMs]) => atMs + REMOVED_KEPT_MS <= nowMs)
    await store.write([
      { key: PREFIX + id, value: undefined },
      { key: REMOVED_PREFIX + id, value: removedMs },
      ...old.map(([other]) => ({ key: REMOVED_PREFIX + other, value: undefined })),
    ])
    for (const [other] of old) this.#removed.delete(other)
    this.#plans.delete(id)
    this.#removed.set(id, removedMs)
    this.#on = NEVER
    changed?.(id)
  }

  #shared(id: string): Maintenance | Removal | undefined {
    const removedMs = this.#removed.get(id)
    return this.#plans.get(id)?.maintenance ?? (removedMs === undefined ? undefined : { removedMs })
  }

  /** Of what was planned, changed and taken back, the newest counts. */
  async #merge(records: readonly SharedValue[]): Promise<readonly string[]> {
    const { store, events, countMax = MAINTENANCE_MAX } = this.#options
    const newer = new Map<string, PlannedMaintenance | Removal>()
    let planned = this.#plans.size
    for (const { key: id, value } of records) {
      const heard = readMaintenance(id, value)
      const known = this.#plans.get(id)?.maintenance.updatedMs ?? this.#removed.get(id)
      if (heard === undefined) {
        events.peerRecordRefused(this.part.name)
        continue
      }
      const version = 'removedMs' in heard ? heard.removedMs : heard.maintenance.updatedMs
      if (known !== undefined && known >= version) continue
      const isOneMore = 'maintenance' in heard && !this.#plans.has(id)
      if (isOneMore && planned >= countMax) {
        events.maintenanceRefused()
        continue
      }
      if (isOneMore) planned++
      newer.set(id, heard)
    }
    if (newer.size === 0) return []
    await store.write([...newer].flatMap(([id, heard]) => changesOf(id, heard)))
    for (const [id, heard] of newer) this.#adopt(id, heard)
    this.#on = NEVER
    return [...newer.keys()]
  }

  #adopt(id: string, heard: PlannedMaintenance | Removal): void {
    if ('removedMs' in heard) {
      this.#plans.delete(id)
      this.#removed.set(id, heard.removedMs)
    } else {
      this.#removed.delete(id)
      this.#plans.set(id, heard)
    }
  }

  #known(id: string): PlannedMaintenance {
    const plan = this.#plans.get(id)
    if (plan !== undefined) return plan
    const why = `Cannot find maintenance ${JSON.stringify(id.slice(0, 40))}`
    throw new WeirError('MAINTENANCE_UNKNOWN', why)
  }
}

function changesOf(id: string, heard: PlannedMaintenance | Removal): KeyValueChange[] {
  const isRemoved = 'removedMs' in heard
  return [
    { key: PREFIX + id, value: isRemoved ? undefined : heard.maintenance },
    { key: REMOVED_PREFIX + id, value: isRemoved ? heard.removedMs : undefined },
  ]
}
