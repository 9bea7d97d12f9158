import { AGGREGATORS } from '../ast.ts'
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
])
const WORD_OPERATORS = new Set(['and', 'or', 'unless', 'atan2'])
const AGGREGATOR_NAMES: ReadonlySet<string> = new Set(AGGREGATORS)

const SPACE = /[ \t\n\r]*/y
const COMMENT = /#[^\r\n]*/y
const WORD = /[a-zA-Z_:][a-zA-Z0-9_:]*/y
const WORD_IN_BRACES = /[a-zA-Z_][a-zA-Z0-9_]*/y
const DURATION = /(?:\d+(?:ms|[smhdwy]))+/y
const NUMBER = /0[xX][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?/y
const WORDY = /[a-zA-Z0-9_:]+/y

/** Matches at a position, '' when it does not. */
function at(pattern: RegExp, text: string, index: number): string {
  pattern.lastIndex = index
  return pattern.exec(text)?.[0] ?? ''
}

const SYMBOLS_IN_BRACES = ['=~', '!~', '!=', '=', ',', '}']
const OPERATORS = ['==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '%', '^']

export function lex(text: string): Token[] {
  const tokens: Token[] = []
  let index = 0
  let parens = 0
  let inBraces = false
  let inBrackets = false
  let sawColon = false
  const push = (kind: TokenKind, length: number, word?: string): void => {
    const end = index + length
    tokens.push({ kind, text: word ?? text.slice(index, end), start: index, end })
    index = end
  }
  const next = (): void => {
    const char = text[index]!
    if (char === '"' || char === "'" || char === '`') {
      push('string', stringLength(text, index))
      return
    }
    if (inBraces) {
      const word = at(WORD_IN_BRACES, text, index)
      const symbol = SYMBOLS_IN_BRACES.find((candidate) => text.startsWith(candidate, index))
      if (word !== '') push('identifier', word.length)
      else if (symbol !== undefined) {
        if (symbol === '}') inBraces = false
        push('symbol', symbol.length)
      } else if (char === '!') {
        throw new ParseError(
          `unexpected character after '!' inside braces: ${quoteChar(text, index + 1)}`,
          index,
        )
      } else if (char === '{') throw new ParseError(`unexpected left brace '{'`, index)
      else
        throw new ParseError(`unexpected character inside braces: ${quoteChar(text, index)}`, index)
      return
    }
    if (/\d/.test(char) || (char === '.' && /\d/.test(text[index + 1] ?? ''))) {
      const duration = at(DURATION, text, index)
      const number = at(NUMBER, text, index)
      const taken = duration.length >= number.length ? duration : number
      const rest = at(WORDY, text, index + taken.length)
      if (rest !== '' && !(inBrackets && rest.startsWith(':'))) {
        const shown = taken.length + (/^0x/i.test(taken) ? 0 : 1)
        const bad = text.slice(index, index + shown)
        throw new ParseError(`bad number or duration syntax: ${JSON.stringify(bad)}`, index)
      }
      push(taken === duration ? 'duration' : 'number', taken.length)
      return
    }
    if (char === ':' && inBrackets) {
      if (sawColon) throw new ParseError(`unexpected colon ':'`, index)
      sawColon = true
      push('symbol', 1)
      return
    }
    const word = at(WORD, text, index)
    if (word !== '') {
      const lower = word.toLowerCase()
      if (lower === 'inf' || lower === 'nan') push('number', word.length)
      else if (WORD_OPERATORS.has(lower)) push('operator', word.length, lower)
      else if (AGGREGATOR_NAMES.has(lower)) push('aggregator', word.length)
      else if (KEYWORDS.has(lower)) push('keyword', word.length)
      else push(word.includes(':') ? 'metric identifier' : 'identifier', word.length)
      return
    }
    const operator = OPERATORS.find((candidate) => text.startsWith(candidate, index))
    if (operator !== undefined) {
      push('operator', operator.length)
      return
    }
    switch (char) {
      case '(':
        parens++
        break
      case ')':
        parens--
        if (parens < 0) throw new ParseError(`unexpected right parenthesis ')'`, index + 1)
        break
      case '{':
        inBraces = true
        break
      case '}':
        throw new ParseError(`unexpected right brace '}'`, index)
      case '[':
        if (inBrackets) throw new ParseError(`unexpected left bracket '['`, index)
        inBrackets = true
        sawColon = false
        break
      case ']':
        if (!inBrackets) throw new ParseError(`unexpected right bracket ']'`, index)
        inBrackets = false
        break
      case '=':
        if (text[index + 1] === '~') {
          throw new ParseError(`unexpected character after '=': '~'`, index)
        }
        break
      case '!':
        throw new ParseError(`unexpected character after '!': ${quoteChar(text, index + 1)}`, index)
      case ',':
      case '@':
        break
      default:
        throw new ParseError(`unexpected character: ${quoteChar(text, index)}`, index)
    }
    push('symbol', 1)
  }
  try {
    for (;;) {
      index += at(SPACE, text, index).length
      const comment = at(COMMENT, text, index)
      index += comment.length
      if (comment !== '') continue
      if (index >= text.length) break
      next()
    }
    if (inBraces) throw new ParseError('unexpected end of input inside braces', index)
    if (parens > 0) throw new ParseError('unclosed left parenthesis', index)
    if (inBrackets) throw new ParseError('unclosed left bracket', index)
    push('end of input', 0)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    tokens.push({ kind: 'error', text: error.text, start: error.start, end: error.start })
  }
  return tokens
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
  const parts: Buffer[] = []
  let index = 0
  while (index < inside.length) {
    const slash = inside.indexOf('\\', index)
    const end = slash < 0 ? inside.length : slash
    parts.push(Buffer.from(inside.slice(index, end)))
    if (slash < 0) break
    const length = escapeLength(`${inside}"`, slash, quote, 0)
    const escape = inside.slice(slash + 1, slash + length)
    parts.push(escapedBytes(escape))
    index = slash + length
  }
  return Buffer.concat(parts).toString()
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
