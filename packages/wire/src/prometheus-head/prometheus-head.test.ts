import type { WeirError } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32c } from '../remote-read/crc32c.ts'
import { packSnappy } from '../snappy/encode.ts'
import { ChunkSamples } from '../prometheus-block/chunk-samples.ts'
import { headChunks } from './head-chunks.ts'
import { readLog } from './read-log.ts'
import { type HeadEvents, readRecord } from './read-record.ts'

const PAGE = 32 * 1024

function be(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)
}

function part(kind: number, bytes: Uint8Array): number[] {
  return [kind, ...be(bytes.length, 2), ...be(crc32c(bytes), 4), ...bytes]
}

/** A segment as Prometheus writes it: records are cut where a page ends, and what is left of one is zeros. */
function segment(records: readonly Uint8Array[], flag = 0): Uint8Array {
  const out: number[] = []
  const left = (): number => PAGE - (out.length % PAGE)
  for (const record of records) {
    let rest = record
    let isFirst = true
    do {
      if (left() < 7) out.push(...new Uint8Array(left()))
      const piece = rest.subarray(0, left() - 7)
      rest = rest.subarray(piece.length)
      const kind = isFirst ? (rest.length === 0 ? 1 : 2) : rest.length === 0 ? 4 : 3
      out.push(...part(kind | flag, piece))
      isFirst = false
    } while (rest.length > 0)
  }
  return Uint8Array.from(out)
}

function read(bytes: Uint8Array): { records: Buffer[]; damage: string[]; breaksOff: boolean } {
  const damage: string[] = []
  const log = readLog(
    (at, length) => bytes.subarray(at, at + length),
    bytes.length,
    (error) => damage.push((error as WeirError).message),
  )
  const records: Buffer[] = []
  for (;;) {
    const { done, value } = log.next()
    if (done === true) return { records, damage, breaksOff: value }
    records.push(Buffer.from(value))
  }
}

const record = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 60 }),
  fc
    .integer({ min: PAGE - 60, max: 3 * PAGE })
    .map((length) => new Uint8Array(length).fill(length % 255)),
)

describe('a log', () => {
  test('has the records that were written, whole or over pages, packed or not', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 6 }), fc.boolean(), (records, isPacked) => {
        const written = isPacked ? records.map((bytes) => packSnappy(bytes)) : records
        const found = read(segment(written, isPacked ? 8 : 0))
        expect(found.damage).toEqual([])
        expect(found.breaksOff).toBe(false)
        expect(found.records.map((bytes) => bytes.toString('hex'))).toEqual(
          records.map((bytes) => Buffer.from(bytes).toString('hex')),
        )
      }),
      { numRuns: 12 },
    )
  })

  test('unpacks zstd', () => {
    // By the command of this name.
    const packed = Buffer.from('28b52ffd00585d00002877656972200100488a16', 'hex')
    expect(read(segment([packed], 16)).records.map(String)).toEqual(['weir weir weir weir weir'])
    const bomb = Buffer.from(packed)
    bomb[4] = 0
    bomb[5] = 0xff
    expect(read(segment([bomb], 16)).damage).toEqual(['a record at 0: it is no zstd'])
  })

  test('cut anywhere it breaks off there, and all before is read', () => {
    const records = [1, 2, 3].map((n) => new Uint8Array(PAGE / 2).fill(n))
    const whole = segment(records)
    const ends = [1, 2].map((count) => segment(records.slice(0, count)).length)
    for (const length of [5, 100, PAGE / 2, PAGE / 2 + 12, PAGE - 3, PAGE, PAGE + 9, PAGE + 40]) {
      const { records: found, damage, breaksOff } = read(whole.subarray(0, length))
      expect([length, damage, breaksOff]).toEqual([length, [], true])
      expect(found.length).toBe(ends.filter((end) => end <= length).length)
    }
  })

  test('a flipped bit costs its page, and what was begun there', () => {
    const records = Array.from({ length: 12 }, (_, n) => new Uint8Array(PAGE / 3).fill(n))
    const good = segment(records)
    for (let at = 0; at < good.length; at += 9973) {
      const bytes = good.slice()
      bytes[at]! ^= 0x21
      const { records: found, damage } = read(bytes)
      expect([at, damage.length > 0]).toEqual([at, true])
      expect(found.length).toBeGreaterThanOrEqual(records.length - 5)
      for (const one of found) expect(new Set(one).size).toBe(1)
    }
  })
})

/** What a record says, in words. */
function heard(bytes: readonly number[]): unknown[] {
  const said: unknown[] = []
  const events: HeadEvents = {
    series: (ref, pairs) => said.push(['series', ref, ...pairs]),
    sample: (ref, timeMs, high, low) => {
      const view = new DataView(Uint8Array.from([...be(high, 4), ...be(low, 4)]).buffer)
      said.push(['sample', ref, timeMs, view.getFloat64(0)])
    },
    histogram: (ref, timeMs, { schema, count, sum, positive, customValues, isFloat, resetHint }) =>
      said.push([
        ref,
        timeMs,
        { schema, count, sum, isFloat, resetHint },
        [...positive],
        [...customValues],
      ]),
    deleted: (ref, minMs, maxMs) => said.push(['deleted', ref, minMs, maxMs]),
    unknown: (kind) => said.push(['unknown', kind]),
  }
  readRecord(Uint8Array.from(bytes), events)
  return said
}

const DOUBLE_1_5 = [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]

describe('a record', () => {
  // Hint, schema, zero threshold, zero count, count, sum, spans, buckets.
  const WHOLE = [3, 2, ...DOUBLE_1_5, 1, 9, ...DOUBLE_1_5, 1, 0, 2, 0, 2, 6, 4, 0]
  const CUSTOM = [0, 0x69, ...be(0, 8), 0, 4, ...DOUBLE_1_5, 1, 0, 1, 0, 1, 8, 0, 1, ...DOUBLE_1_5]
  const FLOAT = [
    1,
    0,
    ...be(0, 8),
    ...be(0, 8),
    ...DOUBLE_1_5,
    ...DOUBLE_1_5,
    1,
    4,
    1,
    0,
    1,
    ...DOUBLE_1_5,
    0,
  ]
  test.each<[string, number[], unknown[]]>([
    ['nothing', [], []],
    ['series', [1, ...be(7, 8), 1, 1, 97, 2, 0xc3, 0xbc], [['series', 7, 'a', 'ü']]],
    [
      'samples',
      [2, ...be(300, 8), ...be(5000, 8), 0, 0, ...DOUBLE_1_5, 1, 20, ...DOUBLE_1_5],
      [
        ['sample', 300, 5000, 1.5],
        ['sample', 299, 5010, 1.5],
      ],
    ],
    ['no samples', [2], []],
    ['deleted', [3, ...be(9, 8), 2, 40], [['deleted', 9, 1, 20]]],
    ['exemplars', [4, 1, 2, 3], []],
    ['types', [6, 1, 2, 3], []],
    ['what is new', [77, 1], [['unknown', 77]]],
    [
      'a histogram of whole numbers',
      [7, ...be(1, 8), ...be(50, 8), 0, 0, ...WHOLE],
      [[1, 50, { schema: 1, count: 9, sum: 1.5, isFloat: false, resetHint: 'gauge' }, [3, 5], []]],
    ],
    [
      'one with bounds of its own',
      [9, ...be(1, 8), ...be(50, 8), 0, 0, ...CUSTOM],
      [
        [
          1,
          50,
          { schema: -53, count: 4, sum: 1.5, isFloat: false, resetHint: 'unknown' },
          [4],
          [1.5],
        ],
      ],
    ],
    [
      'one of floats',
      [8, ...be(1, 8), ...be(50, 8), 2, 2, ...FLOAT],
      [
        [
          2,
          51,
          { schema: 0, count: 1.5, sum: 1.5, isFloat: true, resetHint: 'unknown' },
          [1.5],
          [],
        ],
      ],
    ],
    [
      'samples with a start time',
      [11, 6, 20, 8, ...DOUBLE_1_5, 2, 4, 1, ...DOUBLE_1_5, 1, 6, 2, 9, ...DOUBLE_1_5],
      [
        ['sample', 3, 10, 1.5],
        ['sample', 4, 12, 1.5],
        ['sample', 3, 13, 1.5],
      ],
    ],
  ])('%s', (_, bytes, want) => expect(heard(bytes)).toEqual(want))

  test('any bytes are a record or damage, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 13 }),
        fc.uint8Array({ maxLength: 80 }),
        (kind, bytes) => {
          try {
            heard([kind, ...bytes])
          } catch (error) {
            expect(error).toMatchObject({ code: 'IMPORT_DAMAGED' })
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('chunks of a head', () => {
  // 2 samples 5 s apart, as in prometheus-block.test.ts.
  const TWO = [0, 2, 0xa0, 0x1f, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0x88, 0x27, 0]
  const chunk = (ref: number, encoding: number): number[] => {
    const bytes = [...be(ref, 8), ...be(2000, 8), ...be(7000, 8), encoding, TWO.length, ...TWO]
    return [...bytes, ...be(crc32c(Uint8Array.from(bytes)), 4)]
  }
  const HEAD = [0x01, 0x30, 0xbc, 0x91, 1, 0, 0, 0]
  const found = (given: readonly number[]): unknown[] => {
    const bytes = Uint8Array.from(given)
    const reading = headChunks((at, length) => bytes.subarray(at, at + length), bytes.length)
    return [...reading].map((one) => {
      const samples = new ChunkSamples()
      one.read(samples)
      return [one.ref, one.minMs, one.maxMs, one.isOutOfOrder, [...samples.times.subarray(0, 2)]]
    })
  }

  test('in order and out of order, up to the zeros', () => {
    const file = [...HEAD, ...chunk(5, 1), ...chunk(6, 0x81), ...new Uint8Array(100)]
    expect(found(file)).toEqual([
      [5, 2000, 7000, false, [2000, 7000]],
      [6, 2000, 7000, true, [2000, 7000]],
    ])
  })

  test.each([
    [[], 'ends 8 bytes early'],
    [HEAD.with(4, 2), 'no file of chunks of version 1'],
    [[...HEAD, ...chunk(5, 1).slice(0, -1)], 'ends 1 bytes early'],
    [[...HEAD, ...chunk(5, 1).with(30, 1)], 'a chunk at 8 with a wrong checksum'],
    [[...HEAD, 1, 2, 3], 'a chunk at 8 that breaks off'],
  ])('%#: refused', (bytes, why) => expect(() => found(bytes)).toThrow(why))
})
