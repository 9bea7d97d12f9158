import { type Call, type Expr, childrenOf, isSetOperator, unwrapped } from '../ast.ts'
import { exprType } from '../check.ts'
import { DELAYED_NAME_REMOVAL, TYPE_AND_UNIT } from '../features.ts'
import type { Evaluation } from './evaluation.ts'

/**
 * Whether each series of an instant vector is made from one series of the only selector below, and
 * its labels without the metric name are those of no other. Then it does not matter which series are
 * made together, and dropping names makes no two series equal.
 */
export function isSeriesWise(expr: Expr): boolean {
  const inner = unwrapped(expr)
  switch (inner.kind) {
    case 'selector':
      return inner.metricName !== '' && inner.at === undefined
    case 'unary':
      return isSeriesWise(inner.expr)
    case 'call':
      return isSeriesWiseCall(inner)
    case 'binary': {
      if (isSetOperator(inner.op)) return false
      const leftIsScalar = exprType(inner.left) === 'scalar'
      if (!leftIsScalar && exprType(inner.right) !== 'scalar') return false
      const [scalar, vector] = leftIsScalar ? [inner.left, inner.right] : [inner.right, inner.left]
      return isSeriesWise(vector) && !readsSeries(scalar)
    }
    case 'number':
    case 'string':
    case 'range':
    case 'subquery':
    case 'aggregation':
    case 'paren':
      return false
    default:
      return inner satisfies never
  }
}

/** Functions of an instant vector that look at more than one series, or make labels. */
const NOT_SERIES_WISE = new Set([
  'absent',
  'absent_over_time',
  'histogram_fraction',
  'histogram_quantile',
  'histogram_quantiles',
  'info',
  'label_join',
  'label_replace',
  'scalar',
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
  'vector',
])

function isSeriesWiseCall({ name, args }: Call): boolean {
  if (NOT_SERIES_WISE.has(name)) return false
  const [vector, ...more] = args.filter((arg) => exprType(arg) !== 'scalar')
  if (vector === undefined || more.length > 0) return false
  if (args.some((arg) => arg !== vector && readsSeries(arg))) return false
  const inner = unwrapped(vector)
  return inner.kind === 'range' ? isSeriesWise(inner.selector) : isSeriesWise(vector)
}

/** Whether dropping the metric names of an expression's series cannot make two of them equal. */
export function hasOwnNames(evaluation: Evaluation, expr: Expr): boolean {
  if (evaluation.has(DELAYED_NAME_REMOVAL) || evaluation.has(TYPE_AND_UNIT)) return false
  const inner = unwrapped(expr)
  if (inner.kind === 'range') return inner.selector.metricName !== ''
  return isSeriesWise(inner) || (inner.kind === 'selector' && inner.metricName !== '')
}

/** Whether there is a selector below. */
function readsSeries(expr: Expr): boolean {
  return expr.kind === 'selector' || childrenOf(expr).some(readsSeries)
}

/** The number of a node in its tree, parents first; -1 when it is not there. */
export function numberOf(tree: Expr, node: Expr): number {
  let number = 0
  const walk = (expr: Expr): boolean => {
    if (expr === node) return true
    number++
    return childrenOf(expr).some(walk)
  }
  return walk(tree) ? number : -1
}

/** The node with a number. */
export function nodeOf(tree: Expr, number: number): Expr | undefined {
  let left = number
  const walk = (expr: Expr): Expr | undefined => {
    if (left-- === 0) return expr
    for (const child of childrenOf(expr)) {
      const found = walk(child)
      if (found !== undefined) return found
    }
    return undefined
  }
  return walk(tree)
}
