import type { Labels } from '@weir/model'
import type { KnownAlert } from './alert-store.ts'
import type { Inhibitor } from './inhibition.ts'
import { type TimeIntervals, intervalsAt } from './interval.ts'
import type { Route } from './tree.ts'

/** What holds back single alerts by their labels: silences. */
export interface Silencer {
  /** Ids of the silences that hold now; empty when the alert may be told. */
  silencedBy(labels: Labels, nowMs: number): readonly string[]
}

/** Why alerts are not told, by Alertmanager's names. */
export type HeldReason = 'inhibition' | 'active_time_interval' | 'mute_time_interval' | 'silence'

/** The alerts of a group at a turn: those that may be told, and the others. */
export interface Sifted {
  readonly passed: readonly KnownAlert[]
  readonly held: readonly KnownAlert[]
}

interface MutingParts {
  readonly inhibitor: Inhibitor
  readonly intervals: TimeIntervals
  readonly silencer: Silencer
  /** Told of each alert that a stage held back at a turn. */
  readonly suppressed: (reason: HeldReason, count: number) => void
}

/**
 * The stages that hold alerts back at a turn, in Alertmanager's order: inhibition, active intervals,
 * mute intervals, silences. The first and the last take single alerts out, intervals everything.
 *
 * @see alertmanager:notify/mute.go
 */
export class Muting {
  readonly #parts: MutingParts

  constructor(parts: MutingParts) {
    this.#parts = parts
  }

  sift(route: Route, alerts: readonly KnownAlert[], nowMs: number): Sifted {
    const held: KnownAlert[] = []
    const stage = (
      reason: HeldReason,
      before: readonly KnownAlert[],
      holds: (alert: KnownAlert) => boolean,
    ): readonly KnownAlert[] => {
      const passed: KnownAlert[] = []
      for (const alert of before) (holds(alert) ? held : passed).push(alert)
      if (passed.length < before.length) {
        this.#parts.suppressed(reason, before.length - passed.length)
      }
      return passed
    }
    let passed = stage(
      'inhibition',
      alerts,
      ({ labels }) => this.inhibitedBy(labels, nowMs).length > 0,
    )
    passed = stage('active_time_interval', passed, constant(!this.#isActive(route, nowMs)))
    passed = stage('mute_time_interval', passed, constant(this.#mutes(route, nowMs).length > 0))
    passed = stage('silence', passed, ({ labels }) => this.silencedBy(labels, nowMs).length > 0)
    return { passed, held }
  }

  inhibitedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.#parts.inhibitor.inhibitedBy(labels, nowMs)
  }

  silencedBy(labels: Labels, nowMs: number): readonly string[] {
    return this.#parts.silencer.silencedBy(labels, nowMs)
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

const constant = (isSo: boolean): (() => boolean) => {
  return () => isSo
}
