import type { Labels } from '@weir/model'
import type { Histograms } from '../result.ts'

/**
 * Vectors flow from operator to operator as series, one at a time: a column of values with one
 * entry for each step, and a column that says at which steps there is a sample. So an aggregation
 * over ten thousand series holds its groups and one series, never all of them.
 *
 * The columns belong to the receiver until it returns: it may write into them, and must copy what
 * it wants to keep. Series of numbers come without `histograms`; where there are some, a step whose
 * entry is defined holds that histogram, and its value is NaN. Histograms themselves are never
 * changed; columns of them may be kept. Each set of labels comes at most once in a stream.
 */
export type Emit = (
  labels: Labels,
  values: Float64Array,
  present: Uint8Array,
  histograms?: Histograms,
) => void
