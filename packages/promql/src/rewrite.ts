import { type Expr, type MatrixSelector, childrenOf } from './ast.ts'

/**
 * The expression with some of its parts replaced. `replace` is asked from the outside in; where it gives
 * an expression, nothing within is looked at. What stays the same is shared, not copied.
 */
export function rewritten(expr: Expr, replace: (part: Expr) => Expr | undefined): Expr {
  const own = replace(expr)
  if (own !== undefined) return own
  const inner = (part: Expr): Expr => rewritten(part, replace)
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return expr
    case 'range': {
      const selector = inner(expr.selector)
      return selector.kind === 'selector' ? ({ ...expr, selector } satisfies MatrixSelector) : expr
    }
    case 'call':
      return { ...expr, args: expr.args.map(inner) }
    case 'aggregation':
      return {
        ...expr,
        expr: inner(expr.expr),
        param: expr.param === undefined ? undefined : inner(expr.param),
      }
    case 'binary':
      return { ...expr, left: inner(expr.left), right: inner(expr.right) }
    case 'subquery':
    case 'unary':
    case 'paren':
      return { ...expr, expr: inner(expr.expr) }
    default:
      return expr satisfies never
  }
}

/** Every part of an expression, itself first. */
export function* partsOf(expr: Expr): Generator<Expr> {
  yield expr
  for (const child of childrenOf(expr)) yield* partsOf(child)
}
