import { type Expr, FEATURES, formatExpr, parseExpr, partsOf, rewritten } from '@weir/promql'

/**
 * PromQL for VictoriaMetrics, which keeps of a native histogram `x` the series `x_count`, `x_sum` and
 * `x_bucket{vmrange=…}`, and has no functions of native histograms: `histogram_count(rate(x[5m]))` becomes
 * `rate(x_count[5m])`. What cannot be read, or needs none of it, stays byte for byte.
 */
export function victoriaExpr(text: string): string {
  if (!/\bhistogram_(?:count|sum|avg)\b/.test(text)) return text
  try {
    return formatExpr(rewritten(parseExpr(text, ALL), partsInstead))
  } catch {
    return text // the engine says what is wrong with it
  }
}

const ALL = new Set(FEATURES)

function partsInstead(part: Expr): Expr | undefined {
  if (part.kind !== 'call') return undefined
  const [histogram] = part.args
  if (histogram === undefined || !hasNames(histogram)) return undefined
  switch (part.name) {
    case 'histogram_count':
      return paren(named(histogram, '_count'))
    case 'histogram_sum':
      return paren(named(histogram, '_sum'))
    case 'histogram_avg': {
      const [left, right] = [named(histogram, '_sum'), named(histogram, '_count')]
      const { start, end } = part
      return paren({ ...DIVISION, left: paren(left), right: paren(right), start, end })
    }
    default:
      return undefined
  }
}

/** `a / b`, without what it divides. */
const DIVISION = ((): Extract<Expr, { kind: 'binary' }> => {
  const expr = parseExpr('a / b')
  if (expr.kind !== 'binary') throw new Error('a / b is read as something else')
  return expr
})()

function paren(expr: Expr): Expr {
  return { kind: 'paren', expr, start: expr.start, end: expr.end }
}

/** Whether every selector within has a plain name, to which something can be added. */
function hasNames(expr: Expr): boolean {
  return [...partsOf(expr)].every((part) => part.kind !== 'selector' || part.metricName !== '')
}

function named(expr: Expr, ending: string): Expr {
  return rewritten(expr, (part) => {
    if (part.kind !== 'selector') return undefined
    const metricName = part.metricName + ending
    const matchers = part.matchers.map((matcher) =>
      matcher.name === '__name__' ? { ...matcher, value: metricName } : matcher,
    )
    return { ...part, metricName, matchers }
  })
}
