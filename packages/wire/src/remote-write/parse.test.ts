import { type NativeHistogram, isStale } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtoWriter } from '../protobuf/writer.ts'
import { KEY_SLACK } from '../keys/byte-keys.ts'
import { WriteReaderV1 } from './parse-v1.ts'
import { WriteReaderV2 } from './parse-v2.ts'
import { type SentSeries, encodeWriteRequestV1, encodeWriteRequestV2 } from './encode.ts'
import { WriteBatch, type WriteFault } from './write-batch.ts'
import type { WriteReader } from './write-reader.ts'

/** What was read, in words: labels instead of numbers. */
interface Read {
  readonly fault: WriteFault | undefined
  readonly samples: (readonly [labels: string, timeMs: number, value: number])[]
}

function read(
  message: Uint8Array,
  reader: WriteReader = new WriteReaderV1(1),
  batch = new WriteBatch(1000),
): Read {
  const bytes = new Uint8Array(message.length + KEY_SLACK).fill(0xff)
  bytes.set(message)
  const fault = reader.read(bytes, message.length, batch)
  const samples = Array.from({ length: batch.length }, (_, i) => {
    const pairs = reader.pairs(batch.series[i]!)
    const labels = typeof pairs === 'string' ? pairs : pairs.join(' ')
    return [labels, batch.times[i]!, batch.values[i]!] as const
  })
  return { fault, samples }
}

const VERSIONS = [
  { version: '1.0', encode: encodeWriteRequestV1, open: (): WriteReader => new WriteReaderV1(1) },
  { version: '2.0', encode: encodeWriteRequestV2, open: (): WriteReader => new WriteReaderV2(1) },
] as const

const UP = ['__name__', 'up', 'job', 'shop']

test.each(VERSIONS)('$version: samples come with the series they belong to', ({ encode, open }) => {
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
  expect(read(encode(sent), open())).toEqual({
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
  read(message.bytes, new WriteReaderV1(1), batch)
  expect([0, 1, 2, 3].map((i) => isStale(batch.values[i]!))).toEqual([true, false, false, false])
  const bits = Buffer.from(batch.values.buffer, 0, 32).toString('hex')
  expect(bits).toBe(nans.join(''))
})

test.each(VERSIONS)(
  '$version: a series that is known is found again, in whatever order it comes',
  ({ encode, open }) => {
    const known = open()
    const series = Array.from({ length: 300 }, (_, i): SentSeries => ({
      labels: ['__name__', 'm', 'i', 'x'.repeat(i % 9) + String(i)],
      samples: [[i, i]],
    }))
    read(encode(series), known)
    expect(known.seriesCount).toBe(300)
    const again = read(encode(series.toReversed()), known)
    expect(known.seriesCount).toBe(300)
    expect(again.samples.map(([labels]) => labels)).toEqual(
      series.toReversed().map(({ labels }) => labels.join(' ')),
    )
  },
)

test.each(VERSIONS)(
  '$version: a label more or less is another series, though the beginning is the same',
  ({ encode, open }) => {
    const known = open()
    const short: SentSeries = { labels: ['__name__', 'm'], samples: [[1, 1]] }
    const long: SentSeries = { labels: ['__name__', 'm', 'a', 'b'], samples: [[1, 2]] }
    for (let i = 0; i < 3; i++) {
      expect(
        read(encode([short, long, short, short]), known).samples.map(([, , value]) => value),
      ).toEqual([1, 2, 1, 1])
    }
    expect(known.seriesCount).toBe(2)
  },
)

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
  read(encodeWriteRequestV1([], metadata), new WriteReaderV1(1), batch)
  expect(batch.metadata).toEqual([
    ['up', { type: 'counter', help: 'Is it?', unit: 'ratio' }],
    ['x', { type: 'unknown', help: '', unit: '' }],
  ])
})

test.each(VERSIONS)('$version: exemplars are read', ({ encode, open }) => {
  const batch = new WriteBatch(10)
  const exemplar = { labels: ['trace_id', 'abc'], value: 0.5, timeMs: 17 }
  read(encode([{ labels: UP, exemplars: [exemplar] }]), open(), batch)
  expect(batch.exemplars).toEqual([{ series: 0, ...exemplar }])
})

describe('2.0', () => {
  test('what metrics mean is told once, when it changes, and when it was not kept', () => {
    const reader = new WriteReaderV2(1)
    const batch = new WriteBatch(10)
    const tell = (help: string): unknown => {
      const series = ['a_bucket', 'b_total'].map((name): SentSeries => ({
        labels: ['__name__', name],
        samples: [[1, 1]],
      }))
      const about = [
        { type: 3, help, unit: 's' },
        { type: 1, help: 'B.', unit: '' },
      ]
      read(encodeWriteRequestV2(series, about), reader, batch)
      return batch.metadata.map(([name, { type, help: text, unit }]) =>
        [name, type, text, unit].join(' '),
      )
    }
    expect(tell('A.')).toEqual(['a histogram A. s', 'b_total counter B. '])
    expect(tell('A.')).toEqual([])
    expect(tell('A!')).toEqual(['a histogram A! s'])
    read(
      encodeWriteRequestV2(
        [{ labels: ['__name__', 'c'], samples: [[1, 1]] }],
        [{ type: 0, help: '', unit: '' }],
      ),
      reader,
      batch,
    )
    expect(batch.metadata).toEqual([]) // what Prometheus sends when it knows nothing
    reader.retell()
    expect(tell('A!')).toEqual(['a histogram A! s', 'b_total counter B. '])
  })

  const symbols = (out: ProtoWriter): ProtoWriter =>
    ['', '__name__', 'up', 'job', 'shop'].reduce((all, symbol) => all.text(4, symbol), out)
  const refs = (...numbers: number[]): Uint8Array =>
    numbers.reduce((out, number) => out.varint(number), new ProtoWriter()).bytes
  const sample = (out: ProtoWriter): unknown => out.double(1, 7).int(2, 5)

  test.each<[string, (out: ProtoWriter) => unknown]>([
    [
      'symbols after the series',
      (out) => symbols(out.message(5, (one) => one.raw(1, refs(1, 2, 3, 4)).message(2, sample))),
    ],
    [
      'labels after the sample',
      (out) => symbols(out).message(5, (one) => one.message(2, sample).raw(1, refs(1, 2, 3, 4))),
    ],
    [
      'labels in two lists around the sample',
      (out) =>
        symbols(out).message(5, (one) =>
          one.raw(1, refs(1, 2)).message(2, sample).raw(1, refs(3, 4)),
        ),
    ],
    [
      'labels one by one, a pair torn apart',
      (out) =>
        symbols(out).message(5, (one) =>
          one.int(1, 1).int(1, 2).int(1, 3).message(2, sample).int(1, 4),
        ),
    ],
    [
      'a created timestamp',
      (out) =>
        symbols(out).message(5, (one) =>
          one
            .raw(1, refs(1, 2, 3, 4))
            .message(2, sample)
            .int(6, 3),
        ),
    ],
    [
      'a start time in the sample',
      (out) =>
        symbols(out).message(5, (one) =>
          one
            .raw(1, refs(1, 2, 3, 4))
            .message(2, (value) => value.double(1, 7).int(2, 5).int(3, 4)),
        ),
    ],
  ])('%s is read all the same', (_what, write) => {
    const message = new ProtoWriter()
    write(message)
    expect(read(message.bytes, new WriteReaderV2(1)).samples).toEqual([
      ['__name__ up job shop', 5, 7],
    ])
  })

  test.each<[string, string, (out: ProtoWriter) => unknown]>([
    [
      'a symbol that is not there',
      'bad_symbols',
      (one) => one.raw(1, refs(1, 9)).message(2, sample),
    ],
    [
      'a name without a value',
      'bad_symbols',
      (one) => one.raw(1, refs(1, 2, 3)).message(2, sample),
    ],
    ['neither samples nor histograms', 'empty_series', (one) => one.raw(1, refs(1, 2))],
  ])('a series with %s is refused, the one beside it is taken', (_what, reason, write) => {
    const batch = new WriteBatch(10)
    const message = symbols(new ProtoWriter())
      .message(5, write)
      .message(5, (one) => one.raw(1, refs(1, 2, 3, 4)).message(2, sample))
    const { fault, samples } = read(message.bytes, new WriteReaderV2(1), batch)
    expect([fault, samples]).toEqual([undefined, [['__name__ up job shop', 5, 7]]])
    expect([...batch.refused.keys()]).toEqual([reason])
  })

  test.each<[string, (out: ProtoWriter) => unknown]>([
    ['a symbol that is no string', (out) => out.int(4, 1)],
    ['a series that is no message', (out) => out.int(5, 1)],
    [
      'a list of labels that breaks off',
      (out) => out.raw(5, Uint8Array.of(0x0a, 0x02, 0x80, 0x80)),
    ],
    ['a sample of the wrong kind', (out) => out.message(5, (one) => one.raw(1, refs()).int(2, 1))],
  ])('%s makes the whole request bad', (_what, write) => {
    const reader = new WriteReaderV2(1)
    const message = symbols(new ProtoWriter()).message(5, (one) =>
      one.raw(1, refs(1, 2)).message(2, sample),
    )
    write(message)
    expect(read(message.bytes, reader)).toEqual({ fault: 'malformed', samples: [] })
    expect([reader.seriesCount, reader.heldBytes]).toEqual([0, 0])
  })
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
    new WriteReaderV1(1),
    batch,
  )
  expect(batch.histograms).toEqual([{ series: 0, timeMs: 9, histogram }])
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
  const known = new WriteReaderV1(1)
  const good = encodeWriteRequestV1([{ labels: UP, samples: [[1, 1]] }])
  expect(read(Buffer.concat([good, tail]), known)).toEqual({ fault: 'malformed', samples: [] })
  expect(known.seriesCount).toBe(0)
  expect(read(good, known).samples).toHaveLength(1)
})

test.each(VERSIONS)(
  '$version: one sample too many makes the request too large',
  ({ encode, open }) => {
    const samples = Array.from({ length: 1001 }, (_, i) => [i, i] as const)
    expect(read(encode([{ labels: UP, samples }]), open()).fault).toBe('too_many_samples')
    expect(read(encode([{ labels: UP, samples: samples.slice(1) }]), open()).fault).toBeUndefined()
  },
)

const text = fc.oneof(
  fc.constantFrom('__name__', 'job', 'a', ''),
  fc.string({ unit: 'binary', maxLength: 9 }),
)
const sentSeries: fc.Arbitrary<SentSeries> = fc.record({
  labels: fc.array(fc.tuple(text, text), { maxLength: 4 }).map((pairs) => pairs.flat()),
  samples: fc.array(fc.tuple(fc.maxSafeInteger(), fc.double()), { maxLength: 3 }),
})

test.each(VERSIONS)(
  '$version: requests of any series come back as they went in, however often and with whatever before',
  ({ encode, open }) => {
    fc.assert(
      fc.property(
        fc.array(fc.array(sentSeries, { maxLength: 8 }), { maxLength: 4 }),
        (requests) => {
          const known = open()
          for (const sent of [...requests, ...requests]) {
            const want = sent.flatMap(({ labels, samples = [] }) =>
              samples.map(([timeMs, value]) => [labels.join(' '), timeMs, value] as const),
            )
            expect(read(encode(sent), known)).toEqual({ fault: undefined, samples: want })
          }
        },
      ),
    )
  },
)

test.each(VERSIONS)(
  '$version: any change of any byte is either read or refused, and leaves the table as good as new',
  ({ encode, open }) => {
    const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(
        fc.array(sentSeries, { minLength: 1, maxLength: 5 }),
        change,
        fc.nat(),
        (sent, changes, cut) => {
          const known = open()
          const good = encode(sent)
          const want = read(good, open())
          const bad = good.slice(0, cut % 3 === 0 ? cut % (good.length + 1) : good.length)
          for (const [at, byte] of changes) if (bad.length > 0) bad[at % bad.length] = byte
          const before = known.seriesCount
          if (read(bad, known).fault !== undefined) expect(known.seriesCount).toBe(before)
          expect(read(good, known)).toEqual(want)
        },
      ),
      { numRuns: 1000 },
    )
  },
)
