import type { Threshold } from '@weir/model'
import {
  type Binary,
  type Expr,
  FEATURES,
  MemoryQueryable,
  exprType,
  formatExpr,
  instantQuery,
  parseExpr,
  partsOf,
  rewritten,
} from '@weir/promql'
import { MIRRORED } from '../rules/evidence.ts'

/** The number that an expression compares with: the one that backtests vary. */
export interface ThresholdSite {
  readonly threshold: Threshold
  /**
   * What is compared, where the comparison is the whole expression: then one answer serves every
   * threshold. Undefined where more stands around it.
   */
  readonly compared: string | undefined
  /** The expression with another number in this place. */
  with(value: number): string
}

const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

/** Finds the first comparison with a number, from left to right; undefined when there is none. */
export function thresholdOf(text: string): ThresholdSite | undefined {
  const expr = parseExpr(text, ALL_FEATURES)
  for (const part of partsOf(expr)) {
    const site = comparisonIn(part)
    if (site === undefined) continue
    const { comparison, number, vector, threshold } = site
    return {
      threshold,
      compared: withoutParens(expr) === comparison ? formatExpr(vector) : undefined,
      with: (value) =>
        formatExpr(
          rewritten(expr, (other) =>
            other === number
              ? { kind: 'number', value, isDuration: false, start: number.start, end: number.end }
              : undefined,
          ),
        ),
    }
  }
  return undefined
}

interface ComparisonSite {
  readonly comparison: Binary
  readonly number: Expr
  readonly vector: Expr
  readonly threshold: Threshold
}

function comparisonIn(part: Expr): ComparisonSite | undefined {
  if (part.kind !== 'binary' || part.returnBool) return undefined
  if (!isComparison(part.op)) return undefined
  const mirrored = MIRRORED[part.op]
  const right = numberOf(part.right)
  const left = right === undefined ? numberOf(part.left) : undefined
  if (right !== undefined && exprType(part.left) === 'instant vector') {
    const threshold = { operator: part.op, value: right }
    return { comparison: part, number: part.right, vector: part.left, threshold }
  }
  if (left === undefined || exprType(part.right) !== 'instant vector') return undefined
  const threshold = { operator: mirrored, value: left }
  return { comparison: part, number: part.left, vector: part.right, threshold }
}

const isComparison = (op: string): op is Threshold['operator'] => Object.hasOwn(MIRRORED, op)

/** The value of an expression of numbers only: `-5`, `15 * 60`. */
function numberOf(expr: Expr): number | undefined {
  const isPlain = [...partsOf(expr)].every(
    ({ kind }) => kind === 'number' || kind === 'unary' || kind === 'binary' || kind === 'paren',
  )
  if (!isPlain) return undefined
  const { value } = instantQuery(new MemoryQueryable(), { expr, timeMs: 0 })
  return value.kind === 'scalar' ? value.value : undefined
}

function withoutParens(expr: Expr): Expr {
  return expr.kind === 'paren' ? withoutParens(expr.expr) : expr
}

/** Whether a value passes a comparison, as PromQL's filters have it. */
export function passes(value: number, { operator, value: limit }: Threshold): boolean {
  switch (operator) {
    case '>':
      return value > limit
    case '<':
      return value < limit
    case '>=':
      return value >= limit
    case '<=':
      return value <= limit
    case '==':
      return value === limit
    case '!=':
      return value !== limit
    default:
      return operator satisfies never
  }
}
