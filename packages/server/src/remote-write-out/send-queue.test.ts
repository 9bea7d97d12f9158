import { Labels, type NativeHistogram } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Reaction } from './testing/receiver.ts'
import { START_MS, SenderStand } from './testing/stand.ts'

const QUICK = { batch_send_deadline: '1s' }

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

describe('what leaves', () => {
  test('is sent when its deadline is over, with external labels, relabelled', async () => {
    const rules = [
      { source_labels: ['__name__'], regex: 'secret_.*', action: 'drop' },
      { regex: 'pod', action: 'labeldrop' },
    ]
    await using stand = await SenderStand.open([{ write_relabel_configs: rules }], {
      externalLabels: { region: 'eu', job: 'only where there is none' },
    })
    await stand.put({ 'up{job=shop,pod=1}': 1, secret_up: 1, down: 0 })
    await stand.run(4_000)
    expect(stand.receiver.requests).toEqual([])
    await stand.run(2_000)
    expect(stand.receiver.taken).toEqual([
      `up job=shop region=eu 1 @${START_MS}`,
      `down job=only where there is none region=eu 0 @${START_MS}`,
    ])
    expect(stand.receiver.requests[0]!.headers).toEqual({
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'user-agent': 'Weir/test',
      'x-prometheus-remote-write-version': '0.1.0',
    })
    expect(stand.metric('sent_total{kind="sample",queue="eu"}')).toBe(2)
    expect(stand.metric('dropped_total{kind="sample",queue="eu",reason="relabelled"}')).toBe(1)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
    expect(stand.metric('highest_sent_timestamp_seconds{queue="eu"}')).toBe(START_MS / 1000)
  })

  test('is sent at once when a request is full', async () => {
    await using stand = await SenderStand.open([{ queue_config: { max_samples_per_send: 2 } }])
    await stand.put({ a: 1, b: 2, c: 3 })
    await stand.run(400)
    expect(stand.receiver.taken).toHaveLength(2)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(3) // by whole commits
    await stand.run(5_000)
    expect(stand.receiver.taken).toHaveLength(3)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
  })

  test('2.0 has its own headers, histograms always, and says what metrics are', async () => {
    await using stand = await SenderStand.open([
      { protobuf_message: 'io.prometheus.write.v2.Request', queue_config: QUICK },
    ])
    stand.describe('requests_total', 'Requests.')
    await stand.put({ requests_total: 1 })
    await stand.putHistogram('latency', HISTOGRAM)
    await stand.run(3_000)
    expect(stand.receiver.taken).toEqual([
      `requests_total 1 @${START_MS}`,
      `latency count=12 @${START_MS}`,
    ])
    const [request] = stand.receiver.requests
    expect(request!.metadata).toEqual(['requests_total counter Requests.'])
    expect(request!.headers['content-type']).toContain('proto=io.prometheus.write.v2.Request')
    expect(request!.headers['x-prometheus-remote-write-version']).toBe('2.0.0')
  })

  test('1.0 tells what metrics are once a minute', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    stand.describe('requests_total', 'Requests.')
    await stand.put({ requests_total: 1 })
    await stand.run(121_000)
    expect(stand.receiver.requests.map(({ metadata }) => metadata)).toEqual([
      [],
      ['requests_total counter Requests.'],
      ['requests_total counter Requests.'],
    ])
    expect(stand.metric('sent_total{kind="metadata",queue="eu"}')).toBe(2)
  })

  test.each([
    [{}, []],
    [{ send_native_histograms: true }, [`latency count=12 @${START_MS}`]],
    [{ send_exemplars: true }, ['up # trace_id=x 7']],
  ])('%j: histograms and exemplars', async (keys, want) => {
    await using stand = await SenderStand.open([{ ...keys, queue_config: QUICK }])
    await stand.put({ up: 1 })
    await stand.putHistogram('latency', HISTOGRAM)
    const labels = Labels.of({ trace_id: 'x' })
    await stand.putExemplar('up', { labels, value: 7, timeMs: START_MS })
    await stand.run(3_000)
    expect(stand.receiver.taken.filter((line) => line !== `up 1 @${START_MS}`)).toEqual(want)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
  })

  test('histograms with bounds of their own do not fit into 1.0', async () => {
    await using stand = await SenderStand.open([
      { send_native_histograms: true, queue_config: QUICK },
    ])
    const custom = { ...HISTOGRAM, schema: -53, zeroThreshold: 0, zeroCount: 0, count: 10 }
    await stand.putHistogram('latency', { ...custom, customValues: Float64Array.of(1, 2) })
    await stand.run(3_000)
    expect(stand.receiver.requests).toEqual([])
    const name = 'dropped_total{kind="histogram",queue="eu",reason="custom_buckets"}'
    expect(stand.metric(name)).toBe(1)
  })
})

describe('a receiver that', () => {
  test('answers 5xx gets it again, slower and slower, for ever', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    stand.receiver.react = () => 503
    await stand.put({ a: 1 })
    await stand.run(300_000)
    // 30 ms doubling to 5 s, then one each 5 s
    expect(stand.receiver.requests.length).toBeGreaterThan(60)
    expect(stand.receiver.requests.length).toBeLessThan(72)
    expect(stand.receiver.requests[3]!.headers['retry-attempt']).toBe('3')
    expect(stand.sender.views()[0]!.lastError).toBe('it answered 503')
    stand.receiver.react = () => 204
    await stand.run(5_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`])
    expect(stand.sender.views()[0]).toMatchObject({ lastError: '', pendingSamples: 0, lagMs: 0 })
  })

  test.each<[string, object, Reaction, number]>([
    ['5xx with seconds', {}, { status: 503, headers: { 'retry-after': '120' } }, 120_000],
    [
      '5xx with a date',
      {},
      { status: 503, headers: { 'retry-after': new Date(START_MS + 91_000).toUTCString() } },
      90_000,
    ],
    ['429', { retry_on_http_429: true }, { status: 429, headers: { 'retry-after': '60' } }, 60_000],
    ['a wrong header', {}, { status: 500, headers: { 'retry-after': '1e99' } }, 30],
  ])('says when to come again is heard: %s', async (_what, keys, reaction, afterMs) => {
    await using stand = await SenderStand.open([{ queue_config: { ...QUICK, ...keys } }])
    stand.receiver.react = () => reaction
    await stand.put({ a: 1 })
    await stand.run(1_300)
    stand.receiver.react = () => 204
    const before = stand.receiver.requests.length
    await stand.run(afterMs - 1_000)
    if (afterMs > 1_000) expect(stand.receiver.requests).toHaveLength(before)
    await stand.run(2_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`])
  })

  test.each([400, 404, 413, 415, 429, 302])(
    'answers %d has refused for good: dropped, counted, and the next one is sent',
    async (status) => {
      await using stand = await SenderStand.open([{ queue_config: QUICK }])
      stand.receiver.react = () => ({ status, text: 'no!' })
      await stand.put({ a: 1 })
      await stand.run(2_000)
      stand.receiver.react = () => 204
      await stand.put({ a: 2 })
      await stand.run(2_000)
      expect(stand.receiver.requests).toHaveLength(2)
      expect(stand.receiver.taken).toEqual([`a 2 @${START_MS + 2_000}`])
      expect(stand.metric('failed_total{kind="sample",queue="eu"}')).toBe(1)
      expect(stand.metric('sent_total{kind="sample",queue="eu"}')).toBe(1)
      expect(stand.metric('requests_total{outcome="refused",queue="eu"}')).toBe(1)
      expect(stand.logged.filter((line) => line.includes('no!'))).toHaveLength(1)
    },
  )

  test.each([
    [401, {}],
    [403, {}],
    [429, { 'weir-error-code': 'ACCESS_SLOWED', 'retry-after': '300' }],
  ])('does not let Weir in (%d) gets all once it does', async (status, headers) => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    stand.receiver.react = () => ({ status, headers, text: 'nobody' })
    await stand.put({ a: 1 })
    await stand.run(8_000)
    expect(stand.metric('failed_total{kind="sample",queue="eu"}')).toBe(0)
    expect(stand.logged.filter((line) => line.includes('credentials'))).toHaveLength(1)
    stand.receiver.react = () => 204
    await stand.run(6_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`])
  })

  test('never answers is given up after the timeout, and asked again', async () => {
    await using stand = await SenderStand.open([{ remote_timeout: '10s', queue_config: QUICK }])
    stand.receiver.react = () => 'hang'
    await stand.put({ a: 1 })
    await stand.run(12_000)
    expect(stand.sender.views()[0]!.lastError).toBe('it did not answer within 10 s')
    stand.receiver.react = () => 204
    await stand.run(10_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`])
  })

  test('knows 1.0 only and says 2xx to 2.0 took nothing: counted, and the way out is told', async () => {
    const keys = { protobuf_message: 'io.prometheus.write.v2.Request', queue_config: QUICK }
    await using stand = await SenderStand.open([keys])
    stand.receiver.react = () => ({ status: 200, headers: {} })
    await stand.put({ a: 1 })
    await stand.run(2_000)
    expect(stand.metric('failed_total{kind="sample",queue="eu"}')).toBe(1)
    expect(stand.sender.views()[0]!.lastError).toContain('prometheus.WriteRequest')
  })

  test('wrote less than was sent to it: the rest has failed', async () => {
    const keys = { protobuf_message: 'io.prometheus.write.v2.Request', queue_config: QUICK }
    await using stand = await SenderStand.open([keys])
    const headers = { 'x-prometheus-remote-write-samples-written': '1' }
    stand.receiver.react = () => ({ status: 204, headers })
    await stand.put({ a: 1, b: 2, c: 3 })
    await stand.run(2_000)
    expect(stand.metric('sent_total{kind="sample",queue="eu"}')).toBe(1)
    expect(stand.metric('failed_total{kind="sample",queue="eu"}')).toBe(2)
  })

  test('is away: samples too old are dropped when it is back', async () => {
    await using stand = await SenderStand.open([
      { queue_config: { ...QUICK, sample_age_limit: '1m' } },
    ])
    stand.receiver.react = () => 'reset'
    await stand.put({ a: 1 })
    await stand.run(100_000)
    await stand.put({ a: 2 })
    stand.receiver.react = () => 204
    await stand.run(10_000)
    expect(stand.receiver.taken).toEqual([`a 2 @${START_MS + 100_000}`])
    expect(stand.metric('dropped_total{kind="sample",queue="eu",reason="too_old"}')).toBe(1)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
  })

  test('is away longer than the disk has room: the oldest are dropped and counted', async () => {
    await using stand = await SenderStand.open(
      [{ queue_config: { ...QUICK, capacity: 4, max_samples_per_send: 2 } }],
      {
        waiting: { bytesMax: 2_000, ageMaxMs: 2 ** 40 },
      },
    )
    stand.receiver.react = () => 'reset'
    const count = 200
    for (let i = 0; i < count; i++) {
      await stand.put({ a: i })
      await stand.run(1_000)
      if (i % 20 === 0) await stand.store.maintain()
    }
    await stand.store.maintain()
    expect(stand.store.stats().outgoing!.bytes).toBeLessThanOrEqual(2_000)
    stand.receiver.react = () => 204
    await stand.run(60_000)
    const dropped = stand.metric('dropped_total{kind="sample",queue="eu",reason="queue_full"}')
    expect(dropped).toBeGreaterThan(50)
    expect(stand.receiver.taken).toHaveLength(count - dropped)
    expect(stand.receiver.taken.at(-1)).toContain(`a ${count - 1} `)
    expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
  })
})

describe('over a restart', () => {
  test('what was not sent is sent, and what was is not sent again', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    await stand.put({ a: 1 })
    await stand.run(3_000)
    stand.receiver.react = () => 503
    await stand.put({ a: 2 })
    await stand.run(3_000)
    await stand.stop()
    stand.receiver.react = () => 204
    await stand.start()
    await stand.run(3_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`, `a 2 @${START_MS + 3_000}`])
  })

  test('what a healthy receiver can still take is sent before the end', async () => {
    await using stand = await SenderStand.open()
    await stand.put({ a: 1 })
    await stand.run(400)
    await stand.stop()
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`])
  })
})

describe('a reload', () => {
  test('begins an endpoint with what comes next, and ends one', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    await stand.put({ before: 1 })
    await stand.run(2_000)
    const us = { name: 'us', write_relabel_configs: [{ target_label: 'to', replacement: 'us' }] }
    await stand.reload([{ queue_config: QUICK }, { ...us, queue_config: QUICK }])
    await stand.put({ both: 1 })
    await stand.run(2_000)
    await stand.reload([{ ...us, queue_config: QUICK }])
    await stand.put({ one: 1 })
    await stand.run(2_000)
    expect(stand.receiver.taken.map((line) => line.replace(/ 1 @.*/, '')).sort()).toEqual([
      'before',
      'both',
      'both to=us',
      'one to=us',
    ])
    expect(stand.sender.views().map(({ name }) => name)).toEqual(['us'])
  })

  test('that changes keys loses nothing that waits', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    stand.receiver.react = () => 401
    await stand.put({ a: 1 })
    stand.receiver.react = () => 'reset'
    await stand.run(3_000)
    await stand.put({ a: 2 })
    await stand.run(3_000)
    stand.receiver.react = () => 204
    await stand.reload([{ queue_config: QUICK, headers: { 'x-scope-orgid': 'me' } }])
    await stand.run(3_000)
    expect(stand.receiver.taken).toEqual([`a 1 @${START_MS}`, `a 2 @${START_MS + 3_000}`])
  })

  test('that changes nothing changes nothing', async () => {
    await using stand = await SenderStand.open([{ queue_config: QUICK }])
    await stand.put({ a: 1 })
    await stand.run(2_000)
    const [before] = stand.sender.views()
    await stand.reload([{ queue_config: QUICK }])
    expect(stand.sender.views()).toEqual([before])
  })
})

test('a receiver that is slow gets more requests at a time, and series keep their order', async () => {
  await using stand = await SenderStand.open([
    { queue_config: { ...QUICK, max_samples_per_send: 10, capacity: 20, max_shards: 8 } },
  ])
  stand.receiver.delay = (signal) => stand.clock.sleep(500, signal)
  const names = Array.from({ length: 50 }, (_, i) => `s${i}`)
  let most = 0
  for (let k = 0; k < 60; k++) {
    await stand.put(Object.fromEntries(names.map((name) => [name, k])))
    await stand.run(1_000)
    most = Math.max(most, stand.sender.views()[0]!.shards)
  }
  expect(most).toBeGreaterThanOrEqual(3) // 50 samples a second, 20 a second and shard
  await stand.run(60_000)
  expect(stand.receiver.taken).toHaveLength(names.length * 60)
  for (const name of names) {
    const values = stand.receiver.taken
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => Number(line.split(' ')[1]))
    expect(values).toEqual(Array.from({ length: 60 }, (_, k) => k))
  }
})

test('whatever a receiver does: each sample arrives, in order, or is counted as failed', async () => {
  const reaction = fc.constantFrom<Reaction>(204, 204, 204, 503, 'reset', 'hang', 400, {
    status: 429,
    headers: { 'retry-after': '7' },
  })
  const run = fc.record({
    reactions: fc.array(reaction, { maxLength: 15 }),
    puts: fc.array(fc.nat(2), { minLength: 1, maxLength: 30 }),
    shards: fc.constantFrom(1, 3),
    perSend: fc.constantFrom(1, 2, 5),
  })
  await fc.assert(
    fc.asyncProperty(run, async ({ reactions, puts, shards, perSend }) => {
      const queue = { min_shards: shards, max_shards: shards, max_samples_per_send: perSend }
      await using stand = await SenderStand.open([
        {
          remote_timeout: '5s',
          queue_config: { ...QUICK, ...queue, capacity: 5, retry_on_http_429: true },
        },
      ])
      const refused: string[] = []
      let at = 0
      stand.receiver.react = ({ lines }) => {
        const next = reactions[at++] ?? 204
        if (next === 400) refused.push(...lines)
        return next
      }
      const sent: string[] = []
      for (const [i, series] of puts.entries()) {
        await stand.put({ [`s${series}`]: i })
        sent.push(`s${series} ${i} @${stand.clock.now()}`)
        await stand.run(300)
      }
      await stand.run(120_000)
      expect([...stand.receiver.taken, ...refused].sort()).toEqual([...sent].sort())
      for (const series of ['s0', 's1', 's2']) {
        const of = (lines: readonly string[]): string[] =>
          lines.filter((line) => line.startsWith(`${series} `))
        const kept = of(sent).filter((line) => !refused.includes(line))
        expect(of(stand.receiver.taken)).toEqual(kept)
      }
      expect(stand.metric('failed_total{kind="sample",queue="eu"}')).toBe(refused.length)
      expect(stand.metric('pending_samples{queue="eu"}')).toBe(0)
    }),
    { numRuns: 12 },
  )
}, 60_000)
