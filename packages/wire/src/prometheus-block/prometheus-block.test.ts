import { STALE_MARKER, WeirError } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { halvesOf } from '../remote-read/bit-writer.ts'
import { crc32c } from '../remote-read/crc32c.ts'
import { histogramChunk } from '../remote-read/histogram-chunk.ts'
import { XorChunk } from '../remote-read/xor-chunk.ts'
import { BlockIndex, type BlockSeries } from './block-index.ts'
import { ChunkSamples } from './chunk-samples.ts'
import type { ReadAt } from './damage.ts'
import { checkSegmentHead, readChunk } from './read-chunk.ts'
import { readTombstones } from './tombstones.ts'

function be32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
}

function summed(bytes: readonly number[]): number[] {
  return [...bytes, ...be32(crc32c(Uint8Array.from(bytes)))]
}

function uvarint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...uvarint(Math.floor(value / 128))]
}

function file(bytes: readonly number[]): ReadAt {
  const all = Uint8Array.from(bytes)
  return (at, length) => all.subarray(at, at + length)
}

/** A chunk as it stands in a file. */
function chunk(encoding: number, data: Uint8Array): number[] {
  return [...uvarint(data.length), ...summed([encoding, ...data])]
}

function read(bytes: readonly number[]): ChunkSamples {
  const samples = new ChunkSamples()
  readChunk(file(bytes), 0, samples)
  return samples
}

const bitsOf = (value: number): string => halvesOf(value).join(' ')

describe('chunks', () => {
  const sample = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 2 ** 40 })),
    fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, STALE_MARKER, 1, 1.1, Number.NaN)),
  )
  test('what XorChunk writes is read to the last bit, whatever it is', () => {
    const steps = fc.array(sample, { minLength: 1, maxLength: 300 })
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 45), max: 2 ** 45 }), steps, (startMs, given) => {
        const out = new XorChunk()
        const sent: [number, string][] = []
        let timeMs = startMs
        for (const [step, value] of given) {
          timeMs += step
          out.push(timeMs, value)
          sent.push([timeMs, bitsOf(value)])
        }
        const samples = read(chunk(1, out.bytes))
        const got = Array.from({ length: samples.length }, (_, i) => [
          samples.times[i],
          bitsOf(samples.values[i]!),
        ])
        expect(got).toEqual(sent)
      }),
      { numRuns: 60 },
    )
  })

  const count = fc.integer({ min: 0, max: 2 ** 40 })
  test('and so is a histogram of any layout, whole and float', () => {
    const layout = fc.record({
      isFloat: fc.boolean(),
      schema: fc.constantFrom(-53, -4, 0, 8),
      resetHint: fc.constantFrom('unknown' as const, 'gauge' as const),
      zeroThreshold: fc.constantFrom(0, 2 ** -243, 2 ** -128, 0.5, 1, 1024, 0.3, 1e-300),
      zeroCount: count,
      count,
      sum: fc.double({ noNaN: true }),
      positiveSpans: fc.constant(Int32Array.of(-7, 2, 0, 0, 300, 1)),
      positive: fc.tuple(count, count, count).map((counts) => Float64Array.from(counts)),
      negativeSpans: fc.constantFrom(Int32Array.of(5, 1)),
      negative: fc.tuple(count).map((counts) => Float64Array.from(counts)),
    })
    const bounds = [-1, 0, 0.001, 0.005, 1 / 3, 33554.429, 33554.43, 33554.431, 1e300]
    fc.assert(
      fc.property(layout, fc.integer({ min: 0, max: 2 ** 45 }), (drawn, timeMs) => {
        const customValues = Float64Array.from(drawn.schema === -53 ? bounds : [])
        const sent = { ...drawn, customValues }
        const samples = read(chunk(sent.isFloat ? 3 : 2, histogramChunk(timeMs, sent)))
        expect([samples.length, samples.times[0]]).toEqual([1, timeMs])
        expect(samples.histograms.get(0)).toEqual(sent)
      }),
      { numRuns: 60 },
    )
  })

  // 2 samples 5 s apart: 0x0002 · 2000 zigzag · 1.5 · 5000 · the same value
  const TWO = [0, 2, 0xa0, 0x1f, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0x88, 0x27, 0]
  test('by hand', () => {
    const samples = read(chunk(1, Uint8Array.from(TWO)))
    expect([...samples.times.subarray(0, 2)]).toEqual([2000, 7000])
    expect([...samples.values.subarray(0, 2)]).toEqual([1.5, 1.5])
  })

  const good = chunk(1, Uint8Array.from(TWO))
  test.each([
    ['an empty file', [], 'a chunk without a length'],
    ['a cut file', good.slice(0, -1), 'ends 1 bytes early'],
    ['a flipped bit', good.with(9, 1), 'wrong checksum'],
    ['another encoding', chunk(9, Uint8Array.from(TWO)), 'encoding 9'],
    ['fewer samples than it tells', chunk(1, Uint8Array.of(0, 9, 0)), 'ends within a sample'],
    ['a length beyond all', [255, 255, 255, 255, 15], 'a chunk of 4294967295 bytes'],
    [
      'a list beyond the chunk',
      chunk(2, Uint8Array.of(0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff)),
      'a list is longer than the chunk',
    ],
  ])('%s is damage', (_, bytes, why) => {
    const samples = new ChunkSamples()
    samples.push(1, 0, 0)
    expect(() => readChunk(file(bytes), 0, samples)).toThrow(why)
    expect([samples.length, samples.histograms.size]).toEqual([1, 0])
  })

  test('any bytes are samples or damage, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.uint8Array({ maxLength: 60 }),
        (kind, data) => {
          try {
            read(chunk(kind, data))
          } catch (error) {
            expect(error).toBeInstanceOf(WeirError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test.each([
    [[0x85, 0xbd, 0x40, 0xdd, 1, 0, 0, 0], undefined],
    [[0x85, 0xbd, 0x40, 0xdd, 2, 0, 0, 0], 'want version 1'],
    [[0x85, 0xbd, 0x40, 0xde, 1, 0, 0, 0], 'no file of chunks'],
    [[0x85], 'ends 7 bytes early'],
  ])('the head of a file of chunks: %j', (bytes, why) => {
    const check = (): void => checkSegmentHead(file(bytes))
    if (why === undefined) expect(check).not.toThrow()
    else expect(check).toThrow(why)
  })
})

const TEXTS = ['', '__name__', 'a', 'b', 'up', 'ü']

/** `up{a="ü"}` with two chunks, and `up{b="a"}` with one, as either version has them. */
function indexBytes(version: number): number[] {
  const texts: number[] = []
  const starts: number[] = []
  for (const text of TEXTS) {
    starts.push(5 + 8 + texts.length)
    const bytes = [...Buffer.from(text)]
    texts.push(...uvarint(bytes.length), ...bytes)
  }
  const symbols = [...be32(TEXTS.length), ...texts]
  const out = [0xba, 0xaa, 0xd7, 0, version, ...be32(symbols.length), ...summed(symbols)]
  const align = (): void => {
    const width = version === 2 ? 16 : 1
    while (out.length % width !== 0) out.push(0)
  }
  const ref = (text: string): number[] => {
    const i = TEXTS.indexOf(text)
    return uvarint(version === 2 ? i : starts[i]!)
  }
  const series = (labels: string[], chunks: number[]): void => {
    align()
    const content = [labels.length / 2, ...labels.flatMap(ref), ...chunks]
    out.push(...uvarint(content.length), ...summed(content))
  }
  align()
  const seriesAt = out.length
  // Times 1000 … 1500, place 8 in file 0; then from 600 later on 100 more, and place 8 in file 1.
  const place = [...uvarint(2 ** 33)]
  const first = [2, ...uvarint(2000), ...uvarint(500), 8, ...uvarint(600), 100, ...place]
  series(['__name__', 'up', 'a', 'ü'], first)
  series(['__name__', 'up', 'b', 'a'], [1, 1, 0, 8])
  const toc = [5, seriesAt, 0, 0, out.length, 0].flatMap((at) => [0, 0, 0, 0, ...be32(at)])
  return [...out, ...summed(toc)]
}

function allSeries(bytes: readonly number[]): { series: BlockSeries[]; damage: string[] } {
  const damage: string[] = []
  const index = new BlockIndex(file(bytes), bytes.length)
  return { series: [...index.series((error) => damage.push(String(error)))], damage }
}

describe('index', () => {
  test.each([1, 2])('version %d by hand', (version) => {
    const { series, damage } = allSeries(indexBytes(version))
    expect(damage).toEqual([])
    expect(series.map(({ pairs, chunks }) => ({ pairs, chunks }))).toEqual([
      {
        pairs: ['__name__', 'up', 'a', 'ü'],
        chunks: [
          { minMs: 1000, maxMs: 1500, segment: 0, at: 8 },
          { minMs: 2100, maxMs: 2200, segment: 1, at: 8 },
        ],
      },
      {
        pairs: ['__name__', 'up', 'b', 'a'],
        chunks: [{ minMs: -1, maxMs: -1, segment: 0, at: 8 }],
      },
    ])
    const refs = series.map(({ ref }) => ref)
    expect(refs.every((ref) => Number.isInteger(ref))).toBe(true)
    expect(new Set(refs).size).toBe(2)
  })

  test('a flipped bit in any byte is damage, or nothing that is read', () => {
    const good = indexBytes(2)
    const want = allSeries(good).series
    for (let at = 0; at < good.length; at++) {
      const bytes = good.with(at, good[at]! ^ 0x10)
      try {
        const { series, damage } = allSeries(bytes)
        if (damage.length === 0) expect([at, series]).toEqual([at, want])
        for (const one of series) expect(want).toContainEqual(one)
      } catch (error) {
        expect(error).toMatchObject({ code: 'IMPORT_DAMAGED' })
      }
    }
  })

  test.each([
    [[], 'ends 5 bytes early'],
    [Array.from({ length: 80 }, () => 0), 'no index of a block'],
    [indexBytes(2).with(4, 3), 'want version 1 or 2'],
    [indexBytes(2).slice(0, 40), 'breaks off'],
    [indexBytes(2).slice(0, -1), 'table of contents'],
  ])('%#: refused', (bytes, why) => {
    expect(() => allSeries(bytes)).toThrow(why)
  })
})

describe('tombstones', () => {
  const HEAD = [0x01, 0x30, 0xba, 0x30, 1]
  const stones = (entries: number[]): Uint8Array => Uint8Array.from([...HEAD, ...summed(entries)])

  test('by series, both ends', () => {
    const found = readTombstones(stones([7, 1, 4, 200, 1, 0, 10, 7, 20, 40]))
    expect([...found]).toEqual([
      [
        7,
        [
          { minMs: -1, maxMs: 2 },
          { minMs: 10, maxMs: 20 },
        ],
      ],
      [200, [{ minMs: 0, maxMs: 5 }]],
    ])
  })

  test.each([
    [Uint8Array.of(1), 'no file of tombstones'],
    [stones([7, 1, 4]).with(4, 2), 'want version 1'],
    [stones([7, 1, 4]).with(5, 8), 'wrong checksum'],
    [stones([7, 1]), 'breaks off'],
  ])('%#: refused', (bytes, why) => {
    expect(() => readTombstones(bytes)).toThrow(why)
  })
})
