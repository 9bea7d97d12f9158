import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'
import { bucketsOf } from '../execute/native-histograms/buckets.ts'
import { shortG } from '../value-text.ts'

/**
 * A native histogram as a unit test of rules writes it: `{{schema:1 count:3 sum:6 buckets:[1 2]}}`, with
 * what is zero or unknown left out, and one run of buckets in each direction.
 *
 * @see prometheus:model/histogram/float_histogram.go TestExpression
 */
export function histogramExpression(histogram: NativeHistogram): string {
  const { schema, count, sum, zeroCount, zeroThreshold, customValues, resetHint } = histogram
  const parts: string[] = []
  if (schema !== 0) parts.push(`schema:${schema}`)
  if (count !== 0) parts.push(`count:${shortG(count)}`)
  if (sum !== 0) parts.push(`sum:${shortG(sum)}`)
  if (zeroCount !== 0) parts.push(`z_bucket:${shortG(zeroCount)}`)
  if (zeroThreshold !== 0) parts.push(`z_bucket_w:${shortG(zeroThreshold)}`)
  if (schema === CUSTOM_BUCKETS_SCHEMA) parts.push(`custom_values:[${listed(customValues)}]`)
  if (resetHint !== 'unknown') parts.push(`counter_reset_hint:${resetHint}`)
  parts.push(...sideOf(histogram.positiveSpans, histogram.positive, ''))
  parts.push(...sideOf(histogram.negativeSpans, histogram.negative, 'n_'))
  return `{{${parts.join(' ')}}}`
}

function sideOf(spans: Int32Array, counts: Float64Array, prefix: string): string[] {
  const { indexes, counts: all } = bucketsOf(spans, counts)
  const filled = [...indexes].flatMap((index, i) =>
    all[i] === 0 ? [] : [[index, all[i]!] as const],
  )
  const first = filled[0]?.[0]
  if (first === undefined) return []
  const run = new Float64Array(filled.at(-1)![0] - first + 1)
  for (const [index, count] of filled) run[index - first] = count
  const offset = first === 0 ? [] : [`${prefix}offset:${first}`]
  return [...offset, `${prefix}buckets:[${listed(run)}]`]
}

function listed(numbers: Float64Array): string {
  return Array.from(numbers, shortG).join(' ')
}
