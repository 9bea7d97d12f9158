/**
 * What a regular expression (RE2's syntax) demands of every text that it matches, read off its source
 * with care: what is not understood demands nothing.
 */

const META = /[\\^$.|?*+()[\]{}]/

/** Texts that stand, each as a whole, in everything that the expression matches. */
export function requiredTexts(source: string): string[] {
  const found: string[] = []
  let run = ''
  const end = (): void => {
    if (run !== '') found.push(run)
    run = ''
  }
  for (let at = 0; at < source.length;) {
    const char = source[at]!
    if (char === '|') return []
    if (char === '(') {
      if (source.startsWith('(?', at) && !source.startsWith('(?:', at)) return []
      const close = groupEnd(source, at)
      if (close < 0) return []
      end()
      at = quantifierEnd(source, close)
      continue
    }
    if (char === '[') {
      const close = classEnd(source, at)
      if (close < 0) return []
      end()
      at = quantifierEnd(source, close)
      continue
    }
    let literal: string | undefined
    let next = at + 1
    if (char === '\\') {
      const escaped = source[at + 1]
      if (escaped === undefined || escaped === 'Q') return []
      next = at + 2
      if (!/[0-9A-Za-z]/.test(escaped)) literal = escaped
      else if (/[xpP]/.test(escaped)) return []
    } else if (!META.test(char)) {
      literal = char
    }
    const after = source[next]
    const mayBeAbsent = after === '?' || after === '*' || after === '{'
    if (literal === undefined || mayBeAbsent) end()
    else run += literal
    if (after === '+') end()
    at = quantifierEnd(source, next)
  }
  end()
  return found
}

/** Of letters, digits and what cannot stand between two values of a line in JSON. */
const WITHIN =
  /^(?:[A-Za-z0-9_=<>@#%&;!~'/ -]|\\[dwb.+*?()/|$^-]|\(\?:|[()|*+?]|\{\d+(?:,\d*)?\})*$/
const PLAIN_CLASS = /\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9]|[A-Za-z0-9_])+\]/g

/** Whether no match can hold a quote, a comma, a colon or a brace, nor depends on where the line begins. */
export function staysWithin(source: string): boolean {
  return WITHIN.test(source.replaceAll(PLAIN_CLASS, 'x'))
}

function groupEnd(source: string, open: number): number {
  let depth = 0
  for (let at = open; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at++
    else if (char === '[') {
      const close = classEnd(source, at)
      if (close < 0) return -1
      at = close - 1
    } else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at + 1
  }
  return -1
}

/** Behind a class; `]` may come first in it. */
function classEnd(source: string, open: number): number {
  let at = open + 1
  if (source[at] === '^') at++
  if (source[at] === ']') at++
  for (; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source.startsWith('[:', at)) {
      const close = source.indexOf(':]', at)
      if (close < 0) return -1
      at = close + 1
    } else if (source[at] === ']') return at + 1
  }
  return -1
}

function quantifierEnd(source: string, from: number): number {
  let at = from
  if (source[at] === '{') {
    const close = source.indexOf('}', at)
    if (close < 0) return at + 1
    at = close + 1
  } else if (source[at] === '*' || source[at] === '+' || source[at] === '?') at++
  return source[at] === '?' && at > from ? at + 1 : at
}
