import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { expect } from 'vitest'
import { type EngineName, startEngine } from './engine-peer.ts'
import { type WeirProcess, eventually, getJson, sendUdp, startWeir, value } from './weir-process.ts'

const RULES = `
groups:
  - name: g
    interval: 1s
    rules:
      - { record: 'visits:sum', expr: sum(visits) }
      - { alert: Many, expr: 'visits:sum > 2' }
`

/** Writes one sample by remote write; resolves when it was acknowledged. */
async function put(weir: WeirProcess, n: number, timeMs: number): Promise<void> {
  const labels = ['__name__', 'put', 'site', 'a"b']
  const series = { labels, samples: [[timeMs, n]] } as const
  const body = new Uint8Array(packSnappy(encodeWriteRequestV1([series])))
  const answer = await fetch(`${weir.web}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body,
  })
  expect(answer.status).toBe(204)
}

const ALL = 'count_over_time(put[1h])'

interface Answered {
  readonly status: string
  readonly data: unknown
}

/** What each of two answers to the same question; figures of the asking left out. */
async function both(
  weir: string,
  engine: string,
  path: string,
): Promise<readonly [unknown, unknown]> {
  const of = async (base: string): Promise<unknown> => {
    const { status, data } = await getJson<Answered>(`${base}${path}`)
    return { status, data }
  }
  return [await of(weir), await of(engine)]
}

/**
 * Lets a real engine keep the metrics of a Weir: answers are its own, rules hold while it is away, and its end
 * (and that of Weir) loses nothing that was acknowledged.
 */
export async function engineFlow(
  name: EngineName,
  { killsWeir }: { readonly killsWeir: boolean },
): Promise<void> {
  await using engine = await startEngine(name)
  const folder = mkdtempSync(join(tmpdir(), 'weir-engine-test-'))
  const rules = join(folder, 'rules.yml')
  writeFileSync(rules, RULES)
  const config = `
  storage:
    metrics:
      engine: prometheus
      write_url: ${engine.url}/api/v1/write
      read_url: ${engine.url}
  rule_files: [${rules}]
  packs: { disabled: [weir] }
  statsd: { flush_interval: 1s }
  `
  const options = { config, dataDir: join(folder, 'data') }
  const startMs = Date.now()
  let sent = 0
  const write = async (to: WeirProcess): Promise<void> => {
    await put(to, sent, startMs + sent * 20)
    sent++
  }
  let weir = await startWeir(options)
  try {
    for (let i = 0; i < 20; i++) await write(weir)
    await sendUdp(weir.statsdPort, ['visits:3|c'])
    await eventually('the alert', async () => {
      const { data } = await getJson<{ data: { alerts: { state: string }[] } }>(
        `${weir.web}/api/v1/alerts`,
      )
      return data.alerts[0]?.state === 'firing'
    })
    await eventually('the engine to show what came', async () => {
      return (await value(engine.url, ALL)) === sent
    })
    const seconds = (Date.now() - 2_000) / 1000
    for (const path of [
      `/api/v1/query?query=put[1h]&time=${startMs / 1000 + 1}`,
      `/api/v1/query_range?query=sum(put)&start=${Math.floor(startMs / 1000)}&end=${seconds}&step=0.5&nocache=1`,
      `/api/v1/series?match[]=put&start=${startMs / 1000 - 10}&end=${seconds}`,
      `/api/v1/label/site/values?match[]=put&start=${startMs / 1000 - 10}&end=${seconds}`,
    ]) {
      const [ours, theirs] = await both(weir.web, engine.url, path)
      expect(ours).toEqual(theirs)
    }

    const { warnings } = await getJson<{ readonly warnings: readonly string[] }>(
      `${weir.web}/api/v1/status/tsdb`,
    )
    expect(warnings[0]).toContain('figures of what Weir keeps itself')

    await engine.kill()
    await eventually('Weir to see that the engine is gone', async () => {
      const answer = await fetch(`${weir.web}/api/v1/query?query=put`)
      const { error } = (await answer.json()) as { readonly error?: string }
      return answer.status === 503 && error?.includes('has been away since') === true
    })
    expect(await (await fetch(`${weir.web}/-/ready`)).text()).toMatch(
      /Ready\.\nCannot ask the engine/,
    )
    for (let i = 0; i < 20; i++) await write(weir)
    const { data } = await getJson<{ data: { alerts: unknown[] } }>(`${weir.web}/api/v1/alerts`)
    expect(data.alerts).toHaveLength(1) // nothing ends for want of data
    if (killsWeir) {
      await weir.kill()
      weir = await startWeir(options)
    }
    await engine.start()
    await write(weir)
    await eventually('all that was acknowledged', async () => {
      return (await value(weir.web, ALL).catch(() => undefined)) === sent
    })
    expect(await value(engine.url, ALL)).toBe(sent)
  } finally {
    await weir[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}
