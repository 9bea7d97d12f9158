/**
 * What an alert's expression compares with what, as far as it is certain: `sum(x) > 5 and y` yields
 * values of `sum(x)` that are greater than 5.
 *
 * A filter lets the value pass that it compares, so the value of an alert can be held against the
 * number beside the operator as long as nothing outside the comparison changes values. What does:
 * arithmetic, `bool`, `count`, `sum`, most functions. What does not: `and`, `unless`, parentheses,
 * sorting, relabelling, and picks such as `max` or `topk`. Where two comparisons meet (`x > 1 < 9`,
 * `x > 1 or y > 2`), nothing is said rather than half of it.
 */
import type { AlertEvidence, Threshold } from '@weir/model'
import { type Binary, type Expr, FEATURES, formatExpr, parseExpr } from '@weir/promql'
import { unitOf } from './unit.ts'

/** What is known of a rule's values before there are any. */
export type Comparison = Pick<AlertEvidence, 'threshold' | 'unit'>

const ALL_FEATURES: ReadonlySet<string> = new Set(FEATURES)

/**
 * Reads with all features, since those that are on are not known here: what cannot be read so (a
 * name that is a keyword of a feature) says nothing, and the alert goes out all the same.
 */
function read(text: string): Expr | undefined {
  try {
    return parseExpr(text, ALL_FEATURES)
  } catch {
    return undefined
  }
}

export function comparisonOf(text: string): Comparison {
  const expr = read(text)
  if (expr === undefined) return {}
  const threshold = thresholdOf(expr)
  const unit = unitOf(expr)
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(unit === undefined ? {} : { unit }),
  }
}

/**
 * What a chart of an alert shows: the values that are compared, those within their limit too. The
 * whole expression where it is not clear which these are.
 */
export function chartExpr(text: string): string {
  const expr = read(text)
  const compared = expr === undefined ? undefined : comparedIn(expr)
  return compared === undefined ? text : formatExpr(compared)
}

function comparedIn(expr: Expr): Expr | undefined {
  if (expr.kind === 'paren') return comparedIn(expr.expr)
  if (expr.kind !== 'binary') return undefined
  const { op, left, right } = expr
  if (op === 'and' || op === 'unless') return comparedIn(left)
  if (thresholdOfBinary(expr) === undefined || op === 'or') return undefined
  const compared = numberOf(left) === undefined ? left : right
  return compared.kind === 'paren' ? compared.expr : compared
}

/** Aggregations whose values are values of theirs, or lie between them. */
const PICKS: ReadonlySet<string> = new Set([
  'max',
  'min',
  'topk',
  'bottomk',
  'limitk',
  'limit_ratio',
])

/** Functions that change labels or order only. */
const VALUE_KEEPERS: ReadonlySet<string> = new Set([
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
  'label_replace',
  'label_join',
])

function thresholdOf(expr: Expr): Threshold | undefined {
  switch (expr.kind) {
    case 'paren':
      return thresholdOf(expr.expr)
    case 'aggregation':
      return PICKS.has(expr.op) ? thresholdOf(expr.expr) : averaged(expr)
    case 'call':
      return VALUE_KEEPERS.has(expr.name) ? thresholdOf(expr.args[0]!) : undefined
    case 'binary':
      return thresholdOfBinary(expr)
    default:
      return undefined
  }
}

/** An average of values above 5 is above 5; of values that are not 5, it may be 5. */
function averaged({
  op,
  expr,
}: {
  readonly op: string
  readonly expr: Expr
}): Threshold | undefined {
  if (op !== 'avg') return undefined
  const inner = thresholdOf(expr)
  return inner?.operator === '!=' ? undefined : inner
}

/** The comparison that says the same with its sides exchanged. */
export const MIRRORED = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
} as const satisfies Record<Threshold['operator'], Threshold['operator']>

function thresholdOfBinary(expr: Binary): Threshold | undefined {
  const { op, left, right } = expr
  switch (op) {
    case 'and':
    case 'unless':
      return thresholdOf(left)
    case 'or':
      return same(thresholdOf(left), thresholdOf(right))
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=': {
      if (expr.returnBool) return undefined
      const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)]
      if ((leftNumber === undefined) === (rightNumber === undefined)) return undefined
      const [compared, operator] = leftNumber === undefined ? [left, op] : [right, MIRRORED[op]]
      const value = leftNumber ?? rightNumber!
      return comparesAlready(compared) ? undefined : { operator, value }
    }
    default:
      return undefined
  }
}

/** Whether the values that reach the outside went through a comparison before. */
function comparesAlready(expr: Expr): boolean {
  return thresholdOf(expr) !== undefined
}

function same(a: Threshold | undefined, b: Threshold | undefined): Threshold | undefined {
  return a?.operator === b?.operator && a?.value === b?.value ? a : undefined
}

/** The value of an expression of numbers only: `-5`, `15 * 60`; undefined for any other. */
function numberOf(expr: Expr): number | undefined {
  switch (expr.kind) {
    case 'number':
      return expr.value
    case 'paren':
      return numberOf(expr.expr)
    case 'unary': {
      const value = numberOf(expr.expr)
      return value === undefined || expr.op === '+' ? value : -value
    }
    case 'binary': {
      const [left, right] = [numberOf(expr.left), numberOf(expr.right)]
      return left === undefined || right === undefined
        ? undefined
        : calculated(expr.op, left, right)
    }
    default:
      return undefined
  }
}

function calculated(op: Binary['op'], left: number, right: number): number | undefined {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case '%':
      return left % right
    case '^':
      return left ** right
    default:
      return undefined
  }
}
