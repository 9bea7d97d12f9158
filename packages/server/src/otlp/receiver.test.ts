import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  type Appender,
  type Clock,
  SampleColumns,
  WeirError,
  bucketRanges,
  isStale,
  millis,
} from '@weir/model'
import { type Reader, type Store, openReader, openStore } from '@weir/tsdb'
import {
  type OtlpAttribute,
  type OtlpMetric,
  type OtlpMetricsRequest,
  encodeOtlp,
} from '@weir/wire'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InstanceLabel } from '../engine/instance.ts'
import { otlpConfig } from './config.ts'
import { type OtlpOutcome, OtlpReceiver } from './receiver.ts'

const NOW = Date.parse('2026-05-01T12:00:00Z')
let nowMs = 0
const clock: Clock = {
  now: () => millis(NOW),
  monotonicMs: () => nowMs,
  sleep: () => new Promise(() => undefined),
}

let folder: string
let store: Store
let reader: Reader
let receiver: OtlpReceiver
/** What the next commit fails with. */
let failure: WeirError | undefined

function failing(appender: Appender): Appender {
  return new Proxy(appender, {
    get(target, name) {
      if (name === 'commit' && failure !== undefined) {
        return async () => {
          await target.commit()
          throw failure!
        }
      }
      const found: unknown = Reflect.get(target, name)
      return typeof found === 'function' ? (found as () => unknown).bind(target) : found
    },
  })
}

beforeEach(async () => {
  failure = undefined
  nowMs = 0
  folder = mkdtempSync(join(tmpdir(), 'weir-otlp-'))
  store = await openStore({ path: folder, clock })
  reader = openReader(store.seat())
  receiver = newReceiver()
})

function newReceiver(instance?: InstanceLabel): OtlpReceiver {
  return new OtlpReceiver({
    appender: failing(store.appender()),
    clock,
    limits: {
      unpackedBytesMax: 1 << 20,
      samplesMax: 1000,
      depthMax: 4,
      deltaStreamsMax: 3,
      deltaStaleMs: 60_000,
      labels: { labelsMax: 20, nameBytesMax: 100, valueBytesMax: 100 },
    },
    seed: 1,
    instance,
  })
}

afterEach(async () => {
  reader[Symbol.dispose]()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

function told(metrics: OtlpMetric[], resource: Record<string, string> = {}): OtlpMetricsRequest {
  const attributes = Object.entries(resource).map(([key, stringValue]) => ({
    key,
    value: { stringValue },
  }))
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] }
}

function take(
  request: OtlpMetricsRequest | Uint8Array,
  options: { readonly keys?: object; readonly json?: string; readonly packing?: string } = {},
): Promise<OtlpOutcome> {
  const { keys = {}, json, packing = '' } = options
  const plain = request instanceof Uint8Array ? request : encodeOtlp(request)
  return receiver.take({
    body: new Uint8Array(json === undefined ? plain : Buffer.from(json)),
    encoding: json === undefined ? 'protobuf' : 'json',
    contentEncoding: packing,
    translation: otlpConfig.parse(keys),
  })
}

/** Nanoseconds of a time so many milliseconds before NOW. */
function at(beforeMs: number): string {
  return `${NOW - beforeMs}000000`
}

function key(name: string, stringValue: string): OtlpAttribute {
  return { key: name, value: { stringValue } }
}

function delta(value: number, beforeMs: number, attributes: OtlpAttribute[] = []): OtlpMetric {
  const point = {
    timeUnixNano: at(beforeMs),
    startTimeUnixNano: at(beforeMs + 1000),
    asDouble: value,
    attributes,
  }
  return { name: 'd', sum: { dataPoints: [point], aggregationTemporality: 1, isMonotonic: true } }
}

/** Everything that is stored, as `labels value @ms before NOW`; a native histogram by its buckets. */
function stored(): string[] {
  using querier = reader.querier(0, 2 ** 45)
  const matchers = [{ name: '__name__', operator: '!=', value: '' }] as const
  const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 45 })
  const lines: string[] = []
  for (let i = 0; i < set.count; i++) {
    const columns = new SampleColumns()
    set.read(i, 0, 2 ** 45, columns)
    for (let k = 0; k < columns.length; k++) {
      const histogram = columns.histograms?.[k]
      const number = isStale(columns.values[k]!) ? 'stale' : String(columns.values[k])
      const ranges = histogram && bucketRanges(histogram)
      const shown =
        histogram === undefined ? number : `${histogram.count} ${JSON.stringify(ranges)}`
      lines.push(`${set.labels(i).toString()} ${shown} @${NOW - columns.times[k]!}`)
    }
  }
  return lines.toSorted()
}

describe('increments', () => {
  test('have the label of this Weir where there are others; sums that grow elsewhere have not', async () => {
    receiver = newReceiver({ label: 'weir_instance', name: 'a' })
    const { sum } = delta(5, 3000)
    const grown = { name: 'c', sum: { ...sum!, aggregationTemporality: 2 } } as const
    await take(told([delta(2, 3000), grown]))
    expect(stored().map((line) => line.split(' ')[0])).toEqual([
      'c_total',
      'd_total{weir_instance="a"}',
    ])
  })

  test('are added up, whatever order the attributes come in', async () => {
    await take(told([delta(2, 3000, [key('a', '1'), key('b', '2')])]))
    await take(told([delta(3, 2000, [key('b', '2'), key('a', '1')])]))
    expect(stored()).toEqual(['d_total{a="1", b="2"} 2 @3000', 'd_total{a="1", b="2"} 5 @2000'])
  })

  test('that are not newer, or begin before their stream, are refused and told', async () => {
    await take(told([delta(2, 3000)]))
    const same = await take(told([delta(7, 3000)]))
    expect(same).toMatchObject({ rejectedPoints: 1, rejected: { delta_out_of_order: 1 } })
    expect((await take(told([delta(7, 4000)]))).rejected).toEqual({ delta_older_start: 1 })
    await take(told([delta(1, 1000)]))
    expect(stored()).toEqual(['d_total 2 @3000', 'd_total 3 @1000'])
  })

  test('of one stream too many are refused; silent streams make room', async () => {
    for (const name of ['a', 'b', 'c']) await take(told([delta(1, 5000, [key('s', name)])]))
    const over = await take(told([delta(1, 5000, [key('s', 'd')])]))
    expect(over).toMatchObject({ rejected: { delta_stream_limit: 1 }, deltaStreams: 3 })
    nowMs = 60_001
    const later = await take(
      told([delta(1, 4000, [key('s', 'd')]), delta(4, 4000, [key('s', 'a')])]),
    )
    expect(later).toMatchObject({ rejected: {}, deltaStreams: 2 })
    // A forgotten stream begins anew.
    expect(stored()).toContain('d_total{s="a"} 4 @4000')
  })

  test('that could not be stored may come once more, and are added once', async () => {
    await take(told([delta(2, 3000)]))
    failure = new WeirError('STORAGE_FULL', 'no room, as the test has it')
    await expect(take(told([delta(3, 2000)]))).rejects.toThrow('no room')
    failure = undefined
    expect((await take(told([delta(3, 2000)]))).rejected).toEqual({})
    expect((await take(told([delta(3, 2000)]))).rejected).toEqual({ delta_out_of_order: 1 })
    await take(told([delta(4, 1000)]))
    expect(stored()).toEqual(['d_total 2 @3000', 'd_total 5 @2000', 'd_total 9 @1000'])
  })

  test('without a value end their series and leave the sum as it is', async () => {
    const ended = { timeUnixNano: at(2000), flags: 1 }
    const sum = { dataPoints: [ended], aggregationTemporality: 1, isMonotonic: true }
    await take(told([delta(2, 3000)]))
    await take(told([{ name: 'd', sum }]))
    await take(told([delta(2, 1000)]))
    expect(stored()).toEqual(['d_total 2 @3000', 'd_total 4 @1000', 'd_total stale @2000'])
  })

  test('of exponential histograms meet at the coarser scale', async () => {
    const point = (scale: number, offset: number, beforeMs: number): object => ({
      timeUnixNano: at(beforeMs),
      count: '3',
      scale,
      zeroCount: '1',
      positive: { offset, bucketCounts: ['1', '1'] },
    })
    const metric = (dataPoints: object[]): OtlpMetric =>
      ({ name: 'e', exponentialHistogram: { dataPoints, aggregationTemporality: 1 } }) as OtlpMetric
    await take(told([metric([point(1, 0, 2000)])]))
    await take(told([metric([point(0, 0, 1000)])]))
    expect(stored()).toEqual([
      'e 3 [[3,-1e-128,1e-128,1],[0,1,1.414213562373095,1],[0,1.414213562373095,2,1]] @2000',
      'e 6 [[3,-1e-128,1e-128,2],[0,1,2,3],[0,2,4,1]] @1000',
    ])
  })
})

test('a bad point costs itself only, and is told', async () => {
  const point = { timeUnixNano: at(1000), asDouble: 1 }
  const outcome = await take(
    told([
      { name: 'good', gauge: { dataPoints: [point] } },
      { name: '😀', gauge: { dataPoints: [point] } },
      { name: 'no', sum: { dataPoints: [point], aggregationTemporality: 0, isMonotonic: true } },
      {
        name: 'long',
        gauge: { dataPoints: [{ ...point, attributes: [key('a', 'x'.repeat(101))] }] },
      },
      {
        name: 'coarse',
        exponentialHistogram: {
          aggregationTemporality: 2,
          dataPoints: [{ timeUnixNano: at(1000), count: '0', scale: -5, zeroCount: '0' }],
        },
      },
      { name: 'late', gauge: { dataPoints: [{ ...point, timeUnixNano: '1' }] } },
    ]),
  )
  expect(stored()).toEqual(['good 1 @1000'])
  expect(outcome.rejected).toEqual({
    bad_labels: 1,
    bad_temporality: 1,
    label_limit: 1,
    bad_histogram: 1,
    out_of_order: 1,
  })
  expect(outcome.rejectedPoints).toBe(5)
  expect(outcome.example).toContain('no')
})

test('the label that a histogram makes stands before an attribute of that name', async () => {
  const histogram = {
    aggregationTemporality: 2,
    dataPoints: [
      {
        timeUnixNano: at(1000),
        count: '3',
        bucketCounts: ['1', '2'],
        explicitBounds: [0.5],
        attributes: [key('le', 'mine'), key('__name__', 'mine')],
      },
    ],
  }
  await take(told([{ name: 'h', histogram }]))
  expect(stored()).toEqual([
    'h_bucket{le="+Inf"} 3 @1000',
    'h_bucket{le="0.5"} 1 @1000',
    'h_count{le="mine"} 3 @1000',
  ])
})

test('bounds that change lead to other series, and back', async () => {
  for (const [i, bounds] of [[1], [2], [1]].entries()) {
    const point = {
      timeUnixNano: at(5000 - i * 1000),
      count: '1',
      bucketCounts: ['1', '0'],
      explicitBounds: bounds,
    }
    await take(told([{ name: 'h', histogram: { aggregationTemporality: 2, dataPoints: [point] } }]))
  }
  expect(stored().filter((line) => line.startsWith('h_bucket{le="1"'))).toHaveLength(2)
  expect(stored().filter((line) => line.startsWith('h_bucket{le="2"'))).toHaveLength(1)
})

test('another translation counts from the next request on, for known series too', async () => {
  const request = told([
    { name: 'a.b', gauge: { dataPoints: [{ timeUnixNano: at(2000), asInt: '1' }] } },
  ])
  await take(request)
  await take(request, { keys: { translation_strategy: 'NoTranslation' } })
  expect(stored()).toEqual(['a_b 1 @2000', '{"a.b"} 1 @2000'])
})

test('scope and schema become labels where that is asked for', async () => {
  const gauge = { dataPoints: [{ timeUnixNano: at(1000), asInt: '1' }] }
  const scope = { name: 'io.x', version: '2', attributes: [key('short.name', 'x')] }
  const scopeMetrics = [{ scope, metrics: [{ name: 'a', gauge }], schemaUrl: 'https://s' }]
  await take({ resourceMetrics: [{ scopeMetrics }] }, { keys: { promote_scope_metadata: true } })
  expect(stored()).toEqual([
    'a{otel_scope_name="io.x", otel_scope_schema_url="https://s", otel_scope_short_name="x", otel_scope_version="2"} 1 @1000',
  ])
})

test('what cannot be read is refused whole', async () => {
  const bytes = encodeOtlp(told([delta(1, 1000)]))
  const code = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'taken',
      (error: WeirError) => error.code,
    )
  expect(await code(take(bytes.slice(0, -1)))).toBe('OTLP_INVALID')
  expect(await code(take(bytes, { packing: 'gzip' }))).toBe('HTTP_BODY_BROKEN')
  expect(await code(take(bytes, { packing: 'br' }))).toBe('HTTP_BODY_TYPE')
  expect(await code(take(bytes, { json: '{"resourceMetrics":[' }))).toBe('OTLP_INVALID')
  const bomb = new Uint8Array(gzipSync(new Uint8Array(1 << 21)))
  expect(await code(take(bomb, { packing: 'gzip' }))).toBe('HTTP_TOO_LARGE')
  const points = Array.from({ length: 1001 }, () => ({ timeUnixNano: '1' }))
  expect(await code(take(told([{ name: 'a', gauge: { dataPoints: points } }])))).toBe(
    'HTTP_TOO_LARGE',
  )
  expect(stored()).toEqual([])
  expect(await code(take(new Uint8Array(gzipSync(bytes)), { packing: 'gzip' }))).toBe('taken')
})
