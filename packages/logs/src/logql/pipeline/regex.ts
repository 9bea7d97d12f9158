import { RE2JS } from 're2js'
import { ParseError } from '../parse/parse-error.ts'

const cache = new Map<string, RE2JS>()
const CACHE_MAX = 500
/** Longest expression; a compiled one takes up to a thousand times its length. */
const PATTERN_MAX = 10_000

/**
 * An expression of RE2 syntax, linear in time whatever it says. Compiled ones are kept.
 *
 * @param start where it stands in the query
 * @throws {ParseError} when it cannot be read
 */
export function compileRegex(pattern: string, start: number, flags = 0): RE2JS {
  const key = `${flags} ${pattern}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (pattern.length > PATTERN_MAX) {
    throw new ParseError(`want a regular expression of at most ${PATTERN_MAX} characters`, start)
  }
  let regex: RE2JS
  try {
    regex = RE2JS.compile(pattern, flags)
  } catch (cause) {
    throw new ParseError((cause as Error).message, start)
  }
  if (cache.size >= CACHE_MAX) cache.clear()
  cache.set(key, regex)
  return regex
}

const SPECIAL = /[\\^$.|?*+()[\]{}]/

/**
 * Whether a text holds a match. Most expressions of line filters are words, sets of words, or words without
 * regard to case: those need no machine.
 */
export function textTest(pattern: string, start: number): (text: string) => boolean {
  const regex = compileRegex(pattern, start)
  if (pattern === '' || pattern === '.*') return () => true
  if (!SPECIAL.test(pattern)) return (text) => text.includes(pattern)
  const words = pattern.replace(/^\((?:\?:)?([^()]*)\)$/, '$1').split('|')
  if (words.length <= 8 && words.every((word) => word !== '' && !SPECIAL.test(word))) {
    return (text) => words.some((word) => text.includes(word))
  }
  return (text) => regex.matcher(text).find()
}
