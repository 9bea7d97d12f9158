import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeWriteRequestV1, packSnappy } from '@weir/wire'
import { DATA_FORMAT } from '@weir/tsdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type WeirProcess,
  eventually,
  getJson,
  sendUdp,
  startWeir,
  value,
  weir,
} from './weir-process.ts'

// A data directory of each format that a Weir was released with, as a backup, and what is in it. Whatever is changed,
// each of them must open. After a change of the format WEIR_GOLDEN=write adds one of the new format; those that are
// there are never written again.
const FOLDER = join(import.meta.dirname, '../fixtures/data-dirs')

/** Nothing goes by its age. */
const CONFIG = `
statsd: { flush_interval: 200ms }
packs: { disabled: [weir] }
storage: { metrics: { retention_time: 0 } }
logs: { retention_time: 0 }
notifications: { alert_history_retention: 10000d }
`

/** What a fixture was made with. */
interface Held {
  readonly weir: string
  readonly atSeconds: number
  /** Of `kept_total{shop}`: samples by value. */
  readonly samples: Readonly<Record<string, number>>
  readonly lines: number
}

/** Samples of the past are sealed when no more of them come: minutes. */
const SEALED_MS = 540_000

let scratch = ''
beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-formats-'))
  const own = join(FOLDER, `format-${DATA_FORMAT}`)
  if (process.env['WEIR_GOLDEN'] === 'write' && !existsSync(own)) await makeFixture(own)
}, SEALED_MS)
afterAll(() => rmSync(scratch, { recursive: true }))

async function send(
  { web }: WeirProcess,
  method: string,
  path: string,
  body: string | Uint8Array,
  type: string,
): Promise<void> {
  const packed = type.includes('protobuf') ? { 'content-encoding': 'snappy' } : {}
  const headers = { 'content-type': type, ...packed }
  const answer = await fetch(web + path, { method, headers, body: body as BodyInit })
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
  await answer.arrayBuffer()
}

/** Makes a directory with something of everything in it, and backs it up. */
async function makeFixture(folder: string): Promise<void> {
  await using running = await startWeir({ config: CONFIG, flags: ['--web.enable-admin-api'] })
  const atSeconds = Math.floor(Date.now() / 1000)
  const shops = { berlin: 3, paris: 7 }
  const series = Object.entries(shops).map(([shop, last]) => ({
    labels: ['__name__', 'kept_total', 'shop', shop],
    // Old enough that most are sealed, and some that are not.
    samples: Array.from({ length: 40 }, (_, k): [number, number] => [
      (atSeconds - (39 - k) * 60) * 1000,
      (last * (k + 1)) / 40,
    ]),
  }))
  const written = packSnappy(encodeWriteRequestV1(series))
  await send(running, 'POST', '/api/v1/write', written, 'application/x-protobuf')
  const lines = Array.from({ length: 20 }, (_, k) => `{"message":"kept line ${k}","n":${k}}`)
  await send(running, 'POST', '/insert/jsonline', lines.join('\n'), 'application/json')
  await send(running, 'PUT', '/metrics/job/nightly', 'rows_total 12\n', 'text/plain')
  const times = { startsAt: '2026-01-01T00:00:00Z', endsAt: '2099-01-01T00:00:00Z' }
  const matchers = [{ name: 'a', value: 'b', isRegex: false, isEqual: true }]
  const silence = { matchers, ...times, createdBy: 'ann', comment: 'kept silence' }
  await send(running, 'POST', '/api/v2/silences', JSON.stringify(silence), 'application/json')
  const board = { title: 'Kept board', uid: 'kept', panels: [] }
  const saved = JSON.stringify({ dashboard: board, overwrite: true })
  await send(running, 'POST', '/api/dashboards/db', saved, 'application/json')
  await sendUdp(running.statsdPort, ['orders:7|c'])
  await eventually('the count to be stored', async () => value(running.web, 'orders'))
  await eventually(
    'most of it to be sealed',
    async () => {
      const { sealedSamples } = await getJson<{ sealedSamples: number }>(
        `${running.web}/api/weir/v1/status`,
      )
      return sealedSamples > 20
    },
    SEALED_MS,
  )
  mkdirSync(folder, { recursive: true })
  const out = join(folder, 'backup.tar.gz')
  const made = await weir('backup', '--server', running.web, '--out', out, '--json')
  expect(made.err).toBe('')
  const { weir: version } = JSON.parse(made.out) as { readonly weir: string }
  const held: Held = { weir: version, atSeconds, samples: shops, lines: lines.length }
  writeFileSync(join(folder, 'held.json'), `${JSON.stringify(held, null, 2)}\n`)
}

test('there is one of the present format', () => {
  expect(readdirSync(FOLDER)).toContain(`format-${DATA_FORMAT}`)
})

test.each(readdirSync(FOLDER))(
  'a data directory of %s is restored, opened and whole',
  async (name) => {
    const file = join(FOLDER, name, 'backup.tar.gz')
    const held = JSON.parse(readFileSync(join(FOLDER, name, 'held.json'), 'utf8')) as Held
    const dataDir = join(scratch, name)
    expect(await weir('restore', file, '--data-dir', dataDir)).toMatchObject({ code: 0, err: '' })
    await using running = await startWeir({ config: CONFIG, dataDir })
    const { web } = running
    const at = async (expr: string): Promise<unknown> => {
      const query = `query=${encodeURIComponent(expr)}&time=${held.atSeconds}`
      const { data } = await getJson<{
        data: { result: { metric: { shop: string }; value: [number, string] }[] }
      }>(`${web}/api/v1/query?${query}`)
      return Object.fromEntries(
        data.result.map(({ metric, value: [, v] }) => [metric.shop, Number(v)]),
      )
    }
    expect(await at('kept_total')).toEqual(held.samples)
    expect(await at('count_over_time(kept_total[1h])')).toEqual({ berlin: 40, paris: 40 })
    const sql = encodeURIComponent("SELECT count(*) FROM logs WHERE line LIKE '%kept line%'")
    const { rows } = await getJson<{ rows: unknown[][] }>(
      `${web}/api/weir/v1/logs/sql?query=${sql}`,
    )
    expect(Number(rows[0]![0])).toBe(held.lines)
    const silences = await getJson<{ comment: string }[]>(`${web}/api/v2/silences`)
    expect(silences.map(({ comment }) => comment)).toEqual(['kept silence'])
    const pushed = await (await fetch(`${web}/api/v1/metrics`)).text()
    expect(pushed).toContain('rows_total')
    const board = await (await fetch(`${web}/api/dashboards/uid/kept`)).text()
    expect(board).toContain('Kept board')
    await sendUdp(running.statsdPort, ['orders:1|c'])
    await eventually('the count to go on', async () => (await value(web, 'orders')) === 8)
    expect(running.log()).not.toMatch(/"level":(50|60)/)
  },
  60_000,
)
