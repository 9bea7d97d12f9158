import type { MatchOperator } from '@weir/model'
import type { ExpressionBudget } from './expression-budget.ts'
import { type RouteMatcher, routeMatcher } from './matcher.ts'

/**
 * Alertmanager's older grammar of matchers: plain label names, and a value that may be quoted, bare
 * or absent. Only `\\`, `\"` and `\n` are escapes; any other backslash stands for itself. A brace at
 * either end is left out, whether or not the other one is there.
 *
 * @throws {Error} quoting the matcher that cannot be read
 * @see alertmanager:pkg/labels/parse.go
 */
export function readClassicMatchers(text: string, budget?: ExpressionBudget): RouteMatcher[] {
  const parts = cut(text.replace(/^\{/, '').replace(/\}$/, ''))
  return parts.map((part) => readClassicMatcher(part, budget))
}

/** At commas outside of quotes; a last one may have nothing behind it. */
function cut(text: string): string[] {
  const parts: string[] = []
  let from = 0
  let isQuoted = false
  let isEscaped = false
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === ',' && !isQuoted) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
    if (sign === '"' && !isEscaped) isQuoted = !isQuoted
    isEscaped = sign === '\\' && !isEscaped
  }
  const last = trimSpace(text.slice(from))
  return last === '' ? parts : [...parts, last]
}

const trimSpace = (text: string): string =>
  text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, '')

/** RE2's \s knows these five and no others. */
const MATCHER =
  /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*([\s\S]*?)[\t\n\f\r ]*$/

/** One matcher, no braces. */
export function readClassicMatcher(text: string, budget?: ExpressionBudget): RouteMatcher {
  const found = MATCHER.exec(text)
  if (found === null) throw new Error(`bad matcher format: ${text}`)
  const [, name = '', operator = '', given = ''] = found
  const value = valueOf(given)
  if (value === undefined) {
    throw new Error(`matcher value contains unescaped double quote: ${given}`)
  }
  const matcher = { name, operator: operator as MatchOperator, value }
  budget?.(matcher)
  return routeMatcher(matcher)
}

/** Undefined where a double quote stands that does not belong there. */
function valueOf(given: string): string | undefined {
  const isQuoted = given.startsWith('"')
  const inside = /^"((?:[^"\\]|\\[\s\S])*)"$/.exec(given)?.[1]
  if (isQuoted && inside === undefined) return undefined
  const raw = inside ?? given
  if (!isQuoted && raw.replaceAll(/\\[\s\S]/g, '').includes('"')) return undefined
  return raw.replaceAll(/\\([\\"n])/g, (_, sign: string) => (sign === 'n' ? '\n' : sign))
}
