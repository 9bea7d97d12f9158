/**
 * What can be said about a regular expression without running it: the texts it matches, when they can
 * be listed, or else how every match begins. `checkout-(api|web)-.*` begins with one of two texts, and
 * `a|b|ab[12]` is four texts; so a look-up, or a comparison of bytes, takes the place of a match for
 * each value of a label (the idea of prometheus:model/labels/regexp.go, FastRegexMatcher).
 *
 * Reads literals, escaped punctuation, groups, alternatives, small classes and `?`. Where it meets
 * anything else it says what it knows so far; it never has to understand all of RE2.
 */

/** A sequence is not read further when it has more texts than this; alternatives may be more. */
const TEXTS_MAX = 256
/** Deeper groups are not read. */
const DEPTH_MAX = 50
/** Characters that mean themselves. */
const LITERALS = /[^\\^$.|?*+()[\]{}]+/gy

export interface RegexShape {
  /** All texts that match, or all beginnings of texts that do. */
  readonly texts: readonly string[]
  /** Whether `texts` are the matches themselves. */
  readonly isComplete: boolean
  /** The pattern goes on with just this after its beginnings; '' when it is not as simple. */
  readonly rest: '.*' | '.+' | ''
}

const NOTHING: RegexShape = { texts: [''], isComplete: false, rest: '' }

export function shapeOf(pattern: string): RegexShape {
  const parser = new ShapeParser(pattern)
  const { texts, isComplete } = parser.alternatives()
  if (parser.isLost) return NOTHING
  if (!parser.isAtEnd && isComplete) return NOTHING // a bracket too many: the machine will complain
  const rest = parser.restAtTop
  return { texts, isComplete, rest: rest === '.*' || rest === '.+' ? rest : '' }
}

/** A part of a pattern: its texts, and whether nothing of it was left out. */
interface Part {
  readonly texts: readonly string[]
  readonly isComplete: boolean
}

class ShapeParser {
  /** Something was met that may change the meaning of what was read already, a flag, say. */
  isLost = false
  /** What follows where the outermost sequence was given up; '' when it was not, or not there. */
  restAtTop = ''
  readonly #pattern: string
  #at = 0
  #depth = 0

  constructor(pattern: string) {
    this.#pattern = pattern
  }

  get isAtEnd(): boolean {
    return this.#at === this.#pattern.length
  }

  alternatives(): Part {
    const texts = new Set<string>()
    for (;;) {
      const part = this.#sequence()
      if (!part.isComplete) {
        // Given up in one of several: the others were not read, or are beginnings of something else.
        if (texts.size === 0 && !this.#pattern.includes('|', this.#at)) return part
        this.restAtTop = ''
        return { texts: [''], isComplete: false }
      }
      for (const text of part.texts) texts.add(text)
      if (this.#pattern[this.#at] !== '|') return { texts: [...texts], isComplete: true }
      this.#at++
    }
  }

  #sequence(): Part {
    let texts: readonly string[] = ['']
    for (;;) {
      const character = this.#pattern[this.#at]
      if (character === undefined || character === '|' || (character === ')' && this.#depth > 0)) {
        return { texts, isComplete: true }
      }
      const start = this.#at
      const atom = this.#atom()
      const next = atom === undefined ? undefined : product(texts, this.#quantified(atom))
      if (atom === undefined || next === undefined || this.#isRepeated()) {
        if (this.#depth === 0) this.restAtTop = this.#pattern.slice(start)
        return { texts, isComplete: false }
      }
      texts = next
    }
  }

  /** An atom that `?` follows may be missing. */
  #quantified(texts: readonly string[]): readonly string[] {
    if (this.#pattern[this.#at] !== '?') return texts
    this.#at++
    return [...new Set([...texts, ''])]
  }

  #isRepeated(): boolean {
    return '*+?{'.includes(this.#pattern[this.#at] ?? ' ')
  }

  #atom(): readonly string[] | undefined {
    const character = this.#pattern[this.#at]!
    if (character === '(') return this.#group()
    if (character === '[') return this.#class()
    if (character === '\\') return this.#escaped()
    if ('.^$*+?{})]'.includes(character)) return undefined
    LITERALS.lastIndex = this.#at
    const run = Array.from(LITERALS.exec(this.#pattern)![0])
    const end = this.#at + run.join('').length
    // What repeats is the last one only.
    const isRepeated = run.length > 1 && '*+?{'.includes(this.#pattern[end] ?? ' ')
    const text = (isRepeated ? run.slice(0, -1) : run).join('')
    this.#at += text.length
    return [text]
  }

  #escaped(): readonly string[] | undefined {
    const text = this.#pattern[this.#at + 1] ?? ''
    // Letters and digits behind a backslash are classes, anchors, quotes.
    if (!/^[!-/:-@[-`{-~]$/.test(text)) {
      if (text === 'Q' || text === '') this.isLost = true
      return undefined
    }
    this.#at += 2
    return [text]
  }

  #group(): readonly string[] | undefined {
    const rest = this.#pattern.slice(this.#at, this.#at + 100)
    const opening = /^\((?:\?:|\?P?<\w+>)?(?!\?)/.exec(rest)?.[0]
    if (opening === undefined || this.#depth === DEPTH_MAX) {
      this.isLost = true // flags hold for what follows
      return undefined
    }
    this.#at += opening.length
    this.#depth++
    const inner = this.alternatives()
    this.#depth--
    if (!inner.isComplete) return undefined // whether it may be missing is written behind it
    if (this.#pattern[this.#at] !== ')') {
      this.isLost = true
      return undefined
    }
    this.#at++
    return inner.texts
  }

  /** `[abc]` and `[a-f0-9]`. */
  #class(): readonly string[] | undefined {
    const found = /^\[([A-Za-z0-9_ ./-]+)\]/.exec(this.#pattern.slice(this.#at, this.#at + 100))
    if (found === null) return undefined
    const texts = new Set<string>()
    const inside = found[1]!
    for (let i = 0; i < inside.length; i++) {
      const isRange = inside[i + 1] === '-' && i + 2 < inside.length
      const first = inside.charCodeAt(i)
      const last = isRange ? inside.charCodeAt(i + 2) : first
      if (last < first) return undefined
      for (let code = first; code <= last; code++) texts.add(String.fromCharCode(code))
      if (isRange) i += 2
    }
    this.#at += found[0].length
    return [...texts]
  }
}

/** Each of one followed by each of the other; undefined when these are too many. */
function product(one: readonly string[], other: readonly string[]): string[] | undefined {
  if (one.length * other.length > TEXTS_MAX) return undefined
  return [...new Set(one.flatMap((text) => other.map((more) => text + more)))]
}
