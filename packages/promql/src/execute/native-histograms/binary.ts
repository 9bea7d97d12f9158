import type { NativeHistogram } from '@weir/model'
import type { Binary } from '../../ast.ts'
import type { Evaluation } from '../evaluation.ts'
import { conflicting, reconciled } from './annotations.ts'
import { sameHistogram } from './compare.ts'
import { CONFLICT, HistogramSum, INCOMPATIBLE, RECONCILED } from './histogram-sum.ts'
import { trimmed } from './trim.ts'

/** One operand: a histogram, or else the number. */
export interface Operand {
  readonly number: number
  readonly histogram: NativeHistogram | undefined
}

/**
 * An operation in which a histogram takes part: the resulting histogram; for comparisons whether it
 * holds; undefined where the kinds do not fit, which is said.
 */
export function histogramOperation(
  evaluation: Evaluation,
  expr: Binary,
  left: Operand,
  right: Operand,
): NativeHistogram | boolean | undefined {
  const [a, b] = [left.histogram, right.histogram]
  switch (expr.op) {
    case '+':
    case '-':
      if (a === undefined || b === undefined) break
      return added(evaluation, expr, a, b)
    case '*':
      if (a !== undefined && b === undefined) return scaled(a, right.number)
      if (b !== undefined && a === undefined) return scaled(b, left.number)
      break
    case '/': {
      if (a === undefined || b !== undefined) break
      const sum = new HistogramSum(a)
      sum.divide(right.number)
      return sum.result()
    }
    case '==':
    case '!=':
      if (a === undefined || b === undefined) break
      return sameHistogram(a, b) === (expr.op === '==')
    case '</':
    case '>/':
      if (a === undefined || b !== undefined) break
      return trimmed(a, right.number, expr.op === '</' ? 'below' : 'above')
    case '%':
    case '^':
    case 'atan2':
    case '<':
    case '>':
    case '<=':
    case '>=':
    case 'and':
    case 'or':
    case 'unless':
      break
    default:
      expr.op satisfies never
  }
  const kind = (histogram: unknown): string => (histogram === undefined ? 'float' : 'histogram')
  unfit(evaluation, expr, kind(a), kind(b))
  return undefined
}

/** Says that an operator does not know operands of these kinds. */
export function unfit(evaluation: Evaluation, expr: Binary, left: string, right: string): void {
  evaluation.inform(
    `incompatible sample types encountered for binary operator "${expr.op}": ${left} ${expr.op} ${right}`,
    expr.start,
  )
}

function scaled(histogram: NativeHistogram, factor: number): NativeHistogram {
  const sum = new HistogramSum(histogram)
  sum.scale(factor)
  return sum.result()
}

function added(
  evaluation: Evaluation,
  expr: Binary,
  a: NativeHistogram,
  b: NativeHistogram,
): NativeHistogram | undefined {
  const isSum = expr.op === '+'
  const sum = new HistogramSum(a)
  const outcome = sum.add(b, isSum ? 1 : -1)
  if ((outcome & INCOMPATIBLE) !== 0) {
    evaluation.warn(
      `incompatible bucket layout encountered for binary operator ${expr.op}`,
      expr.start,
    )
    return undefined
  }
  const what = isSum ? 'addition' : 'subtraction'
  if ((outcome & RECONCILED) !== 0) reconciled(evaluation, what, expr.start)
  if ((outcome & CONFLICT) !== 0) conflicting(evaluation, what, expr.start)
  return isSum ? sum.result() : sum.result('gauge')
}
