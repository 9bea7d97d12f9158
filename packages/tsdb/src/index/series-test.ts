import type { Matcher } from '@weir/model'

import type { DictionaryView } from './dictionary-view.ts'
import { valueTest } from './value-test.ts'

interface PairTest {
  readonly name: number
  readonly holdsWhenAbsent: boolean
  /** By pair: 0 not asked yet, 1 fails, 2 holds. */
  answers: Uint8Array
  readonly holds: (value: string) => boolean
}

/** Asks series one by one whether matchers hold: for the writer, which keeps no postings. */
export class SeriesTest {
  readonly #view: DictionaryView
  readonly #tests: readonly PairTest[]

  constructor(matchers: readonly Matcher[], view: DictionaryView) {
    this.#view = view
    this.#tests = matchers.map((matcher) => {
      const { name, test, isNegated } = valueTest(matcher)
      const holds = (value: string): boolean => test(value) !== isNegated
      return {
        name: view.symbolOf(name),
        holdsWhenAbsent: holds(''),
        answers: new Uint8Array(1024),
        holds,
      }
    })
  }

  holds(series: number): boolean {
    return this.#tests.every((test) => this.#holds(test, series))
  }

  #holds(test: PairTest, series: number): boolean {
    const view = this.#view
    const at = view.listOf(series)
    const count = view.lists.get(at)
    for (let i = 1; i <= count; i++) {
      const pair = view.lists.get(at + i)
      if (view.pairName(pair) === test.name) return this.#holdsPair(test, pair)
    }
    return test.holdsWhenAbsent
  }

  #holdsPair(test: PairTest, pair: number): boolean {
    if (pair >= test.answers.length) {
      const grown = new Uint8Array(pair * 2)
      grown.set(test.answers)
      test.answers = grown
    }
    if (test.answers[pair] === 0) {
      const view = this.#view
      test.answers[pair] = test.holds(view.symbolText(view.pairValue(pair))) ? 2 : 1
    }
    return test.answers[pair] === 2
  }
}
