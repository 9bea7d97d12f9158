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
  readonly offsetMs: number
  readonly at: At | undefined
}

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
  /** All conditions, that on `__name__` included. */
  readonly matchers: readonly Matcher[]
}

export interface MatrixSelector extends Span {
  readonly kind: 'range'
  readonly selector: VectorSelector
  readonly rangeMs: number
}

export interface Subquery extends Span, TimeShift {
  readonly kind: 'subquery'
  readonly expr: Expr
  readonly rangeMs: number
  /** 0 means the default step of the query. */
  readonly stepMs: number
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
export type SetOperator = 'and' | 'or' | 'unless'
export type BinaryOperator = ArithmeticOperator | ComparisonOperator | SetOperator

export interface Matching {
  /** `on(…)` compares only the labels listed, `ignoring(…)` all but these and the metric name. */
  readonly on: boolean
  readonly labels: readonly string[]
  /** Which side may have several partners: `left` by `group_left`. */
  readonly many: 'none' | 'left' | 'right'
  /** Labels copied from the one side to the result. */
  readonly include: readonly string[]
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
