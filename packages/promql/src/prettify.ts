import type { Expr } from './ast.ts'
import { FEATURES } from './features.ts'
import {
  formatAggregator,
  formatBrackets,
  formatExpr,
  formatModifiers,
  formatShift,
} from './format.ts'
import { parseExpr } from './parse/parse.ts'

/** What is longer than so many bytes is broken. */
const LINE_BYTES = 100

/**
 * The expression laid out for reading, as `promtool promql format` lays it out: what fits on a line
 * stays on one, what does not is broken at its operators and parentheses, two spaces a level.
 *
 * @see prometheus:promql/parser/prettier.go
 */
export function prettify(expr: Expr): string {
  return pretty(expr, 0)
}

/** A query's text, laid out; every feature may be used. */
export function formatQuery(text: string): string {
  return prettify(parseExpr(text, new Set(FEATURES)))
}

function pretty(expr: Expr, level: number): string {
  const text = formatExpr(expr)
  const indent = '  '.repeat(level)
  const isShort = Buffer.byteLength(text) <= LINE_BYTES
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'selector':
    case 'range':
      return indent + text
    case 'aggregation': {
      if (isShort) return indent + text
      const param = expr.param === undefined ? '' : `${pretty(expr.param, level + 1)},\n`
      const body = `${param}${pretty(expr.expr, level + 1)}`
      return `${indent}${formatAggregator(expr)}(\n${body}\n${indent})`
    }
    case 'binary': {
      if (isShort) return indent + text
      const [left, right] = [pretty(expr.left, level + 1), pretty(expr.right, level + 1)]
      return `${left}\n${indent}${expr.op}${formatModifiers(expr)}\n${right}`
    }
    case 'call': {
      if (isShort) return indent + text
      const args = expr.args.map((arg) => pretty(arg, level + 1)).join(',\n')
      return `${indent}${expr.name}(\n${args}\n${indent})`
    }
    case 'paren':
      if (isShort) return indent + text
      return `${indent}(\n${pretty(expr.expr, level + 1)}\n${indent})`
    case 'subquery':
      // One that fits is not indented, in Prometheus either.
      if (isShort) return text
      return pretty(expr.expr, level) + formatBrackets(expr) + formatShift(expr)
    case 'unary':
      return indent + expr.op + pretty(expr.expr, level).trim()
    default:
      return expr satisfies never
  }
}
