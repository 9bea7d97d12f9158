/** The lab; `run` calls this. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'
import { startLineTap } from '../stand/line-tap.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { type Cluster, killGroup, startCluster } from './cluster.ts'

const MINUTE_MS = 60_000
const FIXTURES = join(import.meta.dirname, '../../fixtures/dkron')

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const program = process.env['WEIR_LAB_DKRON']
if (!program) throw new Error('Cannot start the lab: want WEIR_LAB_DKRON set, use labs/dkron/run')
const work = mkdtempSync(join(tmpdir(), 'weir-lab-dkron-'))
try {
  await lab(program)
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}

async function lab(dkron: string): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const httpPorts = [await freePort(), await freePort(), await freePort()]
  const weir = await startWeir(work, { webhookUrl: receiver.url, config: scrapeConfig(httpPorts) })
  const tap = await startLineTap(weir.statsdPort)
  const cluster = await startCluster(dkron, work, {
    httpPorts,
    statsdPort: tap.port,
    webhookEndpoint: `${weir.web}/write`,
  })
  say(`Weir at ${weir.web}; three servers of Dkron start`)
  try {
    await verdicts.within(2 * MINUTE_MS, 'Weir sees three nodes', async () => {
      const nodes = await weir.value('dkron:nodes')
      return { isTrue: nodes === 3, seen: `${nodes} nodes` }
    })
    const healthOf = async (name: string): Promise<string> => {
      const found = await weir.pipeline(name)
      return found === undefined ? 'not there' : `${found.health}: ${found.reason}`
    }
    await verdicts.within(MINUTE_MS, 'the cluster is a pipeline', async () => {
      const seen = await healthOf('(dkron)')
      return { isTrue: seen !== 'not there', seen }
    })

    await putWhenLed(cluster, 'good', '/bin/true')
    await cluster.putJob('bad', '/bin/false')
    await verdicts.within(MINUTE_MS, 'the good job is a pipeline, and healthy', async () => {
      const seen = await healthOf('good')
      return { isTrue: seen.startsWith('healthy'), seen }
    })
    await verdicts.within(MINUTE_MS, 'the bad job is one, and not healthy', async () => {
      const seen = await healthOf('bad')
      return { isTrue: /^(degraded|failing)/.test(seen), seen }
    })
    // The records are up to a step behind, in which there are three runs.
    const runs = await weir.value('sum(dkron:job_runs:increase5m{pipeline="good",state="success"})')
    const told = await weir.value(
      'sum(sum_over_time(dkron_execution_success{job_name="good"}[5m]))',
    )
    verdicts.take(
      'a run counts once though three servers know of it',
      runs !== undefined && told !== undefined && runs <= told && runs >= told - 5,
      `${runs} counted, ${told} told`,
    )

    if (process.argv[2] === 'record') await record(httpPorts, tap.lines())

    const victim = cluster.nodes[2]
    if (victim) killGroup(victim.process)
    say('one node was killed')
    await verdicts.within(
      MINUTE_MS,
      'the cluster is no longer healthy, since a node is down',
      async () => {
        const found = await weir.pipeline('(dkron)')
        const told = found?.alerts.map(({ name }) => name).join(', ')
        return { isTrue: told?.includes('DkronDown') === true, seen: `${found?.health}: ${told}` }
      },
    )
    await verdicts.within(4 * MINUTE_MS, 'somebody is told that a node is down', () => {
      const at = receiver.firing('DkronDown', '(dkron)')
      return Promise.resolve({ isTrue: at !== undefined, seen: at === undefined ? 'no' : 'told' })
    })
    await verdicts.within(6 * MINUTE_MS, 'somebody is told that the bad job fails', () => {
      const at = receiver.firing('DkronJobFailing', 'bad')
      return Promise.resolve({ isTrue: at !== undefined, seen: at === undefined ? 'no' : 'told' })
    })
  } finally {
    cluster.stop()
    tap.close()
    await weir.stop()
    receiver.close()
  }
  verdicts.close()
}

/** As the pack's own scrape.yml has it. */
function scrapeConfig(httpPorts: readonly number[]): string {
  return `scrape_configs:
  - job_name: dkron
    scrape_interval: 5s
    static_configs:
      - targets: [${httpPorts.map((port) => `'127.0.0.1:${port}'`).join(', ')}]
`
}

/** A job can be put once there is a leader. */
async function putWhenLed(cluster: Cluster, name: string, command: string): Promise<void> {
  const giveUpAt = Date.now() + MINUTE_MS
  for (;;) {
    try {
      return await cluster.putJob(name, command)
    } catch (error) {
      if (Date.now() > giveUpAt) throw error
      await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
}

/** One line of each name is enough to know what Dkron sends. */
async function record(httpPorts: readonly number[], lines: readonly string[]): Promise<void> {
  mkdirSync(FIXTURES, { recursive: true })
  const pages = await Promise.all(
    httpPorts.map(async (port) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
  )
  const ofDkron = (text: string): string[] =>
    text.split('\n').filter((line) => /^(# TYPE )?(dkron_|process_start)/.test(line))
  writeFileSync(join(FIXTURES, 'metrics.txt'), `${ofDkron(pages[0] ?? '').join('\n')}\n`)
  const byName = new Map(lines.map((line) => [line.split(':')[0], line]))
  writeFileSync(join(FIXTURES, 'statsd.txt'), `${[...byName.values()].toSorted().join('\n')}\n`)
  say(`recorded into ${FIXTURES}`)
}
