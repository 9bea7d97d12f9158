import type { Binary, Expr, ExprType } from './ast.ts'
import { childrenOf, unwrapped } from './ast.ts'
import { exprType } from './check.ts'
import { formatExpr } from './format.ts'
import { formatDuration } from './parse/duration.ts'

/** A step of a query's evaluation with the steps that it waits for. Plain data: may cross threads. */
export interface PlanNode {
  /** The expression of this step, which can be asked by itself unless it is a range vector. */
  readonly expr: string
  readonly type: ExprType
  /** What is done, shortly: `sum by (job)`, `rate over 5m`, `select up`. */
  readonly title: string
  /** How, in a sentence; '' where the title says it all. */
  readonly how: string
  readonly inputs: readonly PlanNode[]
}

/**
 * How a query is evaluated, from its result down to what is read. Parentheses, and a range selector
 * below its function, are part of the step around them.
 */
export function planTree(expr: Expr): PlanNode {
  const step = unwrapped(expr)
  return {
    expr: formatExpr(step),
    type: exprType(step),
    ...saying(step),
    inputs: childrenOf(step).map(unwrapped).map(selected).map(planTree),
  }
}

/** A range selector is read as its function asks for it: the step below is the selector. */
function selected(expr: Expr): Expr {
  return expr.kind === 'range' ? expr.selector : expr
}

function saying(expr: Expr): Pick<PlanNode, 'title' | 'how'> {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return { title: formatExpr(expr), how: 'A constant.' }
    case 'selector':
      return {
        title: `select ${expr.metricName === '' ? 'series' : expr.metricName}`,
        how: 'Series are found in the index, then their samples decoded column by column.',
      }
    case 'range':
      return { title: `select over ${formatDuration(expr.rangeMs)}`, how: '' }
    case 'subquery':
      return {
        title: `evaluate over ${formatDuration(expr.rangeMs)}`,
        how: 'What is below is evaluated at each step of the inner range.',
      }
    case 'call': {
      const range = expr.args.map(unwrapped).find((arg) => arg.kind === 'range')
      return range === undefined
        ? { title: expr.name, how: '' }
        : {
            title: `${expr.name} over ${formatDuration(range.rangeMs)}`,
            how: 'One pass over each series serves all steps.',
          }
    }
    case 'aggregation': {
      const labels = expr.grouping.join(', ')
      const grouped = expr.without ? ` without (${labels})` : labels === '' ? '' : ` by (${labels})`
      return {
        title: expr.op + grouped,
        how: 'Series are added to their group as they come and never held together.',
      }
    }
    case 'binary':
      return { title: expr.op, how: joined(expr) }
    case 'unary':
      return { title: expr.op, how: '' }
    case 'paren':
      return saying(unwrapped(expr))
    default:
      return expr satisfies never
  }
}

function joined({ left, right, matching }: Binary): string {
  const isVector = (side: Expr): boolean => exprType(side) === 'instant vector'
  if (!isVector(left) || !isVector(right)) return 'Value by value.'
  if (matching === undefined) return 'Series with the same labels are paired.'
  const labels = matching.labels.join(', ')
  const pairs = matching.on
    ? `Series are paired by ${labels === '' ? 'nothing: one on each side' : labels}`
    : `Series are paired by all labels but ${labels}`
  return matching.many === 'none' ? `${pairs}.` : `${pairs}; several on the ${matching.many}.`
}
