import { literalOf } from '../query/alternation.ts'
import { parseWords } from '../query/words.ts'

export interface Part {
  readonly text: string
  readonly isFound: boolean
}

/** What to look for in lines, of the words of the search box: the text, and whether its case matters. */
export interface Needle {
  readonly text: string
  readonly anyCase: boolean
}

export function needlesOf(words: string): Needle[] {
  return parseWords(words).flatMap(({ operator, value }): Needle[] => {
    if (operator === '|=') return [{ text: value, anyCase: false }]
    const text = operator === '|~' ? literalOf(value.slice(4)) : undefined
    return text === undefined ? [] : [{ text, anyCase: true }]
  })
}

/** The text in parts, those that were searched for marked; where two overlap, the first has it. */
export function highlighted(text: string, needles: readonly Needle[]): Part[] {
  if (needles.length === 0) return [{ text, isFound: false }]
  const lower = text.toLowerCase()
  // Where small letters have another length, places in one are none in the other.
  const usable = needles.filter(({ anyCase }) => !anyCase || lower.length === text.length)
  const parts: Part[] = []
  let from = 0
  while (from < text.length) {
    let [at, length] = [-1, 0]
    for (const { text: needle, anyCase } of usable) {
      const found = (anyCase ? lower : text).indexOf(needle, from)
      if (found >= 0 && (at < 0 || found < at || (found === at && needle.length > length))) {
        ;[at, length] = [found, needle.length]
      }
    }
    if (at < 0) break
    if (at > from) parts.push({ text: text.slice(from, at), isFound: false })
    parts.push({ text: text.slice(at, at + length), isFound: true })
    from = at + length
  }
  if (from < text.length) parts.push({ text: text.slice(from), isFound: false })
  return parts
}
