import type { Matcher } from '@weir/model'

/** A LogQL query: lines, or numbers made of lines. Positions (`start`) are indexes into the text. */
export type LogQLExpr = LogExpr | MetricExpr

/** `{app="x"} |= "error" | json | status >= 500`: streams, and what happens to each of their lines. */
export interface LogExpr {
  readonly kind: 'log'
  readonly matchers: readonly Matcher[]
  readonly stages: readonly Stage[]
  readonly start: number
}

export type Stage =
  | LineFilterStage
  | { readonly kind: 'json'; readonly labels: readonly ExtractedLabel[] }
  | {
      readonly kind: 'logfmt'
      readonly labels: readonly ExtractedLabel[]
      readonly isStrict: boolean
      readonly keepsEmpty: boolean
    }
  | { readonly kind: 'pattern' | 'regexp'; readonly text: string; readonly start: number }
  | { readonly kind: 'unpack' | 'decolorize' }
  | { readonly kind: 'filter'; readonly filter: LabelFilter }
  | { readonly kind: 'line_format'; readonly template: string; readonly start: number }
  | { readonly kind: 'label_format'; readonly labels: readonly FormattedLabel[] }
  | { readonly kind: 'drop' | 'keep'; readonly labels: readonly ChosenLabel[] }

export type LineFilterOperator = '|=' | '!=' | '|~' | '!~' | '|>' | '!>'

/** `|= "a" or "b"`: one of the alternatives; with a negative operator none of them. */
export interface LineFilterStage {
  readonly kind: 'line'
  readonly operator: LineFilterOperator
  readonly alternatives: readonly LineAlternative[]
}

/** A text to look for; `isIp`: an address or range of addresses. */
export interface LineAlternative {
  readonly text: string
  readonly isIp: boolean
  readonly start: number
}

/** `json method="request.method"`; without its own expression the name is the expression. */
export interface ExtractedLabel {
  readonly name: string
  readonly expression: string
  readonly start: number
}

/** `to="{{.from}}"` by a template, or `to=from`, which renames. */
export type FormattedLabel =
  | { readonly kind: 'rename'; readonly name: string; readonly from: string }
  | {
      readonly kind: 'template'
      readonly name: string
      readonly template: string
      readonly start: number
    }

/** A label by its name, or only where it has some value. */
export interface ChosenLabel {
  readonly name: string
  readonly matcher?: Matcher
}

export type ComparisonOperator = '==' | '!=' | '>' | '>=' | '<' | '<='

export type LabelFilter =
  | { readonly kind: 'and' | 'or'; readonly left: LabelFilter; readonly right: LabelFilter }
  | { readonly kind: 'string'; readonly matcher: Matcher }
  | {
      readonly kind: 'ip'
      readonly name: string
      readonly operator: '=' | '!='
      readonly text: string
      readonly start: number
    }
  | QuantityFilter

/** The value is a number, nanoseconds, or bytes. */
export interface QuantityFilter {
  readonly kind: 'number' | 'duration' | 'bytes'
  readonly name: string
  readonly operator: ComparisonOperator
  readonly value: number
}

export type MetricExpr =
  | RangeAggregation
  | VectorAggregation
  | BinaryExpr
  | LabelReplace
  | { readonly kind: 'number'; readonly value: number; readonly start: number }
  | { readonly kind: 'vector'; readonly value: number; readonly start: number }

export const RANGE_OPERATIONS = [
  'rate',
  'rate_counter',
  'count_over_time',
  'bytes_rate',
  'bytes_over_time',
  'avg_over_time',
  'sum_over_time',
  'min_over_time',
  'max_over_time',
  'stdvar_over_time',
  'stddev_over_time',
  'quantile_over_time',
  'first_over_time',
  'last_over_time',
  'absent_over_time',
] as const
export type RangeOperation = (typeof RANGE_OPERATIONS)[number]

/** `sum_over_time({…} | json | unwrap duration(took) [5m] offset 1h) by (app)`. */
export interface RangeAggregation {
  readonly kind: 'range'
  readonly operation: RangeOperation
  /** Of `quantile_over_time`. */
  readonly parameter?: number
  readonly log: LogExpr
  readonly unwrap?: Unwrap
  readonly rangeNs: bigint
  readonly offsetNs: bigint
  readonly grouping?: Grouping
  readonly start: number
}

/** Which label's value becomes the sample. */
export interface Unwrap {
  readonly name: string
  readonly conversion?: 'bytes' | 'duration' | 'duration_seconds'
  /** Conditions after the conversion, such as `__error__=""`. */
  readonly filters: readonly LabelFilter[]
}

export interface Grouping {
  readonly without: boolean
  readonly names: readonly string[]
}

export const VECTOR_OPERATIONS = [
  'sum',
  'avg',
  'max',
  'min',
  'count',
  'stddev',
  'stdvar',
  'bottomk',
  'topk',
  'sort',
  'sort_desc',
  'approx_topk',
] as const
export type VectorOperation = (typeof VECTOR_OPERATIONS)[number]

export interface VectorAggregation {
  readonly kind: 'aggregation'
  readonly operation: VectorOperation
  /** Of `topk`, `bottomk`, `approx_topk`: a whole number above 0. */
  readonly parameter?: number
  readonly grouping?: Grouping
  readonly expr: MetricExpr
  readonly start: number
}

export type BinaryOperator =
  | 'or'
  | 'and'
  | 'unless'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | ComparisonOperator

export interface BinaryExpr {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly left: MetricExpr
  readonly right: MetricExpr
  readonly returnBool: boolean
  readonly matching?: VectorMatching
  readonly start: number
}

export interface VectorMatching {
  readonly on: boolean
  readonly names: readonly string[]
  /** Which side has many; undefined: one to one. */
  readonly group?: { readonly side: 'left' | 'right'; readonly include: readonly string[] }
}

interface LabelReplace {
  readonly kind: 'label_replace'
  readonly expr: MetricExpr
  readonly target: string
  readonly replacement: string
  readonly source: string
  readonly regex: string
  readonly start: number
}

/** The range aggregations of an expression, in order of appearance. */
export function rangesOf(expr: MetricExpr): RangeAggregation[] {
  switch (expr.kind) {
    case 'range':
      return [expr]
    case 'aggregation':
    case 'label_replace':
      return rangesOf(expr.expr)
    case 'binary':
      return [...rangesOf(expr.left), ...rangesOf(expr.right)]
    case 'number':
    case 'vector':
      return []
    default:
      return expr satisfies never
  }
}
