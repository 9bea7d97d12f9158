import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LokiPeer, lokiPeer } from './loki-peer.ts'
import { findPeer } from './peer-process.ts'
import { type WeirProcess, eventually, startWeir } from './weir-process.ts'

const TENANT = 'team-data'
const TIMEOUT_MS = 90_000

const loki = findPeer('loki')

describe.runIf(loki !== undefined)('lines in a real Loki', () => {
  test(
    'are the same through Weir, and none that was acknowledged is lost when either is killed',
    async () => {
      await using engine = await lokiPeer(loki!)
      const dataDir = mkdtempSync(join(tmpdir(), 'weir-logs-engine-'))
      const start = (): Promise<WeirProcess> =>
        startWeir({ config: configFor(engine.url), dataDir })
      try {
        {
          const [weir] = await Promise.all([start(), engine.start()])
          await using running = weir
          await send(running, 0, 60)
          await eventually('Loki to have the lines', async () => (await count(engine)) === 60)
          await asksTheSame(running, engine)
          await engine.kill()
          await send(running, 60, 90)
          const refused = await fetch(`${running.web}/loki/api/v1/labels`)
          expect(refused.status).toBe(503)
          expect(await refused.text()).toContain('nothing listens there')
          await running.kill()
        }
        const [weir] = await Promise.all([start(), engine.start()])
        await using running = weir
        await eventually('Loki to have them all', async () => (await count(engine)) === 90)
        const texts = await textsIn(running.web, {})
        expect(texts.toSorted()).toEqual(numbered(0, 90).toSorted())
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
    TIMEOUT_MS,
  )
})

function configFor(url: string): string {
  return `
packs: { disabled: [weir] }
storage:
  logs: { engine: loki, url: '${url}', tenant: ${TENANT} }
`
}

function numbered(from: number, to: number): string[] {
  return Array.from(
    { length: to - from },
    (_, i) => `level=error took=5ms order ${from + i} failed`,
  )
}

/** Numbered lines in three requests, each acknowledged. */
async function send({ web }: WeirProcess, from: number, to: number): Promise<void> {
  const texts = numbered(from, to)
  const size = Math.ceil(texts.length / 3)
  for (let i = 0; i < texts.length; i += size) {
    const ns = BigInt(Date.now()) * 1_000_000n
    const values = texts
      .slice(i, i + size)
      .map((text, k) => [String(ns + BigInt(k)), text, { trace_id: 'a1' }])
    const body = JSON.stringify({ streams: [{ stream: { app: 'shop' }, values }] })
    const headers = { 'content-type': 'application/json' }
    const { status } = await fetch(`${web}/loki/api/v1/push`, { method: 'POST', headers, body })
    expect(status).toBe(204)
  }
}

const QUERY = '{app="shop"}'

async function textsIn(url: string, headers: Record<string, string>): Promise<string[]> {
  const params = new URLSearchParams({ query: QUERY, limit: '1000' })
  const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`, { headers })
  const { data } = (await answer.json()) as {
    data: { result: { values: [string, string][] }[] }
  }
  return data.result.flatMap(({ values }) => values.map(([, line]) => line))
}

async function count({ url }: LokiPeer): Promise<number> {
  return (await textsIn(url, { 'x-scope-orgid': TENANT }).catch(() => [])).length
}

const ASKED: readonly (readonly [string, Record<string, string>])[] = [
  ['query_range', { query: QUERY, limit: '10' }],
  ['query_range', { query: `sum by (detected_level) (count_over_time(${QUERY}[1m]))`, step: '30' }],
  ['query', { query: `sum(count_over_time(${QUERY} | logfmt | took="5ms" [10m]))` }],
  ['query_range', { query: `${QUERY} |` }],
  ['labels', {}],
  ['label/app/values', {}],
  ['series', { 'match[]': QUERY }],
  ['index/volume', { query: QUERY }],
  ['detected_field/took/values', { query: QUERY }],
  ['detected_labels', {}],
]

/** Weir's answers are Loki's, but for what they took. */
async function asksTheSame(weir: WeirProcess, engine: LokiPeer): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n
  const span = { start: String(end - 3_600_000_000_000n), end: String(end), time: String(end) }
  const ask = async (url: string, path: string, params: object): Promise<unknown> => {
    const search = new URLSearchParams({ ...span, ...params }).toString()
    const headers = { 'x-scope-orgid': TENANT }
    const answer = await fetch(`${url}/loki/api/v1/${path}?${search}`, { headers })
    return [answer.status, withoutStats(await answer.text())]
  }
  for (const [path, params] of ASKED) {
    const [ours, theirs] = [await ask(weir.web, path, params), await ask(engine.url, path, params)]
    expect(ours).toEqual(theirs)
  }
  const facets = new URLSearchParams({ query: QUERY })
  const answer = await fetch(`${weir.web}/api/weir/v1/logs/facets?${facets}`)
  expect(await answer.json()).toMatchObject({
    lines: 60,
    isSampled: false,
    fields: expect.arrayContaining([
      expect.objectContaining({
        name: 'detected_level',
        values: [{ value: 'error', lines: 60 }],
      }),
    ]) as unknown,
  })
}

function withoutStats(body: string): unknown {
  if (!body.startsWith('{')) return body
  return JSON.parse(body, (name, value: unknown) => {
    if (name === 'stats') return undefined
    // Loki gives them in any order.
    return name === 'detectedLabels'
      ? (value as object[]).map((one) => JSON.stringify(one)).toSorted()
      : value
  })
}
