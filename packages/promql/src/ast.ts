import { type Matcher, invariant } from '@weir/model'

/** What an expression yields, in the words of PromQL's error messages. */
export type ExprType = 'scalar' | 'string' | 'instant vector' | 'range vector'

/** Where an expression stands in its text: [start, end), in UTF-16 units. */
interface Span {
  readonly start: number
  readonly end: number
}

/** The time an `@` modifier pins a selector to. */
export type At =
  | { readonly kind: 'time'; readonly timeMs: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }

/** `offset` and `@`, which selectors and sub-queries may carry. */
export interface TimeShift {
  /** 0 until {@link offset} is worked out, where there is one. */
  readonly offsetMs: number
  readonly at: At | undefined
  /** The offset as it was written, when it is more than a number. */
  readonly offset?: DurationExpr
}

/**
 * Arithmetic over durations in brackets and behind `offset`, worked out when a query begins since
 * `step()` and `range()` are its own.
 */
export interface DurationArithmetic extends Span {
  readonly kind: 'duration'
  readonly op: '+' | '-' | '*' | '/' | '%' | '^' | 'step' | 'range' | 'min_of' | 'max_of'
  /** Absent for signs, `step()` and `range()`. */
  readonly left: DurationExpr | undefined
  /** Absent for `step()` and `range()`. */
  readonly right: DurationExpr | undefined
  /** Written in parentheses. */
  readonly isWrapped: boolean
}

export type DurationExpr = NumberLiteral | DurationArithmetic

interface NumberLiteral extends Span {
  readonly kind: 'number'
  readonly value: number
  /** Written with units (`5m`); only formatting cares. */
  readonly isDuration: boolean
}

interface StringLiteral extends Span {
  readonly kind: 'string'
  readonly value: string
}

export interface VectorSelector extends Span, TimeShift {
  readonly kind: 'selector'
  /** The metric name as written outside or first inside the braces, '' when there is none. */
  readonly metricName: string
  /** Whether it stands in braces, quoted. */
  readonly isQuoted?: boolean
  /** All conditions, that on `__name__` included. */
  readonly matchers: readonly Matcher[]
  /**
   * `anchored`: a range begins with the last sample before it. `smoothed`: values at both ends are
   * interpolated.
   */
  readonly edges?: 'anchored' | 'smoothed'
}

export interface MatrixSelector extends Span {
  readonly kind: 'range'
  readonly selector: VectorSelector
  /** 0 until {@link range} is worked out, where there is one. */
  readonly rangeMs: number
  /** The range as it was written, when it is more than a number. */
  readonly range?: DurationExpr
}

export interface Subquery extends Span, TimeShift {
  readonly kind: 'subquery'
  readonly expr: Expr
  readonly rangeMs: number
  /** 0 means the default step of the query. */
  readonly stepMs: number
  /** Range and step as they were written, when they are more than numbers. */
  readonly range?: DurationExpr
  readonly step?: DurationExpr
}

export interface Call extends Span {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expr[]
}

export const AGGREGATORS = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
  'limitk',
  'limit_ratio',
] as const
export type Aggregator = (typeof AGGREGATORS)[number]

export interface Aggregation extends Span {
  readonly kind: 'aggregation'
  readonly op: Aggregator
  readonly expr: Expr
  readonly param: Expr | undefined
  /** `by` keeps only the labels listed, `without` all but these and the metric name. */
  readonly without: boolean
  readonly grouping: readonly string[]
}

type ArithmeticOperator = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2'
export type ComparisonOperator = '==' | '!=' | '<' | '>' | '<=' | '>='
/** `histogram </ 5` and `histogram >/ 5` cut off what lies above or below. */
export type TrimOperator = '</' | '>/'
export type SetOperator = 'and' | 'or' | 'unless'
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | TrimOperator | SetOperator

export interface Matching {
  /** `on(…)` compares only the labels listed, `ignoring(…)` all but these and the metric name. */
  readonly on: boolean
  readonly labels: readonly string[]
  /** Which side may have several partners: `left` by `group_left`. */
  readonly many: 'none' | 'left' | 'right'
  /** Labels copied from the one side to the result. */
  readonly include: readonly string[]
  /** What stands in for a missing partner on each side, when `fill` was written. */
  readonly fill?: { readonly left: number | undefined; readonly right: number | undefined }
}

export interface Binary extends Span {
  readonly kind: 'binary'
  readonly op: BinaryOperator
  readonly left: Expr
  readonly right: Expr
  readonly returnBool: boolean
  /** As written; absent when neither `on` nor `ignoring` was. */
  readonly matching: Matching | undefined
}

export interface Unary extends Span {
  readonly kind: 'unary'
  readonly op: '+' | '-'
  readonly expr: Expr
}

interface Paren extends Span {
  readonly kind: 'paren'
  readonly expr: Expr
}

/** A PromQL expression, as `parseExpr` reads it. Plain data: may cross threads. */
export type Expr =
  | NumberLiteral
  | StringLiteral
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregation
  | Binary
  | Unary
  | Paren

export function isComparison(op: BinaryOperator): op is ComparisonOperator {
  return op === '==' || op === '!=' || op === '<' || op === '>' || op === '<=' || op === '>='
}

export function isTrim(op: BinaryOperator): op is TrimOperator {
  return op === '</' || op === '>/'
}

export function isSetOperator(op: BinaryOperator): op is SetOperator {
  return op === 'and' || op === 'or' || op === 'unless'
}

/** The expressions directly below one, in order of evaluation. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return []
    case 'range':
      return [expr.selector]
    case 'call':
      return expr.args
    case 'aggregation':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
    case 'binary':
      return [expr.left, expr.right]
    case 'subquery':
    case 'unary':
    case 'paren':
      return [expr.expr]
    default:
      return expr satisfies never
  }
}

/**
 * When the first selector in an expression is looked at: its own `@` or that of the sub-query nearest
 * around it, and the offsets up to there.
 */
export function innermostShift(expr: Expr): Pick<TimeShift, 'at' | 'offsetMs'> {
  return shiftOf(expr) ?? { at: undefined, offsetMs: 0 }
}

function shiftOf(expr: Expr): Pick<TimeShift, 'at' | 'offsetMs'> | undefined {
  if (expr.kind === 'selector') return { at: expr.at, offsetMs: expr.offsetMs }
  for (const child of childrenOf(expr)) {
    const inner = shiftOf(child)
    if (inner === undefined) continue
    return expr.kind === 'subquery' && inner.at === undefined
      ? { at: expr.at, offsetMs: inner.offsetMs + expr.offsetMs }
      : inner
  }
  return undefined
}

/** The expression without the parentheses around it. */
export function unwrapped(expr: Expr): Expr {
  let inner = expr
  while (inner.kind === 'paren') inner = inner.expr
  return inner
}

/** What a string expression says; the type checker has made sure that it is one. */
export function stringOf(expr: Expr): string {
  const inner = unwrapped(expr)
  invariant(inner.kind === 'string', `a ${inner.kind} is no string`)
  return inner.value
}
