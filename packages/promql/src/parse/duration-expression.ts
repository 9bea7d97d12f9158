import type { DurationArithmetic, DurationExpr } from '../ast.ts'
import type { Token } from './lexer.ts'
import { isDurationTooLong, readNumber } from './number.ts'
import { NESTING_MAX, chainTooLong } from './nesting.ts'
import { ParseError } from './parse-error.ts'

/** What it needs of the parser whose tokens it reads. */
export interface TokenSource {
  token(): Token
  take(): Token
  unexpected(context: string, expected: string): ParseError
  /** Counts one level of nesting while it reads. */
  nested<T>(read: () => T): T
}

/** Where a duration stands, for the error that tells what was wanted there. */
export interface Place {
  readonly context: string
  readonly expected: string
}

const OFFSET: Place = { context: 'offset', expected: 'number, duration, step(), or range()' }

const PRECEDENCE: ReadonlyMap<string, number> = new Map([
  ['+', 1],
  ['-', 1],
  ['*', 2],
  ['/', 2],
  ['%', 2],
  ['^', 3],
])
const SIGN_PRECEDENCE = 2
const POW_PRECEDENCE = 3

type Operator = DurationArithmetic['op']

/** Reads arithmetic over durations: `5m + step()`, `max_of(range() / 10, 1m)`. A sign binds like `*`. */
export class DurationParser {
  readonly #tokens: TokenSource
  /** Operators so far in one duration; parentheses do not begin anew. */
  #links = 0

  constructor(tokens: TokenSource) {
    this.#tokens = tokens
  }

  /** What stands in brackets. */
  sum(place: Place): DurationExpr {
    this.#links = 0
    return this.#chain(0, place)
  }

  /**
   * What stands behind `offset`: one number, `step()`, `range()`, `min_of(…)` or `max_of(…)`, signed or
   * not; arithmetic only when it begins with a parenthesis.
   */
  offset(): DurationExpr {
    this.#links = 0
    const { start } = this.#tokens.token()
    const sign = this.#sign()
    const isParenthesis = this.#isSymbol('(')
    if (isParenthesis && sign === undefined) return this.#chain(0, OFFSET)
    const operand = this.#primary(OFFSET)
    return sign === undefined ? operand : signed(sign, operand, start)
  }

  #isSymbol(text: string): boolean {
    const token = this.#tokens.token()
    return token.kind === 'symbol' && token.text === text
  }

  #sign(): '+' | '-' | undefined {
    const token = this.#tokens.token()
    if (token.kind !== 'operator' || (token.text !== '-' && token.text !== '+')) return undefined
    this.#tokens.take()
    return token.text
  }

  #want(text: string, { context, expected }: Place): Token {
    if (this.#isSymbol(text)) return this.#tokens.take()
    throw this.#tokens.unexpected(context, expected)
  }

  #chain(precedenceMin: number, place: Place): DurationExpr {
    return this.#tokens.nested(() => {
      let left = this.#operand(place)
      for (;;) {
        const token = this.#tokens.token()
        const precedence = token.kind === 'operator' ? PRECEDENCE.get(token.text) : undefined
        if (precedence === undefined || precedence < precedenceMin) return left
        this.#tokens.take()
        if (++this.#links > NESTING_MAX) throw chainTooLong()
        const right = this.#chain(
          precedence === POW_PRECEDENCE ? precedence : precedence + 1,
          place,
        )
        if (right.kind === 'number' && right.value === 0) {
          if (token.text === '/') throw new ParseError('division by zero', token.start)
          if (token.text === '%') throw new ParseError('modulo by zero', token.start)
        }
        const op = token.text as Operator
        const { start } = left
        left = { kind: 'duration', op, left, right, isWrapped: false, start, end: right.end }
      }
    })
  }

  #operand(place: Place): DurationExpr {
    const { start } = this.#tokens.token()
    const sign = this.#sign()
    if (sign === undefined) return this.#primary(place)
    return signed(sign, this.#chain(SIGN_PRECEDENCE + 1, place), start)
  }

  #primary(place: Place): DurationExpr {
    const token = this.#tokens.token()
    const { start } = token
    if (token.kind === 'number' || token.kind === 'duration') {
      this.#tokens.take()
      const value = readNumber(token)
      if (isDurationTooLong(value)) throw new ParseError('duration out of range', start)
      return { kind: 'number', value, isDuration: token.kind === 'duration', start, end: token.end }
    }
    if (this.#isSymbol('(')) {
      this.#tokens.take()
      const inner = this.#chain(0, place)
      const { end } = this.#want(')', place)
      // A number in parentheses is kept apart from a bare one by a plus sign, so that it is written back.
      return inner.kind === 'duration'
        ? { ...inner, isWrapped: true }
        : { kind: 'duration', op: '+', left: undefined, right: inner, isWrapped: true, start, end }
    }
    const word = token.text.toLowerCase()
    if (token.kind === 'keyword' && (word === 'step' || word === 'range')) {
      this.#tokens.take()
      this.#want('(', place)
      const { end } = this.#want(')', place)
      return {
        kind: 'duration',
        op: word,
        left: undefined,
        right: undefined,
        isWrapped: false,
        start,
        end,
      }
    }
    if (token.kind === 'keyword' && (word === 'min_of' || word === 'max_of')) {
      this.#tokens.take()
      this.#want('(', place)
      const left = this.#chain(0, place)
      this.#want(',', place)
      const right = this.#chain(0, place)
      const { end } = this.#want(')', place)
      return { kind: 'duration', op: word, left, right, isWrapped: false, start, end }
    }
    throw this.#tokens.unexpected(place.context, place.expected)
  }
}

function signed(sign: '+' | '-', operand: DurationExpr, start: number): DurationExpr {
  if (operand.kind === 'number') {
    return { ...operand, value: sign === '-' ? -operand.value : operand.value, start }
  }
  if (sign === '+') return operand
  return {
    kind: 'duration',
    op: '-',
    left: undefined,
    right: operand,
    isWrapped: false,
    start,
    end: operand.end,
  }
}
