/**
 * Two thousand orders, some of them broken, through a real broker to KafkaJS consumers with the SDK.
 * A second consumer joins half-way. Then Weir is asked what it saw.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KafkaSourceMetrics, Registry, exportMetrics, pipeline, remoteWrite } from '@weir/sdk'
import { type Consumer, Kafka, logLevel } from 'kafkajs'
import { startWeir } from '../stand/weir.ts'
import { startBroker } from './broker.ts'

const TOPIC = 'orders'
const GROUP = 'shop'
const PARTITIONS = 4
const ORDERS = 2000
const BROKEN_EVERY = 100
const SEEN_MS_MAX = 120_000
const LAG = `sum(kafka_consumer_lag{group="${GROUP}"})`

const jars = process.env['WEIR_LAB_KAFKA']
if (!jars) throw new Error('Cannot start the lab: want WEIR_LAB_KAFKA set, use labs/kafka/run')

// Ctrl-C runs the exit handlers, which end what was started.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const work = mkdtempSync(join(tmpdir(), 'weir-lab-kafka-'))
try {
  process.exitCode = (await lab(jars)) ? 0 : 1
} finally {
  if (process.env['WEIR_LAB_KEEP']) process.stdout.write(`kept ${work}\n`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
process.exit()

async function lab(folder: string): Promise<boolean> {
  const broker = await startBroker(folder, work)
  say(`Kafka takes connections at ${broker}`)
  const weir = await startWeir(work, { webhookUrl: 'http://127.0.0.1:1/' })
  const kafka = new Kafka({ clientId: 'lab', brokers: [broker], logLevel: logLevel.NOTHING })
  await produce(kafka)
  const first = await consume(kafka, weir.web, 'first')
  const lagged = await check('lag is seen', weir.web, LAG, (lag) => lag > 500)
  const second = await consume(kafka, weir.web, 'second')
  const checks = [
    lagged,
    await check(
      'all orders are consumed',
      weir.web,
      'sum(kafka_records_consumed_total)',
      (n) => n >= ORDERS,
    ),
    await check('the lag is gone', weir.web, LAG, (lag) => lag === 0),
    await check(
      'each broken order is a deserialisation error',
      weir.web,
      'sum(kafka_deserialization_errors_total)',
      (n) => n >= ORDERS / BROKEN_EVERY,
    ),
    await check(
      'both consumers joined, one of them twice',
      weir.web,
      'sum(kafka_consumer_rebalances_total)',
      (n) => n >= 3,
    ),
    await check(
      'partitions are shared, none is told twice',
      weir.web,
      'count(kafka_consumer_lag)',
      (n) => n === PARTITIONS,
    ),
    await check(
      'offsets are committed',
      weir.web,
      'sum(kafka_consumer_commits_total)',
      (n) => n > 0,
    ),
    await check(
      'ages of messages are known',
      weir.web,
      'sum(kafka_consumption_latency_ms_count)',
      (n) => n >= ORDERS,
    ),
    await check(
      'requests to the broker are timed',
      weir.web,
      'sum(kafka_client_request_latency_ms_count)',
      (n) => n > 0,
    ),
    await check(
      'the pipeline is on the overview',
      weir.web,
      `count(weir_stage_throughput{pipeline="${TOPIC}"})`,
      (n) => n === 1,
    ),
  ]
  await second()
  await check(
    'a consumer that left is seen',
    weir.web,
    'sum(kafka_client_disconnects_total)',
    (n) => n === 1,
  )
  await first()
  await weir.stop()
  return checks.every(Boolean)
}

async function produce(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: ORDERS }, (_, i) => ({
    key: String(i),
    value: i % BROKEN_EVERY === 0 ? '{' : JSON.stringify({ id: i }),
  }))
  // In small requests, as they come: what is sent in one is fetched in one.
  for (let from = 0; from < ORDERS; from += 20) {
    await producer.send({ topic: TOPIC, messages: messages.slice(from, from + 20) })
  }
  await producer.disconnect()
  say(`${ORDERS} orders wait in ${PARTITIONS} partitions`)
}

/** A consumer as a process of its own would have it; what is returned ends it. */
async function consume(kafka: Kafka, web: string, instance: string): Promise<() => Promise<void>> {
  const meter = new Registry()
  const source = new KafkaSourceMetrics({ meter })
  const stage = pipeline(TOPIC, { meter }).stage('source')
  const metrics = exportMetrics({
    source: meter,
    service: { name: 'lab', instance },
    intervalMs: 1000,
    outputs: [remoteWrite({ url: web })],
    onError: (error) => say(error.message),
  })
  const consumer: Consumer = kafka.consumer({ groupId: GROUP, maxBytesPerPartition: 2000 })
  source.attach(consumer)
  const decode = source.deserializer(TOPIC, (value: Buffer | null): unknown =>
    JSON.parse(String(value)),
  )
  const handle = stage.wrap(async ({ message }: { message: { value: Buffer | null } }) => {
    await sleep(20)
    return decode(message.value)
  })
  await consumer.connect()
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: 2,
    autoCommitInterval: 1000,
    eachMessage: source.wrap(async (payload) => {
      try {
        await handle(payload)
      } catch {
        // A broken order is counted, and the next one comes.
      }
    }),
  })
  say(`consumer ${instance} runs`)
  return async () => {
    await consumer.disconnect()
    await metrics.close()
  }
}

/** Asks until the answer is as wanted; says what came of it. */
async function check(
  what: string,
  web: string,
  expr: string,
  isFine: (value: number) => boolean,
): Promise<boolean> {
  const end = performance.now() + SEEN_MS_MAX
  let seen = Number.NaN
  while (performance.now() < end) {
    const answer = await fetch(`${web}/api/v1/query?query=${encodeURIComponent(expr)}`)
    const { data } = (await answer.json()) as { data?: { result: { value: [number, string] }[] } }
    seen = Number(data?.result[0]?.value[1] ?? Number.NaN)
    if (isFine(seen)) {
      say(`ok    ${what}: ${expr} is ${seen}`)
      return true
    }
    await sleep(500)
  }
  say(`WRONG ${what}: ${expr} is ${seen}`)
  return false
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
