import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WeirProcess, eventually, startWeir, value, weir } from './weir-process.ts'

/** A job that tells every hour what it did, and another that began in the middle of the day. */
const END_S = 1_700_000_000
const START_S = END_S - 24 * 3600
const BORN_S = END_S - 12 * 3600

let folder: string
let config: string
let server: WeirProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weir-metric-rules-'))
  config = join(folder, 'weir.yml')
  writeFileSync(config, 'storage: { metrics: { retention_time: 0 } }\n')
  server = await startWeir({ flags: ['--config', config] })
  const old = join(folder, 'old.om')
  const lines = ['# TYPE rows counter']
  for (let time = START_S; time <= END_S; time += 3600) {
    lines.push(`rows_total{job="hourly"} ${(time - START_S) / 3600} ${time}`)
    if (time >= BORN_S) lines.push(`rows_total{job="young"} 40 ${time}`)
  }
  writeFileSync(old, `${lines.join('\n')}\n# EOF\n`)
  expect(await weir('import', old, '--server', server.web)).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const HOURLY = `rows_total{job="hourly"} @ ${END_S - 1200}`
const YOUNG = `increase(rows_total{job="young"}[2h] @ ${BORN_S + 3600})`

test('a reload takes a lookback, first values and retention by metric', async () => {
  expect(await value(server.web, HOURLY)).toBeUndefined()
  expect(await value(server.web, YOUNG)).toBe(0)
  writeFileSync(
    config,
    `
storage:
  metrics: { retention_time: 0 }
  retention_rules:
    - { match: 'rows_total', levels: [{ keep: 0, step: 1h }] }
query:
  lookback_rules: [{ match: '{job="hourly"}', lookback: 90m }]
  count_first_value: ['rows_total']
`,
  )
  await fetch(`${server.web}/-/reload`, { method: 'POST' })
  expect(await eventually('the lookback', () => value(server.web, HOURLY))).toBe(23)
  expect(await value(server.web, YOUNG)).toBe(40)
  const beyond = `rows_total{job="hourly"} @ ${END_S + 5400}`
  expect(await value(server.web, beyond)).toBeUndefined()
})

test('what is wrong with a rule is told by its line, and the old rules stay', async () => {
  writeFileSync(
    config,
    `query:
  lookback_rules:
    - { match: 'rows_total{', lookback: 90m }
`,
  )
  const answer = await fetch(`${server.web}/-/reload`, { method: 'POST' })
  expect(answer.status).not.toBe(200)
  expect(await answer.text()).toMatch(/weir\.yml:3.*lookback_rules.*want a selector such as/)
  expect(await value(server.web, HOURLY)).toBe(23)
})

test('what a reload takes beside rules, and how all of it goes back when a part refuses', async () => {
  await using target = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain').end('up_there 1\n')
  })
  target.listen(0, '127.0.0.1')
  await once(target, 'listening')
  const { port } = target.address() as AddressInfo
  const scraped = `
global: { scrape_interval: 200ms }
scrape_configs: [{ job_name: there, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
web: { allowed_hosts: [] }
`
  const reload = async (text: string): Promise<number> => {
    writeFileSync(config, text)
    return (await fetch(`${server.web}/-/reload`, { method: 'POST' })).status
  }
  const up = (): Promise<number | undefined> => value(server.web, 'up{job="there"}')
  expect(await reload(scraped)).toBe(200)
  await eventually('the target', async () => ((await up()) === 1 ? 1 : undefined))
  // The fence is the first to take it, the query log refuses.
  const fenced = `${scraped}network: { outgoing: { deny: ['127.0.0.1'] } }\nquery: { max_samples: 1 }\n`
  const broken = join(folder, 'not', 'there', 'queries.log')
  expect(await reload(fenced.replace('200ms }', `200ms, query_log_file: '${broken}' }`))).not.toBe(
    200,
  )
  const scrapes = async (): Promise<number> =>
    (await value(server.web, 'count_over_time(up{job="there"}[1m])')) ?? 0
  const before = await scrapes()
  await eventually('more scrapes', async () => ((await scrapes()) > before + 1 ? 1 : undefined))
  expect(await up()).toBe(1)
  expect(await reload(`${fenced}log: { level: error }\n`)).toBe(200)
  const answer = await fetch(`${server.web}/api/v1/query?query=count_over_time(up[1m])`)
  expect(await answer.text()).toContain('too many samples')
  expect(await reload(`${scraped}network: { outgoing: { deny: ['127.0.0.1'] } }\n`)).toBe(200)
  await eventually('the fence', async () => ((await up()) === 0 ? 1 : undefined))
})
