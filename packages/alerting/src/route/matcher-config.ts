import { type Matcher, isLabelName } from '@weir/model'
import { type RouteMatcher, routeMatcher, sortMatchers } from './matcher.ts'
import { type MatcherReading, parseMatchers } from './matcher-mode.ts'

/** The three ways in which a config says which alerts are meant. */
export interface MatcherShapes {
  readonly matchers: readonly string[]
  /** The old way: equality. */
  readonly match: Readonly<Record<string, string>>
  /** The old way: expressions. */
  readonly match_re: Readonly<Record<string, string>>
}

/** Where they stand: `matchers`, `match`, `match_re`, or with `source_` and `target_` before. */
export interface MatcherKeys {
  readonly matchers: string
  readonly match: string
  readonly match_re: string
}

/** All matchers of an element, in the order of route keys; what is wrong is told to `problem`. */
export function readMatchers(
  shapes: MatcherShapes,
  keys: MatcherKeys,
  reading: MatcherReading,
  problem: (path: readonly PropertyKey[], what: string) => void,
): RouteMatcher[] {
  const attempt = <T>(at: readonly PropertyKey[], read: () => T): T[] => {
    try {
      return [read()]
    } catch (cause) {
      problem(at, (cause as Error).message)
      return []
    }
  }
  const given: (readonly [Matcher, readonly PropertyKey[]])[] = []
  for (const [i, text] of shapes.matchers.entries()) {
    const at = [keys.matchers, i]
    for (const matcher of attempt(at, () => parseMatchers(text, reading)).flat())
      given.push([matcher, at])
  }
  for (const key of ['match', 'match_re'] as const) {
    for (const [name, value] of Object.entries(shapes[key])) {
      const at = [keys[key], name]
      if (!isLabelName(name)) {
        problem(at, `want a label name, got ${JSON.stringify(name)}; matchers take any name`)
      }
      const matcher: Matcher =
        key === 'match'
          ? { name, operator: '=', value }
          : { name, operator: '=~', value: `^(?:${value})$` }
      given.push([matcher, at])
    }
  }
  return sortMatchers(given.flatMap(([matcher, at]) => attempt(at, () => routeMatcher(matcher))))
}
