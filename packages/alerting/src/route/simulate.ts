import {
  type Alert,
  type Clock,
  type KeyValueStore,
  type Labels,
  WeirError,
  millis,
} from '@weir/model'
import { type LogEntry, logEntry } from '../notify/stages.ts'
import type { AlertmanagerSource } from '../options.ts'
import type { Addressee } from '../outbox/item.ts'
import { AlertingEvents, type AlertingCounter } from '../telemetry.ts'
import { type AlertFacts, type NotificationFacts, statusOf } from '../template/notification-data.ts'
import { AlertStore } from './alert-store.ts'
import { DEFAULT_ROUTING, parseRouting } from './config.ts'
import { Dispatcher } from './dispatcher.ts'
import type { NotificationDoor } from './door.ts'
import { FALLBACK, type MatcherReading } from './matcher-mode.ts'
import type { Silencer } from './muting.ts'

/** Alerts that arrive together. */
export interface Arrival {
  readonly atMs: number
  readonly alerts: readonly Alert[]
}

/** A notification that would have been sent. */
export interface SimulatedNotification {
  readonly atMs: number
  readonly receiver: string
  /** `webhook`, `email`, …; `record` for the receiver that only shows. */
  readonly integration: string
  readonly groupKey: string
  readonly groupLabels: Labels
  /** Why then: `first notification`, `repeat interval elapsed`, … */
  readonly reason: string
  readonly status: 'firing' | 'resolved'
  readonly alerts: readonly AlertFacts[]
}

export interface Simulation {
  /** An alertmanager.yml; undefined: everything to the receiver `page`, as Weir does without one. */
  readonly config: AlertmanagerSource | undefined
  readonly reading?: MatcherReading
  /** In order of time. */
  readonly arrivals: Iterable<Arrival>
  /** How long to go on after the last arrival. */
  readonly untilMs: number
  readonly silencer?: Silencer
}

/** As often as a running Weir forgets what is over. */
const COLLECT_EVERY_MS = 30 * 60_000

/**
 * Which notifications alerts of the past, or imagined ones, would have led to: the same grouping, holding
 * back and telling as in earnest, on a clock that jumps from turn to turn. Nothing is sent or kept.
 *
 * @throws {WeirError} `ALERTMANAGER_CONFIG_INVALID`
 */
export async function simulateRouting(simulation: Simulation): Promise<SimulatedNotification[]> {
  const clock = new JumpingClock()
  const door = new CountingDoor(clock)
  const { config, silencer = { silencedBy: () => [] }, reading = FALLBACK } = simulation
  const routing =
    config === undefined ? DEFAULT_ROUTING : parseRouting(config, { clock, fetch: refuse }, reading)
  const dispatcher = new Dispatcher(routing, new AlertStore(NOWHERE), {
    clock,
    door,
    silencer,
    events: new AlertingEvents({ registry: { counter: () => NOT_COUNTED }, log: SILENT }),
    externalUrl: '',
    isDriven: true,
  })
  await dispatcher.regroup(routing)
  let collectedMs = -Infinity
  const goTo = async (untilMs: number): Promise<void> => {
    for (
      let nextMs = dispatcher.nextTurnMs();
      nextMs <= untilMs;
      nextMs = dispatcher.nextTurnMs()
    ) {
      clock.jump(nextMs)
      await dispatcher.takeTurns()
    }
    clock.jump(untilMs)
    if (untilMs - collectedMs < COLLECT_EVERY_MS) return
    await dispatcher.collect(untilMs - COLLECT_EVERY_MS)
    collectedMs = untilMs
  }
  for (const { atMs, alerts } of simulation.arrivals) {
    await goTo(atMs)
    await dispatcher.receive(alerts)
  }
  await goTo(simulation.untilMs)
  return door.told
}

/** Stands still but for jumps forward. */
class JumpingClock implements Clock {
  #nowMs = 0

  jump(toMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, toMs)
  }

  now(): ReturnType<Clock['now']> {
    return millis(this.#nowMs)
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  sleep(): Promise<never> {
    throw new WeirError('BUG', 'BUG: nobody sleeps in a simulation')
  }
}

class CountingDoor implements NotificationDoor {
  readonly told: SimulatedNotification[] = []
  readonly #clock: Clock
  readonly #log = new Map<string, LogEntry>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  logEntry(to: Addressee, groupKey: string): LogEntry | undefined {
    return this.#log.get(logKey(to, groupKey))
  }

  async note(to: Addressee, groupKey: string, entry: LogEntry): Promise<void> {
    this.#log.set(logKey(to, groupKey), entry)
  }

  async put(
    to: Addressee,
    facts: NotificationFacts,
    telling: Parameters<NotificationDoor['put']>[2],
  ): Promise<void> {
    this.#log.set(logKey(to, facts.groupKey), logEntry(telling, ''))
    const { groupKey, groupLabels, reason, alerts } = facts
    this.told.push({
      atMs: this.#clock.now(),
      receiver: to.receiver,
      integration: to.kind,
      groupKey,
      groupLabels,
      reason,
      status: statusOf(alerts),
      alerts,
    })
  }
}

function logKey({ receiver, kind, index }: Addressee, groupKey: string): string {
  return JSON.stringify([receiver, kind, index, groupKey])
}

const NOWHERE: KeyValueStore = {
  get: () => undefined,
  write: async () => undefined,
  entries: () => [],
}

const NOT_COUNTED: AlertingCounter = { inc: () => undefined }
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }

function refuse(): never {
  throw new WeirError('BUG', 'BUG: nothing is sent in a simulation')
}
