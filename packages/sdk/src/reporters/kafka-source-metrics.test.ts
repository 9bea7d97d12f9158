import { createRequire } from 'node:module'
import { Kafka, logLevel } from 'kafkajs'
import { describe, expect, test } from 'vitest'
import type { KafkaJsConsumer } from '../hooks/kafkajs.ts'
import { Registry } from '../metrics/registry.ts'
import { samplesOf } from '../testing/samples.ts'
import { KafkaSourceMetrics } from './kafka-source-metrics.ts'

const NOW = 1_700_000_000_000

interface Emitter {
  emit(name: string, payload: unknown): void
  addListener(name: string, listener: (event: never) => void): () => void
}

/** KafkaJS's own emitter and names; only the broker behind them is missing. */
function kafkaJs(): { consumer: KafkaJsConsumer; emit: (name: string, payload: unknown) => void } {
  const load = createRequire(import.meta.url)
  const EmitterClass = load('kafkajs/src/instrumentation/emitter') as new () => Emitter
  const kafka = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING })
  const { events } = kafka.consumer({ groupId: 'g' })
  const emitter = new EmitterClass()
  return {
    consumer: { events, on: (name, listener) => emitter.addListener(name, listener) },
    emit: (name, payload) => {
      emitter.emit((events as unknown as Record<string, string>)[name]!, payload)
    },
  }
}

function stand(options: { lagExpiryMs?: number } = {}): {
  meter: Registry
  kafka: KafkaSourceMetrics
  pass: (ms: number) => void
} {
  const meter = new Registry()
  let ms = 0
  const clock = { now: () => NOW + ms, monotonic: () => ms }
  const kafka = new KafkaSourceMetrics({ meter, clock, ...options })
  return { meter, kafka, pass: (by) => (ms += by) }
}

const BATCH = {
  topic: 'orders',
  partition: 0,
  highWatermark: '110',
  offsetLag: '9',
  offsetLagLow: '19',
  batchSize: 10,
  firstOffset: '90',
  lastOffset: '100',
}
const JOIN = {
  groupId: 'g',
  memberId: 'm',
  leaderId: 'm',
  isLeader: true,
  groupProtocol: 'RoundRobinAssigner',
  duration: 120,
  memberAssignment: { orders: [0, 1] },
}
const LAG = 'kafka_consumer_lag{kafka_topic="orders",kafka_partition="0",group="g"}'

describe('KafkaJS', () => {
  test('a real consumer can be attached as it is', () => {
    const { kafka } = stand()
    const consumer = new Kafka({ brokers: ['127.0.0.1:1'], logLevel: logLevel.NOTHING }).consumer({
      groupId: 'g',
    })
    expect(kafka.attach(consumer)).toBeTypeOf('function')
  })

  test('every event moves its metric', async () => {
    const { meter, kafka } = stand()
    const { consumer, emit } = kafkaJs()
    kafka.attach(consumer)
    emit('CONNECT', null)
    emit('REBALANCING', { groupId: 'g', memberId: 'm' })
    expect((await samplesOf(meter))['kafka_consumer_rebalancing{group="g"}']).toBe(1)
    emit('GROUP_JOIN', JOIN)
    emit('HEARTBEAT', { groupId: 'g', memberId: 'm', groupGenerationId: 1 })
    emit('FETCH', { numberOfBatches: 2, duration: 30, nodeId: 1 })
    emit('START_BATCH_PROCESS', BATCH)
    expect((await samplesOf(meter))[LAG]).toBe(19)
    emit('END_BATCH_PROCESS', { ...BATCH, duration: 40 })
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, offset: '101' }] }]
    emit('COMMIT_OFFSETS', { groupId: 'g', memberId: 'm', groupGenerationId: 1, topics })
    emit('CRASH', { error: new Error('x'), groupId: 'g', restart: true })
    emit('RECEIVED_UNSUBSCRIBED_TOPICS', { groupId: 'g', topicsNotSubscribed: ['a', 'b'] })
    emit('REQUEST', { broker: 'b:9092', apiName: 'Fetch', duration: 7, size: 100 })
    emit('REQUEST_TIMEOUT', { broker: 'b:9092', apiName: 'Fetch' })
    emit('REQUEST_QUEUE_SIZE', { broker: 'b:9092', queueSize: 3 })
    const samples = await samplesOf(meter)
    expect(samples['kafka_consumer_last_heartbeat_timestamp_seconds{group="g"}']).toBeGreaterThan(
      1e9,
    )
    expect(samples).toMatchObject({
      kafka_client_connected: 1,
      'kafka_consumer_rebalancing{group="g"}': 0,
      'kafka_consumer_rebalances_total{group="g"}': 1,
      'kafka_consumer_rebalance_duration_ms_sum{group="g"}': 120,
      'kafka_consumer_assigned_partitions{group="g"}': 2,
      kafka_consumer_fetch_latency_ms_sum: 30,
      kafka_consumer_fetch_batches_total: 2,
      [LAG]: 9,
      'kafka_records_consumed_total{kafka_topic="orders"}': 10,
      'kafka_consumer_batch_duration_ms_sum{kafka_topic="orders"}': 40,
      'kafka_consumer_commits_total{group="g"}': 1,
      'kafka_consumer_committed_offset{kafka_topic="orders",kafka_partition="0",group="g"}': 101,
      'kafka_consumer_crashes_total{group="g",restart="true"}': 1,
      'kafka_consumer_unsubscribed_topics_total{group="g"}': 2,
      'kafka_client_request_latency_ms_sum{api="Fetch"}': 7,
      'kafka_client_request_timeouts_total{api="Fetch"}': 1,
      'kafka_client_request_queue{broker="b:9092"}': 3,
    })
  })

  test('a partition that a rebalance took away has no lag here any more', async () => {
    const { meter, kafka } = stand()
    const { consumer, emit } = kafkaJs()
    kafka.attach(consumer)
    emit('GROUP_JOIN', JOIN)
    emit('END_BATCH_PROCESS', { ...BATCH, duration: 1 })
    emit('END_BATCH_PROCESS', { ...BATCH, partition: 1, duration: 1 })
    emit('GROUP_JOIN', { ...JOIN, memberAssignment: { orders: [1] } })
    const samples = await samplesOf(meter)
    expect(samples).not.toHaveProperty([LAG])
    expect(samples[LAG.replace('partition="0"', 'partition="1"')]).toBe(9)
    emit('DISCONNECT', null)
    expect(Object.keys(await samplesOf(meter)).filter((key) => /lag/.test(key))).toEqual([])
  })

  test('a lag that nobody has spoken of for a while is not told for ever', async () => {
    const { meter, kafka, pass } = stand({ lagExpiryMs: 1000 })
    const { consumer, emit } = kafkaJs()
    kafka.attach(consumer)
    emit('GROUP_JOIN', JOIN)
    emit('END_BATCH_PROCESS', { ...BATCH, duration: 1 })
    pass(1000)
    expect((await samplesOf(meter))[LAG]).toBe(9)
    pass(1)
    expect(await samplesOf(meter)).not.toHaveProperty([LAG])
  })

  test('a wrapped handler counts its records, and events beside it do not', async () => {
    const { meter, kafka } = stand()
    const handle = kafka.wrap(
      ({ topic }: { topic: string; message: { timestamp: string } }) => topic,
    )
    const row = { topic: 'orders', message: { timestamp: String(NOW - 250) } }
    const { consumer, emit } = kafkaJs()
    const detach = kafka.attach(consumer)
    expect(handle(row)).toBe('orders')
    emit('END_BATCH_PROCESS', { ...BATCH, batchSize: 1, duration: 1 })
    detach()
    emit('END_BATCH_PROCESS', { ...BATCH, batchSize: 1, duration: 1 })
    handle(row)
    expect(await samplesOf(meter)).toMatchObject({
      'kafka_records_consumed_total{kafka_topic="orders"}': 2,
      'kafka_consumption_latency_ms_sum{kafka_topic="orders"}': 500,
    })
  })

  test('odd payloads are passed over', async () => {
    const { meter, kafka } = stand()
    const { consumer, emit } = kafkaJs()
    kafka.attach(consumer)
    for (const name of Object.keys(consumer.events)) emit(name, undefined)
    expect((await samplesOf(meter))['kafka_client_connected']).toBe(0)
  })

  test("a group's lag is asked of the brokers", async () => {
    const { meter, kafka } = stand()
    const admin = {
      fetchOffsets: () =>
        Promise.resolve([
          {
            topic: 'orders',
            partitions: [
              { partition: 0, offset: '40' },
              { partition: 1, offset: '-1' },
            ],
          },
        ]),
      fetchTopicOffsets: () =>
        Promise.resolve([
          { partition: 0, offset: '100', low: '0' },
          { partition: 1, offset: '30', low: '10' },
        ]),
    }
    const stop = kafka.watchGroup(admin, { group: 'g', topics: ['orders'] })
    await new Promise((resolve) => setImmediate(resolve))
    stop()
    const samples = await samplesOf(meter)
    expect(samples[LAG]).toBe(60)
    expect(samples[LAG.replace('partition="0"', 'partition="1"')]).toBe(20)
    // Once a consumer has joined here, its own partitions alone.
    const { consumer, emit } = kafkaJs()
    kafka.attach(consumer)
    emit('GROUP_JOIN', { ...JOIN, memberAssignment: { orders: [1] } })
    kafka.watchGroup(admin, { group: 'g', topics: ['orders'] })()
    await new Promise((resolve) => setImmediate(resolve))
    const lags = Object.keys(await samplesOf(meter)).filter((key) => key.includes('lag'))
    expect(lags).toEqual([LAG.replace('partition="0"', 'partition="1"')])
  })
})

describe('statistics of librdkafka', () => {
  const statistics = (more: object = {}, partition: object = {}): { message: string } => ({
    message: JSON.stringify({
      name: 'rdkafka#consumer-1',
      type: 'consumer',
      rxmsgs: 500,
      replyq: 2,
      brokers: {
        'b:9092/1': {
          nodeid: 1,
          state: 'UP',
          rtt: { p50: 1500, p95: 8000, p99: 9000 },
          rxerrs: 3,
          disconnects: 1,
        },
        'b:9092/bootstrap': { nodeid: -1, state: 'UP', rxerrs: 99 },
      },
      topics: {
        orders: {
          partitions: {
            '0': {
              fetch_state: 'active',
              consumer_lag: 12,
              consumer_lag_stored: 9,
              committed_offset: 101,
              ...partition,
            },
            '-1': { fetch_state: 'none', consumer_lag: 7 },
          },
        },
      },
      cgrp: { state: 'up', rebalance_cnt: 4, assignment_size: 1 },
      ...more,
    }),
  })

  test('become the same metrics as events do, with totals counted once', async () => {
    const { meter, kafka } = stand()
    const { stats_cb, offset_commit_cb, ...config } = kafka.librdkafka({ group: 'g' })
    expect(config).toEqual({ 'statistics.interval.ms': 15_000 })
    stats_cb(statistics())
    stats_cb(statistics().message)
    offset_commit_cb(null)
    offset_commit_cb(new Error('no'))
    const samples = await samplesOf(meter)
    expect(samples).toMatchObject({
      [LAG]: 9,
      'kafka_consumer_committed_offset{kafka_topic="orders",kafka_partition="0",group="g"}': 101,
      'kafka_consumer_rebalances_total{group="g"}': 4,
      'kafka_consumer_assigned_partitions{group="g"}': 1,
      kafka_client_connected: 1,
      kafka_client_received_messages_total: 500,
      kafka_client_reply_queue: 2,
      'kafka_broker_up{broker="b:9092/1"}': 1,
      'kafka_broker_rtt_ms{broker="b:9092/1",quantile="0.95"}': 8,
      'kafka_broker_errors_total{broker="b:9092/1",kind="rxerrs"}': 3,
      'kafka_consumer_commits_total{group="g"}': 1,
      'kafka_consumer_commit_failures_total{group="g"}': 1,
    })
    expect(Object.keys(samples).filter((key) => /bootstrap|"-1"/.test(key))).toEqual([])
  })

  test.each([
    ['an active partition whose stored lag is unknown', { consumer_lag_stored: -1 }, 12],
    ['one that nothing is known of', { consumer_lag_stored: -1, consumer_lag: -1 }, undefined],
    ['one that went to another consumer', { fetch_state: 'stopped' }, undefined],
  ])('%s', async (_, partition, lag) => {
    const { meter, kafka } = stand()
    const { stats_cb } = kafka.librdkafka({ group: 'g' })
    stats_cb(statistics())
    stats_cb(statistics({}, partition))
    expect((await samplesOf(meter))[LAG]).toBe(lag)
  })

  test.each(['', '{', '[]', 'null', '{"brokers":7,"topics":{"a":null}}'])(
    'the text %j is passed over',
    (text) => {
      const { kafka } = stand()
      expect(() => kafka.librdkafka().stats_cb(text)).not.toThrow()
    },
  )
})

test('deserialisers that throw or reject are errors of their topic', async () => {
  const { meter, kafka } = stand()
  const parse = kafka.deserializer('orders', (text: string): unknown => JSON.parse(text))
  expect(parse('{"a":1}')).toEqual({ a: 1 })
  expect(() => parse('{')).toThrow(SyntaxError)
  const decode = kafka.deserializer('orders', () => Promise.reject(new Error('no schema')))
  await expect(decode()).rejects.toThrow('no schema')
  expect(await samplesOf(meter)).toMatchObject({
    'kafka_deserialization_errors_total{kafka_topic="orders"}': 2,
  })
})

test('messages of a stream or an iterable', async () => {
  const { meter, kafka } = stand()
  const rows = [
    { topic: 'orders', timestamp: NOW - 100 },
    { topic: 'orders', timestamp: NOW - 300 },
    { topic: 'orders', timestamp: '-1' },
  ]
  const got: unknown[] = []
  for await (const row of kafka.over(rows)) got.push(row)
  const stream = kafka.transform()
  for (const row of rows) stream.write(row)
  stream.end()
  for await (const row of stream) got.push(row)
  expect(got).toEqual([...rows, ...rows])
  expect(await samplesOf(meter)).toMatchObject({
    'kafka_records_consumed_total{kafka_topic="orders"}': 6,
    'kafka_consumption_latency_ms_count{kafka_topic="orders"}': 4,
    'kafka_consumption_latency_ms_sum{kafka_topic="orders"}': 800,
  })
})
