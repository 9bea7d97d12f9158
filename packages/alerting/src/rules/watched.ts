/**
 * What an alert's expression looks at, without what it asks of it: `rate(x[5m]) > 5` looks at
 * `rate(x[5m])`.
 *
 * An element that is missing from an answer says one of two things: the condition no longer holds, or
 * there is nothing left to hold it against. The watched expression tells them apart. It yields an
 * element, with the labels that an alert would have, for everything that has data, whether its
 * condition holds or not:
 *
 *     x > 5            x                    against a number: the side that has labels
 *     a > on (k) b     a > bool on (k) b    against a vector: whatever both sides have data for
 *     a > 5 and b < 3  a and b
 *     a > 5 unless b   a                    that `b` came up is an answer, too
 *     count(x > 5)     group(x)             how many passed the filter does not matter
 *     f(x > 5)         f(x)                 also inside subqueries
 *
 * Where no comparison filters (`kube_job_failed`), that a series exists is itself the condition. And
 * `absent(x)` has an element because there is no data: what ends it is an answer.
 */
import {
  type Aggregation,
  type Binary,
  type Call,
  type Expr,
  FEATURES,
  exprType,
  formatExpr,
  parseExpr,
} from '@weir/promql'

export type Watched =
  /** Its answer says it all: what is missing does not hold. */
  { readonly kind: 'nothing' } | { readonly kind: 'expr'; readonly expr: string }

/** The rule was read with the features that are on; with all of them it reads the same. */
const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

export function watchedOf(text: string): Watched {
  const expr = parseExpr(text, ALL_FEATURES)
  if (!filters(expr)) return { kind: 'nothing' }
  const watched = unfiltered(expr)
  return watched === undefined ? { kind: 'nothing' } : { kind: 'expr', expr: formatExpr(watched) }
}

/** The side of a comparison with a number that has labels: `x` of `x > 5`; undefined for other expressions. */
export function comparedSide(text: string): string | undefined {
  const expr = withoutParens(parseExpr(text, ALL_FEATURES))
  if (expr.kind !== 'binary' || !isFilter(expr)) return undefined
  const { left, right } = expr
  if (exprType(right) === 'scalar') return formatExpr(left)
  return exprType(left) === 'scalar' ? formatExpr(right) : undefined
}

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])

function isFilter({ op, returnBool }: Binary): boolean {
  return COMPARISONS.has(op) && !returnBool
}

/** Whether some comparison decides which elements there are. */
function filters(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return false
    case 'subquery':
    case 'unary':
    case 'paren':
    case 'aggregation':
      return filters(expr.expr)
    case 'call':
      return expr.args.some(filters)
    case 'binary':
      if (exprType(expr) === 'scalar') return false
      return isFilter(expr) || filters(expr.left) || (expr.op !== 'unless' && filters(expr.right))
    default:
      return expr satisfies never
  }
}

/** The expression with its filters taken away; undefined when it has an answer without data, too. */
function unfiltered(expr: Expr): Expr | undefined {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return expr
    case 'paren':
    case 'subquery':
    case 'unary': {
      const inner = unfiltered(expr.expr)
      if (inner === undefined) return undefined
      return { ...expr, expr: expr.kind === 'paren' ? inner : grouped(inner) }
    }
    case 'aggregation':
      return unfilteredAggregation(expr)
    case 'call':
      return unfilteredCall(expr)
    case 'binary':
      return unfilteredBinary(expr)
    default:
      return expr satisfies never
  }
}

/** Aggregations that pass elements on as they are. */
const SELECTIONS: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio'])

function unfilteredAggregation(expr: Aggregation): Expr | undefined {
  if (!filters(expr.expr)) return isAnswerWithoutData(expr.expr) ? undefined : expr
  const inner = unfiltered(expr.expr)
  if (inner === undefined || expr.op === 'count_values') return undefined
  if (SELECTIONS.has(expr.op)) return inner
  return { ...expr, op: 'group', param: undefined, expr: inner }
}

function unfilteredCall(expr: Call): Expr | undefined {
  if (isAnswerWithoutData(expr)) return undefined
  if (exprType(expr) === 'scalar') return expr
  const args: Expr[] = []
  for (const arg of expr.args) {
    const inner = unfiltered(arg)
    if (inner === undefined) return undefined
    args.push(inner)
  }
  return { ...expr, args }
}

/** Whether it yields something because there is nothing. */
function isAnswerWithoutData(expr: Expr): boolean {
  return expr.kind === 'call' && (expr.name === 'absent' || expr.name === 'absent_over_time')
}

function unfilteredBinary(expr: Binary): Expr | undefined {
  if (exprType(expr) === 'scalar') return expr
  const left = unfiltered(expr.left)
  if (left === undefined) return undefined
  if (expr.op === 'unless') return left
  const right = unfiltered(expr.right)
  if (right === undefined) return expr.op === 'and' ? left : undefined
  if (!isFilter(expr)) return { ...expr, left: grouped(left), right: grouped(right) }
  if (exprType(right) === 'scalar') return withData(left, right)
  if (exprType(left) === 'scalar') return withData(right, left)
  return { ...expr, returnBool: true, left: grouped(left), right: grouped(right) }
}

/** A vector, as long as the numbers that it was compared with can be had as well: `x > scalar(limit)`. */
function withData(vector: Expr, number: Expr): Expr {
  const matching = { on: true, labels: [], many: 'none', include: [] } as const
  return vectorsBehind(number).reduce<Expr>(
    (left, right) => ({
      kind: 'binary',
      op: 'and',
      left: grouped(left),
      right: grouped(right),
      returnBool: false,
      matching,
      start: left.start,
      end: left.end,
    }),
    vector,
  )
}

function vectorsBehind(number: Expr): Expr[] {
  switch (number.kind) {
    case 'call':
      return number.name === 'scalar' ? [number.args[0]!] : []
    case 'binary':
      return [...vectorsBehind(number.left), ...vectorsBehind(number.right)]
    case 'paren':
    case 'unary':
      return vectorsBehind(number.expr)
    default:
      return []
  }
}

/** In parentheses where its neighbours could pull it apart. */
function grouped(expr: Expr): Expr {
  return expr.kind === 'binary' ? { kind: 'paren', expr, start: expr.start, end: expr.end } : expr
}

function withoutParens(expr: Expr): Expr {
  return expr.kind === 'paren' ? withoutParens(expr.expr) : expr
}
