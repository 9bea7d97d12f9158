/** A consumer as its owner would write it: orders from Kafka, judged, and appended in batches to a table. */
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CheckpointMetrics,
  IcebergSinkMetrics,
  KafkaSourceMetrics,
  MetricsReporter,
  Registry,
  ValidationMetricsReporter,
  exportMetrics,
  remoteWrite,
} from '@weir/sdk'
import type { Kafka } from 'kafkajs'
import { say } from '../stand/verdicts.ts'

export const TOPIC = 'orders'
export const SERVICE = 'orders-consumer'
export const TABLE = 'shop.orders'

const COMMIT_EVERY_MS = 1000
const LOOK_EVERY_MS = 100
const ROW_BYTES = 40

interface Order {
  readonly id: number
  readonly amount: number
}

export interface Running {
  /** Faults that can be planted. */
  readonly faults: { isHanging: boolean; isNotCommitting: boolean }
  stop(): Promise<void>
}

/** Rows of Iceberg's own report of a commit, as a writer on a REST catalog posts it. */
async function reportCommit(web: string, added: number, total: number, ms: number): Promise<void> {
  const count = (value: number): object => ({ unit: 'count', value })
  const bytes = (value: number): object => ({ unit: 'bytes', value })
  const answer = await fetch(`${web}/v1/namespaces/shop/tables/orders/metrics`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      'report-type': 'commit-report',
      'table-name': TABLE,
      'snapshot-id': Date.now(),
      'sequence-number': 1,
      operation: 'append',
      metrics: {
        'total-duration': { count: 1, 'time-unit': 'nanoseconds', 'total-duration': ms * 1e6 },
        attempts: count(1),
        'added-data-files': count(1),
        'added-records': count(added),
        'added-files-size-bytes': bytes(added * ROW_BYTES),
        'total-records': count(total),
        'total-files-size-bytes': bytes(total * ROW_BYTES),
      },
    }),
  })
  if (answer.status !== 204) say(`Weir answered a commit report with ${answer.status}`)
}

export async function startConsumer(kafka: Kafka, web: string): Promise<Running> {
  const meter = new Registry()
  const source = new KafkaSourceMetrics({ meter })
  const judge = new ValidationMetricsReporter<Order>({ meter, reasons: ['amount_missing'] })
  const reporter = new MetricsReporter<Order>('health_data', { meter, jobName: SERVICE })
  const sink = new IcebergSinkMetrics({ meter, database: 'shop', table: 'orders' })
  const checkpoints = new CheckpointMetrics({ meter, jobName: SERVICE })
  const metrics = exportMetrics({
    source: meter,
    service: { name: SERVICE },
    intervalMs: 1000,
    outputs: [remoteWrite({ url: web })],
    onError: (error) => say(error.message),
  })
  const faults: Running['faults'] = { isHanging: false, isNotCommitting: false }
  let batch: Order[] = []
  let total = 0
  const write = sink.wrap(async (rows: Order[]) => {
    const start = performance.now()
    await sleep(5)
    total += rows.length
    if (!faults.isNotCommitting) {
      await reportCommit(web, rows.length, total, performance.now() - start)
    }
  })
  const decode = source.deserializer(
    TOPIC,
    (value: Buffer | null) => JSON.parse(String(value)) as Order,
  )
  const handle = reporter.wrap((order: Order) => {
    const verdict = typeof order.amount === 'number' ? true : 'amount_missing'
    if (!judge.report(order, verdict)) throw new Error('This order has no amount')
    batch.push(order)
  })
  const consumer = kafka.consumer({ groupId: 'lake' })
  const detach = source.attach(consumer)
  const admin = kafka.admin()
  await Promise.all([consumer.connect(), admin.connect()])
  const unwatch = source.watchGroup(admin, { group: 'lake', topics: [TOPIC], intervalMs: 5000 })
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 1000,
    eachMessage: source.wrap(async (payload) => {
      while (faults.isHanging) {
        await payload.heartbeat()
        await sleep(LOOK_EVERY_MS)
      }
      try {
        handle(decode(payload.message.value))
      } catch {
        // It is counted, and the next one comes.
      }
    }),
  })
  const commits = setInterval(() => {
    const rows = batch
    batch = []
    if (rows.length === 0) return
    const start = performance.now()
    void write(rows).then(() => checkpoints.completed({ durationMs: performance.now() - start }))
  }, COMMIT_EVERY_MS)
  return {
    faults,
    async stop() {
      faults.isHanging = false
      clearInterval(commits)
      unwatch()
      await Promise.all([consumer.disconnect(), admin.disconnect()])
      detach()
      await metrics.close()
    },
  }
}
