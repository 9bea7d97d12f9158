/** The lab; `run` calls this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Observed, notHealthy, told } from '../stand/findings.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { pageOf, protocolOf } from './lines.ts'
import { ParquetSource } from './parquet-source.ts'
import { RecordedJob, SUBTASK_PACE } from './recorded-job.ts'

const MINUTE_MS = 60_000
const REPORT_EVERY_MS = 5000
/** As each reporter writes the job's name. */
const SCRAPED = 'Orders_enrich_v2_1'
const POSTED = 'Orders enrich v2.1'
const PARQUET = 'orders-history'
/** The capture has the source of two subtasks by one reporter, of one by the other. */
const PACES = { [SCRAPED]: 2 * SUBTASK_PACE, [POSTED]: SUBTASK_PACE }

/** Limits are the shipped ones, waiting times those of a lab that has minutes. */
const ALERTS = `packs:
  alerts:
    DaggerWarnings: { for: 10s }
    DaggerExternalFailures: { for: 10s }
`

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const work = mkdtempSync(join(tmpdir(), 'weir-lab-dagger-'))
try {
  await lab()
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
process.exit()

async function lab(): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const scraped = new RecordedJob(Date.now())
  const posted = new RecordedJob(Date.now())
  const page = pageOf(scraped)
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    response.end(page())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const config = `scrape_configs:
  - job_name: flink
    scrape_interval: 5s
    static_configs:
      - targets: ['127.0.0.1:${port}']
${ALERTS}`
  const weir = await startWeir(work, { webhookUrl: receiver.url, config })
  say(`Weir at ${weir.web}`)
  const protocol = protocolOf(posted)
  const parquet = new ParquetSource(PARQUET, weir.statsdPort)
  const reporting = setInterval(() => {
    void post(weir.web, protocol())
    parquet.report()
  }, REPORT_EVERY_MS)
  const stand: Observed = { verdicts, weir, receiver }
  try {
    await jobsThatRun(stand)
    await aFatalException(stand, scraped)
    await warningsAndFailures(stand, posted)
    parquet.fail()
    say(`planted: a fatal exception of ${PARQUET}`)
    await told(stand, 'DaggerFatalException', PARQUET)
    await notHealthy(stand, PARQUET, 'DaggerFatalException')
  } finally {
    clearInterval(reporting)
    parquet.close()
    server.close()
    await weir.stop()
    receiver.close()
  }
  verdicts.close()
}

async function post(web: string, body: string): Promise<void> {
  const answer = await fetch(`${web}/write?db=flink&consistency=ONE`, { method: 'POST', body })
  if (!answer.ok) say(`Weir answered the InfluxDB reporter with ${answer.status}`)
}

async function jobsThatRun({ verdicts, weir }: Observed): Promise<void> {
  for (const name of [SCRAPED, POSTED, PARQUET]) {
    await verdicts.within(MINUTE_MS, `${name} is a pipeline of Dagger, and healthy`, async () => {
      const found = await weir.pipeline(name)
      return {
        isTrue: found?.system === 'dagger' && found.health === 'healthy',
        seen: `${found?.system} ${found?.health}: ${found?.reason}`,
      }
    })
  }
  for (const name of [SCRAPED, POSTED] as const) {
    await verdicts.within(MINUTE_MS, `${name} goes from source by tasks to sink`, async () => {
      const found = await weir.detail('dagger', name)
      const way = (found?.edges ?? []).map(({ from, to }) => `${from} → ${to}`)
      const isTrue = way.some((edge) => edge.startsWith('source → '))
      return { isTrue: isTrue && way.some((edge) => edge.endsWith('→ sink')), seen: way.join(', ') }
    })
    await paced({ verdicts, weir }, name, `${name} has the pace of its counters`)
  }
}

async function paced(
  { verdicts, weir }: Pick<Observed, 'verdicts' | 'weir'>,
  pipeline: keyof typeof PACES,
  what: string,
): Promise<void> {
  const wanted = PACES[pipeline]
  await verdicts.within(2 * MINUTE_MS, what, async () => {
    const pace = await weir.value(throughputOf(pipeline))
    return {
      isTrue: Math.abs((pace ?? 0) - wanted) < 0.15 * wanted,
      seen: `${pace?.toFixed(0)} records/s of ${wanted}`,
    }
  })
}

function throughputOf(pipeline: string): string {
  return `weir_stage_throughput{system="dagger",pipeline="${pipeline}",stage="source"}`
}

async function aFatalException(stand: Observed, job: RecordedJob): Promise<void> {
  const start = Date.now()
  job.fail(start)
  say(`planted: a fatal exception of ${SCRAPED}`)
  await told(stand, 'DaggerFatalException', SCRAPED)
  await notHealthy(stand, SCRAPED, 'DaggerFatalException', 'java_lang_IllegalStateException')
  await told(stand, 'DaggerJobRestarted', SCRAPED)
  await paced(stand, SCRAPED, 'the restart over, the pace is what it was')
  const seconds = Math.ceil((Date.now() - start) / 1000)
  const most = await stand.weir.value(`max_over_time(${throughputOf(SCRAPED)}[${seconds}s])`)
  stand.verdicts.take(
    'no attempt counted twice: the pace never leapt',
    most !== undefined && most < 1.3 * PACES[SCRAPED],
    `at most ${most?.toFixed(0)} records/s of ${PACES[SCRAPED]}`,
  )
}

async function warningsAndFailures(stand: Observed, job: RecordedJob): Promise<void> {
  job.faults.warnings = 2
  job.faults.failing = 0.3
  say(`planted: exceptions that ${POSTED} survives, and calls of a service that fail`)
  await told(stand, 'DaggerWarnings', POSTED)
  await told(stand, 'DaggerExternalFailures', POSTED)
  await notHealthy(stand, POSTED, 'DaggerExternalFailures')
  await stand.verdicts.within(
    MINUTE_MS,
    'its page has the failed calls at their stage',
    async () => {
      const found = await stand.weir.detail('dagger', POSTED)
      const failing = found?.stages.find(({ stage }) => stage === 'post-processor')?.signals.errors
        ?.value
      return { isTrue: (failing ?? 0) > 0, seen: `${failing} calls/s` }
    },
  )
}
