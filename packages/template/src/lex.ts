/**
 * The first half of reading a template: text and actions are cut apart, and actions become tokens.
 * The list ends with `eof` or, where nothing sensible can follow, with `error`: an earlier mistake
 * that only the parser sees is told first.
 *
 * @see go:src/text/template/parse/lex.go
 */
export interface Token {
  readonly kind:
    | 'text'
    | 'open'
    | 'close'
    | 'space'
    | 'field'
    | 'dot'
    | 'variable'
    | 'word'
    | 'keyword'
    | 'string'
    | 'number'
    | 'char-constant'
    | 'declare'
    | 'assign'
    | 'pipe'
    | '('
    | ')'
    | 'char'
    | 'error'
    | 'eof'
  readonly text: string
  /** Offset in the template's text. */
  readonly at: number
  readonly line: number
}

export function tokensOf(text: string): Token[] {
  return new Lexer(text).all()
}

const SPACE = ' \t\r\n'
const TRIM_RIGHT = /[ \t\r\n]-\}\}/y
const WORD = /[\p{L}\p{Nd}_]*/uy
const LONE = /[ \t\r\n.,|:)(]|\}\}|$/y
const DECIMAL =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.[\da-fA-F_]*)?(?:[pP][+-]?[\d_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?[\d_]*)?)i?/y

const KEYWORDS = [
  'if',
  'with',
  'range',
  'else',
  'end',
  'template',
  'define',
  'block',
  'break',
  'continue',
] as const
export type Keyword = (typeof KEYWORDS)[number]

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  all(): Token[] {
    while (this.#at < this.#text.length) {
      this.#outside()
      if (this.#tokens.at(-1)?.kind === 'error') return this.#tokens
    }
    this.#tokens.push({ kind: 'eof', text: 'EOF', at: this.#at, line: this.#line })
    return this.#tokens
  }

  #push(kind: Token['kind'], length: number): void {
    const text = this.#text.slice(this.#at, this.#at + length)
    this.#tokens.push({ kind, text, at: this.#at, line: this.#line })
    this.#skip(length)
  }

  #skip(length: number): void {
    for (let i = this.#at; i < this.#at + length; i++) if (this.#text[i] === '\n') this.#line++
    this.#at += length
  }

  #error(text: string): void {
    this.#tokens.push({ kind: 'error', text, at: this.#at, line: this.#line })
  }

  #matches(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    return pattern.exec(this.#text)?.[0]
  }

  /** A piece of text and the action or comment behind it. */
  #outside(): void {
    const open = this.#text.indexOf('{{', this.#at)
    if (open < 0) {
      this.#push('text', this.#text.length - this.#at)
      return
    }
    const trims = this.#text[open + 2] === '-' && SPACE.includes(this.#text[open + 3] ?? 'x')
    let end = open
    if (trims) while (end > this.#at && SPACE.includes(this.#text[end - 1]!)) end--
    if (end > this.#at) this.#push('text', end - this.#at)
    this.#skip(open - end)
    const length = trims ? 4 : 2
    if (this.#text.startsWith('/*', open + length)) this.#comment(length)
    else {
      this.#push('open', 2)
      this.#skip(length - 2)
      this.#inside()
    }
  }

  #comment(openLength: number): void {
    const end = this.#text.indexOf('*/', this.#at + openLength + 2)
    if (end < 0) {
      this.#error('unclosed comment')
      return
    }
    this.#skip(end + 2 - this.#at)
    const trims = this.#matches(TRIM_RIGHT) !== undefined
    if (trims || this.#text.startsWith('}}', this.#at)) this.#close(trims)
    else this.#error('comment ends before closing delimiter')
  }

  /** Behind `}}`, and behind the blanks that ` -}}` takes away. */
  #close(trims: boolean): void {
    this.#skip(trims ? 4 : 2)
    if (!trims) return
    let length = 0
    while (SPACE.includes(this.#text[this.#at + length] ?? 'x')) length++
    this.#skip(length)
  }

  #inside(): void {
    let depth = 0
    for (;;) {
      const trims = this.#matches(TRIM_RIGHT) !== undefined
      if (trims || this.#text.startsWith('}}', this.#at)) {
        if (depth > 0) return this.#error('unclosed left paren')
        this.#tokens.push({ kind: 'close', text: '}}', at: this.#at, line: this.#line })
        return this.#close(trims)
      }
      if (this.#at >= this.#text.length) return this.#error('unclosed action')
      const c = this.#text[this.#at]!
      if (c === '(') depth++
      if (c === ')' && --depth < 0) return this.#error('unexpected right paren')
      this.#token(c)
      if (this.#tokens.at(-1)!.kind === 'error') return
    }
  }

  #token(c: string): void {
    if (SPACE.includes(c)) return this.#spaces()
    if (c === '(' || c === ')') return this.#push(c, 1)
    if (c === '|') return this.#push('pipe', 1)
    if (c === '=') return this.#push('assign', 1)
    if (c === ':') {
      return this.#text[this.#at + 1] === '='
        ? this.#push('declare', 2)
        : this.#error('expected :=')
    }
    if (c === '"') return this.#quoted('string', 'unterminated quoted string')
    if (c === "'") return this.#quoted('char-constant', 'unterminated character constant')
    if (c === '`') return this.#raw()
    if (c === '$') return this.#named('variable')
    const isNumber = /[+\-\d]/.test(c) || (c === '.' && /\d/.test(this.#text[this.#at + 1] ?? ''))
    if (isNumber) return this.#number()
    if (c === '.') return this.#named('field')
    if (this.#wordLength(this.#at) > 0) return this.#word()
    if (c >= ' ' && c <= '~') return this.#push('char', 1)
    this.#error(`unrecognized character in action: ${codePoint(this.#text, this.#at)}`)
  }

  #spaces(): void {
    let length = 1
    while (SPACE.includes(this.#text[this.#at + length] ?? 'x')) length++
    // The last blank before `-}}` belongs to the trim marker.
    if (this.#text.startsWith('-}}', this.#at + length)) length--
    this.#push('space', length)
  }

  #wordLength(at: number): number {
    WORD.lastIndex = at
    return WORD.exec(this.#text)![0].length
  }

  /** Names end before a blank, a bracket, `.`, `,`, `|` or `:`. */
  #isLone(at: number): boolean {
    LONE.lastIndex = at
    return LONE.test(this.#text)
  }

  #named(kind: 'variable' | 'field'): void {
    if (this.#isLone(this.#at + 1)) {
      this.#push(kind === 'field' ? 'dot' : kind, 1)
      return
    }
    const length = 1 + this.#wordLength(this.#at + 1)
    if (this.#isLone(this.#at + length)) this.#push(kind, length)
    else this.#error(`bad character ${codePoint(this.#text, this.#at + length)}`)
  }

  #word(): void {
    const length = this.#wordLength(this.#at)
    const word = this.#text.slice(this.#at, this.#at + length)
    if (!this.#isLone(this.#at + length)) {
      this.#error(`bad character ${codePoint(this.#text, this.#at + length)}`)
    } else {
      this.#push((KEYWORDS as readonly string[]).includes(word) ? 'keyword' : 'word', length)
    }
  }

  #number(): void {
    let number = this.#matches(DECIMAL)!
    const sign = this.#text[this.#at + number.length]
    if (sign === '+' || sign === '-') {
      DECIMAL.lastIndex = this.#at + number.length
      number += DECIMAL.exec(this.#text)![0]
      if (!number.endsWith('i')) return this.#error(`bad number syntax: ${JSON.stringify(number)}`)
    }
    const rest = this.#wordLength(this.#at + number.length)
    if (rest === 0) return this.#push('number', number.length)
    const [next] = this.#text.slice(this.#at + number.length)
    this.#error(`bad number syntax: ${JSON.stringify(number + next!)}`)
  }

  #quoted(kind: 'string' | 'char-constant', unclosed: string): void {
    const mark = this.#text[this.#at]
    for (let end = this.#at + 1; end < this.#text.length; end++) {
      const isEscape = this.#text[end] === '\\'
      if (isEscape) end++
      if (this.#text[end] === '\n') break
      if (!isEscape && this.#text[end] === mark) return this.#push(kind, end + 1 - this.#at)
    }
    this.#error(unclosed)
  }

  #raw(): void {
    const end = this.#text.indexOf('`', this.#at + 1)
    if (end < 0) this.#error('unterminated raw quoted string')
    else this.#push('string', end + 1 - this.#at)
  }
}

/** As Go's `%#U`: U+0023 '#'. */
function codePoint(text: string, at: number): string {
  const c = String.fromCodePoint(text.codePointAt(at) ?? 0xfffd)
  return `U+${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${c}'`
}
