/**
 * Several levels of one alert, each with a way up and a way down of its own.
 *
 *     (fine) ──▶ info ──▶ warning ──▶ critical      up: its condition has held for its `for`
 *        ▲────────┘◀────────┘◀───────────┘          down: not before its `reset` holds
 *
 * At each evaluation, from the highest level down to the one that fires now, the first whose condition
 * holds wins. Where none does, the present level stays as long as it has a reset that does not hold;
 * else the highest lower one whose condition holds follows. What holds for a higher level holds for
 * the lower ones as well. While an alert flaps it may rise but not fall.
 *
 * @see kapacitor:alert.go, whose order of questions this is; `for` is added
 */
import { type Condition, ConditionAnswers } from './condition.ts'
import type { Evaluation } from './evaluation.ts'
import type { FlapWatch } from './flapping.ts'
import type { QuerySample } from './source.ts'

/** Lowest first. */
export const LEVEL_NAMES = ['info', 'warning', 'critical'] as const
type LevelName = (typeof LEVEL_NAMES)[number]

/** The label that a level is told by. */
export const LEVEL_LABEL = 'severity'

export interface LevelSpec {
  readonly name: LevelName
  readonly when: Condition
  readonly reset: Condition | undefined
  readonly forMs: number
}

/** An element at its level. */
export interface Graded {
  readonly sample: QuerySample
  readonly level: LevelSpec
  /** Since when it is at any level; ms. */
  readonly sinceMs: number
  /** Whether it was so for long enough to fire. */
  readonly isRipe: boolean
}

interface LevelState {
  /** Index of the level that its conditions say; -1 while none is ripe. */
  current: number
  /** Index of the level that is told: higher than {@link current} while it flaps. */
  told: number
  sinceMs: number
  /** Since when each level's condition, or a higher one's, has held; undefined where none does. */
  readonly heldSinceMs: (number | undefined)[]
}

export class Levels {
  readonly #specs: readonly LevelSpec[]
  #states = new Map<string, LevelState>()

  constructor(specs: readonly LevelSpec[]) {
    this.#specs = specs
  }

  /** Grades an answer; elements without a level are left out. Firing ones that are missing keep their state. */
  async grade(
    answer: readonly QuerySample[],
    keyOf: (sample: QuerySample) => string,
    at: Evaluation,
    flaps: FlapWatch | undefined,
  ): Promise<Map<string, Graded>> {
    const conditions = new ConditionAnswers(at, keyOf)
    await conditions.ask(
      this.#specs.flatMap(({ when, reset }) => (reset === undefined ? [when] : [when, reset])),
    )
    const samples = new Map(answer.map((sample) => [keyOf(sample), sample]))
    for (const [key, { told }] of this.#states) {
      if (told < 0 && !samples.has(key)) this.#states.delete(key)
    }
    for (const [key, sample] of samples) {
      const state = this.#states.get(key) ?? {
        current: -1,
        told: -1,
        sinceMs: at.timeMs,
        heldSinceMs: [],
      }
      this.#advance(state, (condition) => conditions.holds(condition, key, sample), at.timeMs)
      this.#states.set(key, state)
    }
    flaps?.note(new Map([...this.#states].map(([key, { current }]) => [key, current + 1])))
    const graded = new Map<string, Graded>()
    for (const [key, sample] of samples) {
      const one = this.#tell(key, sample, flaps?.isFlapping(key) === true)
      if (one !== undefined) graded.set(key, one)
    }
    return graded
  }

  #tell(key: string, sample: QuerySample, isFlapping: boolean): Graded | undefined {
    const state = this.#states.get(key)!
    const { current, told, sinceMs, heldSinceMs } = state
    state.told = isFlapping ? Math.max(current, told) : current
    const isRipe = state.told >= 0
    const index = isRipe ? state.told : heldSinceMs.findLastIndex((since) => since !== undefined)
    const level = this.#specs[index]
    if (level !== undefined) return { sample, level, sinceMs, isRipe }
    this.#states.delete(key)
    return undefined
  }

  #advance(state: LevelState, holds: (condition: Condition) => boolean, nowMs: number): void {
    let isReached = false
    for (let i = this.#specs.length - 1; i >= 0; i--) {
      isReached ||= holds(this.#specs[i]!.when)
      state.heldSinceMs[i] = isReached ? (state.heldSinceMs[i] ?? nowMs) : undefined
    }
    state.current = this.#next(state, holds, nowMs)
  }

  #next(
    { current, heldSinceMs }: LevelState,
    holds: (condition: Condition) => boolean,
    nowMs: number,
  ): number {
    const risen = this.#specs.findLastIndex(({ forMs }, i) => {
      const since = heldSinceMs[i]
      return i > current && since !== undefined && nowMs - since >= forMs
    })
    if (risen >= 0) return risen
    if (current < 0 || heldSinceMs[current] !== undefined) return current
    const { reset } = this.#specs[current]!
    if (reset !== undefined && !holds(reset)) return current
    return heldSinceMs.findLastIndex((since, i) => i < current && since !== undefined)
  }

  /** The present level of an element that fires; undefined for all others. */
  present(key: string): LevelSpec | undefined {
    return this.#specs[this.#states.get(key)?.told ?? -1]
  }

  /** Forgets elements whose alerts are over. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#states.keys()) if (!keys.has(key)) this.#states.delete(key)
  }

  /** Takes up an alert of an earlier life. */
  restore(
    key: string,
    {
      name,
      sinceMs,
      isFiring,
    }: {
      readonly name: string
      readonly sinceMs: number
      readonly isFiring: boolean
    },
  ): void {
    const index = this.#specs.findIndex((spec) => spec.name === name)
    if (index < 0) return // the level was taken out of the rule
    const heldSinceMs = this.#specs.map((_, i) => (i <= index ? sinceMs : undefined))
    const told = isFiring ? index : -1
    this.#states.set(key, { current: told, told, sinceMs, heldSinceMs })
  }
}
