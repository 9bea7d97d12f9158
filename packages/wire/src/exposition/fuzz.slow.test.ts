import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ClassicConverter } from './classic-converter.ts'
import { encodeProtobufPage } from './encode-protobuf.ts'
import { ExpositionPage } from './page.ts'
import { parseOpenMetrics } from './parse-openmetrics.ts'
import { parseProtobuf } from './parse-protobuf.ts'
import { parseText } from './parse-text.ts'
import { ProtoSeriesTable } from './proto-table.ts'
import { SeriesTable } from './series-table.ts'

/**
 * Minutes of pages that nobody would send on purpose: no parser may throw, hang, or take more memory
 * than a page of its length could need; and a good page is read as ever afterwards.
 */

const MINUTE = 60_000
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)

const native = {
  isFloat: false,
  resetHint: 'unknown',
  schema: 3,
  zeroThreshold: 0.01,
  zeroCount: 3,
  count: 9,
  sum: 5,
  positiveSpans: Int32Array.of(-2, 2, 3, 1),
  positive: Float64Array.of(1, 2, 1),
  negativeSpans: Int32Array.of(0, 1),
  negative: Float64Array.of(2),
  customValues: new Float64Array(),
} as const
const exemplar = { pairs: ['trace_id', 'abc'], value: 1, timeMs: 1_700_000_000_000 }
const PROTOBUF = encodeProtobufPage([
  {
    name: 'c_total',
    help: 'C',
    type: 'counter',
    metrics: [{ labels: ['a', 'b'], value: 1, exemplar, createdMs: 5 }],
  },
  {
    name: 's',
    help: '',
    type: 'summary',
    metrics: [{ labels: [], count: 1, sum: 2, quantiles: [[0.5, 1]] }],
  },
  {
    name: 'h_seconds',
    help: 'H',
    type: 'histogram',
    unit: 'seconds',
    metrics: [
      {
        labels: ['x', 'y'],
        native,
        exemplars: [exemplar, exemplar],
        buckets: [{ bound: 1, count: 5, exemplar }],
        timeMs: 9,
      },
      { labels: ['x', 'z'], native: { ...native, isFloat: true }, count: 9 },
    ],
  },
])
const TEXT = Buffer.from(
  '# HELP h H \\n\n# TYPE h histogram\nh_bucket{le="1",a="b\\"c"} 1 1700000000000\nh_bucket{le="+Inf"} 2\nh_sum NaN\nh_count 2\n{"u.v","w x"="é"} -1.5e-3\n',
)
const OPEN = Buffer.from(
  '# TYPE h histogram\n# UNIT s_seconds seconds\nh_bucket{le="1"} 1 1.5 # {t="x"} 0.5 1.25\nh_bucket{le="+Inf"} 2\nh_count 2\nh_created 1\n{"u.v"} 3\n# EOF\n',
)

/** Bytes that mean something, in numbers that are huge, and cuts. */
function mutated(page: Uint8Array): fc.Arbitrary<Uint8Array> {
  const piece = fc.oneof(
    fc.constantFrom(
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
      Uint8Array.of(0xff, 0xff, 0xff, 0x7f),
      Buffer.from('# EOF\n'),
      Buffer.from('# TYPE '),
      Buffer.from('{"'),
      Buffer.from(' # {'),
    ),
    fc.uint8Array({ minLength: 1, maxLength: 6 }),
  )
  const change = fc.tuple(fc.nat(page.length), fc.nat(8), piece)
  return fc
    .tuple(fc.array(change, { maxLength: 8 }), fc.nat(page.length), fc.boolean())
    .map(([changes, cut, isCut]) => {
      let bytes: Uint8Array = page
      for (const [at, gone, more] of changes) {
        bytes = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + gone)])
      }
      return isCut ? bytes.subarray(0, cut) : bytes
    })
}

function readAll(bytes: Uint8Array): void {
  const page = new ExpositionPage()
  const both = { native: true, classic: true }
  const proto = new ProtoSeriesTable()
  const text = new SeriesTable()
  parseProtobuf(bytes, proto, page, both)
  expect(page.length).toBeLessThanOrEqual(4 * bytes.length + 4)
  new ClassicConverter(proto).convert(page, bytes, true)
  for (const parse of [parseText, parseOpenMetrics]) {
    parse(bytes, text, page)
    expect(page.length).toBeLessThanOrEqual(bytes.length)
    const converter = new ClassicConverter(text)
    converter.convert(page, bytes, false)
    converter.retain(new Uint8Array(converter.size))
  }
}

test.each([
  ['protobuf', PROTOBUF],
  ['text', TEXT],
  ['OpenMetrics', OPEN],
])('%s that was changed', { timeout: 3 * MINUTE }, (_, page) => {
  readAll(page)
  fc.assert(fc.property(mutated(page), readAll), {
    numRuns: 1e9,
    interruptAfterTimeLimit: MINUTE,
    seed: SEED,
  })
})

test('bytes at random', { timeout: 2 * MINUTE }, () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readAll), {
    numRuns: 1e9,
    interruptAfterTimeLimit: MINUTE / 2,
    seed: SEED,
  })
})
