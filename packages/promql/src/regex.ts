import { regexSize } from '@weir/model'
import { RE2JS } from 're2js'

/**
 * Regular expressions of matchers and `label_replace`: RE2 syntax, linear time, anchored on both
 * sides, `.` matches a newline too.
 */
export interface AnchoredRegex {
  matches(text: string): boolean
  /**
   * The text with its match put into a template (`$1`, `${name}`), or undefined when it does not
   * match. Nothing more is put in once that made more than `lengthMax` characters.
   */
  expand(text: string, template: string, lengthMax: number): string | undefined
}

const cache = new Map<string, AnchoredRegex | string>()
const CACHE_MAX = 1000

/** Of one expression, and of all in a query, repetitions written out; 100,000 take 0.2 s to compile. */
export const REGEX_SIZE_MAX = 256 * 1024

/** A compiled regex takes up to a thousand times its size. */
const CACHE_SIZE_MAX = 100_000
let cachedSize = 0

/** The regex, or a sentence saying what is wrong with the pattern. Compiled ones are kept. */
export function compileRegex(pattern: string): AnchoredRegex | string {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const size = compiledSize(pattern)
  const kept = Math.max(size, pattern.length)
  if (cache.size >= CACHE_MAX || cachedSize + kept > CACHE_SIZE_MAX) {
    cache.clear()
    cachedSize = 0
  }
  const made = compile(pattern, size)
  cache.set(pattern, made)
  cachedSize += kept
  return made
}

function compile(pattern: string, size: number): AnchoredRegex | string {
  const literals = literalAlternatives(pattern)
  // Always a good pattern, and a thousand names take tens of milliseconds to compile.
  if (literals !== undefined) {
    let expand: AnchoredRegex['expand'] | undefined
    return {
      matches: (text) => literals.has(text),
      expand: (...given) => (expand ??= expander(RE2JS.compile(pattern, RE2JS.DOTALL)))(...given),
    }
  }
  if (size > REGEX_SIZE_MAX) return 'expression too large'
  try {
    const regex = RE2JS.compile(pattern, RE2JS.DOTALL)
    return { matches: (text) => regex.matches(text), expand: expander(regex) }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return text.replace(/^error parsing regexp: /, '').replace('`(?s)', '`')
  }
}

function expander(regex: RE2JS): AnchoredRegex['expand'] {
  return (text, template, lengthMax) => {
    const matcher = regex.matcher(text)
    if (!matcher.matches()) return undefined
    const groupOf = (name: string): string => {
      if (/^\d+$/.test(name)) {
        return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : ''
      }
      return name in regex.namedGroups() ? (matcher.group(name) ?? '') : ''
    }
    let length = 0
    return expandTemplate(template, (name) => {
      if (length > lengthMax) return ''
      const group = groupOf(name)
      length += group.length
      return group
    })
  }
}

/** How much there is to compile: nothing of a list of words. */
export function compiledSize(pattern: string): number {
  return LITERALS.test(pattern) ? 0 : regexSize(pattern)
}

const LITERALS = /^[\w\-:/ |]+$/

/** `a|b|c` without special characters is a set; dashboards send such lists by the hundred. */
function literalAlternatives(pattern: string): ReadonlySet<string> | undefined {
  return LITERALS.test(pattern) ? new Set(pattern.split('|')) : undefined
}

/** Go's template rule: `$name` takes the longest run of word characters, `$$` is a dollar. */
function expandTemplate(template: string, group: (name: string) => string): string {
  return template.replaceAll(
    /\$(?:\$|(\w+)|\{(\w+)\})/g,
    (whole, bare?: string, braced?: string) => {
      if (whole === '$$') return '$'
      return group(bare ?? braced ?? '')
    },
  )
}
