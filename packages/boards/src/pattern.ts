/**
 * Regular expressions as dashboards write them: `/…/flags`, or the expression alone. They come from
 * people and files whom nobody vouches for, and run in the browser's only thread: see `LinearRegex`.
 */
import { LinearRegex } from './regex/linear-regex.ts'

export interface Pattern {
  readonly test: (text: string) => boolean
  /** The match and its groups; undefined without a match. */
  readonly match: (text: string) => readonly (string | undefined)[] | undefined
  /** The first match replaced, with the flag `g` every one; `$1` is a group. */
  readonly replace: (text: string, by: string) => string
}

const CACHE_MAX = 200
const cache = new Map<string, Pattern | undefined>()

/** Undefined when it cannot be read, or could run for too long. */
export function readPattern(text: string): Pattern | undefined {
  if (cache.has(text)) return cache.get(text)
  if (cache.size >= CACHE_MAX) cache.clear()
  const pattern = compile(text)
  cache.set(text, pattern)
  return pattern
}

function compile(text: string): Pattern | undefined {
  const found = /^\/(.*)\/([a-z]*)$/s.exec(text)
  const flags = found === null ? '' : found[2]!
  const regex = LinearRegex.from(found === null ? text : found[1]!, flags)
  if (typeof regex === 'string') return undefined
  return {
    test: (subject) => regex.test(subject),
    match: (subject) => regex.exec(subject)?.groups,
    replace: (subject, by) => replaced(regex, subject, by, flags.includes('g')),
  }
}

function replaced(regex: LinearRegex, subject: string, by: string, isGlobal: boolean): string {
  let written = ''
  let end = 0
  for (const match of regex.all(subject)) {
    written += subject.slice(end, match.index) + filled(by, match.groups)
    end = match.end
    if (!isGlobal) break
  }
  return written + subject.slice(end)
}

/** `$1`, `${1}`, `$&` and `$$`, as JavaScript fills them in. */
function filled(by: string, groups: readonly (string | undefined)[]): string {
  return by.replaceAll(
    /\$(?:(\$)|(&)|(\d{1,2})|\{(\d{1,2})\})/g,
    (whole, dollar, all, plain, braced) => {
      if (dollar !== undefined) return '$'
      const index = all === undefined ? Number(plain ?? braced) : 0
      return index < groups.length ? (groups[index] ?? '') : whole
    },
  )
}
