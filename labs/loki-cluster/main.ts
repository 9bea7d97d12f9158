/** The lab; `run` calls this. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { startLoki } from './cluster.ts'
import { Writer, lines } from './lines.ts'

const PHASE_MS = 20_000
const TENANT = 'lab'

process.setMaxListeners(0) // each part that is started is ended with this process
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const program = process.env['WEIR_LAB_LOKI']
if (!program)
  throw new Error('Cannot start the lab: want WEIR_LAB_LOKI set, use labs/loki-cluster/run')
const work = mkdtempSync(join(tmpdir(), 'weir-lab-loki-'))
const verdicts = new Verdicts()
const receiver = await startReceiver()
say('starting Loki: three that write, one that reads, a backend')
const parts = await startLoki(program, work)
const [first, second, read] = ['write-0', 'write-1', 'read'].map((name) => parts.get(name)!)
const weir = await startWeir(work, {
  webhookUrl: receiver.url,
  config: `
storage:
  logs:
    engine: loki
    write_url: ${first.url}
    read_url: ${read.url}
    tenant: ${TENANT}
packs: { disabled: [weir] }
`,
})
say(`Weir at ${weir.web}`)
try {
  await lab()
} finally {
  await weir.stop()
  await Promise.all([...parts.values()].map((part) => part.end('SIGKILL')))
  receiver.close()
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
verdicts.close()

async function lab(): Promise<void> {
  const writer = new Writer(weir.web)
  writer.start()
  await sleep(PHASE_MS)
  await counted('before', writer)

  say('kill -9 of one that writes')
  await second.end('SIGKILL')
  const during = await ask(writer)
  verdicts.take('questions go on', during.failed === 0 && during.answered > 5, described(during))
  verdicts.take('none is answered with less than there was', during.fell === 0, described(during))
  second.start()
  say('it starts again')
  await sleep(PHASE_MS)
  await writer.stop()
  verdicts.take('intake never stopped', writer.refused === 0, `${writer.refused} refused`)
  await counted('in the end', writer)
  await second.ready()
  await counted('when all are there again', writer)

  const other = await lines(read.url, 'other')
  verdicts.take('another tenant sees none of them', other === 0, `${other} lines`)

  say('all that write are killed: lines wait with Weir')
  const writing = ['write-0', 'write-1', 'write-2'].map((name) => parts.get(name)!)
  await Promise.all(writing.map((part) => part.end('SIGKILL')))
  writer.start()
  await sleep(PHASE_MS / 2)
  await writer.stop()
  verdicts.take('intake goes on without them', writer.refused === 0, `${writer.refused} refused`)
  for (const part of writing) part.start()
  await Promise.all(writing.map((part) => part.ready()))
  await counted('after all were away', writer)
}

/** Loki has as many lines as were acknowledged; Weir's answer is Loki's own. */
async function counted(when: string, { acknowledged }: Writer): Promise<void> {
  await verdicts.within(90_000, `every acknowledged line is there, ${when}`, async () => {
    const count = await lines(weir.web, '').catch((error: unknown) => String(error))
    const own = await lines(read.url, TENANT).catch((error: unknown) => String(error))
    const sent = acknowledged
    return {
      isTrue: Number(count) >= sent && count === own,
      seen: `${sent} acknowledged, ${count} by Weir, ${own} by Loki`,
    }
  })
}

interface Asked {
  answered: number
  failed: number
  /** Answers that count fewer lines than an earlier one. */
  fell: number
}

function described({ answered, failed, fell }: Asked): string {
  return `${answered} answered, ${failed} failed, ${fell} with less than before`
}

async function ask(writer: Writer): Promise<Asked> {
  const asked: Asked = { answered: 0, failed: 0, fell: 0 }
  const endMs = Date.now() + PHASE_MS
  for (let most = 0; Date.now() < endMs || writer.acknowledged === 0;) {
    const count = await lines(weir.web, '').catch(() => undefined)
    if (count === undefined) asked.failed++
    else {
      asked.answered++
      if (count < most) asked.fell++
      most = Math.max(most, count)
    }
    await sleep(500)
  }
  return asked
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
