import type { Labels } from '@weir/model'
import type { KnownAlert } from './alert-store.ts'
import type { DeskDoor } from './desk-door.ts'
import type { Inhibitor } from './inhibition.ts'
import { type TimeIntervals, intervalsAt } from './interval.ts'
import type { Route } from './tree.ts'

/** What holds back single alerts by their labels: silences. */
export interface Silencer {
  /** Ids of the silences that hold now; empty when the alert may be told. */
  silencedBy(labels: Labels, nowMs: number): readonly string[]
}

/** Why alerts are not told, by Alertmanager's names; maintenance is Weir's own. */
export type HeldReason =
  | 'inhibition'
  | 'active_time_interval'
  | 'mute_time_interval'
  | 'silence'
  | 'maintenance'

/** The alerts of a group at a turn: those that may be told, and the others. */
export interface Sifted {
  readonly passed: readonly KnownAlert[]
  readonly held: readonly KnownAlert[]
}

interface MutingParts {
  readonly inhibitor: Inhibitor
  readonly intervals: TimeIntervals
  readonly silencer: Silencer
  readonly desk: DeskDoor
  /** Told of each alert that a stage held back at a turn. */
  readonly suppressed: (reason: HeldReason, count: number) => void
}

/**
 * The stages that hold alerts back at a turn, in Alertmanager's order: inhibition, active intervals,
 * mute intervals, silences; and then planned maintenance. Intervals take everything out, the others
 * single alerts.
 *
 * @see alertmanager:notify/mute.go
 */
export class Muting {
  readonly #parts: MutingParts

  constructor(parts: MutingParts) {
    this.#parts = parts
  }

  sift(route: Route, alerts: readonly KnownAlert[], nowMs: number): Sifted {
    const { desk } = this.#parts
    const { receiver } = route
    const held: KnownAlert[] = []
    const stage = (
      reason: HeldReason,
      before: readonly KnownAlert[],
      heldBy: (alert: KnownAlert) => readonly string[],
    ): readonly KnownAlert[] => {
      const ofRoute = reason.endsWith('time_interval') ? { receiver } : {}
      const first = before.findIndex((alert) => heldBy(alert).length > 0)
      if (first < 0) return before // mostly nothing is held back, of up to 50,000
      const passed = before.slice(0, first)
      for (const alert of before.slice(first)) {
        const by = heldBy(alert)
        if (by.length === 0) passed.push(alert)
        else {
          held.push(alert)
          desk.held(alert.fingerprint, `${reason} ${by.join(', ')}`, { nowMs, ...ofRoute })
        }
      }
      this.#parts.suppressed(reason, before.length - passed.length)
      return passed
    }
    let passed = stage('inhibition', alerts, ({ labels }) => this.inhibitedBy(labels, nowMs))
    const waitsFor = this.#isActive(route, nowMs) ? NOBODY : route.activeTimeIntervals
    passed = stage('active_time_interval', passed, () => waitsFor)
    const mutes = this.#mutes(route, nowMs)
    passed = stage('mute_time_interval', passed, () => mutes)
    passed = stage('silence', passed, ({ labels }) => this.silencedBy(labels, nowMs))
    passed = stage('maintenance', passed, ({ labels }) => this.maintainedBy(labels, nowMs))
    for (const { fingerprint } of passed) desk.passed(fingerprint, { nowMs, receiver })
    return { passed, held }
  }

  /** Whether anything but the time intervals of a route holds it back. */
  isHeld(labels: Labels, nowMs: number): boolean {
    return (
      this.inhibitedBy(labels, nowMs).length > 0 ||
      this.silencedBy(labels, nowMs).length > 0 ||
      this.maintainedBy(labels, nowMs).length > 0
    )
  }

  inhibitedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.#parts.inhibitor.inhibitedBy(labels, nowMs)
  }

  silencedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.#parts.silencer.silencedBy(labels, nowMs)
  }

  /** Names of the planned maintenance that is on for it. */
  maintainedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.#parts.desk.mutedBy(labels, nowMs)
  }

  /** Names of the intervals because of which a route is quiet: those it is muted in, or those it waits for. */
  mutedBy(route: Route, nowMs: number): readonly string[] {
    if (!this.#isActive(route, nowMs)) return route.activeTimeIntervals
    return this.#mutes(route, nowMs)
  }

  #isActive({ activeTimeIntervals: names }: Route, nowMs: number): boolean {
    return names.length === 0 || intervalsAt(names, this.#parts.intervals, nowMs).length > 0
  }

  #mutes({ muteTimeIntervals: names }: Route, nowMs: number): readonly string[] {
    return intervalsAt(names, this.#parts.intervals, nowMs)
  }
}

const NOBODY: readonly string[] = []
