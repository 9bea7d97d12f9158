import type { Binary, Expr } from '@weir/promql'

/**
 * The unit of an expression's values, from the names of the metrics in it: `seconds`, `bytes`,
 * `ratio`, or one of them by the second; undefined when the names do not say.
 *
 * @see Prometheus's naming rules, prometheus.io/docs/practices/naming: base units end a name, before `_total`
 */
export function unitOf(expr: Expr): string | undefined {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return undefined
    case 'selector':
      return unitOfName(expr.metricName)
    case 'range':
      return unitOf(expr.selector)
    case 'subquery':
    case 'paren':
    case 'unary':
      return unitOf(expr.expr)
    case 'aggregation':
      return KEEPING_AGGREGATIONS.has(expr.op) ? unitOf(expr.expr) : undefined
    case 'call':
      return unitOfCall(expr.name, expr.args)
    case 'binary':
      return unitOfBinary(expr)
    default:
      return expr satisfies never
  }
}

const UNITS: ReadonlySet<string> = new Set([
  'seconds',
  'bytes',
  'ratio',
  'celsius',
  'volts',
  'amperes',
  'joules',
  'meters',
])

/** A recorded name is `level:metric:operations`, where either end may be missing. */
function unitOfName(name: string): string | undefined {
  const parts = name.split(':')
  const at = parts.findIndex((part) => wordUnit(part) !== undefined)
  const unit = wordUnit(parts[at] ?? '')
  const operation = parts[at + 1] ?? ''
  if (operation.startsWith('count')) return undefined
  return /^i?rate|^deriv/.test(operation) ? perSecond(unit) : unit
}

/** `http_request_duration_seconds_bucket` → `seconds` */
function wordUnit(name: string): string | undefined {
  const words = name.split('_')
  while (['total', 'sum', 'bucket'].includes(words.at(-1) ?? '')) words.pop()
  const last = words.at(-1) ?? ''
  return words.length > 1 && UNITS.has(last) ? last : undefined
}

/** Seconds by the second are a share of the time. */
function perSecond(unit: string | undefined): string | undefined {
  return unit === 'seconds' ? 'ratio' : unit && `${unit}/s`
}

const KEEPING_AGGREGATIONS: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'min',
  'max',
  'topk',
  'bottomk',
  'limitk',
  'limit_ratio',
  'quantile',
  'stddev',
])

/** Position of the argument whose unit the answer has. */
const KEEPING_FUNCTIONS: Readonly<Record<string, number>> = {
  abs: 0,
  avg_over_time: 0,
  ceil: 0,
  clamp: 0,
  clamp_max: 0,
  clamp_min: 0,
  delta: 0,
  floor: 0,
  idelta: 0,
  increase: 0,
  label_join: 0,
  label_replace: 0,
  last_over_time: 0,
  max_over_time: 0,
  min_over_time: 0,
  predict_linear: 0,
  quantile_over_time: 1,
  round: 0,
  sort: 0,
  sort_desc: 0,
  stddev_over_time: 0,
  sum_over_time: 0,
  vector: 0,
}

const RATES: ReadonlySet<string> = new Set(['rate', 'irate', 'deriv'])

function unitOfCall(name: string, args: readonly Expr[]): string | undefined {
  if (name === 'time' || name === 'timestamp') return 'seconds'
  const [first] = args
  // Observations are in the histogram's own unit, however their counts are taken.
  if (name === 'histogram_quantile') return unitOfName(nameWithin(args[1]!))
  if (name === 'histogram_avg') return unitOfName(nameWithin(first!))
  if (RATES.has(name) && first !== undefined) return perSecond(unitOf(first))
  const kept = args[KEEPING_FUNCTIONS[name] ?? -1]
  return kept === undefined ? undefined : unitOf(kept)
}

function unitOfBinary({ op, left, right }: Binary): string | undefined {
  const [a, b] = [unitOf(left), unitOf(right)]
  switch (op) {
    case '+':
    case '-':
      return a === b || isNumber(right) ? a : isNumber(left) ? b : undefined
    case '/':
      return unitOfMean(left, right) ?? (a !== undefined && a === b ? 'ratio' : undefined)
    case '==':
    case '!=':
    case '<':
    case '>':
    case '<=':
    case '>=':
      return isNumber(left) ? b : a
    case 'and':
    case 'unless':
      return a
    case 'or':
      return a === b ? a : undefined
    default:
      return undefined
  }
}

/** `rate(x_seconds_sum[5m]) / rate(x_seconds_count[5m])` */
function unitOfMean(left: Expr, right: Expr): string | undefined {
  const [, what] = /^(.*)_sum$/.exec(nameWithin(left)) ?? []
  return what !== undefined && nameWithin(right) === `${what}_count` ? unitOfName(what) : undefined
}

/** The metric below aggregations and functions of one argument; '' when there is none. */
function nameWithin(expr: Expr): string {
  switch (expr.kind) {
    case 'selector':
      return expr.metricName
    case 'range':
      return expr.selector.metricName
    case 'paren':
    case 'aggregation':
    case 'subquery':
      return nameWithin(expr.expr)
    case 'call':
      return expr.args.length === 1 ? nameWithin(expr.args[0]!) : ''
    default:
      return ''
  }
}

function isNumber(expr: Expr): boolean {
  if (expr.kind === 'paren' || expr.kind === 'unary') return isNumber(expr.expr)
  if (expr.kind === 'binary') return isNumber(expr.left) && isNumber(expr.right)
  return expr.kind === 'number'
}
