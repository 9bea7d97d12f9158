/**
 * Regular expressions as dashboards write them: `/…/flags`, or the expression alone.
 *
 * They come from people and files whom nobody vouches for, and run in the browser's only thread. RE2's
 * syntax takes linear time whatever it says. It has no look-ahead, and boards do write `^(?!up)`: such
 * an expression runs in the browser's own engine when at most two of its parts repeat without end, over
 * texts of bounded length, which keeps the worst case at a few milliseconds.
 */
import { RE2JS } from 're2js'

export interface Pattern {
  readonly test: (text: string) => boolean
  /** The match and its groups; undefined without a match. */
  readonly match: (text: string) => readonly (string | undefined)[] | undefined
  /** The first match replaced, with the flag `g` every one; `$1` is a group. */
  readonly replace: (text: string, by: string) => string
}

const PATTERN_MAX = 2000
/** Longest text that look-ahead is tried on. */
const TEXT_MAX = 1000
const UNBOUNDED_MAX = 2
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
  if (text.length > PATTERN_MAX) return undefined
  const found = /^\/(.*)\/([a-z]*)$/s.exec(text)
  const source = found === null ? text : found[1]!
  const flags = found === null ? '' : found[2]!
  return linear(source, flags) ?? lookingAhead(source, flags)
}

function linear(source: string, flags: string): Pattern | undefined {
  const bits =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0)
  let regex: RE2JS
  try {
    regex = RE2JS.compile(source, bits)
  } catch {
    return undefined
  }
  return {
    test: (text) => regex.matcher(text).find(),
    match: (text) => {
      const matcher = regex.matcher(text)
      if (!matcher.find()) return undefined
      return Array.from(
        { length: matcher.groupCount() + 1 },
        (_, at) => matcher.group(at) ?? undefined,
      )
    },
    replace: (text, by) => {
      const matcher = regex.matcher(text)
      return flags.includes('g') ? matcher.replaceAll(by) : matcher.replaceFirst(by)
    },
  }
}

function lookingAhead(source: string, flags: string): Pattern | undefined {
  const unbounded = source.match(/(?<!\\)(?:[*+]|\{[0-9]+,\})/g) ?? []
  const nested = /[*+}]\)+(?:[*+]|\{[0-9]+,\})/.test(source)
  if (!source.includes('(?') || unbounded.length > UNBOUNDED_MAX || nested) return undefined
  const usable = flags.replaceAll(/[^ims]/g, '')
  let regex: RegExp
  try {
    regex = new RegExp(source, usable)
  } catch {
    return undefined
  }
  const isShort = (text: string): boolean => text.length <= TEXT_MAX
  return {
    test: (text) => isShort(text) && regex.test(text),
    match: (text) => (isShort(text) ? (regex.exec(text) ?? undefined) : undefined),
    replace: (text, by) => {
      if (!isShort(text)) return text
      return flags.includes('g')
        ? text.replaceAll(new RegExp(source, `${usable}g`), by)
        : text.replace(regex, by)
    },
  }
}
