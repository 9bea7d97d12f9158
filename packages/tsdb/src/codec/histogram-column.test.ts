import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { type NativeHistogram, STALE_MARKER, SampleColumns, isStale } from '@weir/model'

import { anySamples, histogramOf } from '../test-histograms.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { encodeHistograms } from './histogram-column.ts'
import { decodeHistograms } from './histogram-rows.ts'
import { TAIL_BYTES } from './int-column.ts'

type Sample = NativeHistogram | number

function encode(samples: readonly Sample[]): ByteReader {
  const columns = new SampleColumns(4)
  for (const sample of samples) {
    if (typeof sample === 'number') columns.push(0, sample)
    else columns.pushHistogram(0, sample)
  }
  const out = new ByteWriter(16)
  encodeHistograms(columns.values, columns.histograms ?? [], samples.length, out)
  out.zeros(TAIL_BYTES)
  return new ByteReader(out.copy())
}

function decode(input: ByteReader, count: number, from: number, to: number): Sample[] {
  const into = new SampleColumns(4)
  into.push(1, 1)
  into.reserve(to - from)
  input.at = 0
  decodeHistograms(input, { count, from, to }, into, 1)
  return Array.from(
    { length: to - from },
    (_, i) => into.histograms?.[i + 1] ?? into.values[i + 1]!,
  )
}

test('any samples come back as they were, all or some of them', () => {
  fc.assert(
    fc.property(anySamples, fc.nat(), fc.nat(), (samples, a, b) => {
      const input = encode(samples)
      expect(decode(input, samples.length, 0, samples.length)).toEqual(samples)
      expect(input.at).toBe(input.bytes.length - TAIL_BYTES)
      const [from = 0, to = 0] = [a, b].map((n) => n % (samples.length + 1)).sort((x, y) => x - y)
      expect(decode(input, samples.length, from, to)).toEqual(samples.slice(from, to))
    }),
    { numRuns: 300 },
  )
})

test('a stale marker between histograms stays one', () => {
  const samples = [histogramOf(1), STALE_MARKER, histogramOf(2)]
  const into = new SampleColumns()
  decodeHistograms(encode(samples), { count: 3, from: 0, to: 3 }, into, 0)
  expect(isStale(into.values[1]!)).toBe(true)
  expect(into.histograms?.[1]).toBeUndefined()
})

test('histograms of one layout share their spans', () => {
  const [one, two] = decode(encode([histogramOf(1), histogramOf(2)]), 2, 0, 2) as NativeHistogram[]
  expect(one!.positiveSpans).toBe(two!.positiveSpans)
})

/** A latency histogram: each step a few observations near a level, new buckets now and then. */
function latencies(count: number, observations: number): NativeHistogram[] {
  const buckets = new Map<number, number>()
  let seed = 1
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  let sum = 0
  return Array.from({ length: count }, () => {
    for (let k = 0; k < observations; k++) {
      const bucket = Math.round((random() + random() + random()) * 20)
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
      sum += 2 ** (bucket / 8) / 1000
    }
    const all = [...buckets].sort((a, b) => a[0] - b[0])
    const spans: number[] = []
    let end = 0
    for (const [bucket] of all) {
      if (spans.length === 0 || bucket !== end) spans.push(bucket - end, 0)
      spans[spans.length - 1]!++
      end = bucket + 1
    }
    return histogramOf(0, {
      schema: 3,
      count: all.reduce((total, [, n]) => total + n, 0),
      sum,
      positiveSpans: Int32Array.from(spans),
      positive: Float64Array.from(all, ([, n]) => n),
      negativeSpans: new Int32Array(0),
      negative: new Float64Array(0),
    })
  })
}

test('buckets that come one by one do not begin new columns', () => {
  const samples = latencies(1000, 10)
  const layouts = new Set(samples.map((h) => h.positiveSpans.join()))
  expect(layouts.size).toBeGreaterThan(5)
  const input = encode(samples)
  expect(decode(input, 1000, 0, 1000)).toEqual(samples)
  expect(input.bytes[1]).toBe(1)
  expect(input.bytes.length / 1000).toBeLessThan(26)
})

test('histograms that have nothing in common cost what they are, not the product', () => {
  const far = Array.from({ length: 200 }, (_, i) =>
    histogramOf(i, { positiveSpans: Int32Array.of(1000 * i, 2, 3, 1) }),
  )
  const input = encode(far)
  expect(decode(input, 200, 0, 200)).toEqual(far)
  expect(input.bytes[1]).toBeGreaterThan(2)
  expect(input.bytes.length / 200).toBeLessThan(60)
})
