import {
  type Aggregation,
  type Binary,
  type Call,
  type Expr,
  type ExprType,
  isComparison,
  isSetOperator,
  type VectorSelector,
} from './ast.ts'
import type { Matcher } from '@weir/model'
import { FUNCTIONS } from './functions.ts'
import { compileRegex } from './regex.ts'
import { quoted } from './value-text.ts'
import { ParseError } from './parse/parse-error.ts'

/** The type of an expression that was checked before. */
export function exprType(expr: Expr): ExprType {
  switch (expr.kind) {
    case 'number':
      return 'scalar'
    case 'string':
      return 'string'
    case 'selector':
    case 'aggregation':
      return 'instant vector'
    case 'range':
    case 'subquery':
      return 'range vector'
    case 'call':
      return FUNCTIONS.get(expr.name)?.returns ?? 'instant vector'
    case 'binary':
      return exprType(expr.left) === 'scalar' && exprType(expr.right) === 'scalar'
        ? 'scalar'
        : 'instant vector'
    case 'unary':
    case 'paren':
      return exprType(expr.expr)
    default:
      return expr satisfies never
  }
}

/**
 * Checks types and numbers of arguments, leaves first.
 *
 * @param text the query, to find the place of an operator
 * @throws {ParseError} the first mistake
 */
export function check(expr: Expr, text: string): ExprType {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return exprType(expr)
    case 'selector':
      return checkSelector(expr)
    case 'range':
      checkSelector(expr.selector)
      return 'range vector'
    case 'paren':
      return check(expr.expr, text)
    case 'subquery': {
      const type = check(expr.expr, text)
      if (type !== 'instant vector') {
        fail(`subquery is only allowed on instant vector, got ${type} instead`, expr.start)
      }
      return 'range vector'
    }
    case 'unary': {
      const type = check(expr.expr, text)
      if (type !== 'scalar' && type !== 'instant vector') {
        fail(
          `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`,
          expr.start,
        )
      }
      return type
    }
    case 'aggregation':
      return checkAggregation(expr, text)
    case 'call':
      return checkCall(expr, text)
    case 'binary':
      return checkBinary(expr, text)
    default:
      return expr satisfies never
  }
}

function fail(message: string, start: number): never {
  throw new ParseError(message, start)
}

function expectType(expr: Expr, want: ExprType, context: string, text: string): void {
  const type = check(expr, text)
  if (type !== want) fail(`expected type ${want} in ${context}, got ${type}`, expr.start)
}

function checkSelector({ matchers, start }: VectorSelector): ExprType {
  if (matchers.every(matchesEmpty)) {
    fail('vector selector must contain at least one non-empty matcher', start)
  }
  return 'instant vector'
}

function matchesEmpty(matcher: Matcher): boolean {
  switch (matcher.operator) {
    case '=':
      return matcher.value === ''
    case '!=':
      return matcher.value !== ''
    case '=~':
    case '!~': {
      const regex = compileRegex(matcher.value)
      const matches = typeof regex !== 'string' && regex.matches('')
      return matcher.operator === '=~' ? matches : !matches
    }
    default:
      return matcher.operator satisfies never
  }
}

function checkAggregation(expr: Aggregation, text: string): ExprType {
  expectType(expr.expr, 'instant vector', 'aggregation expression', text)
  if (expr.param !== undefined) {
    const want = expr.op === 'count_values' ? 'string' : 'scalar'
    expectType(expr.param, want, 'aggregation parameter', text)
  }
  return 'instant vector'
}

function checkCall(expr: Call, text: string): ExprType {
  const { args, variadic, returns } = FUNCTIONS.get(expr.name)!
  const got = expr.args.length
  const least = variadic === 0 ? args.length : args.length - 1
  const name = quoted(expr.name)
  if (variadic === 0 && got !== args.length) {
    fail(`expected ${args.length} argument(s) in call to ${name}, got ${got}`, expr.start)
  }
  if (got < least) {
    fail(`expected at least ${least} argument(s) in call to ${name}, got ${got}`, expr.start)
  }
  if (variadic > 0 && got > least + variadic) {
    fail(
      `expected at most ${least + variadic} argument(s) in call to ${name}, got ${got}`,
      expr.start,
    )
  }
  if (expr.name === 'info' && expr.args.length > 1) checkInfo(expr)
  for (const [i, arg] of expr.args.entries()) {
    // What info() takes second may be conditions that hold for every series.
    if (expr.name === 'info' && i === 1) continue
    expectType(arg, args[Math.min(i, args.length - 1)]!, `call to function ${name}`, text)
  }
  return returns
}

/** What info() takes second looks like a selector but is a list of conditions. */
function checkInfo(expr: Call): void {
  const conditions = expr.args[1]!
  const type = exprType(conditions)
  if (type !== 'instant vector') {
    fail(`expected type instant vector in call to function "info", got ${type}`, expr.start)
  }
  if (conditions.kind !== 'selector') fail('expected label selectors only', conditions.start)
  if (conditions.metricName !== '') {
    fail('expected label selectors only, got vector selector instead', conditions.start)
  }
}

function checkBinary(expr: Binary, text: string): ExprType {
  const left = check(expr.left, text)
  const right = check(expr.right, text)
  const operatorStart = expr.left.end + /^\s*/.exec(text.slice(expr.left.end))![0].length
  const scalars = left === 'scalar' && right === 'scalar'
  if (expr.returnBool && !isComparison(expr.op)) {
    fail('bool modifier can only be used on comparison operators', operatorStart)
  }
  if (isComparison(expr.op) && !expr.returnBool && scalars) {
    fail('comparisons between scalars must use BOOL modifier', operatorStart)
  }
  const { matching } = expr
  if (matching?.on) {
    const both = matching.labels.find((label) => matching.include.includes(label))
    if (both !== undefined) {
      fail(`label ${quoted(both)} must not occur in ON and GROUP clause at once`, operatorStart)
    }
  }
  for (const side of [expr.left, expr.right]) {
    const type = side === expr.left ? left : right
    if (type !== 'scalar' && type !== 'instant vector') {
      fail('binary expression must contain only scalar and instant vector types', side.start)
    }
  }
  if (left !== 'instant vector' || right !== 'instant vector') {
    if (matching !== undefined && matching.labels.length > 0) {
      fail('vector matching only allowed between instant vectors', expr.start)
    }
    if (matching?.fill !== undefined) {
      fail('filling in missing series only allowed between instant vectors', expr.start)
    }
    if (isSetOperator(expr.op)) {
      fail(`set operator "${expr.op}" not allowed in binary scalar expression`, expr.start)
    }
  } else if (isSetOperator(expr.op) && matching !== undefined && matching.many !== 'none') {
    fail(`no grouping allowed for "${expr.op}" operation`, expr.start)
  } else if (isSetOperator(expr.op) && matching?.fill !== undefined) {
    fail('filling in missing series not allowed for set operators', expr.start)
  }
  return scalars ? 'scalar' : 'instant vector'
}
