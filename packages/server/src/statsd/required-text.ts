/**
 * Text without which a pattern cannot match, read off the pattern. Looking for it costs a hundredth of
 * what the pattern does, and most patterns are tried on names they are not for.
 */
export interface RequiredText {
  /** What every match begins with; '' when that is not fixed. */
  readonly begin: string
  /** All of these are in every name that matches, somewhere. */
  readonly parts: readonly string[]
}

const NOTHING: RequiredText = { begin: '', parts: [] }

/** Characters that stand for themselves, in a pattern as in a name. */
const PLAIN = /[a-zA-Z0-9_/ :,;=@%&~#<>-]/
/** Escaped, these stand for themselves. */
const ESCAPED = /[.\-/+*?()[\]{}|^$]/
/** A group that only groups, with a name or without. */
const GROUP = /\((?:\?:|\?P?<\w+>|(?!\?))/y
const QUANTIFIER = /[?*{]/
const CLASS = /\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\]/sy

/** What is not understood requires nothing: a pattern is then simply tried. */
export function requiredText(pattern: string): RequiredText {
  const reader = new Reader(pattern)
  const parts = reader.alternatives()
  if (parts === undefined || reader.at < pattern.length) return NOTHING
  // Of an alternative at the top each begins by itself: only where there is one is there a beginning.
  const isFixed = pattern.startsWith('^') && reader.firstAt === 1
  return { begin: isFixed ? (parts[0] ?? '') : '', parts }
}

class Reader {
  at = 0
  /** Where the first plain text began. */
  firstAt: number | undefined
  readonly #pattern: string

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  /** Up to the end of the pattern or of a group; undefined when something is not understood. */
  alternatives(): string[] | undefined {
    let found = this.#sequence()
    while (found !== undefined && this.#pattern[this.at] === '|') {
      this.at++
      // What one alternative requires the other may not.
      found = this.#sequence() === undefined ? undefined : []
    }
    return found
  }

  #sequence(): string[] | undefined {
    const parts: string[] = []
    let text = ''
    const cut = (): void => {
      if (text !== '') parts.push(text)
      text = ''
    }
    while (this.at < this.#pattern.length) {
      const char = this.#pattern[this.at]!
      if (char === '|' || char === ')') break
      const plain = this.#plain()
      if (plain !== undefined) {
        if (QUANTIFIER.test(this.#pattern[this.at] ?? '')) cut()
        else {
          this.firstAt ??= this.at - (this.#pattern[this.at - 2] === '\\' ? 2 : 1)
          text += plain
        }
        continue
      }
      cut()
      const inner = char === '(' ? this.#group() : this.#other()
      if (inner === undefined) return undefined
      if (!QUANTIFIER.test(this.#pattern[this.at] ?? '')) parts.push(...inner)
    }
    cut()
    return parts
  }

  #plain(): string | undefined {
    const char = this.#pattern[this.at]!
    const next = this.#pattern[this.at + 1] ?? ''
    if (char === '\\' && ESCAPED.test(next)) {
      this.at += 2
      return next
    }
    if (!PLAIN.test(char)) return undefined
    this.at++
    return char
  }

  #group(): string[] | undefined {
    if (!this.#skip(GROUP)) return undefined
    const inner = this.alternatives()
    if (this.#pattern[this.at] !== ')') return undefined
    this.at++
    return inner
  }

  /** One that requires no text: a class, any character, an end, a quantifier. */
  #other(): string[] | undefined {
    const char = this.#pattern[this.at]!
    if (char === '[') return this.#skip(CLASS) ? [] : undefined
    if (char === '{') return this.#skip(/\{\d*,?\d*\}/y) ? [] : undefined
    if (char === '\\') return this.#skip(/\\[dDwWsSbB]/y) ? [] : undefined
    if (!/[.^$?*+]/.test(char)) return undefined
    this.at++
    return []
  }

  #skip(what: RegExp): boolean {
    what.lastIndex = this.at
    if (!what.test(this.#pattern)) return false
    this.at = what.lastIndex
    return true
  }
}
