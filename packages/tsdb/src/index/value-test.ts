import { type Matcher, WeirError } from '@weir/model'
import { RE2JS } from 're2js'

/** A matcher, ready to be asked. */
export interface ValueTest {
  readonly name: string
  /** Values that pass, when they can be listed: a look-up each instead of a walk over all values. */
  readonly values: readonly string[] | undefined
  /** Whether a value passes; `values` says the same. */
  readonly test: (value: string) => boolean
  /** Turned around: series that pass are those for which this holds not (`!=`, `!~`). */
  readonly isNegated: boolean
}

const META = /[\\^$.|?*+()[\]{}]/

/**
 * Prepares a matcher. Regular expressions run in linear time (RE2), are anchored on both sides, and
 * `.` matches a newline, as in Prometheus. The most common shapes need no regex machine at all.
 *
 * @throws {WeirError} `MATCHER_BAD_REGEX`
 */
export function valueTest(matcher: Matcher): ValueTest {
  const { name, operator, value } = matcher
  const isNegated = operator === '!=' || operator === '!~'
  if (operator === '=' || operator === '!=') {
    return { name, isNegated, values: [value], test: (text) => text === value }
  }
  const body = /^\((?:\?:)?([^()]*)\)$/.exec(value)?.[1] ?? value
  const choices = body.split('|')
  if (choices.every((choice) => !META.test(choice))) {
    const set = new Set(choices)
    return { name, isNegated, values: [...set], test: (text) => set.has(text) }
  }
  return { name, isNegated, values: undefined, test: regexTest(value) }
}

function regexTest(pattern: string): (text: string) => boolean {
  if (pattern === '.*') return () => true
  if (pattern === '.+') return (text) => text !== ''
  const shape = /^(\.[*+])?(.*?)(\.[*+])?$/s.exec(pattern)
  const middle = shape?.[2] ?? ''
  if (middle !== '' && !META.test(middle)) {
    const before = shape?.[1]
    const after = shape?.[3]
    const from = before === '.+' ? 1 : 0
    const behind = after === '.+' ? 1 : 0
    if (before === undefined) {
      return (text) => text.startsWith(middle) && text.length >= middle.length + behind
    }
    if (after === undefined) {
      return (text) => text.endsWith(middle) && text.length >= middle.length + from
    }
    if (from + behind === 0) return (text) => text.includes(middle)
  }
  try {
    const regex = RE2JS.compile(pattern, RE2JS.DOTALL)
    return (text) => regex.testExact(text)
  } catch (error) {
    const message = `Cannot read the regular expression ${JSON.stringify(pattern)}`
    throw new WeirError('MATCHER_BAD_REGEX', `${message}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
