import { type NativeHistogram, RESET_HINTS, isStale } from '@weir/model'
import type { TestSeries } from './prometheus.ts'

/**
 * Protobuf `prometheus.WriteRequest` of the samples in [fromMs, toMs), several of them: numbers of one
 * request are committed before its histograms, whatever their times, so where a series changes from
 * one kind to the other the rest goes into the next request.
 */
export function writeRequests(
  series: readonly TestSeries[],
  fromMs: number,
  toMs: number,
): Buffer[] {
  const requests: Buffer[][] = []
  for (const { labels, columns } of series) {
    const head = [...labels].map(([name, value]) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))])),
    )
    const runs: Buffer[][] = []
    let wasNumber: boolean | undefined
    for (let i = 0; i < columns.length; i++) {
      const timeMs = columns.times[i]!
      if (timeMs < fromMs || timeMs >= toMs) continue
      const histogram = columns.histograms?.[i]
      const isNumber = histogram === undefined
      if (isNumber !== wasNumber) runs.push([])
      wasNumber = isNumber
      const message = isNumber
        ? field(2, sampleMessage(columns.values[i]!, timeMs))
        : field(4, histogramMessage(histogram, timeMs))
      runs.at(-1)!.push(message)
    }
    for (const [i, run] of runs.entries()) {
      ;(requests[i] ??= []).push(field(1, Buffer.concat([...head, ...run])))
    }
  }
  return requests.map((parts) => Buffer.concat(parts))
}

/** Protobuf `prometheus.Sample`. */
function sampleMessage(value: number, timeMs: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = (1 << 3) | 1
  if (isStale(value)) bytes.writeBigUInt64LE(0x7ff0000000000002n, 1)
  else bytes.writeDoubleLE(value, 1)
  return Buffer.concat([bytes, tag(2, 0), varint(timeMs)])
}

/** Protobuf `prometheus.Histogram`. */
function histogramMessage(histogram: NativeHistogram, timeMs: number): Buffer {
  const { isFloat, count, sum, zeroThreshold, zeroCount, schema, resetHint } = histogram
  const parts = [
    isFloat ? double(2, count) : Buffer.concat([tag(1, 0), varint(count)]),
    double(3, sum),
    Buffer.concat([tag(4, 0), zigzag(schema)]),
    double(5, zeroThreshold),
    isFloat ? double(7, zeroCount) : Buffer.concat([tag(6, 0), varint(zeroCount)]),
    ...spans(8, histogram.negativeSpans),
    counts(isFloat ? 10 : 9, histogram.negative, isFloat),
    ...spans(11, histogram.positiveSpans),
    counts(isFloat ? 13 : 12, histogram.positive, isFloat),
    Buffer.concat([tag(14, 0), varint(RESET_HINTS.indexOf(resetHint))]),
    Buffer.concat([tag(15, 0), varint(timeMs)]),
  ]
  if (histogram.customValues.length > 0) {
    parts.push(field(16, Buffer.from(Float64Array.from(histogram.customValues).buffer)))
  }
  return Buffer.concat(parts)
}

function spans(number: number, pairs: Int32Array): Buffer[] {
  const fields: Buffer[] = []
  for (let i = 0; i < pairs.length; i += 2) {
    const offset = Buffer.concat([tag(1, 0), zigzag(pairs[i]!)])
    fields.push(field(number, Buffer.concat([offset, tag(2, 0), varint(pairs[i + 1]!)])))
  }
  return fields
}

/** Whole counts travel as the difference to the bucket before. */
function counts(number: number, list: Float64Array, isFloat: boolean): Buffer {
  if (list.length === 0) return Buffer.alloc(0)
  if (isFloat) return field(number, Buffer.from(Float64Array.from(list).buffer))
  const deltas = [...list].map((count, i) => zigzag(count - (i === 0 ? 0 : list[i - 1]!)))
  return field(number, Buffer.concat(deltas))
}

function tag(number: number, wireType: number): Buffer {
  return varint((number << 3) | wireType)
}

function double(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(number, 1), bytes])
}

function zigzag(value: number): Buffer {
  return varint(value < 0 ? -2 * value - 1 : 2 * value)
}

function field(number: number, bytes: Buffer): Buffer {
  return Buffer.concat([tag(number, 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  return Buffer.from([...bytes, rest])
}

/** Snappy's block format with literals only: nothing is compressed, everybody can read it. */
export function literalSnappy(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const parts = [varint(bytes.length)]
  for (let from = 0; from < bytes.length; from += 65_536) {
    const chunk = bytes.subarray(from, from + 65_536)
    const tag = Buffer.from([61 << 2, 0, 0])
    tag.writeUInt16LE(chunk.length - 1, 1)
    parts.push(tag, chunk)
  }
  return Uint8Array.from(Buffer.concat(parts))
}
