import { type Matcher, WeirError } from '@weir/model'
import { RE2JS } from 're2js'

import { shapeOf } from './regex-shape.ts'

/** A matcher, ready to be asked. */
export interface ValueTest {
  readonly name: string
  /** Values that pass, when they can be listed: a look-up each instead of a walk over all values. */
  readonly values: readonly string[] | undefined
  /** Every value that passes begins with one of these; [''] when nothing is known. */
  readonly beginnings: readonly string[]
  /** Whether each value that begins so passes. */
  readonly beginningDecides: boolean
  /** Whether a value passes; `values` and `beginnings` say nothing else. */
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
  if (operator === '=' || operator === '!=') return listed(name, isNegated, [value])
  const { texts, isComplete, rest } = shapeOf(value)
  if (isComplete) return listed(name, isNegated, texts)
  const beginnings = texts.length <= BEGINNINGS_MAX ? texts : [commonBeginning(texts)]
  const beginningDecides = rest === '.*' && beginnings === texts
  const test = regexTest(value)
  return { name, isNegated, values: undefined, beginnings, beginningDecides, test }
}

/** More beginnings than these are not compared one by one. */
const BEGINNINGS_MAX = 16

function listed(name: string, isNegated: boolean, values: readonly string[]): ValueTest {
  const set = new Set(values)
  const test = (text: string): boolean => set.has(text)
  return { name, isNegated, values, beginnings: [''], beginningDecides: false, test }
}

function commonBeginning(texts: readonly string[]): string {
  let common = texts[0]!
  for (const text of texts) while (!text.startsWith(common)) common = common.slice(0, -1)
  return common
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
