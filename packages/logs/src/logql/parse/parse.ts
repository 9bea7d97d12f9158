import { type Matcher, WeirError } from '@weir/model'
import { valueTest } from '@weir/promql'
import { type LogExpr, type LogQLExpr, type MetricExpr, rangesOf } from '../ast.ts'
import { compileFilter } from '../pipeline/label-filter.ts'
import { compileStages } from '../pipeline/stages.ts'
import { isUnwrap, readSelector } from './log-parser.ts'
import { readExpr } from './metric-parser.ts'
import { ParseError, queryError } from './parse-error.ts'
import { TokenReader } from './token-reader.ts'

/** Longest query text read, in UTF-16 units; Loki's own limit. */
const QUERY_LENGTH_MAX = 131_072

/**
 * Reads a LogQL query and checks all of it: types, regular expressions, patterns, templates, addresses.
 *
 * @throws {WeirError} `LOGQL_PARSE` with the place: `parse error at line 1, col 5: …`; `LOGQL_UNSUPPORTED`
 */
export function parseLogQL(text: string): LogQLExpr {
  return reading(text, () => {
    const reader = new TokenReader(text)
    const expr = readExpr(reader)
    if (isUnwrap(reader)) {
      const { start } = reader.token
      throw new ParseError('want unwrap only inside of a range aggregation, got it outside', start)
    }
    if (reader.take('end') === undefined) {
      reader.fail('the end of the query, a stage or an operator')
    }
    check(expr)
    return expr
  })
}

/**
 * Reads a selector such as `{app="x"}`, what `match[]` of `/series` wants.
 *
 * @throws {WeirError} `LOGQL_PARSE`
 */
export function parseLogSelector(text: string): readonly Matcher[] {
  return reading(text, () => {
    const reader = new TokenReader(text)
    const { start } = reader.token
    const matchers = readSelector(reader)
    if (reader.take('end') === undefined) reader.fail('the end of the selector')
    checkMatchers(matchers, start)
    return matchers
  })
}

function reading<Result>(text: string, read: () => Result): Result {
  if (text.length > QUERY_LENGTH_MAX) {
    throw new WeirError(
      'LOGQL_PARSE',
      `Cannot read query: want at most ${QUERY_LENGTH_MAX} characters, got ${text.length}`,
    )
  }
  try {
    return read()
  } catch (error) {
    throw error instanceof ParseError ? queryError(text, error) : error
  }
}

function check(expr: LogQLExpr): void {
  if (expr.kind === 'log') {
    checkLog(expr)
    return
  }
  for (const range of rangesOf(expr)) {
    checkLog(range.log)
    range.unwrap?.filters.forEach((filter) => compileFilter(filter, range.start))
  }
  checkReplacements(expr)
}

function checkReplacements(expr: MetricExpr): void {
  switch (expr.kind) {
    case 'label_replace':
      testOf({ name: expr.source, operator: '=~', value: expr.regex }, expr.start)
      checkReplacements(expr.expr)
      return
    case 'aggregation':
      checkReplacements(expr.expr)
      return
    case 'binary':
      checkReplacements(expr.left)
      checkReplacements(expr.right)
      return
    case 'range':
    case 'number':
    case 'vector':
      return
    default:
      expr satisfies never
  }
}

function checkLog({ matchers, stages, start }: LogExpr): void {
  checkMatchers(matchers, start)
  compileStages(stages, start)
}

function checkMatchers(matchers: readonly Matcher[], start: number): void {
  const tests = matchers.map((matcher) => testOf(matcher, start))
  if (tests.every((test) => test(''))) {
    throw new ParseError(
      'want at least one matcher that does not match the empty text: {app=~".*"} chooses all streams, {app=~".+"} those with the label',
      start,
    )
  }
}

function testOf(matcher: Matcher, start: number): (text: string) => boolean {
  try {
    return valueTest(matcher)
  } catch (cause) {
    throw cause instanceof WeirError ? new ParseError(cause.message, start) : cause
  }
}
