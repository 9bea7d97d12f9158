import { type Expr, FEATURES, formatExpr, parseExpr } from '@weir/promql'

const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>='])

/**
 * What of an alert's expression a picture shows: of `rate(x[5m]) > 5 and y` it is `rate(x[5m])`, so
 * that the time before it fired shows too. An expression without a comparison shows itself.
 *
 * @throws {WeirError} for what is no expression
 */
export function plottedPart(text: string): string {
  const part = plotted(parseExpr(text, ALL_FEATURES))
  return formatExpr(part)
}

function plotted(expr: Expr): Expr {
  if (expr.kind === 'paren') return plotted(expr.expr)
  if (expr.kind !== 'binary') return expr
  if (expr.op === 'and' || expr.op === 'unless') return plotted(expr.left)
  if (!COMPARISONS.has(expr.op) || expr.returnBool) return expr
  return isNumber(expr.left) ? plotted(expr.right) : plotted(expr.left)
}

function isNumber(expr: Expr): boolean {
  if (expr.kind === 'number') return true
  return (expr.kind === 'paren' || expr.kind === 'unary') && isNumber(expr.expr)
}
