import { Labels, type NativeHistogram, STALE_MARKER } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type SentSeries, encodeWriteRequestV1, encodeWriteRequestV2 } from './encode.ts'
import { WriteReaderV1 } from './parse-v1.ts'
import { WriteReaderV2 } from './parse-v2.ts'
import { RequestWriter, type SentColumns } from './request-writer.ts'
import { SentLabels, SentSymbol } from './sent-labels.ts'
import { readAs } from './testing/captures.ts'
import { WriteBatch } from './write-batch.ts'

const NAMES = [
  ['__name__', 'up'],
  ['__name__', 'up', 'job', 'shop'],
  ['__name__', 'errors_total', 'job', 'shop', 'zone', 'größer 🙂'],
]

const HISTOGRAM: NativeHistogram = {
  isFloat: false,
  resetHint: 'unknown',
  schema: 3,
  zeroThreshold: 1e-9,
  zeroCount: 2,
  count: 12,
  sum: 5.5,
  positiveSpans: Int32Array.of(0, 2),
  positive: Float64Array.of(4, 6),
  negativeSpans: new Int32Array(0),
  negative: new Float64Array(0),
  customValues: new Float64Array(0),
}

interface Item {
  readonly series: number
  readonly timeMs: number
  readonly value: number
  readonly kind: 'sample' | 'histogram' | 'exemplar'
}

const item = (kind: fc.Arbitrary<Item['kind']>): fc.Arbitrary<Item> =>
  fc.record({
    series: fc.nat(NAMES.length - 1),
    timeMs: fc.oneof(fc.constantFrom(0, 1_700_000_000_000), fc.integer({ min: -9e15, max: 9e15 })),
    value: fc.oneof(fc.constantFrom(0, -0, 1, Infinity), fc.double({ noNaN: true })),
    kind,
  })

function columnsOf(items: readonly Item[], labels: readonly SentLabels[]): SentColumns {
  const of = (kind: Item['kind']): [number, Item][] =>
    [...items.entries()].filter(([, other]) => other.kind === kind)
  return {
    count: items.length,
    series: items.map(({ series }) => labels[series]!),
    times: Float64Array.from(items, ({ timeMs }) => timeMs),
    values: Float64Array.from(items, ({ value }) => value),
    histograms: new Map(of('histogram').map(([i]) => [i, HISTOGRAM])),
    exemplars: new Map(
      of('exemplar').map(([i, { value, timeMs }]) => [
        i,
        { labels: Labels.of({ trace_id: 'abc' }), value, timeMs },
      ]),
    ),
  }
}

/** The same as objects, series in the order in which they first appear. */
function seriesOf(items: readonly Item[]): SentSeries[] {
  return [...new Set(items.map(({ series }) => series))].map((series) => {
    const of = (kind: Item['kind']): Item[] =>
      items.filter((other) => other.series === series && other.kind === kind)
    return {
      labels: NAMES[series]!,
      samples: of('sample').map(({ timeMs, value }) => [timeMs, value] as const),
      histograms: of('histogram').map(({ timeMs }) => [timeMs, HISTOGRAM] as const),
      exemplars: of('exemplar').map(({ timeMs, value }) => ({
        labels: ['trace_id', 'abc'],
        value,
        timeMs,
      })),
    }
  })
}

function symbols(): (text: string) => SentSymbol {
  const known = new Map<string, SentSymbol>()
  return (text) => {
    if (!known.has(text)) known.set(text, new SentSymbol(text))
    return known.get(text)!
  }
}

const symbolOf = symbols()

const VERSIONS = [
  { version: '1.0', encode: encodeWriteRequestV1, open: () => new WriteReaderV1(1) },
  { version: '2.0', encode: encodeWriteRequestV2, open: () => new WriteReaderV2(1) },
] as const

describe.each(VERSIONS)('a request of $version', ({ version, encode, open }) => {
  const labels = NAMES.map((pairs) =>
    version === '1.0' ? new SentLabels(pairs) : new SentLabels(pairs, symbolOf),
  )
  const writer = new RequestWriter(version)

  test('has the bytes that the plain encoder writes, from one request to the next', () => {
    const items = fc.array(item(fc.constant('sample')), { maxLength: 30 })
    fc.assert(
      fc.property(items, (list) => {
        expect(writer.write(columnsOf(list, labels))).toEqual(encode(seriesOf(list)))
      }),
    )
  })

  test('says the same as the plain encoder when histograms and exemplars are among the samples', () => {
    const kinds = fc.constantFrom<Item['kind']>('sample', 'histogram', 'exemplar')
    fc.assert(
      fc.property(fc.array(item(kinds), { maxLength: 30 }), (list) => {
        const got = readAs(open(), writer.write(columnsOf(list, labels)))
        expect(got).toBeDefined()
        expect(got).toEqual(readAs(open(), encode(seriesOf(list))))
      }),
    )
  })

  test('keeps a stale marker what it is', () => {
    const stale = columnsOf([{ series: 0, timeMs: 5, value: 0, kind: 'sample' }], labels)
    stale.values[0] = STALE_MARKER
    const got = readAs(open(), writer.write(stale))
    expect(got!.samples[0]).toMatch(/7ff0000000000002$/)
  })
})

test('2.0 tells with a series what its metric is', () => {
  const named = new SentLabels(NAMES[2]!, symbolOf)
  named.about = { type: 1, help: symbolOf('Errors.'), unit: symbolOf('') }
  const items = [{ series: 0, timeMs: 5, value: 1, kind: 'sample' }] as const
  const bytes = new RequestWriter('2.0').write(columnsOf(items, [named]))
  const batch = new WriteBatch(10)
  new WriteReaderV2(1).read(padded(bytes), bytes.length, batch)
  expect(batch.metadata).toEqual([['errors_total', { type: 'counter', help: 'Errors.', unit: '' }]])
})

test('1.0 tells it in messages of its own', () => {
  const metadata = [{ name: 'errors_total', type: 'counter', help: 'Errors.', unit: '' }] as const
  const bytes = new RequestWriter('1.0').writeMetadata(metadata)
  const batch = new WriteBatch(10)
  new WriteReaderV1(1).read(padded(bytes), bytes.length, batch)
  expect(batch.metadata).toEqual([['errors_total', { type: 'counter', help: 'Errors.', unit: '' }]])
})

test('the same labels have the same hash, whatever they are sent as', () => {
  expect(new SentLabels(NAMES[2]!).hash).toBe(new SentLabels(NAMES[2]!, symbolOf).hash)
  expect(new SentLabels(NAMES[0]!).hash).not.toBe(new SentLabels(NAMES[1]!).hash)
})

function padded(bytes: Uint8Array): Uint8Array {
  const room = new Uint8Array(bytes.length + 64)
  room.set(bytes)
  return room
}
