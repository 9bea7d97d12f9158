import { METRIC_NAME, isLabelName, isLegacyName } from '@weir/model'
import type { Binary, Expr, TimeShift, VectorSelector } from './ast.ts'
import { formatDuration } from './parse/duration.ts'
import { plainDecimal } from './value-text.ts'

/** The expression as text on one line, spelled as Prometheus spells it; reading it again gives the same tree. */
export function formatExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return expr.isDuration ? formatDuration(expr.value * 1000) : plainDecimal(expr.value)
    case 'string':
      return JSON.stringify(expr.value)
    case 'selector':
      return formatSelector(expr) + formatShift(expr)
    case 'range':
      return `${formatSelector(expr.selector)}[${formatDuration(expr.rangeMs)}]${formatShift(expr.selector)}`
    case 'subquery': {
      const step = expr.stepMs === 0 ? '' : formatDuration(expr.stepMs)
      return `${formatExpr(expr.expr)}[${formatDuration(expr.rangeMs)}:${step}]${formatShift(expr)}`
    }
    case 'call':
      return `${expr.name}(${expr.args.map(formatExpr).join(', ')})`
    case 'aggregation': {
      const args = expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
      const body = `(${args.map(formatExpr).join(', ')})`
      const labels = expr.grouping.map(formatLabel).join(', ')
      if (expr.without) return `${expr.op} without (${labels}) ${body}`
      return labels === '' ? expr.op + body : `${expr.op} by (${labels}) ${body}`
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

function formatLabel(name: string): string {
  return isLabelName(name) ? name : JSON.stringify(name)
}

function formatSelector({ metricName, matchers }: VectorSelector): string {
  const isBare = metricName !== '' && isLegacyName(metricName)
  const conditions = matchers
    .filter(
      (one) => !(one.name === METRIC_NAME && one.operator === '=' && metricName === one.value),
    )
    .map((one) => formatLabel(one.name) + one.operator + JSON.stringify(one.value))
  if (metricName !== '' && !isBare) conditions.unshift(JSON.stringify(metricName))
  const inside = conditions.length > 0 ? `{${conditions.join(',')}}` : ''
  return isBare ? metricName + inside : inside
}

function formatShift({ offsetMs, at }: TimeShift): string {
  const offset = offsetMs === 0 ? '' : ` offset ${formatDuration(offsetMs)}`
  if (at === undefined) return offset
  const pin = at.kind === 'time' ? (at.timeMs / 1000).toFixed(3) : `${at.kind}()`
  return ` @ ${pin}${offset}`
}

function formatModifiers({ returnBool, matching }: Binary): string {
  let text = returnBool ? ' bool' : ''
  if (matching === undefined) return text
  const labels = (names: readonly string[]): string => `(${names.map(formatLabel).join(', ')})`
  text += ` ${matching.on ? 'on' : 'ignoring'} ${labels(matching.labels)}`
  if (matching.many !== 'none') text += ` group_${matching.many} ${labels(matching.include)}`
  return text
}
