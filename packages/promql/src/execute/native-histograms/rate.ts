import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import type { HistogramNotes } from './annotations.ts'
import { isReset } from './compare.ts'
import { HistogramSum } from './histogram-sum.ts'

/**
 * How much a histogram grew from its first sample to its last, bucket by bucket; what was counted
 * before each new beginning is added for counters. Undefined where the histograms do not fit.
 *
 * @param histograms at least two, in order of time
 */
export function histogramIncrease(
  histograms: readonly NativeHistogram[],
  isCounter: boolean,
  notes: HistogramNotes,
): HistogramSum | undefined {
  const last = histograms.at(-1)!
  let first = histograms[0]!
  if (isCounter && histograms.some((one) => one.resetHint === 'gauge')) notes.notCounter()
  // What was before a new beginning right after it does not matter, neither does its shape.
  if (isCounter && isReset(histograms[1]!, first)) first = emptyLike(histograms[1]!)
  const isCustom = first.schema === CUSTOM_BUCKETS_SCHEMA
  const relevant = isCounter ? histograms.slice(1) : [last]
  if (relevant.some((one) => (one.schema === CUSTOM_BUCKETS_SCHEMA) !== isCustom)) {
    notes.mixedSchemas()
    return undefined
  }
  const sum = new HistogramSum(last)
  if (!notes.added(sum.add(first, -1), 'subtraction')) return undefined
  if (isCounter) {
    let previous = first
    for (let i = 1; i < histograms.length; i++) {
      const current = histograms[i]!
      if (isReset(current, previous) && !notes.added(sum.add(previous), 'addition')) {
        return undefined
      }
      previous = current
    }
    // All are brought to the coarsest schema among them, those between included.
    for (const one of relevant) sum.coarsenTo(one.schema)
  } else if (histograms[0]!.resetHint !== 'gauge' || last.resetHint !== 'gauge') notes.notGauge()
  return sum
}

function emptyLike({ schema, customValues }: NativeHistogram): NativeHistogram {
  return {
    isFloat: true,
    resetHint: 'unknown',
    schema,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: new Int32Array(),
    positive: new Float64Array(),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
    customValues,
  }
}

/** `irate` and `idelta` of two histograms, before it is divided by their distance. */
export function histogramStep(
  before: NativeHistogram,
  after: NativeHistogram,
  isCounter: boolean,
  notes: HistogramNotes,
): HistogramSum | undefined {
  const areGauges = before.resetHint === 'gauge' && after.resetHint === 'gauge'
  const isAnyGauge = before.resetHint === 'gauge' || after.resetHint === 'gauge'
  if (isCounter && isAnyGauge) notes.notCounter()
  if (!isCounter && !areGauges) notes.notGauge()
  const sum = new HistogramSum(after)
  if (isCounter && isReset(after, before)) return sum
  return notes.added(sum.add(before, -1), 'subtraction') ? sum : undefined
}
