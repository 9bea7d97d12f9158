import type { Expr } from '../ast.ts'
import { shortG } from '../value-text.ts'
import type { Evaluation } from './evaluation.ts'

/** The q-quantile, interpolated between neighbours; NaN values count as the smallest. Sorts `values`. */
export function quantileOf(q: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(q)) return Number.NaN
  if (q < 0) return Number.NEGATIVE_INFINITY
  if (q > 1) return Number.POSITIVE_INFINITY
  values.sort() // NaN last
  let nans = 0
  while (nans < values.length && Number.isNaN(values[values.length - 1 - nans])) nans++
  const at = (rank: number): number => (rank < nans ? Number.NaN : values[rank - nans]!)
  const rank = q * (values.length - 1)
  const lower = Math.max(0, Math.floor(rank))
  const upper = Math.min(values.length - 1, lower + 1)
  const weight = rank - Math.floor(rank)
  return at(lower) * (1 - weight) + at(upper) * weight
}

/** Warns of a quantile outside 0 to 1. */
export function warnOddQuantile(evaluation: Evaluation, q: number, at: Expr): void {
  if (q >= 0 && q <= 1) return
  evaluation.warn(`quantile value should be between 0 and 1, got ${shortG(q)}`, at.start)
}
