import type { SeriesExemplars } from '../exemplar.ts'
import type { Labels } from '../labels.ts'
import type { Matcher } from '../matcher.ts'
import type { SampleColumns } from '../sample.ts'

/**
 * What PromQL reads from. Synchronous on purpose: a query runs on a thread of its own, over memory
 * and memory-mapped files; waiting per series would cost more than the reading.
 */
export interface Queryable {
  /** Opens a view for times within [minMs, maxMs], both included. Later writes do not show in it. */
  querier(minMs: number, maxMs: number): Querier
}

export interface Querier extends Disposable {
  /** The series for which all matchers hold and that may have samples in the view's range, in no order. */
  select(request: SelectRequest): SeriesSet
  /** Values that a label has on the series selected, sorted, unique. No matchers: on all series. */
  labelValues(name: string, matchers: readonly Matcher[]): string[]
  /** Label names on the series selected, sorted, unique. No matchers: on all series. */
  labelNames(matchers: readonly Matcher[]): string[]
  /** Exemplars within [minMs, maxMs] of the series for which all matchers hold, sorted by labels. */
  exemplars(matchers: readonly Matcher[], minMs: number, maxMs: number): SeriesExemplars[]
}

/**
 * What samples are wanted for. Where they are kept whole it makes no difference; where only so many a
 * step are left (retention rules), each of these is answered from other columns:
 *
 * - `samples`: those that were kept, as they came: of each step the first, last, least and greatest
 * - `instant`: the same, and also older ones that still stand for their step
 * - `range`: the same as `samples`, for functions of ranges
 * - `counter`: samples whose rises and resets add up to those of all samples
 * - `sum`: one sample a step, the sum of its samples; `count`: how many these were (1 for a whole sample)
 *
 * All but `samples` also give what is kept up to a step beyond the times asked for, and say where
 * (`SampleColumns.stretches`): a step that is longer than the range stands in for it.
 */
export type SampleView = 'samples' | 'instant' | 'range' | 'counter' | 'sum' | 'count'

export interface SelectRequest {
  readonly matchers: readonly Matcher[]
  /**
   * What another view of the same store found for these matchers: the set is of these series, all of
   * them and in this order, as that view sees them. The set is empty when this view cannot see them so.
   */
  readonly chosen?: ChosenSeries
  /** `samples` unless told. */
  readonly view?: SampleView
  /** Times that will be read, both included; narrower than the view when the query knows better. */
  readonly minMs: number
  readonly maxMs: number
}

/** The series of a set, as plain data that may be posted to another thread. */
export interface ChosenSeries {
  readonly numbers: Uint32Array
  /** What the view saw of the store; a word of the store's own. */
  readonly moment: string
}

/** Series chosen by a select: number `i` is good for `0 <= i < count`, in this set only. */
export interface SeriesSet {
  readonly count: number
  /** Whether `read` may give samples of data that is kept at a step; absent: it does not. */
  readonly hasSteps?: boolean
  /** The same series for other views of the same store; absent where they have no numbers. */
  readonly chosen?: ChosenSeries
  labels(i: number): Labels
  /**
   * Appends the samples of series `i` with minMs <= time <= maxMs to `into`, ascending in time, each
   * time once, stale markers included.
   */
  read(i: number, minMs: number, maxMs: number, into: SampleColumns): void
  /**
   * Whether series `i` is known to have no sample before `timeMs`. False where the store's own memory
   * does not reach far enough back to tell; absent: it never can.
   */
  isNewAt?(i: number, timeMs: number): boolean
}
