import type { BinaryExpr, BinaryOperator, MetricExpr } from '../ast.ts'

/** Two numbers become one at once, so that what is left of a query has numbers only beside series. */
export function reduceNumbers(expr: BinaryExpr): MetricExpr {
  const { left, right, operator } = expr
  if (left.kind !== 'number' || right.kind !== 'number') return expr
  return { kind: 'number', value: combined(operator, left.value, right.value), start: left.start }
}

function combined(operator: BinaryOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return b === 0 ? Number.NaN : a / b // Loki: division by nothing is no number
    case '%':
      return b === 0 ? Number.NaN : a % b
    case '^':
      return a ** b
    case '==':
      return Number(a === b)
    case '!=':
      return Number(a !== b)
    case '>':
      return Number(a > b)
    case '>=':
      return Number(a >= b)
    case '<':
      return Number(a < b)
    case '<=':
      return Number(a <= b)
    case 'and':
    case 'or':
    case 'unless':
      return Number.NaN // refused before: sets are of series
    default:
      return operator satisfies never
  }
}
