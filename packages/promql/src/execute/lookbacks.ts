import type { Labels } from '@weir/model'
import type { VectorSelector } from '../ast.ts'
import { selectorTest } from '../matcher-test.ts'
import type { LookbackRule } from '../result.ts'

interface Rule {
  readonly lookbackMs: number
  readonly test: (labels: Labels) => boolean
  /** Metric names that it may choose; undefined: any. */
  readonly names: ReadonlySet<string> | undefined
}

/** Of the series that one selector may choose. */
interface Reach {
  /** No series reaches back further. */
  readonly longestMs: number
  /** How far this series reaches back. */
  of(labels: () => Labels): number
}

/** How far instant selectors reach back: one time for all, and rules for series that need another. */
export class Lookbacks {
  readonly #defaultMs: number
  readonly #rules: readonly Rule[]

  constructor(defaultMs: number, rules: readonly LookbackRule[]) {
    this.#defaultMs = defaultMs
    this.#rules = rules.map(({ selectors, lookbackMs }) => ({
      lookbackMs,
      test: selectorTest(selectors),
      names: namesOf(selectors),
    }))
  }

  /** Rules about other metrics than the selector's are not asked. */
  reachOf({ metricName }: Pick<VectorSelector, 'metricName'>): Reach {
    const defaultMs = this.#defaultMs
    const rules = this.#rules.filter(
      ({ names }) => metricName === '' || names === undefined || names.has(metricName),
    )
    if (rules.length === 0) return { longestMs: defaultMs, of: () => defaultMs }
    return {
      longestMs: Math.max(defaultMs, ...rules.map(({ lookbackMs }) => lookbackMs)),
      of: (labels) => {
        const own = labels()
        return rules.find(({ test }) => test(own))?.lookbackMs ?? defaultMs
      },
    }
  }
}

function namesOf(selectors: LookbackRule['selectors']): ReadonlySet<string> | undefined {
  const names = selectors.map((matchers) =>
    matchers.find(({ name, operator }) => name === '__name__' && operator === '='),
  )
  if (names.includes(undefined)) return undefined
  return new Set(names.map((matcher) => matcher!.value))
}
