import { WeirError } from '@weir/model'
import type { DurationExpr, Expr, TimeShift } from './ast.ts'
import { isDurationTooLong } from './parse/number.ts'

/** What `step()`, `range()`, `start()` and `end()` mean in a query. */
export interface QueryTimes {
  readonly startMs: number
  readonly endMs: number
  /** 0 in an instant query. */
  readonly stepMs: number
}

/**
 * The expression with everything worked out that depends on the query as a whole: arithmetic over
 * durations, and the functions `start()`, `end()`, `step()` and `range()`. What has none of them is
 * given back as it is.
 *
 * @throws {WeirError} `QUERY_PARSE` when a duration comes out as none
 */
export function settleTimes(expr: Expr, times: QueryTimes): Expr {
  const settle = (inner: Expr): Expr => settleTimes(inner, times)
  switch (expr.kind) {
    case 'number':
    case 'string':
      return expr
    case 'selector':
      return shifted(expr, times)
    case 'range': {
      const selector = shifted(expr.selector, times)
      const rangeMs = expr.range === undefined ? expr.rangeMs : millis(expr.range, times, false)
      return selector === expr.selector && rangeMs === expr.rangeMs
        ? expr
        : { ...expr, selector, rangeMs }
    }
    case 'subquery': {
      const inner = settle(expr.expr)
      const moved = shifted(expr, times)
      const rangeMs = expr.range === undefined ? expr.rangeMs : millis(expr.range, times, false)
      const stepMs = expr.step === undefined ? expr.stepMs : millis(expr.step, times, false)
      return inner === expr.expr &&
        moved === expr &&
        rangeMs === expr.rangeMs &&
        stepMs === expr.stepMs
        ? expr
        : { ...moved, expr: inner, rangeMs, stepMs }
    }
    case 'call': {
      const seconds = secondsOf(expr.name, times)
      const { start, end } = expr
      if (seconds !== undefined)
        return { kind: 'number', value: seconds, isDuration: false, start, end }
      const args = expr.args.map(settle)
      return args.every((arg, i) => arg === expr.args[i]) ? expr : { ...expr, args }
    }
    case 'aggregation': {
      const inner = settle(expr.expr)
      const param = expr.param === undefined ? undefined : settle(expr.param)
      return inner === expr.expr && param === expr.param ? expr : { ...expr, expr: inner, param }
    }
    case 'binary': {
      const left = settle(expr.left)
      const right = settle(expr.right)
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right }
    }
    case 'unary':
    case 'paren': {
      const inner = settle(expr.expr)
      return inner === expr.expr ? expr : { ...expr, expr: inner }
    }
    default:
      return expr satisfies never
  }
}

function shifted<T extends TimeShift>(expr: T, times: QueryTimes): T {
  return expr.offset === undefined ? expr : { ...expr, offsetMs: millis(expr.offset, times, true) }
}

function secondsOf(name: string, { startMs, endMs, stepMs }: QueryTimes): number | undefined {
  switch (name) {
    case 'start':
      return startMs / 1000
    case 'end':
      return endMs / 1000
    case 'step':
      return stepMs / 1000
    case 'range':
      return (endMs - startMs) / 1000
    default:
      return undefined
  }
}

function millis(expr: DurationExpr, times: QueryTimes, mayBeNegative: boolean): number {
  const seconds = evaluate(expr, times)
  if (!Number.isFinite(seconds)) fail(expr, 'duration is NaN or infinite')
  if (seconds <= 0 && !mayBeNegative) fail(expr, 'duration must be greater than 0')
  if (isDurationTooLong(seconds)) fail(expr, 'duration is out of range')
  return Math.trunc(seconds * 1000)
}

/** Prometheus gives positions in the text here, not line and column. */
function fail({ start, end }: DurationExpr, message: string): never {
  throw new WeirError('QUERY_PARSE', `${start}:${end}: ${message}`)
}

function evaluate(expr: DurationExpr, times: QueryTimes): number {
  if (expr.kind === 'number') return expr.value
  const left = expr.left === undefined ? 0 : evaluate(expr.left, times)
  const right = expr.right === undefined ? 0 : evaluate(expr.right, times)
  switch (expr.op) {
    case 'step':
    case 'range':
      return secondsOf(expr.op, times)!
    case 'min_of':
      return Math.min(left, right)
    case 'max_of':
      return Math.max(left, right)
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      if (right === 0) fail(expr, 'division by zero')
      return left / right
    case '%':
      if (right === 0) fail(expr, 'modulo by zero')
      return left % right
    case '^':
      return left ** right
    default:
      return expr.op satisfies never
  }
}
