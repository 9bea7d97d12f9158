/**
 * About how large a regular expression becomes when it is compiled: its length, with repetitions written out. Compiling
 * takes time and memory in proportion to it, and matching up to that for each letter; `(a?){1000}` is ten letters and
 * four thousand steps. Never less than a part of the truth, whatever stands there; RE2's syntax is taken for granted.
 */
export function regexSize(pattern: string): number {
  const outer: number[] = []
  let size = 0
  /** Of the last atom, which a repetition behind it repeats. */
  let last = 0
  const add = (atom: number): void => {
    size += atom
    last = atom
  }
  for (let at = 0; at < pattern.length;) {
    const rest = partAt(pattern, at)
    const sign = pattern[at]!
    if (sign === '(') {
      outer.push(size)
      size = 0
      last = 0
    } else if (sign === ')') {
      const group = size + 2
      size = outer.pop() ?? 0
      add(group)
    } else if (rest.times !== undefined) {
      size += last * (rest.times - 1)
      last *= rest.times
    } else {
      add(rest.atom)
    }
    at += rest.length
  }
  return outer.reduce((sum, group) => sum + group, size)
}

interface Part {
  readonly length: number
  readonly atom: number
  readonly times?: number
}

const REPEAT = /\{(\d{1,9})(?:(,)(\d{0,9}))?\}/y
const ESCAPE =
  /\\(?:Q([\s\S]*?)(?:\\E|$)|[pP]\{[^}]{0,100}\}|[pP][\s\S]|x\{[^}]{0,100}\}|[\s\S]|$)/y
/** A class: a bracket that comes first, escapes and named classes do not end it. */
const CLASS = /\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]/y

function partAt(pattern: string, at: number): Part {
  switch (pattern[at]) {
    case '{': {
      const found = matchAt(REPEAT, pattern, at)
      if (found === null) break
      const [text, least = '0', comma, most = ''] = found
      const times = comma === undefined ? least : most === '' ? Number(least) + 1 : most
      return { length: text.length, atom: 0, times: Math.max(1, Number(times)) }
    }
    case '\\': {
      const found = matchAt(ESCAPE, pattern, at)
      if (found === null) break
      const [text, literal] = found
      // What `\Q` begins ends with a single letter, which is what a repetition behind it repeats.
      return { length: text.length, atom: Math.max(1, literal?.length ?? 1) }
    }
    case '[': {
      const found = matchAt(CLASS, pattern, at)
      // One without an end makes the whole no expression; nor is it looked for again.
      const length = found?.[0].length ?? pattern.length - at
      return { length, atom: length }
    }
    default:
  }
  return { length: 1, atom: 1 }
}

function matchAt(regex: RegExp, text: string, at: number): RegExpExecArray | null {
  regex.lastIndex = at
  return regex.exec(text)
}
