import type { NativeHistogram } from '@weir/model'
import { type Binary, isComparison, isTrim } from '../ast.ts'
import type { Evaluation } from './evaluation.ts'
import { type Operand, histogramOperation, unfit } from './native-histograms/binary.ts'
import { type Operation, scalarOperation } from './scalar-operation.ts'

/** What an operator made of two samples. */
export interface PairResult {
  readonly number: number
  readonly histogram: NativeHistogram | undefined
  /** Whether a comparison without `bool` holds; true for all else. */
  readonly holds: boolean
}

/** A binary operator on samples of any kind. */
export class PairOperation {
  readonly #evaluation: Evaluation
  readonly #expr: Binary
  /** For two numbers; undefined for operators that know no numbers on the left. */
  readonly number: Operation | undefined
  /** A comparison without `bool`: the left sample stays or goes. */
  readonly filters: boolean

  constructor(evaluation: Evaluation, expr: Binary) {
    this.#evaluation = evaluation
    this.#expr = expr
    this.number = isTrim(expr.op) ? undefined : scalarOperation(expr.op)
    this.filters = isComparison(expr.op) && !expr.returnBool
  }

  /** Undefined where the operator does not know these kinds together, which it says. */
  run(left: Operand, right: Operand): PairResult | undefined {
    if (left.histogram === undefined && right.histogram === undefined) {
      if (this.number === undefined) {
        unfit(this.#evaluation, this.#expr, 'float', 'float')
        return undefined
      }
      const number = this.number(left.number, right.number)
      return { number, histogram: undefined, holds: !this.filters || number !== 0 }
    }
    const result = histogramOperation(this.#evaluation, this.#expr, left, right)
    if (result === undefined) return undefined
    if (typeof result !== 'boolean') return { number: Number.NaN, histogram: result, holds: true }
    return { number: Number(result), histogram: undefined, holds: !this.filters || result }
  }
}
