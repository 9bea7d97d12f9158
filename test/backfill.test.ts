import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackfillView } from '@weir/packs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WeirProcess, eventually, getJson, startWeir, value, weir } from './weir-process.ts'

const END_S = 1_700_000_000
const START_S = END_S - 86_400

let folder: string
let rules: string
let server: WeirProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-backfill-'))
  rules = join(folder, 'rules.yml')
  writeFileSync(
    rules,
    `groups:
  - name: shop
    interval: 1m
    rules:
      - record: shop:orders:rate5m
        expr: rate(shop_orders_total[5m])
      - record: shop:orders:rate5m_max1h
        expr: max_over_time(shop:orders:rate5m[1h])
`,
  )
  const config = `storage: { metrics: { retention_time: 0 } }\nrule_files: [${JSON.stringify(rules)}]\n`
  server = await startWeir({ config })
  const old = join(folder, 'old.om')
  const lines = Array.from(
    { length: 1441 },
    (_, i) => `shop_orders_total ${i * 30} ${START_S + i * 60}`,
  )
  writeFileSync(old, `# TYPE shop_orders counter\n${lines.join('\n')}\n# EOF\n`)
  expect(await weir('import', old, '--server', server.web)).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('weir rules backfill fills the past of rules, and of rules upon them', async () => {
  const range = ['--start', String(START_S), '--end', String(END_S)]
  const { code, out } = await weir(
    'rules',
    'backfill',
    '--rules',
    rules,
    ...range,
    '--server',
    server.web,
  )
  expect(out).toMatch(
    /rules\.yml: done, \d+ samples of 2 rules, 2023-11-13T22:13:20.000Z to 2023-11-14T22:13:20.000Z\n$/,
  )
  expect(code).toBe(0)
  expect(await value(server.web, `shop:orders:rate5m @ ${END_S}`)).toBeCloseTo(0.5, 9)
  expect(await value(server.web, `shop:orders:rate5m_max1h @ ${END_S}`)).toBeCloseTo(0.5, 9)
  const count = await value(server.web, `count_over_time(shop:orders:rate5m[1d] @ ${END_S})`)
  expect(count).toBeGreaterThan(1430)
})

test('what is loaded can be filled by its name, looked at and canceled', async () => {
  const url = `${server.web}/api/weir/v1/backfills`
  const form = new URLSearchParams({
    file: rules,
    group: 'shop',
    start: '2001-01-01T00:00:00Z',
    end: String(END_S),
  })
  const begun = (await (await fetch(url, { method: 'POST', body: form })).json()) as BackfillView
  expect(begun).toMatchObject({
    groups: [{ name: 'shop', ruleCount: 2 }],
    samples: 0,
    endedMs: null,
  })
  await eventually(
    'progress',
    async () => (await getJson<BackfillView>(`${url}/${begun.id}`)).progress > 0,
  )
  await fetch(`${url}/${begun.id}/cancel`, { method: 'POST' })
  const ended = await eventually('the end', async () => {
    const view = await getJson<BackfillView>(`${url}/${begun.id}`)
    return view.endedMs === null ? false : view
  })
  expect(ended.state).toBe('canceled')
  expect((await getJson<BackfillView[]>(url))[0]!.id).toBe(begun.id)
})

test.each([
  [
    { rules: 'groups: [{ name: a, rules: [{ record: b }] }]', start: '1' },
    "field 'expr' must be set in rule",
  ],
  [{ group: 'nobody', start: '1' }, 'there is no recording rule in group "nobody"'],
  [{ rules: 'groups: []', start: '1' }, 'there is no recording rule'],
  [{ start: 'yesterday' }, 'cannot parse'],
  [{ start: '100', end: '50' }, 'end timestamp must not be before start time'],
  [{ start: '1', step: '0.5' }, 'want at least 1s'],
])('%j is refused: %s', async (form, why) => {
  const answer = await fetch(`${server.web}/api/weir/v1/backfills`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  expect(answer.status).toBe(400)
  expect(((await answer.json()) as { error: string }).error).toContain(why)
})
