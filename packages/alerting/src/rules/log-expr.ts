/**
 * Rules that ask the log store: their expressions are LogQL queries that give numbers.
 *
 *     - name: orders
 *       source: logs
 *       rules:
 *         - alert: OutOfMemory
 *           expr: sum by (stage) (count_over_time({pipeline="orders"} |= "OutOfMemory" [5m])) > 0
 *
 * Where no line matches there is no element, and that is an answer: such a rule has no missing data.
 */
import { type MetricExpr, formatLogQL, parseLogQL, rangesOf } from '@weir/logs'
import type { Threshold } from '@weir/model'
import { type Comparison, MIRRORED } from './evidence.ts'

/** What a rule asks. */
export const RULE_STORES = ['metrics', 'logs'] as const
export type RuleStore = (typeof RULE_STORES)[number]

/** @throws {WeirError} for what is no LogQL, or gives lines */
export function checkLogExpr(text: string): void {
  if (parseLogQL(text).kind === 'log') {
    throw new Error(
      'the query gives lines: want one that gives numbers, such as sum(count_over_time({app="shop"} |= "failed" [5m])) > 0',
    )
  }
}

/** What the values of a checked expression are compared with, where that is one number. */
export function logComparison(text: string): Comparison {
  const expr = parseLogQL(text)
  const threshold = expr.kind === 'log' ? undefined : thresholdOf(expr)
  return threshold === undefined ? {} : { threshold }
}

function thresholdOf(expr: MetricExpr): Threshold | undefined {
  if (expr.kind !== 'binary' || expr.returnBool) return undefined
  const { left, right } = expr
  const operator = Object.keys(MIRRORED).find((one) => one === expr.operator) as
    | Threshold['operator']
    | undefined
  if (operator === undefined || (left.kind === 'number') === (right.kind === 'number')) {
    return undefined
  }
  if (right.kind === 'number') return { operator, value: right.value }
  return left.kind === 'number' ? { operator: MIRRORED[operator], value: left.value } : undefined
}

/** The lines that a checked expression counts; '' where it counts none. */
export function linesBehind(text: string): string {
  const expr = parseLogQL(text)
  const [first] = expr.kind === 'log' ? [] : rangesOf(expr)
  return first === undefined ? '' : formatLogQL(first.log)
}
