import type { BinaryOperator } from '../ast.ts'
import { executionError } from './evaluation.ts'

export type Operation = (left: number, right: number) => number

/** Arithmetic yields numbers; comparisons 1 or 0. */
export function scalarOperation(op: BinaryOperator): Operation {
  switch (op) {
    case '+':
      return (a, b) => a + b
    case '-':
      return (a, b) => a - b
    case '*':
      return (a, b) => a * b
    case '/':
      return (a, b) => a / b
    case '%':
      return (a, b) => a % b
    case '^':
      return power
    case 'atan2':
      return Math.atan2
    case '==':
      return (a, b) => (a === b ? 1 : 0)
    case '!=':
      return (a, b) => (a === b ? 0 : 1)
    case '<':
      return (a, b) => (a < b ? 1 : 0)
    case '>':
      return (a, b) => (a > b ? 1 : 0)
    case '<=':
      return (a, b) => (a <= b ? 1 : 0)
    case '>=':
      return (a, b) => (a >= b ? 1 : 0)
    case '</':
    case '>/':
    case 'and':
    case 'or':
    case 'unless':
      throw executionError(`operator "${op}" not allowed for Scalar operations`)
    default:
      return op satisfies never
  }
}

/** As C and Go have it: 1 to any power is 1, and so is -1 to an infinite one; JavaScript says NaN. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Number.POSITIVE_INFINITY || b === Number.NEGATIVE_INFINITY))) {
    return 1
  }
  return a ** b
}
