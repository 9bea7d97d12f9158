import { isUtf8 } from 'node:buffer'
import { AGGREGATORS } from '../ast.ts'
import { quoted } from '../value-text.ts'
import { ParseError } from './parse-error.ts'

/**
 * Text to tokens, by the rules of Prometheus's lexer: which words are keywords, where a colon may
 * stand, what an unclosed bracket is called. All tokens are made before parsing begins; a lexical
 * error becomes the last token, so that a mistake in the grammar before it is reported first.
 */
type TokenKind =
  | 'identifier'
  | 'metric identifier'
  | 'number'
  | 'duration'
  | 'string'
  | 'keyword'
  | 'aggregator'
  | 'operator'
  | 'symbol'
  | 'error'
  | 'end of input'

export interface Token {
  readonly kind: TokenKind
  /** As written; of a keyword in lower case. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const KEYWORDS = new Set([
  'offset',
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
  'start',
  'end',
  'step',
  'range',
  'min_of',
  'max_of',
  'anchored',
  'smoothed',
])
/** Keywords only where a parenthesis follows, so that metrics may have these names. */
const KEYWORDS_BEFORE_PAREN = new Set(['fill', 'fill_left', 'fill_right'])
const PAREN = /[ \t\n\r]*\(/y
const DURATION_WORDS = new Set(['step', 'range', 'min_of', 'max_of'])
const LETTERS = /[a-zA-Z_]+/y
const WORD_OPERATORS = new Set(['and', 'or', 'unless', 'atan2'])
const AGGREGATOR_NAMES: ReadonlySet<string> = new Set(AGGREGATORS)

const SPACE = /[ \t\n\r]*/y
const COMMENT = /#[^\r\n]*/y
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const WORD_IN_BRACES = /[a-zA-Z_][a-zA-Z0-9_]*/y
const DURATION = /(?:\d+(?:ms|[smhdwy]))+/y
const NUMBER = /0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?/y
const WORDY = /\w/y
const UNITS = /[smhdwy]s?(?:\d+[smhdw]s?)*/y
const DIGITS = /\d*/y

/** Matches at a position, '' when it does not. */
function at(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? ''
}

const SYMBOLS_IN_BRACES = ['=~', '!~', '!=', '=', ',', '}']
const OPERATORS = ['==', '!=', '<=', '>=', '</', '>/', '<', '>', '+', '-', '*', '/', '%', '^']

export function lex(text: string): Token[] {
  return new Lexer(text).all()
}

class Lexer {
  readonly #text: string
  readonly #tokens: Token[] = []
  #index = 0
  #parens = 0
  #inBraces = false
  #inBrackets = false
  /** Between a left bracket and the first number, where only arithmetic may stand. */
  #isDurationStart = false
  #sawColon = false

  constructor(text: string) {
    this.#text = text
  }

  all(): Token[] {
    try {
      for (;;) {
        this.#index += at(SPACE, this.#text, this.#index).length
        const comment = at(COMMENT, this.#text, this.#index)
        this.#index += comment.length
        if (comment !== '') continue
        if (this.#index >= this.#text.length) break
        this.#next()
      }
      this.#finish()
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      this.#tokens.push({ kind: 'error', text: error.text, start: error.start, end: error.start })
    }
    return this.#tokens
  }

  #finish(): void {
    if (this.#inBraces) this.#fail('unexpected end of input inside braces')
    if (this.#isDurationStart) this.#fail('unexpected end of input in duration expression')
    if (this.#parens > 0) this.#fail('unclosed left parenthesis')
    if (this.#inBrackets) this.#fail('unclosed left bracket')
    this.#push('end of input', 0)
  }

  #push(kind: TokenKind, length: number, word?: string): void {
    const end = this.#index + length
    const text = word ?? this.#text.slice(this.#index, end)
    this.#tokens.push({ kind, text, start: this.#index, end })
    this.#index = end
  }

  /** @param ahead how far behind the present place the mistake is */
  #fail(message: string, ahead = 0): never {
    throw new ParseError(message, this.#index + ahead)
  }

  #quoted(ahead = 0): string {
    return quoteChar(this.#text, this.#index + ahead)
  }

  #next(): void {
    const char = this.#text[this.#index]!
    if (this.#isDurationStart && !/[\d.]/.test(char)) this.#inDurationStart(char)
    else if (char === '"' || char === "'" || char === '`') {
      this.#push('string', stringLength(this.#text, this.#index))
    } else if (this.#inBraces) this.#insideBraces(char)
    else if (/\d/.test(char) || (char === '.' && /\d/.test(this.#text[this.#index + 1] ?? ''))) {
      this.#isDurationStart = false
      this.#number()
    } else if (this.#inBrackets && /[a-zA-Z_:]/.test(char)) this.#wordInBrackets(char)
    else if (/[a-zA-Z_:]/.test(char)) this.#word()
    else this.#sign(char)
  }

  #insideBraces(char: string): void {
    const word = at(WORD_IN_BRACES, this.#text, this.#index)
    const symbol = SYMBOLS_IN_BRACES.find((one) => this.#text.startsWith(one, this.#index))
    if (word !== '') this.#push('identifier', word.length)
    else if (symbol !== undefined) {
      if (symbol === '}') this.#inBraces = false
      this.#push('symbol', symbol.length)
    } else if (char === '!') {
      this.#fail(`unexpected character after '!' inside braces: ${this.#quoted(1)}`)
    } else if (char === '{') this.#fail(`unexpected left brace '{'`)
    else this.#fail(`unexpected character inside braces: ${this.#quoted()}`)
  }

  #inDurationStart(char: string): void {
    if (this.#durationWord()) return
    if (char === ':') {
      this.#fail('unexpected colon before duration in duration expression', 1)
    }
    if (char === ']') this.#isDurationStart = false
    if ('+-*/%^(),]'.includes(char)) this.#sign(char)
    else this.#fail(`unexpected character in duration expression: ${this.#quoted()}`)
  }

  /** `step`, `range`, `min_of` and `max_of` between brackets. */
  #durationWord(): boolean {
    const letters = at(LETTERS, this.#text, this.#index)
    if (!DURATION_WORDS.has(letters.toLowerCase())) return false
    this.#push('keyword', letters.length)
    return true
  }

  #wordInBrackets(char: string): void {
    if (char === ':') {
      if (this.#sawColon) this.#fail(`unexpected colon ':'`)
      this.#sawColon = true
      this.#push('symbol', 1)
    } else if (!this.#durationWord()) {
      this.#fail(`unexpected character: ${this.#quoted()}, expected ':'`)
    }
  }

  #number(): void {
    const duration = at(DURATION, this.#text, this.#index)
    const number = at(NUMBER, this.#text, this.#index)
    const taken = duration.length >= number.length ? duration : number
    if (at(WORDY, this.#text, this.#index + taken.length) !== '') {
      this.#fail(`bad number or duration syntax: ${quoted(this.#badNumber(number))}`)
    }
    this.#push(taken === duration ? 'duration' : 'number', taken.length)
  }

  /** What of a bad number is shown: as far as it was read before it was found bad. */
  #badNumber(number: string): string {
    const end = this.#index + number.length
    const units = at(UNITS, this.#text, end)
    if (units === '') return number
    const digits = at(DIGITS, this.#text, end + units.length)
    const shown = units.length + (digits === '' ? 1 : digits.length)
    return this.#text.slice(this.#index, end + shown)
  }

  #word(): void {
    const word = at(WORD, this.#text, this.#index)
    const lower = word.toLowerCase()
    if (lower === 'inf' || lower === 'nan') this.#push('number', word.length)
    else if (WORD_OPERATORS.has(lower)) this.#push('operator', word.length, lower)
    else if (AGGREGATOR_NAMES.has(lower)) this.#push('aggregator', word.length)
    else if (KEYWORDS.has(lower) || this.#isKeywordBeforeParen(word)) {
      this.#push('keyword', word.length)
    } else this.#push(word.includes(':') ? 'metric identifier' : 'identifier', word.length)
  }

  #isKeywordBeforeParen(word: string): boolean {
    return (
      KEYWORDS_BEFORE_PAREN.has(word.toLowerCase()) &&
      at(PAREN, this.#text, this.#index + word.length) !== ''
    )
  }

  #sign(char: string): void {
    const operator = OPERATORS.find((one) => this.#text.startsWith(one, this.#index))
    if (operator !== undefined) {
      this.#push('operator', operator.length)
      return
    }
    switch (char) {
      case '(':
        this.#parens++
        break
      case ')':
        this.#parens--
        if (this.#parens < 0) this.#fail(`unexpected right parenthesis ')'`, 1)
        break
      case '{':
        this.#inBraces = true
        break
      case '[':
        if (this.#inBrackets) this.#fail(`unexpected left bracket '['`)
        this.#inBrackets = true
        this.#isDurationStart = true
        this.#sawColon = false
        break
      case ']':
        if (!this.#inBrackets) this.#fail(`unexpected right bracket ']'`)
        this.#inBrackets = false
        break
      case '=':
        if (this.#text[this.#index + 1] === '~') this.#fail(`unexpected character after '=': '~'`)
        break
      case '!':
        return this.#fail(`unexpected character after '!': ${this.#quoted(1)}`)
      case ',':
      case '@':
        break
      default:
        this.#fail(`unexpected character: ${this.#quoted()}`)
    }
    this.#push('symbol', 1)
  }
}

/** How long the string literal is that begins here, quotes included. */
function stringLength(text: string, from: number): number {
  const quote = text[from]!
  if (quote === '`') {
    const end = text.indexOf('`', from + 1)
    if (end < 0) throw new ParseError('unterminated raw string', from)
    return end + 1 - from
  }
  let index = from + 1
  for (;;) {
    const char = text[index]
    if (char === undefined || char === '\n') {
      throw new ParseError('unterminated quoted string', from)
    }
    if (char === quote) return index + 1 - from
    index += char === '\\' ? escapeLength(text, index, quote, from) : 1
  }
}

const SIMPLE_ESCAPES = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
])
const NUMERIC_ESCAPE = /\\(?:[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/y

/** @param from where the literal begins: errors point there */
function escapeLength(text: string, index: number, quote: string, from: number): number {
  const char = text[index + 1]
  if (char === undefined) throw new ParseError('escape sequence not terminated', from)
  if (char === quote || SIMPLE_ESCAPES.has(char)) return 2
  const numeric = at(NUMERIC_ESCAPE, text, index)
  if (numeric !== '') {
    const code = Number.parseInt(numeric.slice(2), 16)
    const isSurrogate = /[uU]/.test(char) && code >= 0xd800 && code < 0xe000
    if (/[uU]/.test(char) && (code > 0x10ffff || isSurrogate)) {
      throw new ParseError('escape sequence is an invalid Unicode code point', from)
    }
    return numeric.length
  }
  if (/[0-7xuU]/.test(char)) {
    throw new ParseError(
      `unknown escape sequence ${codePoint(text, index + 2)} ${quoteChar(text, index + 2)}`,
      from,
    )
  }
  throw new ParseError(
    `unknown escape sequence ${codePoint(text, index + 1)} ${quoteChar(text, index + 1)}`,
    from,
  )
}

/** What a string literal says: Go's escapes; byte escapes are joined and read as UTF-8. */
export function unquote(literal: string): string {
  const quote = literal[0]!
  const inside = literal.slice(1, -1)
  if (quote === '`' || !inside.includes('\\')) return inside
  const closed = literal.slice(1)
  const parts: Buffer[] = []
  let index = 0
  while (index < inside.length) {
    const slash = inside.indexOf('\\', index)
    const end = slash < 0 ? inside.length : slash
    parts.push(Buffer.from(inside.slice(index, end)))
    if (slash < 0) break
    const length = escapeLength(closed, slash, quote, 0)
    const escape = inside.slice(slash + 1, slash + length)
    parts.push(escapedBytes(escape))
    index = slash + length
  }
  return textOf(Buffer.concat(parts))
}

/**
 * UTF-8 as text. Bytes that are none become lone surrogates, which no text that came over a wire has:
 * so they match nothing, and names with them are refused as Prometheus refuses them.
 */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString()
  let text = ''
  for (let i = 0; i < bytes.length;) {
    let length = Math.min(4, bytes.length - i)
    while (length > 0 && !isUtf8(bytes.subarray(i, i + length))) length--
    text +=
      length > 0 ? bytes.toString('utf8', i, i + length) : String.fromCharCode(0xdc00 + bytes[i]!)
    i += Math.max(1, length)
  }
  return text
}

function escapedBytes(escape: string): Buffer {
  const simple = SIMPLE_ESCAPES.get(escape)
  if (simple !== undefined) return Buffer.from(simple)
  if (/^[0-7]{3}/.test(escape)) return Buffer.from([Number.parseInt(escape, 8) & 255])
  if (escape.startsWith('x')) return Buffer.from([Number.parseInt(escape.slice(1), 16)])
  if (/^[uU]/.test(escape)) {
    return Buffer.from(String.fromCodePoint(Number.parseInt(escape.slice(1), 16)))
  }
  return Buffer.from(escape)
}

function codePoint(text: string, index: number): string {
  const code = text.codePointAt(index) ?? 0
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
}

function quoteChar(text: string, index: number): string {
  const code = text.codePointAt(index)
  return code === undefined ? 'EOF' : `'${String.fromCodePoint(code)}'`
}
