import { METRIC_NAME, isLabelName } from '@weir/model'
import type {
  Aggregation,
  Binary,
  DurationExpr,
  Expr,
  MatrixSelector,
  Subquery,
  TimeShift,
  VectorSelector,
} from './ast.ts'
import { formatDuration } from './parse/duration.ts'
import { plainDecimal, quoted, shortG } from './value-text.ts'

/** The expression as text on one line, spelled as Prometheus spells it; reading it again gives the same tree. */
export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return expr.isDuration ? formatDuration(expr.value * 1000) : plainDecimal(expr.value)
    case 'string':
      return quoted(expr.value)
    case 'selector':
      return formatSelector(expr) + formatShift(expr, formatEdges(expr))
    case 'range':
      return `${formatSelector(expr.selector)}[${rangeOf(expr)}]${formatEdges(expr.selector)}${formatShift(expr.selector)}`
    case 'subquery':
      return `${formatExpr(expr.expr)}${formatBrackets(expr)}${formatShift(expr)}`
    case 'call':
      return `${expr.name}(${expr.args.map(formatExpr).join(', ')})`
    case 'aggregation': {
      const args = expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
      return `${formatAggregator(expr)}(${args.map(formatExpr).join(', ')})`
    }
    case 'binary':
      return `${formatExpr(expr.left)} ${expr.op}${formatModifiers(expr)} ${formatExpr(expr.right)}`
    case 'unary':
      return expr.op + formatExpr(expr.expr)
    case 'paren':
      return `(${formatExpr(expr.expr)})`
    default:
      return expr satisfies never
  }
}

/** `sum by (a) ` with what stands before the parenthesis. */
export function formatAggregator({ op, without, grouping }: Aggregation): string {
  const labels = grouping.map(formatGrouping).join(', ')
  if (without) return `${op} without (${labels}) `
  return labels === '' ? op : `${op} by (${labels}) `
}

function formatLabel(name: string): string {
  return isLabelName(name) ? name : quoted(name)
}

/** In lists of labels a colon needs no quotes. */
function formatGrouping(name: string): string {
  return /^[a-zA-Z_:][\w:]*$/.test(name) ? name : quoted(name)
}

/** Conditions go by their text, as Prometheus sorts them. */
function formatSelector({ metricName, isQuoted, matchers }: VectorSelector): string {
  const name = isQuoted === true ? '' : metricName
  const conditions = matchers
    .filter((one) => one.name !== METRIC_NAME || one.operator !== '=' || name !== one.value)
    .map((one) => formatLabel(one.name) + one.operator + quoted(one.value))
    .sort()
  return name + (conditions.length > 0 ? `{${conditions.join(',')}}` : '')
}

function rangeOf({ range, rangeMs }: MatrixSelector | Subquery): string {
  return range === undefined ? formatDuration(rangeMs) : formatDurationExpr(range)
}

/** `[5m:1m]` behind a sub-query. */
export function formatBrackets(expr: Subquery): string {
  let step = expr.stepMs === 0 ? '' : formatDuration(expr.stepMs)
  if (expr.step !== undefined) step = formatDurationExpr(expr.step)
  return `[${rangeOf(expr)}:${step}]`
}

function formatEdges({ edges }: VectorSelector): string {
  return edges === undefined ? '' : ` ${edges}`
}

function formatDurationExpr(expr: DurationExpr): string {
  if (expr.kind === 'number') return formatExpr(expr)
  const left = expr.left === undefined ? '' : formatDurationExpr(expr.left)
  const right = expr.right === undefined ? '' : formatDurationExpr(expr.right)
  let text: string
  if (expr.op === 'step' || expr.op === 'range') text = `${expr.op}()`
  else if (expr.op === 'min_of' || expr.op === 'max_of') text = `${expr.op}(${left}, ${right})`
  else if (expr.left !== undefined) text = `${left} ${expr.op} ${right}`
  // The plus sign keeps a parenthesised number apart from a bare one; it is not written.
  else text = expr.op === '+' && expr.isWrapped ? right : expr.op + right
  return expr.isWrapped ? `(${text})` : text
}

/** ` @ 5.000 offset 1m` behind a selector or sub-query. */
export function formatShift({ offsetMs, offset, at }: TimeShift, edges = ''): string {
  let moved = offsetMs === 0 ? '' : ` offset ${formatDuration(offsetMs)}`
  if (offset !== undefined) moved = ` offset ${formatDurationExpr(offset)}`
  if (at === undefined) return edges + moved
  const pin = at.kind === 'time' ? (at.timeMs / 1000).toFixed(3) : `${at.kind}()`
  return ` @ ${pin}${edges}${moved}`
}

export function formatModifiers({ returnBool, matching }: Binary): string {
  let text = returnBool ? ' bool' : ''
  if (matching === undefined) return text
  const labels = (names: readonly string[]): string => `(${names.map(formatGrouping).join(', ')})`
  if (matching.labels.length > 0 || matching.on || matching.many !== 'none') {
    text += ` ${matching.on ? 'on' : 'ignoring'} ${labels(matching.labels)}`
  }
  if (matching.many !== 'none') text += ` group_${matching.many} ${labels(matching.include)}`
  if (matching.fill === undefined) return text
  const { left, right } = matching.fill
  if (left !== undefined && left === right) return `${text} fill (${shortG(left)})`
  if (left !== undefined) text += ` fill_left (${shortG(left)})`
  if (right !== undefined) text += ` fill_right (${shortG(right)})`
  return text
}
