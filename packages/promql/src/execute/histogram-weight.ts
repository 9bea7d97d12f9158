import type { NativeHistogram } from '@weir/model'

/** Bytes that Prometheus counts for a histogram without its spans and columns. */
const FIXED_BYTES = 168

/**
 * How many samples a native histogram counts for, where samples are counted: as many as would take
 * its room, 16 bytes each, in the numbers of Prometheus, so that statistics and limits mean the same.
 *
 * @see prometheus:model/histogram/float_histogram.go `Size`, promql/value.go `HPoint.size`
 */
export function histogramWeight(histogram: NativeHistogram): number {
  const spans = histogram.positiveSpans.length + histogram.negativeSpans.length
  const { positive, negative, customValues } = histogram
  const numbers = positive.length + negative.length + customValues.length
  return Math.floor((FIXED_BYTES + spans * 4 + numbers * 8 + 8) / 16)
}
