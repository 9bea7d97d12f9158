import { type NativeHistogram, STALE_MARKER, isStale } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtoWriter } from '../protobuf/writer.ts'
import { KEY_SLACK, KnownSeries } from './known-series.ts'
import { labelPairsV1 } from './labels.ts'
import { parseWriteRequestV1 } from './parse-v1.ts'
import { type SentSeries, encodeWriteRequestV1 } from './encode.ts'
import { WriteBatch, type WriteFault } from './write-batch.ts'

/** What was read, in words: labels instead of numbers. */
interface Read {
  readonly fault: WriteFault | undefined
  readonly samples: (readonly [labels: string, timeMs: number, value: number])[]
}

function read(message: Uint8Array, known = new KnownSeries(1), batch = new WriteBatch(1000)): Read {
  const bytes = new Uint8Array(message.length + KEY_SLACK)
  bytes.set(message)
  const fault = parseWriteRequestV1(bytes, message.length, known, batch)
  const samples = Array.from({ length: batch.length }, (_, i) => {
    const labels = labelPairsV1(known.bytes(batch.series[i]!))?.join(' ') ?? 'no UTF-8'
    return [labels, batch.times[i]!, batch.values[i]!] as const
  })
  return { fault, samples }
}

const UP = ['__name__', 'up', 'job', 'shop']

test('samples come with the series they belong to', () => {
  const sent: SentSeries[] = [
    {
      labels: UP,
      samples: [
        [1_700_000_000_000, 1],
        [1_700_000_015_000, 0],
      ],
    },
    {
      labels: ['__name__', 'down'],
      samples: [
        [-5, -0],
        [0, 1e300],
        [2 ** 52, Infinity],
      ],
    },
  ]
  expect(read(encodeWriteRequestV1(sent))).toEqual({
    fault: undefined,
    samples: [
      ['__name__ up job shop', 1_700_000_000_000, 1],
      ['__name__ up job shop', 1_700_000_015_000, 0],
      ['__name__ down', -5, -0],
      ['__name__ down', 0, 1e300],
      ['__name__ down', 2 ** 52, Infinity],
    ],
  })
})

test('a NaN keeps its bits: the stale marker is one, others are not', () => {
  const batch = new WriteBatch(10)
  const nans = ['020000000000f07f', '070000000000f87f', '000000000000f87f', '010000000000f0ff']
  const message = new ProtoWriter().message(1, (series) => {
    for (const bits of nans) series.raw(2, Buffer.from(`09${bits}`, 'hex'))
  })
  read(message.bytes, new KnownSeries(1), batch)
  expect([0, 1, 2, 3].map((i) => isStale(batch.values[i]!))).toEqual([true, false, false, false])
  const bits = Buffer.from(batch.values.buffer, 0, 32).toString('hex')
  expect(bits).toBe(nans.join(''))
})

test('a series that is known is found again, in whatever order it comes', () => {
  const known = new KnownSeries(7)
  const series = Array.from({ length: 300 }, (_, i): SentSeries => ({
    labels: ['__name__', 'm', 'i', 'x'.repeat(i % 9) + String(i)],
    samples: [[i, i]],
  }))
  read(encodeWriteRequestV1(series), known)
  expect(known.size).toBe(300)
  const again = read(encodeWriteRequestV1(series.toReversed()), known)
  expect(known.size).toBe(300)
  expect(again.samples.map(([labels]) => labels)).toEqual(
    series.toReversed().map(({ labels }) => labels.join(' ')),
  )
})

test('a label more or less is another series, though the beginning is the same', () => {
  const known = new KnownSeries(7)
  const short: SentSeries = { labels: ['__name__', 'm'], samples: [[1, 1]] }
  const long: SentSeries = { labels: ['__name__', 'm', 'a', 'b'], samples: [[1, 2]] }
  for (let i = 0; i < 3; i++) {
    expect(
      read(encodeWriteRequestV1([short, long, short, short]), known).samples.map(
        ([, , value]) => value,
      ),
    ).toEqual([1, 2, 1, 1])
  }
  expect(known.size).toBe(2)
})

test('fields in another order are read all the same', () => {
  const message = new ProtoWriter()
    .message(1, (series) => {
      series.message(2, (sample) => sample.int(2, 5).double(1, 7))
      series.message(1, (label) => label.text(2, 'up').text(1, '__name__'))
      series.text(15, 'a field of a later version')
      series.message(1, (label) => label.text(1, 'job').text(2, 'shop'))
    })
    .int(99, 1).bytes
  expect(read(message).samples).toEqual([['__name__ up job shop', 5, 7]])
})

test('metadata is read', () => {
  const batch = new WriteBatch(10)
  const metadata = [
    { type: 1, name: 'up', help: 'Is it?', unit: 'ratio' },
    { type: 99, name: 'x', help: '', unit: '' },
  ]
  read(encodeWriteRequestV1([], metadata), new KnownSeries(1), batch)
  expect(batch.metadata).toEqual([
    ['up', { type: 'counter', help: 'Is it?', unit: 'ratio' }],
    ['x', { type: 'unknown', help: '', unit: '' }],
  ])
})

test('exemplars are read', () => {
  const batch = new WriteBatch(10)
  const exemplar = { labels: ['trace_id', 'abc'], value: 0.5, timeMs: 17 }
  read(encodeWriteRequestV1([{ labels: UP, exemplars: [exemplar] }]), new KnownSeries(1), batch)
  expect(batch.exemplars).toEqual([{ series: 0, ...exemplar }])
})

const HISTOGRAM: NativeHistogram = {
  isFloat: false,
  resetHint: 'not_reset',
  schema: 3,
  zeroThreshold: 1e-128,
  zeroCount: 2,
  count: 12,
  sum: -3.5,
  positiveSpans: Int32Array.of(-2, 2, 3, 1),
  positive: Float64Array.of(1, 4, 2),
  negativeSpans: Int32Array.of(0, 1),
  negative: Float64Array.of(3),
  customValues: new Float64Array(),
}

test.each([
  ['integers', HISTOGRAM],
  ['floats', { ...HISTOGRAM, isFloat: true, zeroCount: 0.25 }],
  [
    'bounds of its own',
    {
      ...HISTOGRAM,
      schema: -53,
      zeroThreshold: 0,
      zeroCount: 0,
      count: 7,
      positiveSpans: Int32Array.of(0, 3),
      negativeSpans: new Int32Array(),
      negative: new Float64Array(),
      customValues: Float64Array.of(0.1, 5),
    },
  ],
] as const)('a histogram of %s comes through', (_what, histogram) => {
  const batch = new WriteBatch(10)
  read(
    encodeWriteRequestV1([{ labels: UP, histograms: [[9, histogram]] }]),
    new KnownSeries(1),
    batch,
  )
  expect(batch.histograms).toEqual([{ series: 0, timeMs: 9, histogram }])
})

test('a histogram of schema 10 is brought down to 8: four neighbours become one', () => {
  const batch = new WriteBatch(10)
  const fine: NativeHistogram = {
    ...HISTOGRAM,
    schema: 10,
    zeroCount: 0,
    positiveSpans: Int32Array.of(1, 5, 3, 1),
    positive: Float64Array.of(1, 1, 1, 1, 1, 7),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
  }
  read(encodeWriteRequestV1([{ labels: UP, histograms: [[9, fine]] }]), new KnownSeries(1), batch)
  const [coarse] = batch.histograms.map(({ histogram }) => histogram)
  expect(coarse).toMatchObject({ schema: 8, count: 12 })
  expect([...coarse!.positiveSpans]).toEqual([1, 3])
  expect([...coarse!.positive]).toEqual([4, 1, 7])
})

test('a histogram whose sum is the stale marker ends the series', () => {
  const batch = new WriteBatch(10)
  read(
    encodeWriteRequestV1([{ labels: UP, histograms: [[9, { ...HISTOGRAM, sum: STALE_MARKER }]] }]),
    new KnownSeries(1),
    batch,
  )
  expect(batch.histograms).toEqual([])
  expect([batch.times[0], isStale(batch.values[0]!)]).toEqual([9, true])
})

test.each([
  ['too few buckets', { positive: Float64Array.of(1) }, 'its spans name 3 buckets, but it has 1'],
  [
    'a count that is not the sum of its buckets',
    { count: 99 },
    'its buckets hold 12 observations, but it counts 99',
  ],
  ['an unknown schema', { schema: 53 }, 'schema 53 is unknown'],
  [
    'a span that goes back',
    { positiveSpans: Int32Array.of(0, 2, -1, 1) },
    'span 1 begins -1 buckets',
  ],
  ['a bucket below zero', { positive: Float64Array.of(-1, 6, 2) }, 'a bucket holds -1'],
  [
    'bounds without their schema',
    { customValues: Float64Array.of(1) },
    'bounds of its own, but a schema without them',
  ],
])('a histogram with %s is refused, the rest is taken', (_what, wrong, why) => {
  const batch = new WriteBatch(10)
  const sent: SentSeries = {
    labels: UP,
    samples: [[1, 1]],
    histograms: [[9, { ...HISTOGRAM, ...wrong }]],
  }
  expect(read(encodeWriteRequestV1([sent]), new KnownSeries(1), batch).fault).toBeUndefined()
  expect([batch.length, batch.badHistograms]).toEqual([1, 1])
  expect(batch.badHistogram?.why).toContain(why)
})

test.each([
  ['a length beyond the end', Uint8Array.of(0x0a, 0x7f)],
  ['a tag that breaks off', Uint8Array.of(0x80)],
  ['a group', Uint8Array.of(0x0b, 0x0c)],
  ['field number 0', Uint8Array.of(0x00, 0x01)],
  ['series as a number', Uint8Array.of(0x08, 0x01)],
  ['a label that is no message', Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0xff)],
  ['a sample of the wrong kind', Uint8Array.of(0x0a, 0x02, 0x10, 0x01)],
  ['a value of the wrong kind', Uint8Array.of(0x0a, 0x04, 0x12, 0x02, 0x08, 0x01)],
  ['a varint of eleven bytes', Uint8Array.of(0x98, ...new Array<number>(12).fill(0xff), 1)],
])('%s makes the whole request bad, and the table forgets it', (_what, tail) => {
  const known = new KnownSeries(1)
  const good = encodeWriteRequestV1([{ labels: UP, samples: [[1, 1]] }])
  expect(read(Buffer.concat([good, tail]), known)).toEqual({ fault: 'malformed', samples: [] })
  expect(known.size).toBe(0)
  expect(read(good, known).samples).toHaveLength(1)
})

test('one sample too many makes the request too large', () => {
  const samples = Array.from({ length: 1001 }, (_, i) => [i, i] as const)
  expect(read(encodeWriteRequestV1([{ labels: UP, samples }])).fault).toBe('too_many_samples')
  expect(
    read(encodeWriteRequestV1([{ labels: UP, samples: samples.slice(1) }])).fault,
  ).toBeUndefined()
})

const text = fc.oneof(
  fc.constantFrom('__name__', 'job', 'a', ''),
  fc.string({ unit: 'binary', maxLength: 9 }),
)
const sentSeries: fc.Arbitrary<SentSeries> = fc.record({
  labels: fc.array(fc.tuple(text, text), { maxLength: 4 }).map((pairs) => pairs.flat()),
  samples: fc.array(fc.tuple(fc.maxSafeInteger(), fc.double()), { maxLength: 3 }),
})

test('requests of any series come back as they went in, however often and with whatever before', () => {
  fc.assert(
    fc.property(fc.array(fc.array(sentSeries, { maxLength: 8 }), { maxLength: 4 }), (requests) => {
      const known = new KnownSeries(3)
      for (const sent of [...requests, ...requests]) {
        const want = sent.flatMap(({ labels, samples = [] }) =>
          samples.map(([timeMs, value]) => [labels.join(' '), timeMs, value] as const),
        )
        expect(read(encodeWriteRequestV1(sent), known)).toEqual({ fault: undefined, samples: want })
      }
    }),
  )
})

test('any change of any byte is either read or refused, and leaves the table as good as new', () => {
  const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(
      fc.array(sentSeries, { minLength: 1, maxLength: 5 }),
      change,
      fc.nat(),
      (sent, changes, cut) => {
        const known = new KnownSeries(3)
        const good = encodeWriteRequestV1(sent)
        const want = read(good, new KnownSeries(3))
        const bad = good.slice(0, cut % 3 === 0 ? cut % (good.length + 1) : good.length)
        for (const [at, byte] of changes) if (bad.length > 0) bad[at % bad.length] = byte
        const before = known.size
        if (read(bad, known).fault !== undefined) expect(known.size).toBe(before)
        expect(read(good, known)).toEqual(want)
      },
    ),
    { numRuns: 1000 },
  )
})
