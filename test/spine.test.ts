import { connect } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type WeirProcess,
  eventually,
  getJson,
  sendUdp,
  startWeir,
  value,
  weir,
} from './weir-process.ts'

const QUICK = `
statsd: { flush_interval: 200ms }
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
`

describe('a StatsD line', () => {
  let process_: WeirProcess
  beforeAll(async () => {
    process_ = await startWeir({ config: QUICK })
  })
  afterAll(() => process_[Symbol.asyncDispose]())

  test('by UDP is a series after the next flush, and a second one adds to it', async () => {
    await sendUdp(process_.statsdPort, ['shop.orders:1|c'])
    await eventually('1', async () => (await value(process_.web, 'shop_orders')) === 1)
    await sendUdp(process_.statsdPort, ['shop.orders:1|c'])
    await eventually('2', async () => (await value(process_.web, 'shop_orders')) === 2)
  })

  test('by TCP too, with tags, and shows on /metrics', async () => {
    const socket = connect(process_.statsdTcpPort, '127.0.0.1')
    socket.end('queue.depth:7|g|#shard:a\n')
    await eventually('7', async () => (await value(process_.web, 'queue_depth{shard="a"}')) === 7)
    const page = await (await fetch(`${process_.web}/metrics`)).text()
    expect(page).toContain('queue_depth{shard="a"} 7')
    expect(page).toContain('# TYPE shop_orders counter')
  })

  test('that cannot be read is counted, and those beside it count', async () => {
    await sendUdp(process_.statsdPort, ['nonsense\nbeside:3|c\nbeside:x|c'])
    await eventually('beside', async () => (await value(process_.web, 'beside')) === 3)
    await eventually(
      'the rejects',
      async () => ((await value(process_.web, 'sum(weir_statsd_rejected_total)')) ?? 0) >= 2,
    )
  })

  test('weir query prints it', async () => {
    const { code, out } = await weir('query', 'beside', '--server', process_.web)
    expect({ code, out }).toEqual({ code: 0, out: 'beside 3\n' })
    expect((await weir('query', 'nothing_here', '--server', process_.web)).code).toBe(1)
    expect((await weir('query', 'sum(', '--server', process_.web)).code).toBe(2)
  })
})

test('Weir scrapes itself from the start', async () => {
  await using process_ = await startWeir({ config: QUICK })
  await eventually('up', async () => (await value(process_.web, 'up{job="weir"}')) === 1)
  await eventually(
    'its series',
    async () => ((await value(process_.web, 'weir_store_series')) ?? 0) > 10,
  )
})

describe('what was acknowledged', () => {
  let dataDir: string
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'weir-durable-'))
  })
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

  test('is there after kill -9', async () => {
    for (let round = 1; round <= 3; round++) {
      await using process_ = await startWeir({ config: QUICK, dataDir })
      if (round > 1) {
        const kept = await value(process_.web, 'max_over_time(survivor[10m])')
        expect(kept).toBe(round - 1)
      }
      await sendUdp(process_.statsdPort, [`survivor:${round}|g`])
      await eventually('the sample', async () => (await value(process_.web, 'survivor')) === round)
      await process_.kill()
    }
  })

  test('is there after SIGTERM, which ends with 0 and writes the last flush', async () => {
    await using first = await startWeir({ config: 'statsd: { flush_interval: 1h }', dataDir })
    await sendUdp(first.statsdPort, ['last.words:42|g'])
    // The page is fed by the same aggregates, so a line that shows there has been read.
    await eventually('the line', async () =>
      (await (await fetch(`${first.web}/metrics`)).text()).includes('last_words 42'),
    )
    expect(await first.stop()).toBe(0)
    await using second = await startWeir({ config: QUICK, dataDir })
    expect(await value(second.web, 'last_over_time(last_words[10m])')).toBe(42)
  })
})

test('a reload takes a new rule file and refuses a bad one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-rules-'))
  const { writeFileSync } = await import('node:fs')
  const file = join(folder, 'a.yml')
  writeFileSync(file, 'groups: []')
  await using process_ = await startWeir({
    config: QUICK,
    flags: ['--rules', join(folder, '*.yml')],
  })
  writeFileSync(file, 'groups: [{name: g, rules: [{record: answer, expr: "42"}]}]')
  expect((await fetch(`${process_.web}/-/reload`, { method: 'POST' })).status).toBe(200)
  await eventually('the recorded series', async () => (await value(process_.web, 'answer')) === 42)
  writeFileSync(file, 'groups: [{name: g, rules: [{record: answer, expr: "sum("}]}]')
  const refused = await fetch(`${process_.web}/-/reload`, { method: 'POST' })
  expect(refused.status).toBe(500)
  expect(await refused.text()).toContain('a.yml')
  const rules = await getJson<{ data: { groups: { rules: { name: string }[] }[] } }>(
    `${process_.web}/api/v1/rules`,
  )
  expect(rules.data.groups.flatMap(({ rules: list }) => list.map(({ name }) => name))).toContain(
    'answer',
  )
  rmSync(folder, { recursive: true, force: true })
})
