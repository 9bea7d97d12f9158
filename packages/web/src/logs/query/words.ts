import { escapeRegex, literalOf } from './alternation.ts'

/** What the line itself must say, or must not. */
export interface TextFilter {
  readonly operator: '|=' | '!=' | '|~' | '!~'
  readonly value: string
}

/**
 * The words of the search box. All must be in the line; `-word` must not; `"two words"` belong together.
 * A word in small letters is found in any case, one with capitals or in quotes as it is written.
 */
export function parseWords(text: string): TextFilter[] {
  const filters: TextFilter[] = []
  for (const [, minus, phrase, bare] of text.matchAll(/(-?)"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
    if (phrase !== undefined) {
      const value = phrase.replace(/\\(.)/gs, '$1')
      if (value !== '') filters.push({ operator: minus === '-' ? '!=' : '|=', value })
      continue
    }
    const isNot = bare!.startsWith('-') && bare !== '-'
    const word = isNot ? bare!.slice(1) : bare!
    if (isAnyCase(word)) {
      filters.push({ operator: isNot ? '!~' : '|~', value: `(?i)${escapeRegex(word)}` })
    } else {
      filters.push({ operator: isNot ? '!=' : '|=', value: word })
    }
  }
  return filters
}

/** A filter as the search box would have it; undefined when no word says it. */
export function wordOf({ operator, value }: TextFilter): string | undefined {
  const minus = operator.startsWith('!') ? '-' : ''
  if (operator === '|~' || operator === '!~') {
    const word = value.startsWith('(?i)') ? literalOf(value.slice(4)) : undefined
    if (word === undefined || !isBare(word) || !isAnyCase(word)) return undefined
    return minus + word
  }
  if (value === '') return undefined
  return isBare(value) && !isAnyCase(value)
    ? minus + value
    : `${minus}"${value.replace(/["\\]/g, '\\$&')}"`
}

function isBare(word: string): boolean {
  return word !== '' && !/[\s"]/.test(word) && !word.startsWith('-')
}

/** Whether it has letters, and all of them small. */
function isAnyCase(word: string): boolean {
  return word === word.toLowerCase() && word !== word.toUpperCase()
}
