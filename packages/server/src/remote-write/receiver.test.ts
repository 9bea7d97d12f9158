import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, type NativeHistogram, SampleColumns, millis } from '@weir/model'
import { type Reader, type Store, openReader, openStore } from '@weir/tsdb'
import { type SentSeries, encodeWriteRequestV1, encodeWriteRequestV2, packSnappy } from '@weir/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { WriteVersion } from './protocol.ts'
import { RemoteWriteReceiver } from './receiver.ts'

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
let receiver: RemoteWriteReceiver

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-remote-'))
  store = await openStore({ path: folder, clock, labelValueBytesMax: 100 })
  reader = openReader(store.seat())
  receiver = new RemoteWriteReceiver({
    appender: store.appender(),
    clock,
    limits: {
      unpackedBytesMax: 1 << 20,
      samplesMax: 1000,
      labels: { labelsMax: 64, nameBytesMax: 1024, valueBytesMax: 100 },
    },
    seed: 1,
  })
})

afterEach(async () => {
  reader[Symbol.dispose]()
  await store[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const ENCODE = { '1.0': encodeWriteRequestV1, '2.0': encodeWriteRequestV2 } as const

const write = (
  series: readonly SentSeries[],
  version: WriteVersion = '1.0',
): ReturnType<RemoteWriteReceiver['take']> =>
  receiver.take(packSnappy(ENCODE[version](series)), version)

/** Everything that is stored, as `labels value @ms before NOW`. */
function stored(): string[] {
  using querier = reader.querier(0, 2 ** 45)
  const matchers = [{ name: '__name__', operator: '!=', value: '' }] as const
  const set = querier.select({ matchers, minMs: 0, maxMs: 2 ** 45 })
  const lines: string[] = []
  for (let i = 0; i < set.count; i++) {
    const columns = new SampleColumns()
    set.read(i, 0, 2 ** 45, columns)
    for (let k = 0; k < columns.length; k++) {
      lines.push(`${set.labels(i).toString()} ${columns.values[k]} @${columns.times[k]! - NOW}`)
    }
  }
  return lines.toSorted()
}

const up = (job: string, ...samples: [number, number][]): SentSeries => ({
  labels: ['__name__', 'up', 'job', job],
  samples: samples.map(([at, value]) => [NOW + at, value]),
})

test.each(['1.0', '2.0'] as const)(
  '%s: samples are stored when the answer is there',
  async (version) => {
    const outcome = await write([up('a', [-1000, 1], [0, 0]), up('b', [0, 1])], version)
    expect(outcome).toEqual({ samples: 3, histograms: 0, exemplars: 0, rejected: {}, example: '' })
    expect(stored()).toEqual(['up{job="a"} 0 @0', 'up{job="a"} 1 @-1000', 'up{job="b"} 1 @0'])
  },
)

test('the same request again changes nothing and is no fault', async () => {
  const series = [up('a', [-1000, 1], [0, 2])]
  await write(series)
  expect((await write(series)).rejected).toEqual({})
  expect(stored()).toHaveLength(2)
})

test('labels in another order, and those without a value, make the same series', async () => {
  await write([up('a', [-1000, 1])])
  await write([{ labels: ['job', 'a', 'gone', '', '__name__', 'up'], samples: [[NOW, 2]] }])
  expect(stored()).toEqual(['up{job="a"} 1 @-1000', 'up{job="a"} 2 @0'])
})

const long = 'x'.repeat(101)

test.each<[string, SentSeries, Record<string, number>, string]>([
  ['too old', up('bad', [-7_200_000, 1]), { out_of_order: 1 }, 'up'],
  ['too far ahead', up('bad', [601_000, 1]), { too_far_in_future: 1 }, 'up'],
  ['before the calendar', up('bad', [-1e17, 1]), { out_of_order: 1 }, 'up'],
  ['twice with two values', up('bad', [0, 1], [0, 2]), { duplicate_timestamp: 1 }, 'up'],
  [
    'of a series without a name',
    {
      labels: ['job', 'bad'],
      samples: [
        [NOW, 1],
        [NOW + 1, 1],
      ],
    },
    { bad_labels: 2 },
    'it has no metric name',
  ],
  [
    'of a series without labels',
    { labels: [], samples: [[NOW, 1]] },
    { bad_labels: 1 },
    'no metric name',
  ],
  [
    'with a label twice',
    { labels: ['__name__', 'up', 'a', '1', 'a', '2'], samples: [[NOW, 1]] },
    { bad_labels: 1 },
    'label "a" is there twice',
  ],
  [
    'with a label without a name',
    { labels: ['', 'x', '__name__', 'up'], samples: [[NOW, 1]] },
    { bad_labels: 1 },
    'a label has no name',
  ],
  [
    'with a label value that is too long',
    { labels: ['__name__', 'up', 'a', long], samples: [[NOW, 1]] },
    { label_limit: 1 },
    'too many or too long',
  ],
])('a sample %s is refused, those beside it are kept', async (_what, bad, rejected, example) => {
  await write([up('before', [-1, 0])])
  for (const version of ['1.0', '2.0', '1.0', '2.0'] as const) {
    const outcome = await write([up('first', [0, 1]), bad, up('last', [0, 1])], version)
    expect(outcome.rejected).toMatchObject(rejected)
    expect(outcome.example).toContain(example)
    expect(stored()).toEqual(
      expect.arrayContaining(['up{job="first"} 1 @0', 'up{job="last"} 1 @0']),
    )
  }
})

test('labels that are no UTF-8 are refused', async () => {
  const message = encodeWriteRequestV1([up('XX', [0, 1])])
  const bytes = Buffer.from(message)
  bytes[bytes.indexOf('XX')] = 0xff
  const outcome = await receiver.take(packSnappy(bytes), '1.0')
  expect(outcome).toMatchObject({ samples: 0, rejected: { bad_labels: 1 } })
  expect(outcome.example).toContain('a label is no UTF-8')
})

test.each([
  ['not snappy', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), 'REMOTE_WRITE_INVALID'],
  ['an empty body', new Uint8Array(), 'REMOTE_WRITE_INVALID'],
  ['one that declares 1 GiB', Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04, 0), 'HTTP_TOO_LARGE'],
  ['a bomb of 2 MiB of zeros', packSnappy(new Uint8Array(1 << 21)), 'HTTP_TOO_LARGE'],
  [
    'text in place of protobuf',
    packSnappy(Buffer.from('http_requests_total 1\n')),
    'REMOTE_WRITE_INVALID',
  ],
  [
    'more samples than allowed',
    packSnappy(
      encodeWriteRequestV1([
        up('a', ...Array.from({ length: 1001 }, (_, i): [number, number] => [-i, 1])),
      ]),
    ),
    'HTTP_TOO_LARGE',
  ],
])('%s is refused as a whole', async (_what, body, code) => {
  await expect(receiver.take(body, '1.0')).rejects.toMatchObject({ code })
  await write([up('a', [0, 1])])
  expect(stored()).toEqual(['up{job="a"} 1 @0'])
  expect(store.stats().series).toBe(1)
})

test('a request that breaks off leaves nothing behind, not even its series', async () => {
  const whole = encodeWriteRequestV1([up('a', [0, 1]), up('b', [0, 1])])
  for (let length = 1; length < whole.length; length++) {
    const body = packSnappy(whole.subarray(0, length))
    await receiver.take(body, '1.0').catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'REMOTE_WRITE_INVALID' })
    })
  }
  // Only the one place where a message of one series ends is a whole request.
  expect(stored()).toEqual(['up{job="a"} 1 @0'])
  expect(store.stats().series).toBe(1)
})

const HISTOGRAM: NativeHistogram = {
  isFloat: false,
  resetHint: 'unknown',
  schema: 0,
  zeroThreshold: 0.001,
  zeroCount: 1,
  count: 4,
  sum: 9,
  positiveSpans: Int32Array.of(0, 2),
  positive: Float64Array.of(1, 2),
  negativeSpans: new Int32Array(),
  negative: new Float64Array(),
  customValues: new Float64Array(),
}

test.each(['1.0', '2.0'] as const)(
  '%s: histograms, exemplars and metadata are stored, a histogram that contradicts itself is not',
  async (version) => {
    const exemplar = { labels: ['trace_id', 'abc'], value: 0.5, timeMs: NOW }
    const labels = ['__name__', 'latency', 'job', 'a']
    const good: SentSeries = { labels, histograms: [[NOW, HISTOGRAM]], exemplars: [exemplar] }
    const bad: SentSeries = { labels, histograms: [[NOW + 1, { ...HISTOGRAM, count: 99 }]] }
    const outcome = await write([good, bad, up('a', [0, 1])], version)
    expect(outcome).toMatchObject({
      samples: 1,
      histograms: 1,
      exemplars: 1,
      rejected: { bad_histogram: 1 },
    })
    using querier = reader.querier(0, NOW)
    const matchers = [{ name: '__name__', operator: '=', value: 'latency' }] as const
    const columns = new SampleColumns()
    querier.select({ matchers, minMs: 0, maxMs: NOW }).read(0, 0, NOW, columns)
    expect(columns.histograms).toMatchObject([HISTOGRAM])
    expect(querier.exemplars(matchers, 0, NOW)[0]?.exemplars).toMatchObject([{ value: 0.5 }])
  },
)

test('series of 2.0 that break its rules are refused by themselves', async () => {
  const outcome = await write([{ labels: ['__name__', 'empty'] }, up('a', [0, 1])], '2.0')
  expect(outcome).toMatchObject({ samples: 1, rejected: { empty_series: 1 } })
  expect(outcome.example).toBe('{__name__="empty"}: it came without samples and histograms')
})

test('series that have ended are forgotten, those that live keep their number', async () => {
  const living = Array.from({ length: 900 }, (_, i) => up(String(i), [0, 1]))
  await write(living)
  nowMs += 11 * 60_000
  await write(living)
  for (let round = 0; round < 60; round++) {
    await write(Array.from({ length: 1000 }, (_, i) => up(`${round} ${i}`, [0, 1])))
  }
  expect(receiver.seriesCount).toBeLessThan(52_000)
  nowMs += 11 * 60_000
  expect((await write(living)).rejected).toEqual({})
  expect(receiver.seriesCount).toBeLessThan(52_000)
  expect(store.stats().series).toBe(60_900)
})
