/** The lab; `run` calls this. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWriteRequestV1 } from '@weir/wire'
import { Verdicts, say } from '../stand/verdicts.ts'
import { type RunningWeir, startReceiver, startWeir } from '../stand/weir.ts'
import { differences } from './compare.ts'
import { Engine, KINDS, type Kind, SERIES_MAX, programOf } from './engine.ts'
import { QUERIES, requests, tell } from './samples.ts'

process.setMaxListeners(0) // each program that is started is ended with this process
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const wanted = process.argv.slice(2)
const work = mkdtempSync(join(tmpdir(), 'weir-lab-engines-'))
const verdicts = new Verdicts()
const receiver = await startReceiver()
try {
  for (const kind of KINDS) {
    if (wanted.length > 0 && !wanted.includes(kind.name)) continue
    const program = programOf(kind)
    if (program === undefined) say(`${kind.name} is not here: left out`)
    else await behind(kind, program)
  }
} finally {
  receiver.close()
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
verdicts.close()

async function behind(kind: Kind, program: string): Promise<void> {
  const [folder, own, distant] = ['engine', 'own', 'distant'].map((part) => {
    const path = join(work, kind.name, part)
    mkdirSync(path, { recursive: true })
    return path
  })
  const engine = await Engine.open(kind, program, folder)
  say(`${kind.name} at ${engine.url}`)
  const headers = Object.entries(kind.headers).map(([name, text]) => `${name}: ${text}`)
  const quiet = 'packs: { disabled: [weir] }\n'
  const keeper = await startWeir(own, { webhookUrl: receiver.url, config: quiet })
  const weir = await startWeir(distant, {
    webhookUrl: receiver.url,
    config: `${quiet}storage:
  metrics:
    engine: prometheus
    write_url: ${engine.url}${kind.writePath}
    read_url: ${engine.url}${kind.readPath}
    headers: { ${headers.join(', ')} }
`,
  })
  try {
    await known(weir, kind)
    await sameAnswers(keeper, weir)
    await refusals(weir)
    if (kind.limitsSeries) await seriesLimit(weir)
    await killed(engine, weir)
    if (headers.length > 0) await tenants(engine, kind)
  } finally {
    await Promise.all([keeper.stop(), weir.stop()])
    await engine.kill()
  }
}

async function known(weir: RunningWeir, kind: Kind): Promise<void> {
  await verdicts.within(30_000, `${kind.name} is known`, async () => {
    const page = await (await fetch(`${weir.web}/metrics`)).text()
    const flavour = /weir_engine_info\{[^}]*flavour="([^"]*)"/.exec(page)?.[1] ?? ''
    return { isTrue: flavour === kind.flavour, seen: `taken for ${flavour || 'nothing yet'}` }
  })
}

/** What an engine answers to Weir is what Weir answers of its own. */
async function sameAnswers(keeper: RunningWeir, weir: RunningWeir): Promise<void> {
  const endMs = Math.floor(Date.now() / 5000) * 5000
  const statuses = new Set<number>()
  for (const request of requests(endMs)) {
    for (const { web } of [keeper, weir]) statuses.add(await tell(web, request))
  }
  verdicts.take('both take all', [...statuses].join() === '204', `answers ${[...statuses].join()}`)
  await verdicts.within(60_000, 'the engine has all', async () => {
    const at = (one: RunningWeir): Promise<number | undefined> =>
      one.value('sum(count_over_time({__name__=~"lab_.+"}[15m]))')
    const [ours, theirs] = [await at(keeper), await at(weir)]
    return { isTrue: ours === theirs && ours !== undefined, seen: `${ours} here, ${theirs} there` }
  })
  const [end, start] = [endMs / 1000, endMs / 1000 - 400]
  const asked = [
    ...QUERIES.map((query) => `query?${form({ query, time: String(end) })}`),
    ...QUERIES.map(
      (query) =>
        `query_range?${form({ query, start: String(start), end: String(end), step: '15' })}`,
    ),
    `query?${form({ query: 'lab_total', time: String(end), limit: '2' })}`,
    `query?${form({ query: 'lab_total[1m]', time: String(end) })}`,
    ...['series', 'labels', 'label/i/values'].map(
      (path) =>
        `${path}?${form({ 'match[]': 'lab_total', start: String(start), end: String(end) })}`,
    ),
    `metadata?${form({ metric: 'lab_total' })}`,
    `query_exemplars?${form({ query: 'lab_total', start: String(start), end: String(end) })}`,
    `query?${form({ query: 'sum(', time: String(end) })}`,
    `query?${form({ query: 'lab_total + on () lab_total', time: String(end) })}`,
  ]
  const found = await differences(keeper.web, weir.web, asked)
  verdicts.take(
    'answers are those of a Weir that keeps the samples itself',
    found.length === 0,
    `${asked.length - found.length} of ${asked.length}`,
  )
  for (const line of found) say(`     ${line}`)
}

function form(params: Readonly<Record<string, string>>): string {
  return new URLSearchParams(params).toString()
}

/** A sample that is refused keeps none of its request from being taken, and is counted. */
async function refusals(weir: RunningWeir): Promise<void> {
  const nowMs = Date.now()
  const failed = (): Promise<number | undefined> =>
    weir.value('sum(weir_remote_write_out_failed_total{queue="engine",kind="sample"}) or vector(0)')
  const one = (i: string, timeMs: number): Parameters<typeof encodeWriteRequestV1>[0][number] => ({
    labels: ['__name__', 'late_total', 'i', i],
    samples: [[timeMs, 1]],
  })
  await tell(weir.web, encodeWriteRequestV1([one('a', nowMs)]))
  await verdicts.within(30_000, 'a sample arrives', async () => {
    const count = await weir.value('count(late_total)')
    return { isTrue: count === 1, seen: `${count} series` }
  })
  const before = await failed()
  // Weir's own store, whose order is by series too, lets it pass to the queue: the engine is the one who refuses.
  const status = await tell(
    weir.web,
    encodeWriteRequestV1([one('a', nowMs - 120_000), one('b', nowMs)]),
  )
  await verdicts.within(30_000, 'out of order: the other one of its request is taken', async () => {
    const count = await weir.value('count(late_total)')
    const more = ((await failed()) ?? 0) - (before ?? 0)
    return {
      isTrue: count === 2,
      seen: `${status}; ${count} series, ${more} refused by the engine`,
    }
  })
}

async function seriesLimit(weir: RunningWeir): Promise<void> {
  const timeMs = Date.now()
  const series = Array.from({ length: SERIES_MAX + 30 }, (_, i) => ({
    labels: ['__name__', 'bomb', 'i', String(i)],
    samples: [[timeMs, i] as const],
  }))
  await tell(weir.web, encodeWriteRequestV1(series))
  await verdicts.within(
    60_000,
    "beyond the tenant's limit the rest is refused and counted",
    async () => {
      const count = await weir.value('count(bomb)')
      const page = await (await fetch(`${weir.web}/metrics`)).text()
      const refused = [...page.matchAll(/^weir_remote_write_out_failed_total\{([^}]*)\} (\d+)$/gm)]
        .filter(([, labels]) => labels.includes('queue="engine"') && labels.includes('sample'))
        .reduce((sum, [, , value]) => sum + Number(value), 0)
      return {
        isTrue: count === SERIES_MAX && refused >= 30,
        seen: `${count} of ${series.length} series there, ${refused} samples refused so far`,
      }
    },
  )
}

async function killed(engine: Engine, weir: RunningWeir): Promise<void> {
  const startMs = Date.now()
  let acknowledged = 0
  const put = async (): Promise<void> => {
    const timeMs = startMs + acknowledged * 10
    const series = { labels: ['__name__', 'kept'], samples: [[timeMs, acknowledged] as const] }
    if ((await tell(weir.web, encodeWriteRequestV1([series]))) === 204) acknowledged++
  }
  for (let i = 0; i < 50; i++) await put()
  await engine.kill()
  await verdicts.within(30_000, 'killed: questions say so', async () => {
    const answer = await fetch(`${weir.web}/api/v1/query?query=kept`)
    const text = await answer.text()
    return {
      isTrue: answer.status === 503 && text.includes('away since'),
      seen: `${answer.status}`,
    }
  })
  for (let i = 0; i < 50; i++) await put()
  await engine.start()
  for (let i = 0; i < 20; i++) await put()
  await verdicts.within(90_000, 'back: all that was acknowledged is there', async () => {
    const count = await weir.value('count_over_time(kept[1h])').catch(() => undefined)
    return { isTrue: count === acknowledged, seen: `${count} of ${acknowledged}` }
  })
}

async function tenants(engine: Engine, kind: Kind): Promise<void> {
  const url = `${engine.url}${kind.readPath}/api/v1/query?query=kept`
  const [name] = Object.keys(kind.headers)
  const answer = await fetch(url, { headers: { [name]: 'somebody-else' } })
  const { data } = (await answer.json()) as {
    readonly data: { readonly result: readonly unknown[] }
  }
  verdicts.take(
    'another tenant sees nothing',
    data.result.length === 0,
    `${data.result.length} series`,
  )
}
