import { type Expr, childrenOf } from '../ast.ts'

/** Functions whose answer depends on the time of evaluation even where every selector is pinned. */
const READS_TIME: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'end',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'range',
  'start',
  'step',
  'time',
  'timestamp',
])

/**
 * The expression with every selector held by `@` at a time, so that it must answer the same whenever it
 * is asked; undefined where it would not. What lies in a sub-query stays, the sub-query is pinned.
 */
export function pinnedAt(expr: Expr, timeMs: number): Expr | undefined {
  return dependsOnTime(expr) ? undefined : pin(expr, timeMs)
}

function dependsOnTime(expr: Expr): boolean {
  if (expr.kind === 'call' && READS_TIME.has(expr.name)) return true
  return childrenOf(expr).some(dependsOnTime)
}

function pin(expr: Expr, timeMs: number): Expr {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return expr
    case 'selector':
    case 'subquery':
      return { ...expr, at: expr.at ?? { kind: 'time', timeMs } }
    case 'range':
      return {
        ...expr,
        selector: { ...expr.selector, at: expr.selector.at ?? { kind: 'time', timeMs } },
      }
    case 'call':
      // The second argument of info() is no selector but a list of conditions.
      return {
        ...expr,
        args: expr.args.map((arg, i) => (expr.name === 'info' && i === 1 ? arg : pin(arg, timeMs))),
      }
    case 'aggregation':
      return {
        ...expr,
        expr: pin(expr.expr, timeMs),
        param: expr.param === undefined ? undefined : pin(expr.param, timeMs),
      }
    case 'binary':
      return { ...expr, left: pin(expr.left, timeMs), right: pin(expr.right, timeMs) }
    case 'unary':
    case 'paren':
      return { ...expr, expr: pin(expr.expr, timeMs) }
    default:
      return expr satisfies never
  }
}
