import { type NativeHistogram, bucketRanges } from '@weir/model'
import { type JsonWriter, valueText } from './json-writer.ts'

/**
 * Writes `[1600096945.479,{"count":"5","sum":"18.4","buckets":[[0,"1","2","5"]]}]`. A bucket is which
 * ends it holds (0 the upper, 1 the lower, 2 none, 3 both), its bounds, its count; empty ones are
 * left out, and the list when all are.
 *
 * @see prometheus:util/jsonutil/marshal.go
 */
export function writeHistogram(out: JsonWriter, timeMs: number, histogram: NativeHistogram): void {
  out.raw('[')
  out.time(timeMs)
  out.raw(`,{"count":"${valueText(histogram.count)}","sum":"${valueText(histogram.sum)}"`)
  const buckets = bucketRanges(histogram).map(
    ([rule, lower, upper, count]) =>
      `[${rule},"${valueText(lower)}","${valueText(upper)}","${valueText(count)}"]`,
  )
  if (buckets.length > 0) out.raw(`,"buckets":[${buckets.join(',')}]`)
  out.raw('}]')
}
