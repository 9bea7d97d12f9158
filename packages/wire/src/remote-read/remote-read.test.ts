import { type NativeHistogram, STALE_MARKER, SampleColumns } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtoReader } from '../protobuf/reader.ts'
import { ProtoWriter } from '../protobuf/writer.ts'
import { halvesOf } from './bit-writer.ts'
import { crc32c } from './crc32c.ts'
import { parseReadRequest } from './read-request.ts'
import { FrameWriter } from './read-response.ts'
import { histogramChunk } from './histogram-chunk.ts'

/** Reads bits the slow way: all of them as one string of 0 and 1. */
class BitReader {
  readonly #bits: string
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  }

  unsigned(count: number): bigint {
    const bits = this.#bits.slice(this.#at, (this.#at += count))
    return BigInt(`0b${bits}`)
  }

  signed(count: number): bigint {
    const value = this.unsigned(count)
    // Prometheus's ranges go from -(2^(n-1) - 1) to 2^(n-1).
    return value > 2n ** BigInt(count - 1) ? value - 2n ** BigInt(count) : value
  }

  ones(max: number): number {
    let count = 0
    while (count < max && this.unsigned(1) === 1n) count++
    return count
  }

  uvarint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.unsigned(8)
      value |= (byte & 0x7fn) << shift
      if (byte < 0x80n) return value
    }
  }

  double(): number {
    const bytes = new DataView(new ArrayBuffer(8))
    bytes.setBigUint64(0, this.unsigned(64))
    return bytes.getFloat64(0)
  }

  varbit(isSigned: boolean): number {
    const count = [0, 3, 6, 9, 12, 18, 25, 56, 64][this.ones(8)]!
    if (count === 0) return 0
    return Number(isSigned ? this.signed(count) : this.unsigned(count))
  }
}

type Sample = readonly [timeMs: number, bits: string]
const bitsOf = (value: number): string =>
  halvesOf(value)
    .map((half) => half.toString(16).padStart(8, '0'))
    .join('')

/** An XOR chunk, as its format says and no faster. */
function readXor(chunk: Uint8Array): Sample[] {
  const input = new BitReader(chunk)
  const count = Number(input.unsigned(16))
  const samples: Sample[] = []
  let time = 0n
  let delta = 0n
  let value = 0n
  let leading = 0
  let trailing = 0
  for (let i = 0; i < count; i++) {
    if (i === 0) {
      const zigzag = input.uvarint()
      time = zigzag % 2n === 0n ? zigzag / 2n : -(zigzag + 1n) / 2n
      value = input.unsigned(64)
    } else {
      if (i === 1) delta = input.uvarint()
      else
        delta += [
          () => 0n,
          () => input.signed(14),
          () => input.signed(17),
          () => input.signed(20),
          () => input.signed(64),
        ][input.ones(4)]!()
      time += delta
      if (input.unsigned(1) === 1n) {
        if (input.unsigned(1) === 1n) {
          leading = Number(input.unsigned(5))
          trailing = 64 - leading - (Number(input.unsigned(6)) || 64)
        }
        value ^= input.unsigned(64 - leading - trailing) << BigInt(trailing)
      }
    }
    samples.push([Number(time), value.toString(16).padStart(16, '0')])
  }
  return samples
}

interface Frame {
  readonly queryIndex: number
  readonly labels: string[]
  readonly chunks: {
    readonly minMs: number
    readonly maxMs: number
    readonly type: number
    readonly data: Uint8Array
  }[]
}

/** Takes a stream apart, checking each frame. */
function readFrames(bytes: Uint8Array): Frame[] {
  const input = new ProtoReader(bytes)
  const frames: Frame[] = []
  while (input.at < bytes.length) {
    const length = input.u32()
    const sum = input.view.getUint32(input.at)
    const message = bytes.subarray(input.at + 4, input.at + 4 + length)
    input.at += 4 + length
    expect(crc32c(message)).toBe(sum)
    const labels: string[] = []
    const chunks: Frame['chunks'] = []
    let queryIndex = 0
    fields(message, {
      1: (one) =>
        fields(one, {
          1: (label) =>
            fields(label, {
              1: (text) => labels.push(Buffer.from(text).toString()),
              2: (text) => labels.push(Buffer.from(text).toString()),
            }),
          2: (chunk) => {
            const found = { minMs: 0, maxMs: 0, type: 0, data: new Uint8Array() }
            fields(chunk, {
              1: (n) => (found.minMs = n as unknown as number),
              2: (n) => (found.maxMs = n as unknown as number),
              3: (n) => (found.type = n as unknown as number),
              4: (data) => (found.data = Uint8Array.from(data)),
            })
            chunks.push(found)
          },
        }),
      2: (index) => (queryIndex = index as unknown as number),
    })
    frames.push({ queryIndex, labels, chunks })
  }
  return frames
}

/** Calls back for each field: with its bytes, or with its number. */
function fields(
  message: Uint8Array,
  on: Readonly<Record<number, (value: Uint8Array) => unknown>>,
): void {
  const input = new ProtoReader(message)
  while (input.at < message.length) {
    const tag = input.u32()
    if ((tag & 7) === 2) {
      const end = input.lengthEnd()
      on[tag >>> 3]!(message.subarray(input.at, end))
      input.at = end
    } else {
      on[tag >>> 3]!(input.i64() as unknown as Uint8Array)
    }
  }
  expect(input.bad).toBe(false)
}

function columns(samples: readonly (readonly [number, number])[]): SampleColumns {
  const all = new SampleColumns()
  for (const [timeMs, value] of samples) all.push(timeMs, value)
  return all
}

function stream(samples: SampleColumns, frameBytesMax = 1 << 20): Frame[] {
  const frames = new FrameWriter(frameBytesMax)
  frames.series(3, ['__name__', 'up'], samples)
  return readFrames(frames.bytes)
}

const times = fc.oneof(
  fc.constant(15_000),
  fc.integer({ min: 14_990, max: 15_010 }),
  fc.integer({ min: 1, max: 1e9 }),
  fc.integer({ min: 1, max: 2 ** 40 }),
)
const values = fc.oneof(
  fc.double(),
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom(0, -0, Number.NaN, Infinity),
)
const someSamples = fc
  .array(fc.tuple(times, values), { minLength: 1, maxLength: 300 })
  .map((steps) => {
    let time = -30_000
    return steps.map(([step, value]) => [(time += step), value] as const)
  })

describe('chunks', () => {
  test('what goes into XOR chunks comes out of them, bit by bit', () => {
    fc.assert(
      fc.property(someSamples, (samples) => {
        const all = columns(samples)
        const want = samples.map(([time], i) => [time, bitsOf(all.values[i]!)])
        const frames = stream(all)
        const chunks = frames.flatMap((frame) => frame.chunks)
        expect(chunks.flatMap(({ data }) => readXor(data))).toEqual(want)
        for (const { minMs, maxMs, type, data } of chunks) {
          const found = readXor(data)
          expect([type, minMs, maxMs]).toEqual([1, found[0]![0], found.at(-1)![0]])
          expect(found.length).toBeLessThanOrEqual(120)
        }
      }),
    )
  })

  test('a stale marker keeps its bits', () => {
    const all = columns([
      [1, 1],
      [2, 0],
      [3, 5],
    ])
    all.values[1] = STALE_MARKER
    const [, stale] = stream(all).flatMap(({ chunks }) =>
      chunks.flatMap(({ data }) => readXor(data)),
    )
    expect(stale).toEqual([2, '7ff0000000000002'])
  })

  const HISTOGRAM: NativeHistogram = {
    isFloat: false,
    resetHint: 'reset',
    schema: -2,
    zeroThreshold: 2 ** -128,
    zeroCount: 3,
    count: 70_000,
    sum: -1.5,
    positiveSpans: Int32Array.of(-5, 2, 100, 1),
    positive: Float64Array.of(1, 60_000, 9996),
    negativeSpans: new Int32Array(),
    negative: new Float64Array(),
    customValues: new Float64Array(),
  }

  test.each<[string, Partial<NativeHistogram>]>([
    ['integers', {}],
    ['floats', { isFloat: true, positive: Float64Array.of(0.5, 1, 2), count: 3.5 }],
    ['an odd zero threshold', { zeroThreshold: 0.3 }],
    ['no zero threshold', { zeroThreshold: 0 }],
    [
      'bounds of its own',
      { schema: -53, customValues: Float64Array.of(-1, 0, 0.1, 2.0005, 33_554.43, 1e9) },
    ],
  ])('a histogram of %s is a chunk by itself', (_what, part) => {
    const h = { ...HISTOGRAM, ...part }
    const input = new BitReader(histogramChunk(1234, h))
    const spans = (): number[] =>
      Array.from({ length: input.varbit(false) }, () =>
        [input.varbit(false), input.varbit(true)].toReversed(),
      ).flat()
    const [count, flags, zero] = [input.unsigned(16), input.unsigned(8), Number(input.unsigned(8))]
    expect([count, flags]).toEqual([1n, 0b1000_0000n])
    expect(zero === 255 ? input.double() : zero === 0 ? 0 : 2 ** (zero - 244)).toBe(h.zeroThreshold)
    expect(input.varbit(true)).toBe(h.schema)
    expect([spans(), spans()]).toEqual([[...h.positiveSpans], []])
    if (h.schema === -53) {
      const bound = (): number => {
        const thousandths = input.varbit(false)
        return thousandths === 0 ? input.double() : (thousandths - 1) / 1000
      }
      expect(Array.from({ length: input.varbit(false) }, bound)).toEqual([...h.customValues])
    }
    expect(input.varbit(true)).toBe(1234)
    let running = 0
    const number = (): number => (h.isFloat ? input.double() : input.varbit(false))
    const bucket = (): number => (h.isFloat ? input.double() : (running += input.varbit(true)))
    expect([number(), number(), input.double()]).toEqual([h.count, h.zeroCount, h.sum])
    expect([bucket(), bucket(), bucket()]).toEqual([...h.positive])
  })

  test('numbers and histograms of one series take turns', () => {
    const all = columns([
      [1, 1],
      [2, 2],
    ])
    all.pushHistogram(3, HISTOGRAM)
    all.push(4, 4)
    const [frame] = stream(all)
    expect(frame!.chunks.map(({ type, minMs, maxMs }) => [type, minMs, maxMs])).toEqual([
      [1, 1, 2],
      [2, 3, 3],
      [1, 4, 4],
    ])
  })
})

describe('frames', () => {
  test('a series is one frame, and more when it is long; each names it and its query', () => {
    const long = columns(Array.from({ length: 1000 }, (_, i) => [i, Math.sin(i)] as const))
    expect(stream(long).map(({ chunks }) => chunks.length)).toEqual([9])
    const frames = stream(long, 2000)
    expect(frames.length).toBeGreaterThan(2)
    for (const { labels, queryIndex } of frames) {
      expect([labels, queryIndex]).toEqual([['__name__', 'up'], 3])
    }
    expect(
      frames.flatMap(({ chunks }) => chunks.flatMap(({ data }) => readXor(data))),
    ).toHaveLength(1000)
  })

  test('a series without samples is none', () => {
    expect(stream(new SampleColumns())).toEqual([])
  })

  test.each([
    ['', 0],
    ['123456789', 0xe3069283], // the check value of CRC-32C
  ])('the sum of %j', (text, sum) => {
    expect(crc32c(Buffer.from(text))).toBe(sum)
  })
})

describe('requests', () => {
  const query = (out: ProtoWriter): unknown =>
    out
      .int(1, -5)
      .int(2, 17)
      .message(3, (one) => one.int(1, 2).text(2, '__name__').text(3, 'up|down'))
      .message(3, (one) => one.text(2, 'job').text(3, 'a'))
      .message(4, (hints) => hints.int(1, 15_000).text(2, 'rate'))
  const queries = [
    {
      startMs: -5,
      endMs: 17,
      matchers: [
        { name: '__name__', operator: '=~', value: 'up|down' },
        { name: 'job', operator: '=', value: 'a' },
      ],
    },
  ]

  test.each<[string, (out: ProtoWriter) => unknown, object]>([
    ['nothing', () => undefined, { queries: [], accepts: [], isPicky: false }],
    ['a query', (out) => out.message(1, query), { queries, accepts: [], isPicky: false }],
    [
      'formats, packed',
      (out) => out.raw(2, Uint8Array.of(1, 0)),
      { queries: [], accepts: ['streamed', 'samples'], isPicky: true },
    ],
    [
      'formats, one by one, one of them unknown',
      (out) => out.int(2, 7).int(2, 0),
      { queries: [], accepts: ['samples'], isPicky: true },
    ],
  ])('%s is read', (_what, write, want) => {
    const out = new ProtoWriter()
    write(out)
    expect(parseReadRequest(out.bytes, out.length)).toEqual(want)
  })

  test.each<[string, (out: ProtoWriter) => unknown]>([
    [
      'an unknown operator',
      (out) => out.message(1, (one) => one.message(3, (matcher) => matcher.int(1, 4))),
    ],
    ['a query that is a number', (out) => out.int(1, 4)],
    ['a query that breaks off', (out) => out.append(Uint8Array.of(0x0a, 5, 8))],
  ])('%s is refused', (_what, write) => {
    const out = new ProtoWriter()
    write(out)
    expect(parseReadRequest(out.bytes, out.length)).toBe('it is no whole prometheus.ReadRequest')
  })

  test('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        parseReadRequest(bytes, bytes.length)
      }),
    )
  })
})
