/** JavaScript's regular expressions as a tree; what cannot be matched in linear time is refused. */

export type Node =
  /** One character; `test` is asked about it. */
  | { readonly kind: 'character'; readonly test: RegExp }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly min: number
      readonly max: number
      readonly isLazy: boolean
    }
  | { readonly kind: 'group'; readonly node: Node; readonly index: number }
  | { readonly kind: 'assert'; readonly what: '^' | '$' | 'b' | 'B' }
  | { readonly kind: 'ahead'; readonly node: Node; readonly isNegative: boolean }

export interface Parsed {
  readonly node: Node
  readonly groupCount: number
  readonly names: ReadonlyMap<string, number>
}

/** What cannot be matched in linear time, or is too large. */
export class RegexRefused extends Error {}

const DEPTH_MAX = 50

/** @param source what `RegExp` itself has taken already: that it is well formed is not looked at again */
export function parseRegex(source: string, flags: string): Parsed {
  return new Parser(source, flags).parse()
}

class Parser {
  readonly #source: string
  readonly #testFlags: string
  readonly #names = new Map<string, number>()
  #at = 0
  #groups = 0
  #depth = 0
  #isAhead = false

  constructor(source: string, flags: string) {
    this.#source = source
    this.#testFlags = `${flags.includes('i') ? 'i' : ''}${flags.includes('s') ? 's' : ''}`
  }

  parse(): Parsed {
    const node = this.#choice()
    return { node, groupCount: this.#groups, names: this.#names }
  }

  #choice(): Node {
    if (++this.#depth > DEPTH_MAX) throw new RegexRefused('nested too deep')
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    this.#depth--
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
  }

  #sequence(): Node {
    const parts: Node[] = []
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at]!)) {
      parts.push(this.#repeated(this.#atom()))
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
  }

  #repeated(node: Node): Node {
    const counts = /^(?:\*|\+|\?|\{(\d{1,9})(,(\d{0,9}))?\})/.exec(this.#ahead(25))
    if (counts === null) return node
    this.#at += counts[0].length
    const isLazy = this.#take('?')
    const [sign, low, comma, high] = counts
    const min = sign === '+' ? 1 : low === undefined ? 0 : Number(low)
    const max =
      sign === '?'
        ? 1
        : low === undefined || high === ''
          ? Infinity
          : comma === undefined
            ? min
            : Number(high)
    return { kind: 'repeat', node, min, max, isLazy }
  }

  #atom(): Node {
    const sign = this.#source[this.#at++]!
    switch (sign) {
      case '(':
        return this.#group()
      case '[':
        return this.#charClass()
      case '\\':
        return this.#escape()
      case '^':
      case '$':
        return { kind: 'assert', what: sign }
      case '.':
        return this.#character('.')
      default:
        return this.#character(/[\^$.*+?()[\]{}|/]/.test(sign) ? `\\${sign}` : sign)
    }
  }

  #group(): Node {
    if (this.#take('?:')) return this.#closed(this.#choice())
    if (this.#take('?=')) return this.#lookAhead(false)
    if (this.#take('?!')) return this.#lookAhead(true)
    if (this.#take('?<=') || this.#take('?<!')) throw new RegexRefused('looks behind')
    const index = ++this.#groups
    if (this.#take('?<')) {
      const end = this.#source.indexOf('>', this.#at)
      this.#names.set(this.#source.slice(this.#at, end), index)
      this.#at = end + 1
    } else if (this.#take('?')) throw new RegexRefused('has flags inside')
    return { kind: 'group', node: this.#closed(this.#choice()), index }
  }

  #lookAhead(isNegative: boolean): Node {
    if (this.#isAhead) throw new RegexRefused('looks ahead while looking ahead')
    this.#isAhead = true
    const node = this.#closed(this.#choice())
    this.#isAhead = false
    return { kind: 'ahead', node, isNegative }
  }

  #closed(node: Node): Node {
    this.#at++ // the bracket that closes it
    return node
  }

  #charClass(): Node {
    const start = this.#at - 1
    if (this.#source[this.#at] === '^') this.#at++
    while (this.#at < this.#source.length && this.#source[this.#at] !== ']') {
      this.#at += this.#source[this.#at] === '\\' ? 2 : 1
    }
    this.#at++
    return this.#character(this.#source.slice(start, this.#at))
  }

  #escape(): Node {
    const sign = this.#source[this.#at]!
    if (sign === 'b' || sign === 'B') {
      this.#at++
      return { kind: 'assert', what: sign }
    }
    if (sign === 'k' || /[1-9]/.test(sign)) throw new RegexRefused('refers back to a group')
    const known = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|c[a-zA-Z])/.exec(this.#ahead(6))
    const length = known === null ? 1 : known[0].length
    const text = this.#source.slice(this.#at, this.#at + length)
    this.#at += length
    return this.#character(`\\${text}`)
  }

  /** A test by `RegExp` itself, of a single character: that is done in no time. */
  #character(pattern: string): Node {
    return { kind: 'character', test: new RegExp(`^(?:${pattern})$`, this.#testFlags) }
  }

  #ahead(length: number): string {
    return this.#source.slice(this.#at, this.#at + length)
  }

  #take(expected: string): boolean {
    if (!this.#source.startsWith(expected, this.#at)) return false
    this.#at += expected.length
    return true
  }
}
