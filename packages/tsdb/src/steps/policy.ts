import { type Labels, type Matcher, invariant } from '@weir/model'

import type { WindowRecord } from '../disk/window-record.ts'
import { type ValueTest, valueTest } from '../index/value-test.ts'

/** Samples are kept at this step (0: whole, as they came) until they are so old (0: for ever). */
export interface RetentionLevel {
  readonly stepMs: number
  readonly keepMs: number
}

/** How long series that one of the selectors chooses are kept. The first rule that fits counts. */
export interface RetentionRule {
  readonly selectors: readonly (readonly Matcher[])[]
  /** Steps and ages grow from one to the next; a step is a multiple of the one before. */
  readonly levels: readonly RetentionLevel[]
}

export interface Retention {
  /** Samples older than this go, where no rule says otherwise; 0 keeps them for ever. */
  readonly timeMs: number
  /** When all files take more than this, the oldest windows go; 0 sets no limit. */
  readonly bytes: number
  readonly rules: readonly RetentionRule[]
}

/** Whole samples are kept at least so long, whatever a rule says: rules of alerts look at them. */
const WHOLE_MS_MIN = 2 * 3_600_000

/** A series' class before it was looked up. */
const UNKNOWN = -1

/**
 * Who is kept how long. Each series has a class: 0, or 1 + the number of the first rule that chooses
 * it; found once and remembered, since labels never change.
 */
export class RetentionPolicy {
  readonly bytes: number
  readonly #levels: readonly (readonly RetentionLevel[])[]
  readonly #tests: readonly (readonly (readonly ValueTest[])[])[]
  readonly #labelsOf: (series: number) => Labels
  #classes = new Int16Array(0)
  /** Which classes a window has: windows are looked at every few seconds. */
  readonly #windows = new WeakMap<WindowRecord, readonly number[]>()

  constructor({ timeMs, bytes, rules }: Retention, labelsOf: (series: number) => Labels) {
    this.bytes = bytes
    this.#labelsOf = labelsOf
    this.#levels = [[{ stepMs: 0, keepMs: timeMs }], ...rules.map(({ levels }) => whole(levels))]
    this.#tests = rules.map(({ selectors }) => selectors.map((one) => one.map(valueTest)))
  }

  /** Whether all series are kept alike, whole. */
  get isPlain(): boolean {
    return this.#tests.length === 0
  }

  classOf(series: number): number {
    if (this.isPlain) return 0
    if (series >= this.#classes.length) this.#grow(series)
    const known = this.#classes[series]!
    if (known !== UNKNOWN) return known
    const found = this.#findClass(series)
    this.#classes[series] = found
    return found
  }

  /** How samples of a class are kept whose newest is of that time; undefined: not any more. */
  levelOf(klass: number, maxMs: number, nowMs: number): RetentionLevel | undefined {
    return this.#levels[klass]!.find(({ keepMs }) => keepMs === 0 || maxMs >= nowMs - keepMs)
  }

  /**
   * The classes in a window.
   *
   * @param members lists its series; asked once
   */
  classesIn(window: WindowRecord, members: () => Iterable<number>): readonly number[] {
    if (this.isPlain) return [0]
    let classes = this.#windows.get(window)
    if (classes === undefined) {
      const found = new Set<number>()
      for (const series of members()) found.add(this.classOf(series))
      classes = [...found]
      this.#windows.set(window, classes)
    }
    return classes
  }

  #grow(series: number): void {
    const classes = new Int16Array(Math.max(1024, series * 2)).fill(UNKNOWN)
    classes.set(this.#classes)
    this.#classes = classes
  }

  #findClass(series: number): number {
    const labels = this.#labelsOf(series)
    const fits = ({ name, test, isNegated }: ValueTest): boolean =>
      test(labels.get(name)) !== isNegated
    return 1 + this.#tests.findIndex((selectors) => selectors.some((one) => one.every(fits)))
  }
}

function whole(levels: readonly RetentionLevel[]): readonly RetentionLevel[] {
  invariant(levels.length > 0, 'a retention rule without levels')
  if (levels[0]!.stepMs === 0) return levels
  return [{ stepMs: 0, keepMs: WHOLE_MS_MIN }, ...levels]
}
