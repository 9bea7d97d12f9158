/** The lab; `run` calls this. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { startBroker } from '../kafka/broker.ts'
import { freePort } from '../stand/free-port.ts'
import { feed } from '../stand/orders.ts'
import { type Observed, notHealthy, told } from '../stand/findings.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { type FlinkCluster, startFlink } from './cluster.ts'

const MINUTE_MS = 60_000
const PER_SECOND = 200
/** So large that what waits in Flink's own buffers is soon full. */
const ORDER_BYTES = 1000

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const [flinkJars, kafkaJars] = [process.env['WEIR_LAB_FLINK'], process.env['WEIR_LAB_KAFKA']]
if (!flinkJars || !kafkaJars) {
  throw new Error(
    'Cannot start the lab: want WEIR_LAB_FLINK and WEIR_LAB_KAFKA, use labs/flink/run',
  )
}
const work = mkdtempSync(join(tmpdir(), 'weir-lab-flink-'))
try {
  await lab(flinkJars, kafkaJars)
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
process.exit()

interface Stand extends Observed {
  readonly flink: FlinkCluster
  /** Plants a fault, or takes it away. */
  readonly plant: (fault: 'fail' | 'slow', isThere: boolean) => void
}

async function lab(flinkFolder: string, kafkaFolder: string): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const pagePorts = [await freePort(), await freePort(), await freePort()]
  const weir = await startWeir(work, { webhookUrl: receiver.url, config: weirConfig(pagePorts) })
  const broker = await startBroker(kafkaFolder, work)
  say(`Weir at ${weir.web}, Kafka at ${broker}`)
  const kafka = new Kafka({ clientId: 'lab', brokers: [broker], logLevel: logLevel.NOTHING })
  const order = (id: number): string => JSON.stringify({ id, note: 'x'.repeat(ORDER_BYTES) })
  const orders = await feed(kafka, 'orders', { partitions: 1, perSecond: PER_SECOND, order })
  const flink = await startFlink(flinkFolder, work, { pagePorts })
  const control = join(work, 'control')
  mkdirSync(control)
  const plant: Stand['plant'] = (fault, isThere) => {
    const file = join(control, fault)
    if (isThere) writeFileSync(file, '')
    else rmSync(file, { force: true })
    say(isThere ? `planted: ${fault}` : `taken away: ${fault}`)
  }
  const stand: Stand = { verdicts, weir, receiver, flink, plant }
  try {
    await flink.start('OrdersJob', [broker, control])
    say('the job was submitted')
    await aJobThatRuns(stand)
    await aJobThatRestarts(stand)
    await aSlowSink(stand)
    await taskManagersThatDie(stand)
  } finally {
    flink.stop()
    await orders.stop()
    await weir.stop()
    receiver.close()
  }
  verdicts.close()
}

/** As the pack's page has it; limits and waiting times are those of a lab that has minutes, not hours. */
function weirConfig(pagePorts: readonly number[]): string {
  return `scrape_configs:
  - job_name: flink
    scrape_interval: 5s
    static_configs:
      - targets: [${pagePorts.map((port) => `'127.0.0.1:${port}'`).join(', ')}]
packs:
  alerts:
    FlinkLagHigh: { values: { orders: 1000 }, for: 10s }
    FlinkBackPressure: { for: 10s }
    FlinkTaskManagerLost: { for: 10s }
    FlinkNoTaskManagers: { for: 10s }
    FlinkJobNotRunning: { for: 10s }
`
}

async function aJobThatRuns({ verdicts, weir }: Stand): Promise<void> {
  await verdicts.within(MINUTE_MS, 'the job is a pipeline, and healthy', async () => {
    const found = await weir.pipeline('orders')
    return {
      isTrue: found?.system === 'flink' && found.health === 'healthy',
      seen: `${found?.system} ${found?.health}: ${found?.reason}`,
    }
  })
  await verdicts.within(MINUTE_MS, 'its way is source → enrich → sink', async () => {
    const found = await weir.detail('flink', 'orders')
    const way = (found?.edges ?? []).map(({ from, to }) => `${from} → ${to}`).join(', ')
    return { isTrue: way.startsWith('source → enrich, ') && way.endsWith('→ sink'), seen: way }
  })
  await paced({ verdicts, weir }, 2 * MINUTE_MS, 'each record counts once')
}

/** That source, enrich and sink all have the pace of the feed. */
async function paced(
  { verdicts, weir }: Pick<Observed, 'verdicts' | 'weir'>,
  ms: number,
  what: string,
): Promise<void> {
  await verdicts.within(ms, what, async () => {
    const paces = await Promise.all(
      ['source', 'enrich', 'sink'].map((stage) => weir.value(throughputOf(stage))),
    )
    return {
      isTrue: paces.every((pace) => Math.abs((pace ?? 0) - PER_SECOND) < 0.15 * PER_SECOND),
      seen: `${paces.map((pace) => Math.round(pace ?? Number.NaN)).join(', ')} records/s of ${PER_SECOND}`,
    }
  })
}

function throughputOf(stage: string): string {
  return `weir_stage_throughput{system="flink",pipeline="orders",stage="${stage}"}`
}

async function aJobThatRestarts(stand: Stand): Promise<void> {
  const { verdicts, weir } = stand
  stand.plant('fail', true)
  const start = Date.now()
  await told(stand, 'FlinkJobRestarted', 'orders')
  await notHealthy(stand, 'orders', 'FlinkJobRestarted')
  await paced(stand, 3 * MINUTE_MS, 'the restart over, the pace is what it was')
  const seconds = Math.ceil((Date.now() - start) / 1000)
  const most = await weir.value(`max(max_over_time(${throughputOf('sink')}[${seconds}s]))`)
  verdicts.take(
    'no attempt counted twice: the pace never leapt',
    most !== undefined && most < 1.3 * PER_SECOND,
    `at most ${Math.round(most ?? Number.NaN)} records/s`,
  )
}

async function aSlowSink(stand: Stand): Promise<void> {
  stand.plant('slow', true)
  await told(stand, 'FlinkBackPressure', 'orders')
  await told(stand, 'FlinkLagHigh', 'orders')
  await notHealthy(stand, 'orders', 'FlinkLagHigh')
  await stand.verdicts.within(MINUTE_MS, 'the page says how far the source is behind', async () => {
    const found = await stand.weir.detail('flink', 'orders')
    const waiting = found?.stages.find(({ stage }) => stage === 'source')?.signals.backlog?.value
    return { isTrue: (waiting ?? 0) > 1000, seen: `${waiting} records wait` }
  })
  stand.plant('slow', false)
  await stand.verdicts.within(MINUTE_MS, 'it catches up', async () => {
    const lag = await stand.weir.value('flink:lag_records{job_name="orders"}')
    return { isTrue: lag !== undefined && lag < 1000, seen: `${lag} records wait` }
  })
}

async function taskManagersThatDie(stand: Stand): Promise<void> {
  const { verdicts, weir, flink } = stand
  const runsOn = async (index: number): Promise<boolean> => {
    const tasks = `flink_taskmanager_job_task_numRecordsIn{job_name="orders",tm_id="tm-${index}"}`
    return (await weir.value(`count(${tasks})`)) !== undefined
  }
  const busy = (await runsOn(0)) ? 0 : 1
  flink.kill(busy)
  say(`TaskManager ${busy} was killed, on which the job ran`)
  await told(stand, 'FlinkTaskManagerLost', '(flink)')
  await notHealthy(stand, '(flink)', 'FlinkTaskManagerLost')
  await verdicts.within(MINUTE_MS, 'the job runs on the other one', async () => {
    const moved = await runsOn(1 - busy)
    return { isTrue: moved, seen: moved ? 'it does' : 'it does not' }
  })
  flink.kill(1 - busy)
  say('the other one was killed too')
  await told(stand, 'FlinkJobNotRunning', 'orders')
  await told(stand, 'FlinkNoTaskManagers', '(flink)')
  await notHealthy(stand, 'orders', 'FlinkJobNotRunning')
}
