import { parseDuration, unquote } from '@weir/promql'
import { RANGE_OPERATIONS, VECTOR_OPERATIONS } from '../ast.ts'
import { goDurationNs, sizeBytes } from '../quantities.ts'
import { ParseError } from './parse-error.ts'

export type Token =
  | {
      readonly kind: 'end' | 'operator' | 'identifier' | 'function' | 'flag'
      readonly text: string
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'string' | 'number'
      readonly text: string
      readonly value: string
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'duration' | 'range'
      readonly text: string
      readonly ns: number
      readonly start: number
      readonly end: number
    }
  | {
      readonly kind: 'bytes'
      readonly text: string
      readonly bytes: number
      readonly start: number
      readonly end: number
    }

/** Names that are functions, but only before a parenthesis or a grouping: a label may be called `count`. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...RANGE_OPERATIONS,
  ...VECTOR_OPERATIONS,
  'vector',
  'label_replace',
  'bytes',
  'duration',
  'duration_seconds',
  'ip',
  'variants',
])

const SPACE = /(?:\s|#[^\n]*)*/y
const IDENTIFIER = /[\p{L}_][\p{L}\p{Nd}_]*/uy
const NUMBER = /0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const DURATION_TAIL = /[\p{Nd}nuµmshdwy.]+/uy
const BYTES_TAIL = /[\p{Nd}BikKMGTP.]+/uy
const OPERATOR = /\|=|\|~|\|>|!=|!~|!>|=~|==|>=|<=|[{}()[\],.=<>|+\-*/%^]/y
const CALLED = /\s*(?:\(|(?:by|without)\s*\()/iy
const FLAG = /--[\p{L}-]+/uy
const FLAGS: ReadonlySet<string> = new Set(['--strict', '--keep-empty'])

/**
 * A query in tokens. What a word is depends on what stands behind it, and what a number is on the letters
 * that follow, as in Loki's lexer; nothing depends on what came before.
 */
export function tokens(text: string): Token[] {
  const found: Token[] = []
  let at = 0
  for (;;) {
    at = match(SPACE, text, at)?.end ?? at
    if (at >= text.length) {
      found.push({ kind: 'end', text: '', start: text.length, end: text.length })
      return found
    }
    const token = next(text, at)
    found.push(token)
    at = token.end
  }
}

function match(
  pattern: RegExp,
  text: string,
  at: number,
): { text: string; end: number } | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found === null ? undefined : { text: found[0], end: at + found[0].length }
}

function next(text: string, start: number): Token {
  const char = text[start]!
  if (char === '"' || char === '`') return stringToken(text, start)
  if (char === '[') return rangeToken(text, start)
  const number = match(NUMBER, text, start)
  if (number !== undefined) return numberToken(text, start, number)
  const word = match(IDENTIFIER, text, start)
  if (word !== undefined) {
    const isCalled =
      FUNCTIONS.has(word.text.toLowerCase()) && match(CALLED, text, word.end) !== undefined
    return { kind: isCalled ? 'function' : 'identifier', text: word.text, start, end: word.end }
  }
  if (char === '-') {
    const flag = match(FLAG, text, start)
    if (flag !== undefined && FLAGS.has(flag.text))
      return { kind: 'flag', text: flag.text, start, end: flag.end }
    const tail = match(DURATION_TAIL, text, start + 1)
    const ns = tail === undefined ? undefined : durationNs(tail.text)
    if (ns !== undefined)
      return { kind: 'duration', text: `-${tail!.text}`, ns: -ns, start, end: tail!.end }
  }
  const operator = match(OPERATOR, text, start)
  if (operator !== undefined)
    return { kind: 'operator', text: operator.text, start, end: operator.end }
  throw new ParseError(
    `unexpected character ${JSON.stringify(String.fromCodePoint(text.codePointAt(start)!))}`,
    start,
  )
}

function stringToken(text: string, start: number): Token {
  const quote = text[start]!
  const isRaw = quote === '`'
  let end = start + 1
  for (; end < text.length && text[end] !== quote; end++) {
    if (isRaw) continue
    if (text[end] === '\n') break
    if (text[end] === '\\') end++
  }
  if (text[end] !== quote)
    throw new ParseError(`string is not closed: want ${quote} at its end`, start)
  const literal = text.slice(start, end + 1)
  try {
    return { kind: 'string', text: literal, value: unquote(literal), start, end: end + 1 }
  } catch (cause) {
    throw new ParseError(`${(cause as Error).message} in ${literal}`, start)
  }
}

function rangeToken(text: string, start: number): Token {
  const close = text.indexOf(']', start)
  if (close < 0) throw new ParseError("missing closing ']' in duration", start)
  const inside = text.slice(start + 1, close)
  try {
    const ns = parseDuration(inside) * 1e6
    if (ns > 0)
      return { kind: 'range', text: text.slice(start, close + 1), ns, start, end: close + 1 }
  } catch {
    // told below: Loki takes here only what Prometheus writes, such as 1h30m
  }
  throw new ParseError(`want a range such as [5m], got [${inside}]`, start)
}

function numberToken(text: string, start: number, number: { text: string; end: number }): Token {
  const duration = match(DURATION_TAIL, text, number.end)
  if (duration !== undefined) {
    const ns = durationNs(number.text + duration.text)
    if (ns !== undefined)
      return { kind: 'duration', text: number.text + duration.text, ns, start, end: duration.end }
  }
  const size = match(BYTES_TAIL, text, number.end)
  if (size !== undefined) {
    const bytes = sizeBytes(number.text + size.text)
    if (bytes !== undefined)
      return { kind: 'bytes', text: number.text + size.text, bytes, start, end: size.end }
  }
  return { kind: 'number', text: number.text, value: number.text, start, end: number.end }
}

/** As Prometheus writes durations (`1d`), or else as Go does (`1.5h`). */
function durationNs(text: string): number | undefined {
  try {
    return parseDuration(text) * 1e6
  } catch {
    return goDurationNs(text)
  }
}
