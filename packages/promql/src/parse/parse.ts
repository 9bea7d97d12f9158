import { type Matcher, WeirError } from '@weir/model'
import { type Expr, childrenOf } from '../ast.ts'
import { check } from '../check.ts'
import { ParseError, queryError } from './parse-error.ts'
import { Parser } from './parser.ts'

/** Longest query text read, in UTF-16 units. */
export const QUERY_LENGTH_MAX = 100_000

/** Deepest tree, chains of operators counted as they lean: evaluation recurses that far. */
const DEPTH_MAX = 500

const NO_FEATURES: ReadonlySet<string> = new Set()

/**
 * Reads a PromQL expression and checks its types.
 *
 * @param features names of feature flags that are on; `promql-experimental-functions` matters here
 * @throws {WeirError} `QUERY_PARSE`, with Prometheus's words: `1:5: parse error: unclosed left parenthesis`
 */
export function parseExpr(text: string, features: ReadonlySet<string> = NO_FEATURES): Expr {
  if (text.length > QUERY_LENGTH_MAX) {
    throw new WeirError(
      'QUERY_PARSE',
      `Cannot read query: want at most ${QUERY_LENGTH_MAX} characters, got ${text.length}`,
    )
  }
  try {
    const expr = new Parser(text, features).whole()
    checkDepth(expr)
    check(expr, text)
    return expr
  } catch (error) {
    throw error instanceof ParseError ? queryError(text, error) : error
  }
}

/** Chains inside parentheses inside chains: what the parser's own limits let through is counted here. */
function checkDepth(expr: Expr): void {
  let level: readonly Expr[] = [expr]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) {
      throw new WeirError(
        'QUERY_PARSE',
        `Cannot read query: want a tree of at most ${DEPTH_MAX} levels, got more`,
      )
    }
    level = level.flatMap(childrenOf)
  }
}

/**
 * Reads a series selector such as `up{job="x"}`, what `match[]` wants.
 *
 * @throws {WeirError} `QUERY_PARSE`
 */
export function parseSelector(text: string): readonly Matcher[] {
  const expr = parseExpr(text)
  if (expr.kind === 'selector' && expr.offsetMs === 0 && expr.at === undefined) {
    return expr.matchers
  }
  throw new WeirError(
    'QUERY_PARSE',
    `Cannot read series selector "${text}": want a metric name and conditions such as up{job="x"}, got another expression`,
  )
}

/** Every selector in an expression, in order of appearance. */
export function selectorsOf(
  expr: Expr,
): { readonly metricName: string; readonly matchers: readonly Matcher[] }[] {
  if (expr.kind === 'selector') return [{ metricName: expr.metricName, matchers: expr.matchers }]
  return childrenOf(expr).flatMap(selectorsOf)
}
