import * as fc from 'fast-check'
import { Labels, type NativeHistogram, bucketRanges } from '@weir/model'
import { describe, expect, test } from 'vitest'
import { ProtoWriter } from '../protobuf/writer.ts'
import { type ProtoFamily, type ProtoMetric, encodeProtobufPage } from './encode-protobuf.ts'
import { ExpositionPage } from './page.ts'
import { type ProtobufOptions, parseProtobuf } from './parse-protobuf.ts'
import { ProtoSeriesTable } from './proto-table.ts'

const BOTH = { native: true, classic: true }
const NATIVE = { native: true, classic: false }
const CLASSIC = { native: false, classic: false }

const encoded = (...families: readonly ProtoFamily[]): Uint8Array => encodeProtobufPage(families)

/** Each sample as `labels value @time # exemplar`, or the fault. */
function read(
  bytes: Uint8Array,
  options: ProtobufOptions = BOTH,
  table = new ProtoSeriesTable(),
): string[] | string {
  const page = new ExpositionPage()
  const fault = parseProtobuf(bytes, table, page, options)
  if (fault !== undefined) return fault.reason
  return Array.from({ length: page.length }, (_, i) => {
    const labels = Labels.fromFlat(table.pairs(page.series[i]!)).toString()
    const native = page.histograms.find(({ sample }) => sample === i)
    const value = native === undefined ? page.values[i]! : shown(native.histogram)
    const exemplars = page.exemplars
      .filter(({ sample }) => sample === i)
      .map((one) => ` # ${Labels.fromFlat(one.pairs).toString()} ${one.value}${at(one.timeMs)}`)
    return `${labels} ${value}${at(page.times[i]!)}${exemplars.join('')}`
  })
}

const at = (timeMs: number): string => (Number.isNaN(timeMs) ? '' : ` @${timeMs}`)

/** One that contradicts itself, which the store will refuse, has no buckets to show. */
function shown(h: NativeHistogram): string {
  const named = (spans: Int32Array): number => spans.reduce((sum, n, i) => sum + (i % 2) * n, 0)
  const isSound =
    Math.abs(h.schema - 2) <= 6 &&
    named(h.positiveSpans) === h.positive.length &&
    named(h.negativeSpans) === h.negative.length
  if (!isSound) return JSON.stringify(h)
  const buckets = bucketRanges(h).map((range) => range.join(' '))
  const kind = `${h.isFloat ? 'float ' : ''}${h.resetHint === 'gauge' ? 'gauge ' : ''}`
  return `${kind}{${h.count} ${h.sum}: ${buckets.join(' | ')}}`
}

const family = (
  name: string,
  type: ProtoFamily['type'],
  ...metrics: readonly ProtoMetric[]
): ProtoFamily => ({ name, type, help: '', metrics })

const native = (more: Partial<NativeHistogram> = {}): NativeHistogram => ({
  isFloat: false,
  resetHint: 'unknown',
  schema: 0,
  zeroThreshold: 0.5,
  zeroCount: 1,
  count: 6,
  sum: 12,
  positiveSpans: Int32Array.of(0, 2, 1, 1),
  positive: Float64Array.of(2, 1, 1),
  negativeSpans: Int32Array.of(1, 1),
  negative: Float64Array.of(1),
  customValues: new Float64Array(),
  ...more,
})

describe('protobuf', () => {
  test.each<[string, ProtoFamily, ProtobufOptions, string[]]>([
    [
      'a counter with everything',
      family('a_total', 'counter', {
        labels: ['b', 'c'],
        value: 1.5,
        timeMs: 1234,
        createdMs: 1001,
        exemplar: { pairs: ['t', 'x'], value: 2, timeMs: 1500 },
      }),
      BOTH,
      ['a_total{b="c"} 1.5 @1234 # {t="x"} 2 @1500'],
    ],
    ['a gauge', family('a', 'gauge', { labels: [], value: -0.5 }), BOTH, ['a -0.5']],
    ['no value', family('a', 'unknown', { labels: ['x', ''] }), BOTH, ['a 0']],
    ['a time of 0', family('a', 'gauge', { labels: [], value: 1, timeMs: 0 }), BOTH, ['a 1']],
    ['a time before 1970', family('a', 'gauge', { labels: [], timeMs: -5 }), BOTH, ['a 0 @-5']],
    [
      'names beyond the alphabet',
      family('a.b', 'gauge', { labels: ['c d', 'é\n'], value: Infinity }),
      BOTH,
      ['{"a.b", "c d"="é\\n"} Infinity'],
    ],
    [
      'a summary',
      family('s', 'summary', {
        labels: ['x', 'y'],
        count: 3,
        sum: 1.5,
        quantiles: [
          [0.5, 1],
          [1, NaN],
        ],
      }),
      BOTH,
      [
        's_count{x="y"} 3',
        's_sum{x="y"} 1.5',
        's{quantile="0.5", x="y"} 1',
        's{quantile="1.0", x="y"} NaN',
      ],
    ],
    ['an empty summary', family('s', 'summary', { labels: [] }), BOTH, ['s_count 0', 's_sum 0']],
    [
      'buckets with bounds',
      family('h', 'histogram', {
        labels: [],
        count: 3,
        sum: 4,
        buckets: [
          { bound: 1, count: 1, exemplar: { pairs: ['t', 'x'], value: 0.5 } },
          { bound: 1e6, count: 2 },
        ],
      }),
      BOTH,
      [
        'h_count 3',
        'h_sum 4',
        'h_bucket{le="1.0"} 1 # {t="x"} 0.5',
        'h_bucket{le="1e+06"} 2',
        'h_bucket{le="+Inf"} 3',
      ],
    ],
    [
      'buckets of fractions, the last one told',
      family('h', 'gaugehistogram', {
        labels: [],
        count: 2.5,
        buckets: [
          { bound: Infinity, count: 2.5 },
          { bound: 5, count: 9 },
        ],
      }),
      BOTH,
      ['h_count 2.5', 'h_sum 0', 'h_bucket{le="+Inf"} 2.5'],
    ],
    [
      'a native histogram alone',
      family('h', 'histogram', { labels: ['a', 'b'], native: native(), timeMs: 7 }),
      NATIVE,
      ['h{a="b"} {6 12: 1 -2 -1 1 | 3 -0.5 0.5 1 | 0 0.5 1 2 | 0 1 2 1 | 0 4 8 1} @7'],
    ],
    [
      'a native histogram as buckets, when those are wanted',
      family('h', 'histogram', { labels: [], native: native() }),
      CLASSIC,
      ['h_count 6', 'h_sum 12', 'h_bucket{le="+Inf"} 6'],
    ],
    [
      'both, with the exemplars of each',
      family('h', 'histogram', {
        labels: [],
        native: native(),
        buckets: [{ bound: 2, count: 5, exemplar: { pairs: ['t', 'b'], value: 1 } }],
        exemplars: [
          { pairs: ['t', 'late'], value: 3, timeMs: 30 },
          { pairs: ['t', 'untimed'], value: 3 },
          { pairs: ['t', 'early'], value: 3, timeMs: 10 },
        ],
      }),
      BOTH,
      [
        'h {6 12: 1 -2 -1 1 | 3 -0.5 0.5 1 | 0 0.5 1 2 | 0 1 2 1 | 0 4 8 1} # {t="late"} 3 @30 # {t="early"} 3 @10',
        'h_count 6',
        'h_sum 12',
        'h_bucket{le="2.0"} 5 # {t="b"} 1',
        'h_bucket{le="+Inf"} 6',
      ],
    ],
    [
      'a native histogram with exemplars in its buckets',
      family('h', 'histogram', {
        labels: [],
        native: native(),
        buckets: [
          { bound: 2, count: 5, exemplar: { pairs: ['t', 'a'], value: 1, timeMs: 5 } },
          { bound: 3, count: 5, exemplar: { pairs: ['t', 'b'], value: 1 } },
        ],
      }),
      NATIVE,
      ['h {6 12: 1 -2 -1 1 | 3 -0.5 0.5 1 | 0 0.5 1 2 | 0 1 2 1 | 0 4 8 1} # {t="a"} 1 @5'],
    ],
    [
      'a gauge histogram of fractions',
      family('h', 'gaugehistogram', {
        labels: [],
        native: native({
          isFloat: true,
          zeroCount: 0.5,
          count: 3.25,
          positive: Float64Array.of(0.5, 1, 0.25),
        }),
      }),
      NATIVE,
      ['h float gauge {3.25 12: 1 -2 -1 1 | 3 -0.5 0.5 0.5 | 0 0.5 1 0.5 | 0 1 2 1 | 0 4 8 0.25}'],
    ],
    [
      'a native histogram with nothing in it',
      family('h', 'histogram', {
        labels: [],
        native: native({
          zeroThreshold: 0,
          zeroCount: 0,
          count: 0,
          sum: 0,
          positiveSpans: new Int32Array(),
          positive: new Float64Array(),
          negativeSpans: new Int32Array(),
          negative: new Float64Array(),
        }),
      }),
      NATIVE,
      ['h {0 0: }'],
    ],
    ['a family without metrics', family('', 'gauge'), BOTH, []],
  ])('%s', (_, one, options, want) => {
    expect(read(encoded(one), options)).toEqual(want)
  })

  const gauge = (...labels: string[]): Uint8Array => encoded(family('a', 'gauge', { labels }))
  const raw = (write: (message: ProtoWriter) => void): Uint8Array => {
    const message = new ProtoWriter()
    write(message)
    return new ProtoWriter().varint(message.length).append(message.bytes).bytes.slice()
  }

  test.each<[string, Uint8Array, string]>([
    [
      'no name',
      encoded(family('', 'gauge', { labels: [] })),
      'a metric family has no name, or one that is not UTF-8',
    ],
    ['a label twice', gauge('b', 'c', 'b', 'd'), 'label "b" is given twice'],
    ['a name as a label', gauge('__name__', 'c'), 'label "__name__" is given twice'],
    ['a label without name', gauge('', 'c'), 'a label has no name'],
    [
      'a label that is not UTF-8',
      raw((m) =>
        m
          .text(1, 'a')
          .message(4, (metric) =>
            metric.message(1, (l) => l.text(1, 'b').raw(2, Uint8Array.of(0xff))),
          ),
      ),
      'a name or label value is not UTF-8',
    ],
    [
      'a help text that is not UTF-8',
      raw((m) => m.text(1, 'a').raw(2, Uint8Array.of(0xff)).raw(4, new Uint8Array())),
      'the help text of "a" is not UTF-8',
    ],
    [
      'a type that is none',
      raw((m) => m.text(1, 'a').int(3, 6).raw(4, new Uint8Array())),
      '"a" is of type 6, which there is not',
    ],
    [
      'a unit that is no suffix',
      encoded({ ...family('a_total', 'counter', { labels: [] }), unit: 'seconds' }),
      'want the unit "seconds" as the suffix of "a_total"',
    ],
    [
      'a message that is cut',
      encoded(family('abc', 'gauge', { labels: [] })).slice(0, -1),
      'the message at byte 0 does not end on the page',
    ],
    [
      'a length that is none',
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
      'the message at byte 0 does not end on the page',
    ],
    ['text', Buffer.from('# HELP a b\na 1\n'), 'the message at byte 0 does not end on the page'],
    [
      'a metric that is cut',
      raw((m) => m.text(1, 'a').raw(4, Uint8Array.of(0x0a, 0x7f))),
      'cannot read a metric of "a"',
    ],
  ])('%s is refused', (_, bytes, want) => expect(read(bytes)).toBe(want))

  test('types before or behind the metrics, fields unknown, labels apart, lists not packed', () => {
    const bytes = raw((m) =>
      m
        .message(4, (metric) =>
          metric
            .message(1, (l) => l.text(2, 'v').text(1, 'x'))
            .int(99, 5)
            .message(7, (h) =>
              h
                .int(1, 3)
                .zigzag(5, 0)
                .message(12, (s) => s.zigzag(1, 0).int(2, 2))
                .zigzag(13, 1)
                .zigzag(13, 1),
            )
            .message(1, (l) => l.text(1, 'y').text(2, 'w')),
        )
        .text(5, 'unit')
        .int(3, 4)
        .text(1, 'a_unit'),
    )
    expect(read(bytes, NATIVE)).toEqual(['a_unit{x="v", y="w"} {3 0: 0 0.5 1 1 | 0 1 2 2}'])
  })

  test('what a page says about its families', () => {
    const bytes = encoded(
      { ...family('a_seconds_total', 'counter', { labels: [] }), help: 'a \\n b', unit: 'seconds' },
      family('b', 'unknown', { labels: [] }),
    )
    const page = new ExpositionPage()
    parseProtobuf(bytes, new ProtoSeriesTable(), page, BOTH)
    expect(page.metadata(bytes)).toEqual([
      { kind: 'type', name: 'a_seconds_total', text: 'counter' },
      { kind: 'help', name: 'a_seconds_total', text: 'a \\n b' },
      { kind: 'unit', name: 'a_seconds_total', text: 'seconds' },
      { kind: 'type', name: 'b', text: 'unknown' },
      { kind: 'help', name: 'b', text: '' },
    ])
  })
})

const time = fc.option(fc.integer({ min: 1, max: 2e12 }), { nil: undefined })
const word = fc.constantFrom('a', 'b', 'ab', 'é', 'x.y', 'z')
const labels = fc
  .uniqueArray(fc.tuple(word, fc.string({ maxLength: 4, unit: 'grapheme-ascii' })), {
    selector: ([name]) => name,
    maxLength: 3,
  })
  .map((pairs) => pairs.flat())
const value = fc.double({ noNaN: true })
const metric = fc
  .record({ labels, timeMs: time, value, count: fc.nat(), sum: value })
  .map(({ timeMs, ...rest }): ProtoMetric => ({
    ...rest,
    ...(timeMs === undefined ? {} : { timeMs }),
    quantiles: [[0.5, rest.value]],
    buckets: [{ bound: rest.value, count: rest.count }],
  }))
const someFamily = fc.record({
  name: word,
  help: fc.constantFrom('', 'help'),
  type: fc.constantFrom('counter', 'gauge', 'summary', 'unknown', 'histogram', 'gaugehistogram'),
  metrics: fc.array(metric, { maxLength: 4 }),
}) as fc.Arbitrary<ProtoFamily>
const somePage = fc.array(someFamily, { maxLength: 4 })

/** What a page should give, the slow way. */
function wanted(families: readonly ProtoFamily[]): string[] {
  return families.flatMap(({ name, type, metrics }) =>
    metrics.flatMap((one) => {
      const line = (suffix: string, more: Record<string, string>, sample: number): string => {
        const pairs = ['__name__', name + suffix, ...one.labels, ...Object.entries(more).flat()]
        return `${Labels.fromFlat(pairs).toString()} ${sample}${at(one.timeMs ?? NaN)}`
      }
      const count = line('_count', {}, one.count!)
      const sum = line('_sum', {}, one.sum!)
      if (type === 'summary') {
        return [count, sum, line('', { quantile: '0.5' }, one.value!)]
      }
      if (type !== 'histogram' && type !== 'gaugehistogram') return [line('', {}, one.value!)]
      const { bound } = one.buckets![0]!
      const last = bound === Infinity ? [] : [line('_bucket', { le: '+Inf' }, one.count!)]
      return [count, sum, line('_bucket', { le: shownBound(bound) }, one.count!), ...last]
    }),
  )
}

/** As C's `%g` and so Go write it, with `.0` on whole numbers. */
function shownBound(bound: number): string {
  if (!Number.isFinite(bound)) return bound < 0 ? '-Inf' : '+Inf'
  const size = Math.abs(bound)
  const plain = size === 0 || (size >= 1e-4 && size < 1e6)
  const text = plain
    ? Object.is(bound, -0)
      ? '-0'
      : String(bound)
    : bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return /[.e]/.test(text) ? text : `${text}.0`
}

test('what is written is read back, whether the series are known or not', () => {
  fc.assert(
    fc.property(fc.array(somePage, { maxLength: 3 }), somePage, (before, last) => {
      const table = new ProtoSeriesTable()
      for (const one of before) read(encoded(...one), CLASSIC, table)
      const bytes = encoded(...last)
      expect(read(bytes, CLASSIC, table)).toEqual(read(bytes, CLASSIC))
      // One series has one bound, and 0 and -0 are one.
      const sane = (lines: readonly string[] | string): unknown =>
        typeof lines === 'string'
          ? lines
          : lines.map((line) => line.replace(/"-0\.0"/, '"0.0"').replace(/ -0( @|$)/, ' 0$1'))
      expect(sane(read(bytes, CLASSIC))).toEqual(sane(wanted(last)))
    }),
  )
})

test('a table keeps what it is told to keep', () => {
  fc.assert(
    fc.property(somePage, fc.infiniteStream(fc.boolean()), (families, keeps) => {
      const table = new ProtoSeriesTable()
      const bytes = encoded(...families)
      read(bytes, CLASSIC, table)
      const names = Array.from({ length: table.size }, (_, n) => table.pairs(n).join(' '))
      const isKept = Uint8Array.from(names, () => (keeps.next().value === true ? 1 : 0))
      const moved = table.retain(isKept)
      expect(table.size).toBe(isKept.reduce((sum, each) => sum + each, 0))
      names.forEach((name, n) => {
        expect(moved[n]! >= 0).toBe(isKept[n] === 1)
        if (moved[n]! >= 0) expect(table.pairs(moved[n]!).join(' ')).toBe(name)
      })
      expect(read(bytes, CLASSIC, table)).toEqual(read(bytes, CLASSIC))
    }),
  )
})

test('no bytes make the parser throw, and a fault leaves the page usable', () => {
  const page = encoded(
    family('h', 'histogram', {
      labels: ['a', 'b'],
      native: native(),
      buckets: [{ bound: 1, count: 2, exemplar: { pairs: ['t', 'x'], value: 1, timeMs: 5 } }],
      exemplars: [{ pairs: ['t', 'x'], value: 1, timeMs: 5 }],
      timeMs: 5,
      createdMs: 5,
    }),
    family('s', 'summary', { labels: ['a', 'b'], count: 1, sum: 1, quantiles: [[0.5, 1]] }),
    family('c', 'counter', { labels: ['a', 'b', 'c', 'd'], value: 1 }),
  )
  const change = fc.tuple(fc.nat(page.length - 1), fc.nat(255))
  const mutated = fc
    .tuple(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(page.length))
    .map(([changes, length]) => {
      const bytes = page.slice()
      for (const [place, byte] of changes) bytes[place] = byte
      return length % 3 === 0 ? bytes.slice(0, length) : bytes
    })
  const random = fc.uint8Array({ maxLength: 60 })
  fc.assert(
    fc.property(fc.oneof(mutated, random), (bytes) => {
      const table = new ProtoSeriesTable()
      read(bytes, BOTH, table)
      read(bytes, CLASSIC, table)
      expect(read(page, BOTH, table)).toEqual(read(page))
    }),
    { numRuns: 3000 },
  )
})
