/** The first half of reading a template: text and actions are cut apart, and actions become tokens. */
export interface Token {
  readonly kind:
    | 'field'
    | 'variable'
    | 'word'
    | 'string'
    | 'number'
    | 'space'
    | 'mark'
    | 'end'
    | 'char'
  readonly text: string
  readonly line: number
}

export type Item =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly tokens: Token[]; readonly line: number }

const OPEN = '{{'
const SPACE = ' \t\r\n'

/** Cuts text and actions apart; trims, drops comments, makes tokens. `fail` is told the line. */
export function cut(text: string, fail: (line: number, what: string) => never): Item[] {
  const items: Item[] = []
  let at = 0
  let line = 1
  let trimsNext = false
  const push = (raw: string, trimsEnd: boolean): void => {
    let shown = trimsNext ? raw.replace(/^[ \t\r\n]+/, '') : raw
    if (trimsEnd) shown = shown.replace(/[ \t\r\n]+$/, '')
    items.push({ kind: 'text', text: shown })
    line += countLines(raw)
  }
  while (at < text.length) {
    const open = text.indexOf(OPEN, at)
    if (open < 0) {
      push(text.slice(at), false)
      return items
    }
    let inside = open + 2
    const trimsLeft = text[inside] === '-' && SPACE.includes(text[inside + 1] ?? 'x')
    push(text.slice(at, open), trimsLeft)
    if (trimsLeft) inside += 2
    if (text.startsWith('/*', inside)) {
      const close = text.indexOf('*/', inside + 2)
      if (close < 0) fail(line, 'unclosed comment')
      const end = /^(?:[ \t\r\n]-)?\}\}/.exec(text.slice(close + 2))
      if (end === null) fail(line, 'comment ends before closing delimiter')
      trimsNext = end[0].length > 2
      at = close + 2 + end[0].length
      line += countLines(text.slice(open, at))
      continue
    }
    const scanner = new Scanner(text, inside, line, fail)
    const tokens = scanner.scan()
    items.push({ kind: 'action', tokens, line })
    trimsNext = scanner.trimsRight
    line = scanner.line
    at = scanner.at
  }
  return items
}

const countLines = (text: string): number => text.split('\n').length - 1

const WORD = /[\p{L}\p{Nd}_]+/uy
const NUMBER =
  /[-+]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?)/y

/** Reads one action, from behind its `{{` to behind its `}}`. */
class Scanner {
  readonly #text: string
  readonly #fail: (line: number, what: string) => never
  at: number
  line: number
  trimsRight = false

  constructor(text: string, at: number, line: number, fail: (line: number, what: string) => never) {
    this.#text = text
    this.at = at
    this.line = line
    this.#fail = fail
  }

  scan(): Token[] {
    const tokens: Token[] = []
    let depth = 0
    for (;;) {
      if (this.#text.startsWith('}}', this.at)) {
        this.at += 2
        break
      }
      if (/^[ \t\r\n]-\}\}/.test(this.#text.slice(this.at, this.at + 4))) {
        if (this.#text[this.at] === '\n') this.line++
        this.at += 4
        this.trimsRight = true
        break
      }
      if (this.at >= this.#text.length) this.#fail(this.line, 'unclosed action')
      const token = this.#token()
      if (token.text === '(' && token.kind === 'mark') depth++
      if (token.text === ')' && token.kind === 'mark' && --depth < 0) {
        this.#fail(this.line, 'unexpected right paren')
      }
      tokens.push(token)
    }
    if (depth > 0) this.#fail(this.line, 'unclosed left paren')
    return tokens
  }

  #token(): Token {
    const c = this.#text[this.at]!
    if (SPACE.includes(c)) return this.#spaces()
    if (c === '"' || c === "'") return this.#quoted(c)
    if (c === '`') return this.#raw()
    if (this.#text.startsWith(':=', this.at)) return this.#take('mark', 2)
    if ('=|(),'.includes(c)) return this.#take('mark', 1)
    if (c === '$') return this.#take('variable', 1 + this.#wordLength(this.at + 1))
    const number = this.#match(NUMBER)
    if (number !== undefined && /^[-+.]?\d/.test(number.slice(0, 3))) return this.#number(number)
    if (c === '.') return this.#take('field', 1 + this.#wordLength(this.at + 1))
    const length = this.#wordLength(this.at)
    if (length > 0) return this.#take('word', length)
    return this.#fail(this.line, `unrecognized character in action: ${JSON.stringify(c)}`)
  }

  #number(number: string): Token {
    const rest = this.#wordLength(this.at + number.length)
    if (rest > 0) {
      const text = this.#text.slice(this.at, this.at + number.length + rest)
      this.#fail(this.line, `bad number syntax: ${JSON.stringify(text)}`)
    }
    return this.#take('number', number.length)
  }

  #take(kind: Token['kind'], length: number): Token {
    const text = this.#text.slice(this.at, this.at + length)
    const token: Token = { kind, text, line: this.line }
    this.at += length
    this.line += countLines(text)
    return token
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    return pattern.exec(this.#text)?.[0]
  }

  #wordLength(at: number): number {
    WORD.lastIndex = at
    return WORD.exec(this.#text)?.[0].length ?? 0
  }

  #spaces(): Token {
    let length = 1
    // A blank before `-}}` belongs to the trim marker.
    while (
      SPACE.includes(this.#text[this.at + length] ?? 'x') &&
      !this.#text.startsWith('-}}', this.at + length + 1)
    ) {
      length++
    }
    return this.#take('space', length)
  }

  #quoted(mark: string): Token {
    for (let end = this.at + 1; end < this.#text.length && this.#text[end] !== '\n'; end++) {
      if (this.#text[end] === '\\') end++
      else if (this.#text[end] === mark) {
        return this.#take(mark === '"' ? 'string' : 'char', end + 1 - this.at)
      }
    }
    return this.#fail(
      this.line,
      mark === '"' ? 'unterminated quoted string' : 'unterminated character constant',
    )
  }

  #raw(): Token {
    const end = this.#text.indexOf('`', this.at + 1)
    if (end < 0) this.#fail(this.line, 'unterminated raw quoted string')
    return this.#take('string', end + 1 - this.at)
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** The inside of a Go string literal; undefined where Go finds an escape it does not know. */
export function unescape(text: string): string | undefined {
  let isGood = true
  const value = text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([\s\S]?))/g,
    (_, x: string, u: string, big: string, octal: string, simple: string) => {
      const hex = x ?? u ?? big
      const code =
        hex === undefined ? (octal === undefined ? -1 : parseInt(octal, 8)) : parseInt(hex, 16)
      if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code)
      const known = SIMPLE_ESCAPES[simple ?? '']
      if (known === undefined) isGood = false
      return known ?? ''
    },
  )
  return isGood ? value : undefined
}
