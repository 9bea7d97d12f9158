import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KEY_SLACK } from '../keys/byte-keys.ts'
import { ProtoWriter } from '../protobuf/writer.ts'
import {
  type OtlpAttribute,
  type OtlpMetric,
  type OtlpMetricsRequest,
  type OtlpValue,
  encodeOtlp,
} from './encode-request.ts'
import { protobufOfJson } from './json-request.ts'
import {
  HAS_SUM,
  OTLP_EXPONENTIAL,
  OTLP_GAUGE,
  OTLP_HISTOGRAM,
  OTLP_SUM,
  OTLP_SUMMARY,
  OtlpBatch,
} from './otlp-batch.ts'
import { OtlpReader } from './read-request.ts'
import { requests, shuffled } from './testing/requests.ts'

const DEPTH = 8

function padded(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes.length + KEY_SLACK)
  copy.set(bytes)
  return copy
}

/** All that a reader makes of a request, its numbers of series told as what they stand for. */
function told(reader: OtlpReader, bytes: Uint8Array, samplesMax = 100_000): unknown {
  const batch = new OtlpBatch(samplesMax)
  const fault = reader.read(padded(bytes), bytes.length, batch)
  if (fault !== undefined) return fault
  const numbers = (from: number, count: number): number[] => [
    ...batch.numbers.subarray(from, from + count),
  ]
  const points = Array.from({ length: batch.length }, (_, i) => {
    const series = batch.keys[i]!
    const metric = reader.metric(reader.metricOf(series))
    const { resource, attributes, ...scope } = reader.scope(metric.scope)
    const lists = batch.lists[batch.details[i]!]
    const point = batch.exponentials[batch.details[i]!]
    const isListed = metric.kind === OTLP_HISTOGRAM || metric.kind === OTLP_SUMMARY
    return {
      resource: reader.resource(resource).pairs,
      scope: { ...scope, attributes: attributes.pairs },
      metric: { ...metric, scope: undefined },
      attributes: reader.attributes(series, metric.kind).pairs,
      time: [batch.times[i], batch.timesNs[i]],
      start: [batch.starts[i], batch.startsNs[i]],
      value: batch.values[i],
      flags: batch.flags[i],
      count: metric.kind === OTLP_GAUGE || metric.kind === OTLP_SUM ? 0 : batch.counts[i],
      ...(isListed && {
        bounds: numbers(lists!.boundsFrom, lists!.boundsCount),
        counts: numbers(lists!.countsFrom, lists!.countsCount),
      }),
      ...(metric.kind === OTLP_EXPONENTIAL && {
        ...point,
        positive: [point!.positive.offset, ...numbers(point!.positive.from, point!.positive.count)],
        negative: [point!.negative.offset, ...numbers(point!.negative.from, point!.negative.count)],
      }),
      exemplars: batch.exemplars
        .filter((exemplar) => exemplar.point === i)
        .map((exemplar) => ({ ...exemplar, point: undefined })),
    }
  })
  const resources = batch.resources.map(({ resource, timeMs }) => [
    reader.resource(resource).pairs,
    timeMs,
  ])
  return { points, resources, samples: batch.samples }
}

function fresh(): OtlpReader {
  return new OtlpReader(7, DEPTH)
}

function rewritten(json: unknown): Uint8Array {
  const text = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json))
  const found = protobufOfJson(text, { slack: 0, depthMax: DEPTH })
  if ('why' in found) throw new Error(`byte ${found.at}: ${found.why}`)
  return found.bytes.subarray(0, found.length)
}

function fault(json: string): string {
  const found = protobufOfJson(Buffer.from(json), { slack: 0, depthMax: DEPTH })
  return 'why' in found ? `${found.at} ${found.why}` : 'fine'
}

function withValue(value: OtlpValue, key = 'k'): OtlpMetricsRequest {
  return withMetric({
    name: 'm',
    gauge: { dataPoints: [{ timeUnixNano: '1000000', attributes: [{ key, value }], asDouble: 1 }] },
  })
}

function withMetric(metric: OtlpMetric, resource: OtlpAttribute[] = []): OtlpMetricsRequest {
  return {
    resourceMetrics: [
      { resource: { attributes: resource }, scopeMetrics: [{ metrics: [metric] }] },
    ],
  }
}

test('JSON, protobuf, and protobuf with its fields in any order say the same', () => {
  fc.assert(
    fc.property(requests, fc.integer(), (request, seed) => {
      const want = told(fresh(), encodeOtlp(request))
      expect(want).toHaveProperty('points')
      expect(told(fresh(), rewritten(request))).toEqual(want)
      expect(told(fresh(), shuffled(encodeOtlp(request), seed))).toEqual(want)
    }),
    { numRuns: 200 },
  )
})

test('a reader that knows the series already says what a new one says', () => {
  const reader = fresh()
  fc.assert(
    fc.property(fc.array(requests, { minLength: 1, maxLength: 4 }), (all) => {
      for (const request of [...all, ...all]) {
        const bytes = encodeOtlp(request)
        expect(told(reader, bytes)).toEqual(told(fresh(), bytes))
      }
    }),
    { numRuns: 60 },
  )
})

test('what is known is not remembered twice', () => {
  const reader = fresh()
  fc.assert(
    fc.property(requests, (request) => {
      const bytes = encodeOtlp(request)
      told(reader, bytes)
      const before = [reader.seriesCount, reader.metricCount, reader.heldBytes]
      told(reader, bytes)
      expect([reader.seriesCount, reader.metricCount, reader.heldBytes]).toEqual(before)
    }),
    { numRuns: 60 },
  )
})

describe('the value of an attribute as text', () => {
  test.each<[OtlpValue, string]>([
    [{ stringValue: 'é😀' }, 'é😀'],
    [{ boolValue: true }, 'true'],
    [{ intValue: '-9223372036854775808' }, '-9223372036854775808'],
    [{ intValue: '9007199254740993' }, '9007199254740993'],
    [{ doubleValue: 1e21 }, '1e+21'],
    [{ doubleValue: 1e-7 }, '1e-7'],
    [{ doubleValue: 100 }, '100'],
    [{ doubleValue: -0 }, '-0'],
    [{ doubleValue: Number.POSITIVE_INFINITY }, 'json: unsupported value: +Inf'],
    [{ bytesValue: 'AAH/' }, 'AAH/'],
    [{}, ''],
    [
      { arrayValue: { values: [{ stringValue: '<a>&"\n' }, { doubleValue: 0.5 }, {}] } },
      '["\\u003ca\\u003e\\u0026\\"\\n",0.5,null]',
    ],
    [
      {
        kvlistValue: {
          values: [
            { key: 'b', value: { intValue: '9007199254740993' } },
            { key: 'a', value: { bytesValue: 'AAE=' } },
            { key: 'b', value: { boolValue: false } },
          ],
        },
      },
      '{"a":"AAE=","b":false}',
    ],
    [{ arrayValue: { values: [{ doubleValue: Number.NaN }] } }, ''],
  ])('%j is %j', (value, want) => {
    const batch = new OtlpBatch(10)
    const reader = fresh()
    const bytes = encodeOtlp(withValue(value))
    expect(reader.read(padded(bytes), bytes.length, batch)).toBeUndefined()
    expect(reader.attributes(0, OTLP_GAUGE).pairs).toEqual(['k', want])
  })
})

function nested(depth: number): OtlpValue {
  return depth === 0 ? { boolValue: true } : { arrayValue: { values: [nested(depth - 1)] } }
}

test('attributes may be nested as deep as allowed, not deeper; a million deep is no harm', () => {
  expect(told(fresh(), encodeOtlp(withValue(nested(DEPTH))))).toHaveProperty('points')
  expect(told(fresh(), encodeOtlp(withValue(nested(DEPTH + 1))))).toBe('too_deep')
  expect(told(fresh(), rewritten(withValue(nested(DEPTH))))).toHaveProperty('points')
  const deep = '[{"arrayValue":{"values":'.repeat(1_000_000)
  expect(fault(`{"resourceMetrics":${deep}`)).toContain('nested too deep')
  const unknown = '{"a":'.repeat(1_000_000)
  expect(fault(unknown)).toContain('nested too deep')
})

describe('JSON as the mapping of protobuf allows it', () => {
  const point = (told: string): string =>
    `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"aggregationTemporality":2,"dataPoints":[${told}]}}]}]}]}`
  const want = told(fresh(), rewritten(point('{"timeUnixNano":"1700000000000000001","asInt":"5"}')))

  test.each([
    ['numbers as numbers', '{"timeUnixNano":1700000000000000001,"asInt":5}'],
    ['snake case', '{"time_unix_nano":"1700000000000000001","as_int":"5"}'],
    [
      'unknown fields',
      '{"x":{"y":[1,"}",{"z":null}]},"timeUnixNano":"1700000000000000001","asInt":5,"w":true}',
    ],
    ['null', '{"timeUnixNano":"1700000000000000001","asInt":5,"flags":null,"attributes":null}'],
    ['blanks', ' { "timeUnixNano" :\n"1700000000000000001",\t"asInt" : 5 } '],
    ['escapes', '{"timeUnix\\u004eano":"1700000000000000001","asInt":5}'],
  ])('%s', (_what, json) => {
    expect(told(fresh(), rewritten(point(json)))).toEqual(want)
  })

  test('enum names, numbers that are no numbers, ids in hexadecimal', () => {
    const json = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{
      "aggregationTemporality":"AGGREGATION_TEMPORALITY_CUMULATIVE","dataPoints":[
      {"timeUnixNano":"1000000","asDouble":"NaN","exemplars":[{"asDouble":"-Infinity","timeUnixNano":"2000000",
      "traceId":"0AF7651916CD43DD8448EB211C80319C","spanId":"b7ad6b7169203331"}]}]}}]}]}]}`
    const all = told(fresh(), rewritten(json)) as { points: Record<string, unknown>[] }
    expect(all.points[0]).toMatchObject({
      metric: { temporality: 2 },
      value: Number.NaN,
      exemplars: [
        {
          value: Number.NEGATIVE_INFINITY,
          timeMs: 2,
          labels: ['trace_id', '0af7651916cd43dd8448eb211c80319c', 'span_id', 'b7ad6b7169203331'],
        },
      ],
    })
  })

  test.each([
    ['', 'want {'],
    ['[]', 'want {'],
    ['{', 'want "'],
    ['{"a":1,}', 'want "'],
    ['{"a" 1}', 'want :'],
    ['{"a":1} x', 'want nothing behind'],
    ['{"a":01}', 'want a value'],
    ['{"a":tru}', 'want a value'],
    ['{"a":"\u0001"}', 'control characters'],
    ['{"a":"x', 'has no end'],
    ['{"resourceMetrics":{}}', 'want ['],
    ['{"resourceMetrics":[null]}', 'want {'],
    [point('{"timeUnixNano":"-1"}'), 'want a whole number'],
    [point('{"timeUnixNano":1.5}'), 'want a whole number'],
    [point('{"timeUnixNano":"18446744073709551616"}'), 'want a whole number'],
    [point('{"asDouble":"five"}'), 'want a number'],
    [point('{"asDouble":Infinity}'), 'want a number'],
    [point('{"exemplars":[{"traceId":"zz"}]}'), 'want hex'],
    [point('{"attributes":[{"key":"a","value":{"bytesValue":"*"}}]}'), 'want base64'],
  ])('%j is told to be wrong', (json, why) => expect(fault(json)).toContain(why))
})

test('a request that breaks off anywhere is malformed and leaves nothing behind', () => {
  const [request] = fc.sample(requests, { numRuns: 1, seed: 3 })
  const bytes = encodeOtlp(request!)
  const reader = fresh()
  for (let length = 1; length < bytes.length; length++) {
    const found = told(reader, bytes.subarray(0, length))
    if (found === 'malformed') expect(reader.seriesCount).toBe(0)
  }
  expect(told(fresh(), bytes)).toHaveProperty('points')
})

test('a request may make so many samples and no more', () => {
  const point = {
    timeUnixNano: '1',
    count: '3',
    bucketCounts: ['1', '1', '1'],
    explicitBounds: [1, 2],
  }
  const bytes = encodeOtlp(
    withMetric({ name: 'h', histogram: { aggregationTemporality: 2, dataPoints: [point, point] } }),
  )
  expect(told(fresh(), bytes, 10)).toHaveProperty('samples', 10) // 2 × (2 bounds, +Inf, count, sum)
  expect(told(fresh(), bytes, 9)).toBe('too_many_samples')
})

test('a list of numbers in pieces, with other lists between, is one list', () => {
  const writer = new ProtoWriter()
  const point = new ProtoWriter()
  const fixed = (field: number, low: number): void => {
    point.tag(field, 1).append(Uint8Array.of(low, 0, 0, 0, 0, 0, 0, 0))
  }
  fixed(6, 1)
  point.double(7, 0.5)
  fixed(6, 2)
  point.double(7, 1.5)
  fixed(6, 3)
  writer.message(1, (resource) =>
    resource.message(2, (scope) =>
      scope.message(2, (metric) =>
        metric.text(1, 'h').message(9, (data) => data.raw(1, point.bytes).int(2, 2)),
      ),
    ),
  )
  const all = told(fresh(), writer.bytes) as { points: Record<string, unknown>[] }
  expect(all.points[0]).toMatchObject({ bounds: [0.5, 1.5], counts: [1, 2, 3], flags: 0 })
})

test('a sum that is told is known to be told, 0 too', () => {
  const told0 = { timeUnixNano: '1', count: '0', sum: 0 }
  const bytes = encodeOtlp(
    withMetric({ name: 'h', histogram: { aggregationTemporality: 2, dataPoints: [told0] } }),
  )
  const all = told(fresh(), bytes) as { points: { flags: number }[] }
  expect(all.points[0]!.flags).toBe(HAS_SUM)
})
