/**
 * Neumaier's summation (1974): beside the running sum goes what rounding lost, added at the end. An
 * infinite sum has lost nothing, or the answer would be NaN.
 *
 * @param sum before adding
 * @param next `sum + value`
 * @returns the new compensation
 */
export function compensation(sum: number, value: number, next: number, c: number): number {
  if (next === Number.POSITIVE_INFINITY || next === Number.NEGATIVE_INFINITY) return 0
  return Math.abs(sum) >= Math.abs(value) ? c + (sum - next + value) : c + (value - next + sum)
}
