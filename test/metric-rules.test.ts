import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
