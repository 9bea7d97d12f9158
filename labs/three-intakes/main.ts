/** The lab; `run` calls this. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { figures } from './figures.ts'
import { type Engine, Intake, startVictoria } from './intake.ts'
import { Load } from './load.ts'

const FLUSH_MS = 2000
const RULES = `
groups:
  - name: lab
    interval: 5s
    rules:
      - record: lab:orders:rate1m
        expr: sum(rate(lab_orders[1m]))
      - alert: LabFails
        expr: max(lab_fails) > 0
        for: 20s
        labels: { severity: critical }
`

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const program = process.env['WEIR_LAB_VICTORIA']
if (!program)
  throw new Error('Cannot start the lab: want WEIR_LAB_VICTORIA set, use labs/three-intakes/run')
const work = mkdtempSync(join(tmpdir(), 'weir-lab-three-'))
const verdicts = new Verdicts()
const told: string[] = []
const timers: NodeJS.Timeout[] = []
const webhook = await startWebhook(told)
const engine = await startVictoria(program, join(work, 'engine'))
const intakes = await setUp()
const load = new Load(intakes)
try {
  await Promise.all(intakes.map((intake) => intake.start()))
  say(`three Weirs before VictoriaMetrics at ${engine.url}`)
  await lab(engine)
  if (process.argv.includes('figures')) await figures(intakes[0], engine)
} finally {
  await Promise.all(intakes.map((intake) => intake.end('SIGTERM')))
  for (const timer of timers) clearInterval(timer)
  await engine.stop()
  webhook.close()
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
verdicts.close()

async function setUp(): Promise<Intake[]> {
  const ports = [await freePort(), await freePort(), await freePort()]
  writeFileSync(join(work, 'rules.yml'), RULES)
  return ports.map((port, i) => {
    const name = `weir-${i}`
    mkdirSync(join(work, name))
    const config = join(work, `${name}.yml`)
    writeFileSync(
      config,
      `storage:
  metrics:
    engine: prometheus
    write_url: ${engine.url}/api/v1/write
    read_url: ${engine.url}
notifications:
  peers: [${ports.map((one) => `'http://127.0.0.1:${one}'`).join(', ')}]
  peer_name: ${name}
  peer_secret: lab
rules: { run: lease }
rule_files: [${join(work, 'rules.yml')}]
statsd: { flush_interval: ${FLUSH_MS / 1000}s }
packs: { disabled: [weir] }
alertmanager:
  route: { receiver: lab, group_by: [alertname], group_wait: 1s, group_interval: 5s }
  receivers: [{ name: lab, webhook_configs: [{ url: '${webhook.url}' }] }]
`,
    )
    return new Intake({ name, port, config, dataDir: join(work, name) })
  })
}

async function lab(behind: Engine): Promise<void> {
  await verdicts.within(60_000, 'one of them evaluates the rules', async () => {
    const holders = await namesOfHolders()
    return { isTrue: holders.length === 1, seen: holders.join(', ') || 'nobody' }
  })
  load.start()
  await sleep(30_000)
  await evaluatedOnce('before the crash', 20_000)

  await fail(1)
  await verdicts.within(60_000, 'the alert is told', async () => seenOf('firing'))

  const [holder] = await namesOfHolders()
  const killed = intakes.find(({ name }) => name === holder)!
  const before = load.lines.get(killed) ?? 0
  say(`kill -9 ${killed.name}, which evaluates the rules, after ${before} lines`)
  const killedMs = Date.now()
  await killed.end('SIGKILL')
  await verdicts.within(20_000, 'another one evaluates the rules', async () => {
    const holders = await namesOfHolders()
    return { isTrue: holders.length === 1, seen: holders.join(', ') || 'nobody' }
  })
  say(`nobody evaluated for ${((Date.now() - killedMs) / 1000).toFixed(1)} s at most`)
  await sleep(30_000)
  await evaluatedOnce('after the crash', 20_000)
  verdicts.take('the alert was told once', count('firing') === 1, `${count('firing')} times`)
  verdicts.take(
    'nobody was told that it ended',
    count('resolved') === 0,
    `${count('resolved')} times`,
  )

  await killed.start()
  say(`${killed.name} is there again`)
  await sleep(15_000)
  await fail(0)
  await verdicts.within(60_000, 'its end is told', async () => seenOf('resolved'))
  await pausedHolder()
  await load.stop()
  await totals(behind, killed, before)
  verdicts.take('all in all two beginnings and two ends', told.length === 4, told.join(', '))
}

/** The one that evaluates stands still just before it would tell that the alert fires, and wakes much later. */
async function pausedHolder(): Promise<void> {
  await fail(1)
  const [name] = await namesOfHolders()
  const paused = intakes.find((one) => one.name === name)!
  await verdicts.within(40_000, 'the alert is about to fire again', async () => {
    const { data } = await alertsOf(paused)
    const since = data.alerts.map(({ activeAt }) => (Date.now() - Date.parse(activeAt)) / 1000)
    return { isTrue: since.some((s) => s > 15), seen: `pending for ${since.join(', ')} s` }
  })
  const heard = told.length
  say(`SIGSTOP ${paused.name}, which evaluates the rules`)
  paused.pause()
  await verdicts.within(25_000, 'another one evaluates the rules', async () => {
    const holders = await namesOfHolders()
    return { isTrue: holders.length === 1, seen: holders.join(', ') || 'nobody' }
  })
  await verdicts.within(60_000, 'it tells of the alert', async () => ({
    isTrue: told.length > heard,
    seen: told.slice(heard).join(', ') || 'nothing',
  }))
  await sleep(30_000)
  paused.wake()
  say(`SIGCONT ${paused.name}`)
  await sleep(20_000)
  const holders = await namesOfHolders()
  verdicts.take(
    'who woke does not evaluate',
    holders.length === 1 && holders[0] !== paused.name,
    holders.join(', '),
  )
  await evaluatedOnce('after one woke', 20_000)
  const news = told.slice(heard)
  verdicts.take('the alert was told once', news.join() === 'firing', news.join(', '))
  await fail(0)
  await verdicts.within(60_000, 'its end is told', async () => ({
    isTrue: told.at(-1) === 'resolved',
    seen: told.slice(heard).join(', '),
  }))
  await sleep(10_000)
}

/** Each evaluation wrote one sample: no time has two of them, and none was left out by one and written by another. */
async function evaluatedOnce(when: string, ms: number): Promise<void> {
  const alive = intakes.filter(({ isUp }) => isUp)
  const evaluations = async (): Promise<number> => {
    const all = alive.map((one) => one.own('weir_alerting_rule_evaluations_total', ';lab"'))
    return (await Promise.all(all)).reduce((sum, each) => sum + each, 0)
  }
  const first = await evaluations()
  await sleep(ms)
  const made = ((await evaluations()) - first) / 2 // of two rules
  verdicts.take(
    `rules are evaluated once, ${when}`,
    Math.abs(made - ms / 5000) <= 1,
    `${made} times in ${ms / 1000} s at an interval of 5 s`,
  )
}

async function totals(behind: Engine, killed: Intake, linesBefore: number): Promise<void> {
  const oneFlush = (20 * 3 * (FLUSH_MS / 50)) / 3
  await verdicts.within(
    30_000,
    'StatsD: what is missing is at most one flush of the one that was killed',
    async () => {
      const kept = await behind.value('sum(lab_orders)')
      const missing = load.linesSent - kept
      return {
        isTrue: missing >= 0 && missing <= oneFlush,
        seen: `${load.linesSent} lines sent to three, ${kept} counted, ${missing} missing; a flush of one is ${oneFlush}`,
      }
    },
  )
  say(`${linesBefore} of the lines had gone to ${killed.name} when it was killed`)
  await verdicts.within(30_000, 'remote write: every sample is there', async () => {
    const kept = await behind.value('sum(count_over_time(lab_written[1h]))')
    return { isTrue: kept === load.written, seen: `${load.written} acknowledged, ${kept} kept` }
  })
  await verdicts.within(30_000, 'OTLP increments: every one is counted', async () => {
    // Who was killed adds up from zero again, as any counter whose process began anew.
    const kept = await behind.value('sum(increase(lab_increments_total[30m]))')
    const { increments, toldAgain } = load
    return {
      // Whoever dies between keeping and answering is told again, elsewhere.
      isTrue: kept >= increments && kept <= increments + toldAgain,
      seen: `${increments} told, ${toldAgain} of them again, ${kept} kept`,
    }
  })
}

async function alertsOf({ web }: Intake): Promise<{
  readonly data: { readonly alerts: readonly { readonly activeAt: string }[] }
}> {
  return (await (await fetch(`${web}/api/v1/alerts`)).json()) as Awaited<
    ReturnType<typeof alertsOf>
  >
}

async function fail(value: number): Promise<void> {
  const line = `lab_fails ${value}\n`
  await fetch(`${engine.url}/api/v1/import/prometheus`, { method: 'POST', body: line })
  timers.push(
    setInterval(() => {
      void fetch(`${engine.url}/api/v1/import/prometheus`, { method: 'POST', body: line })
    }, 5000),
  )
  if (timers.length > 1) clearInterval(timers.shift())
}

async function namesOfHolders(): Promise<string[]> {
  const asked = intakes.filter(({ isUp }) => isUp)
  const held = await Promise.all(asked.map((intake) => intake.isHolder().catch(() => false)))
  return asked.filter((_, i) => held[i]).map(({ name }) => name)
}

function count(status: string): number {
  return told.filter((one) => one === status).length
}

function seenOf(status: string): { readonly isTrue: boolean; readonly seen: string } {
  return { isTrue: count(status) > 0, seen: told.join(', ') || 'nothing told' }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function startWebhook(heard: string[]): Promise<{ readonly url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      heard.push((JSON.parse(text) as { readonly status: string }).status)
      response.end()
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  }
}
