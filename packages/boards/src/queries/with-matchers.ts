/**
 * Conditions put into every selector of a query, as ad hoc filters want it. The query is not parsed:
 * its words are read once from left to right, which is enough to tell a metric's name from a
 * function, an operator or a label of `by (…)`. A query that is wrong stays wrong.
 */
import { regexEscaped } from '../scope/formats.ts'
import type { AdhocFilter } from '../scope/scope.ts'

const KEYWORDS = new Set(
  'and or unless bool offset by without on ignoring group_left group_right atan2 nan inf'.split(
    ' ',
  ),
)
/** Behind these, brackets hold names of labels. */
const GROUPINGS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right'])

const WORD =
  /#[^\n]*|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|`[^`]*`?|[a-zA-Z_:][\w:]*|\d[\w.]*|[^]/g

/** @returns matchers as they stand in a selector (`job="a"`), and the filters that are none */
export function filterMatchers(filters: readonly AdhocFilter[]): {
  readonly matchers: readonly string[]
  readonly left: readonly AdhocFilter[]
} {
  const matchers: string[] = []
  const left: AdhocFilter[] = []
  for (const filter of filters) {
    const matcher = matcherOf(filter)
    if (matcher === undefined) left.push(filter)
    else matchers.push(matcher)
  }
  return { matchers, left }
}

function matcherOf({ key, operator, value, values }: AdhocFilter): string | undefined {
  const label = /^[a-zA-Z_]\w*$/.test(key) ? key : JSON.stringify(key)
  switch (operator) {
    case '=':
    case '!=':
    case '=~':
    case '!~':
      return `${label}${operator}${JSON.stringify(value)}`
    case '=|':
    case '!=|': {
      const pattern = (values ?? [value]).map(regexEscaped).join('|')
      return `${label}${operator === '=|' ? '=~' : '!~'}${JSON.stringify(pattern)}`
    }
    default:
      return undefined
  }
}

/** @param language of LogQL only selectors in braces are selectors */
export function withMatchers(
  query: string,
  matchers: readonly string[],
  language: 'promql' | 'logql' = 'promql',
): string {
  if (matchers.length === 0) return query
  const added = matchers.join(',')
  const words = query.match(WORD) ?? []
  let written = ''
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '{') {
      const end = skip(words, i, '}')
      written += braces(words.slice(i + 1, end), added)
      i = end
    } else if (word === '[') {
      const end = skip(words, i, ']')
      written += words.slice(i, end + 1).join('')
      i = end
    } else if (language === 'logql' || !/^[a-zA-Z_:]/.test(word)) written += word
    else if (GROUPINGS.has(word.toLowerCase()) && next(words, i) === '(') {
      const end = skip(words, i, ')')
      written += words.slice(i, end + 1).join('')
      i = end
    } else written += isMetric(words, i) ? `${word}{${added}}` : word
  }
  return written
}

/** A name that is followed by braces gets them there; one before `by (…)` is an aggregation's. */
function isMetric(words: readonly string[], index: number): boolean {
  const after = next(words, index)?.toLowerCase()
  if (KEYWORDS.has(words[index]!.toLowerCase())) return false
  return after !== '(' && after !== '{' && after !== 'by' && after !== 'without'
}

function next(words: readonly string[], index: number): string | undefined {
  for (let i = index + 1; i < words.length; i++) {
    if (!isBlank(words[i]!)) return words[i]
  }
  return undefined
}

function isBlank(word: string): boolean {
  return /^\s/.test(word) || word.startsWith('#')
}

/** Where the closing sign is, or the last word. */
function skip(words: readonly string[], index: number, closing: string): number {
  for (let i = index + 1; i < words.length; i++) {
    if (words[i] === closing) return i
  }
  return words.length - 1
}

function braces(inside: readonly string[], added: string): string {
  const old = inside.join('')
  return old.trim() === '' ? `{${added}}` : `{${added},${old.trimStart()}}`
}
