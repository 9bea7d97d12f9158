/** The lab; `run` calls this. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { startCluster } from './cluster.ts'
import { startLoad } from './load.ts'

const MINUTE_MS = 60_000
const PHASE_MS = 15_000

/** `held` is always there; `gone` would only fire if its data were missing. */
const RULES = `
groups:
  - name: held
    interval: 2s
    rules:
      - { record: 'lab:lines', expr: sum(count by (worker) (lab_lines)) }
      - { alert: LabHeld, expr: 'sum(lab_lines) >= 0', labels: { pipeline: lab } }
      - { alert: LabGone, expr: 'count(lab_lines) < 20', for: 4s, labels: { pipeline: lab } }
`

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const folder = process.env['WEIR_LAB_VICTORIA']
if (!folder) throw new Error('Cannot start the lab: use labs/victoriametrics-cluster/run')
const isReplicated = process.argv[2] !== 'unreplicated'
const work = mkdtempSync(join(tmpdir(), 'weir-lab-victoria-'))
try {
  await lab(folder)
} finally {
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}

async function lab(programs: string): Promise<void> {
  const verdicts = new Verdicts()
  const receiver = await startReceiver()
  const cluster = await startCluster(programs, work, isReplicated ? 2 : 1)
  const rules = join(work, 'rules.yml')
  writeFileSync(rules, RULES)
  const config = `storage:
  metrics: { engine: prometheus, write_url: '${cluster.writeUrl}', read_url: '${cluster.readUrl}' }
rule_files: ['${rules}']
`
  const weir = await startWeir(work, { webhookUrl: receiver.url, config })
  say(`Weir at ${weir.web}; ${isReplicated ? 'two copies' : 'one copy'} of each sample`)
  const load = startLoad(weir.web)
  try {
    await verdicts.within(2 * MINUTE_MS, 'an alert fires over the cluster', async () => {
      const isTrue = receiver.firing('LabHeld', 'lab') !== undefined
      return Promise.resolve({ isTrue, seen: isTrue ? 'told' : 'not told' })
    })
    const gone = cluster.nodes[1]
    // A node that is killed has lost what it had taken in its last seconds: only a second copy makes up for that.
    await gone.end(isReplicated ? 'SIGKILL' : 'SIGTERM')
    say('a storage node is gone')
    const during = await askFor(weir.web, PHASE_MS)
    verdicts.take('queries go on', during.failed === 0 && during.answered > 5, describe(during))
    verdicts.take(
      isReplicated ? 'no answer is in part' : 'answers say that they are in part',
      isReplicated ? during.partial === 0 : during.partial > 0,
      describe(during),
    )
    gone.start()
    say('it is back')
    await new Promise((resolve) => setTimeout(resolve, PHASE_MS))
    const { acknowledged, refused } = await load.stop()
    verdicts.take(
      'intake never stopped',
      refused === 0,
      `${acknowledged} taken, ${refused} refused`,
    )
    await verdicts.within(2 * MINUTE_MS, 'all that was acknowledged is there', async () => {
      const count = await weir.value('sum(count_over_time(lab_lines[1h]))')
      return { isTrue: count === acknowledged, seen: `${count} of ${acknowledged}` }
    })
    const failed = await weir.value(
      'sum(weir_remote_write_out_failed_total{queue="engine",kind!="metadata"})',
    )
    verdicts.take('the cluster refused nothing', failed === 0, `${failed} refused`)
    const isHeld = receiver.firing('LabGone', 'lab') === undefined
    verdicts.take('no alert came of missing data', isHeld, isHeld ? 'none' : 'LabGone fired')
    const ended = await endedAlerts(weir.web)
    verdicts.take('the alert held all the time', ended === 0, `it ended ${ended} times`)
  } finally {
    await weir.stop()
    cluster.stop()
    receiver.close()
  }
  verdicts.close()
}

interface Asked {
  answered: number
  failed: number
  partial: number
  slowestMs: number
}

function describe({ answered, failed, partial, slowestMs }: Asked): string {
  return `${answered} answered, ${failed} failed, ${partial} in part, slowest ${Math.round(slowestMs)} ms`
}

/** Asks again and again for a while, as a board would. */
async function askFor(web: string, forMs: number): Promise<Asked> {
  const asked: Asked = { answered: 0, failed: 0, partial: 0, slowestMs: 0 }
  const end = Date.now() + forMs
  while (Date.now() < end) {
    const began = performance.now()
    const answer = await fetch(`${web}/api/v1/query?query=sum(lab_lines)`)
    const { warnings = [] } = (await answer.json()) as { readonly warnings?: readonly string[] }
    asked.slowestMs = Math.max(asked.slowestMs, performance.now() - began)
    if (answer.ok) asked.answered++
    else asked.failed++
    if (warnings.some((text) => text.includes('in part'))) asked.partial++
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return asked
}

/** How often the alert that must hold ended, by Weir's own history. */
async function endedAlerts(web: string): Promise<number> {
  const answer = await fetch(`${web}/api/v2/alerts?filter=alertname=LabHeld`)
  const alerts = (await answer.json()) as readonly { readonly startsAt: string }[]
  if (alerts.length !== 1) return 1
  const { data } = (await (await fetch(`${web}/api/v1/alerts`)).json()) as {
    readonly data: {
      readonly alerts: readonly { readonly labels: object; readonly activeAt: string }[]
    }
  }
  const own = data.alerts.find(({ labels }) => JSON.stringify(labels).includes('LabHeld'))
  // One that ended and began anew is active since then.
  return own !== undefined && Date.parse(own.activeAt) <= Date.parse(alerts[0].startsAt) ? 0 : 1
}
