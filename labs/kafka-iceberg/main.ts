/** The lab; `run` calls this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { startBroker } from '../kafka/broker.ts'
import { feed } from '../stand/orders.ts'
import { type Observed, notHealthy, told } from '../stand/findings.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { type Running, SERVICE, TABLE, TOPIC, startConsumer } from './consumer.ts'
import { record } from './record.ts'

const MINUTE_MS = 60_000
const PER_SECOND = 200
const UNREADABLE_EVERY = 50

/** Limits and waiting times are those of a lab that has minutes, not hours. */
const CONFIG = `packs:
  alerts:
    HighKafkaLag: { values: { ${SERVICE}: 1000 }, for: 10s }
    IcebergCommitAge: { values: { ${TABLE}: 20 } }
    HighValidationFailureRate: { for: 10s }
    NoThroughput: { for: 10s }
`

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const jars = process.env['WEIR_LAB_KAFKA']
if (!jars) throw new Error('Cannot start the lab: want WEIR_LAB_KAFKA, use labs/kafka-iceberg/run')
const work = mkdtempSync(join(tmpdir(), 'weir-lab-kafka-iceberg-'))
try {
  await lab(jars)
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
process.exit()

interface Stand extends Observed {
  readonly consumer: Running
  /** From now on so many of a hundred orders are invalid. */
  setInvalid(share: number): void
}

async function lab(folder: string): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const weir = await startWeir(work, { webhookUrl: receiver.url, config: CONFIG })
  const broker = await startBroker(folder, work)
  say(`Weir at ${weir.web}, Kafka at ${broker}`)
  const kafka = new Kafka({ clientId: 'lab', brokers: [broker], logLevel: logLevel.NOTHING })
  let invalidOf100 = 0
  const order = (id: number): string => {
    if (id % UNREADABLE_EVERY === 0) return '{'
    return JSON.stringify(id % 100 < invalidOf100 ? { id } : { id, amount: 1 })
  }
  const orders = await feed(kafka, TOPIC, { partitions: 4, perSecond: PER_SECOND, order })
  const consumer = await startConsumer(kafka, weir.web)
  const setInvalid = (share: number): void => {
    invalidOf100 = share
  }
  const stand: Stand = { verdicts, weir, receiver, consumer, setInvalid }
  try {
    await aConsumerThatRuns(stand)
    // Commits first: a consumer that hangs commits nothing either.
    await commitsThatStop(stand)
    await aConsumerThatHangs(stand)
    await rowsThatAreInvalid(stand)
    if (process.argv[2] === 'record') await record(weir.web)
    await aConsumerThatGoes(stand)
  } finally {
    await orders.stop()
    await weir.stop()
    receiver.close()
  }
  verdicts.close()
}

async function aConsumerThatRuns({ verdicts, weir }: Stand): Promise<void> {
  for (const name of [SERVICE, TABLE]) {
    await verdicts.within(MINUTE_MS, `${name} is a pipeline, and healthy`, async () => {
      const found = await weir.pipeline(name)
      return {
        isTrue: found?.system === 'kafka-iceberg' && found.health === 'healthy',
        seen: `${found?.system} ${found?.health}: ${found?.reason}`,
      }
    })
  }
  await verdicts.within(MINUTE_MS, 'it consumes as fast as orders come', async () => {
    const pace = await weir.value('sum(rate(kafka_records_consumed_total[30s]))')
    return {
      isTrue: Math.abs((pace ?? 0) - PER_SECOND) < 0.15 * PER_SECOND,
      seen: `${pace?.toFixed(0)} records/s of ${PER_SECOND}`,
    }
  })
  for (const stage of ['validate', 'process', 'sink']) {
    await verdicts.within(MINUTE_MS, `its ${stage} has what the source has`, async () => {
      const share = await weir.value(`sum(${throughputOf(stage)}) / sum(${throughputOf('source')})`)
      return {
        isTrue: Math.abs((share ?? 0) - 1) < 0.15,
        seen: `${((share ?? 0) * 100).toFixed(0)} % of it`,
      }
    })
  }
}

function throughputOf(stage: string): string {
  return `weir_stage_throughput{system="kafka-iceberg",pipeline="${SERVICE}",stage="${stage}"}`
}

async function aConsumerThatHangs(stand: Stand): Promise<void> {
  stand.consumer.faults.isHanging = true
  say('planted: the consumer hangs')
  await told(stand, 'HighKafkaLag', SERVICE)
  await notHealthy(stand, SERVICE, 'HighKafkaLag')
  await stand.verdicts.within(MINUTE_MS, 'its page says how far it is behind', async () => {
    const found = await stand.weir.detail('kafka-iceberg', SERVICE)
    const waiting = found?.stages.find(({ stage }) => stage === 'source')?.signals.backlog?.value
    return { isTrue: (waiting ?? 0) > 1000, seen: `${waiting} records wait` }
  })
  stand.consumer.faults.isHanging = false
  await stand.verdicts.within(MINUTE_MS, 'it catches up', async () => {
    const lag = await stand.weir.value(`kafka_iceberg:lag{pipeline="${SERVICE}"}`)
    return { isTrue: lag !== undefined && lag < 500, seen: `${lag} records wait` }
  })
}

async function commitsThatStop(stand: Stand): Promise<void> {
  stand.consumer.faults.isNotCommitting = true
  say('planted: no commits, while consumption goes on')
  await told(stand, 'IcebergCommitAge', TABLE)
  await notHealthy(stand, TABLE, 'IcebergCommitAge')
  const pace = await stand.weir.value(throughputOf('source'))
  stand.verdicts.take('meanwhile it consumes', (pace ?? 0) > 0, `${pace?.toFixed(0)} records/s`)
  stand.consumer.faults.isNotCommitting = false
  await stand.verdicts.within(MINUTE_MS, 'with commits the table is healthy', async () => {
    const found = await stand.weir.pipeline(TABLE)
    return { isTrue: found?.health === 'healthy', seen: `${found?.health}: ${found?.reason}` }
  })
}

async function rowsThatAreInvalid(stand: Stand): Promise<void> {
  const unread = `sum(rate(kafka_deserialization_errors_total[1m]))`
  await stand.verdicts.within(MINUTE_MS, 'orders that cannot be read are counted', async () => {
    const pace = await stand.weir.value(unread)
    const wanted = PER_SECOND / UNREADABLE_EVERY
    return {
      isTrue: Math.abs((pace ?? 0) - wanted) < wanted / 2,
      seen: `${pace?.toFixed(1)} a second of ${wanted}`,
    }
  })
  stand.setInvalid(90)
  say('planted: nine of ten orders have no amount')
  await told(stand, 'HighValidationFailureRate', SERVICE)
  await notHealthy(stand, SERVICE, 'HighValidationFailureRate')
  const failed = 'kafka_iceberg:validation_failed:rate5m{reason="amount_missing"}'
  const reason = await stand.weir.value(failed)
  stand.verdicts.take('the reason is named', (reason ?? 0) > 0, `amount_missing: ${reason}`)
  stand.setInvalid(0)
}

async function aConsumerThatGoes(stand: Stand): Promise<void> {
  await stand.consumer.stop()
  say('the consumer ended')
  // Ninety seconds of silence, and the waiting time.
  await told(stand, 'NoThroughput', SERVICE, 3 * MINUTE_MS)
  await notHealthy(stand, SERVICE, 'NoThroughput')
}
