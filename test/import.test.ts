import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type WeirProcess, startWeir, value, weir } from './weir-process.ts'

/** More than two pieces of a mebibyte: a minute apart, long ago, the last sample at {@link LAST_S}. */
const COUNT = 60_000
const LAST_S = 1_600_000_000
const FIRST_S = LAST_S - (COUNT - 1) * 60

let folder: string
let file: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-import-'))
  file = join(folder, 'old.om')
  const lines = Array.from(
    { length: COUNT },
    (_, i) => `old_orders_total{shop="north",kind="a"} ${i} ${FIRST_S + i * 60}`,
  )
  writeFileSync(file, `# TYPE old_orders counter\n${lines.join('\n')}\n# EOF\n`)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('weir import', () => {
  let server: WeirProcess
  beforeAll(async () => {
    server = await startWeir({ config: 'storage: { metrics: { retention_time: 0 } }' })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const ask = (expr: string): Promise<number | undefined> => value(server.web, expr)

  test('brings years that are long over into a running Weir, twice as well as once', async () => {
    for (let round = 0; round < 2; round++) {
      const { code, out } = await weir('import', file, '--server', server.web)
      expect(out).toBe(
        `${file}: ${COUNT} samples from ${COUNT + 2} lines, since ${new Date(FIRST_S * 1000).toISOString()}\n`,
      )
      expect(code).toBe(0)
      expect(await ask(`count_over_time(old_orders_total[${COUNT}m] @ ${LAST_S})`)).toBe(COUNT)
      expect(await ask(`old_orders_total @ ${LAST_S}`)).toBe(COUNT - 1)
    }
  })

  test('names the line that cannot be read, and where to go on', async () => {
    const bad = join(folder, 'bad.om')
    const lines = Array.from(
      { length: 40_000 },
      (_, i) => `bad_total{shop="north",x="y"} ${i} ${i + 1}`,
    )
    lines[35_000] = 'bad_total{shop="north",x="y"} 1'
    writeFileSync(bad, `${lines.join('\n')}\n# EOF\n`)
    const { code, err } = await weir('import', bad, '--server', server.web)
    expect(code).toBe(2)
    const [, line, next] =
      /line (\d+): want a time after the value; .*--from-line (\d+) goes on/.exec(err) ?? []
    expect(Number(line)).toBe(35_001)
    lines[35_000] = `bad_total{shop="north",x="y"} 35000 35001`
    writeFileSync(bad, `${lines.join('\n')}\n# EOF\n`)
    const rest = await weir('import', bad, '--server', server.web, '--from-line', next!, '--json')
    expect(JSON.parse(rest.out)).toMatchObject([
      { samples: 40_000 - Number(next) + 1, rejected: {} },
    ])
    expect(await value(server.web, 'count_over_time(bad_total[40001s] @ 40000)')).toBe(40_000)
  })

  test('says what was refused', async () => {
    const future = join(folder, 'future.prom')
    writeFileSync(future, `a 1 1000\na 2 ${Date.now() + 86_400_000}\n`)
    const { code, out } = await weir('import', future, '--server', server.web)
    expect(out).toContain('1 refused: too_far_in_future, such as a')
    expect(code).toBe(1)
  })

  test('leaves a data directory alone in which a Weir runs', async () => {
    const { code, err } = await weir('import', file, '--data-dir', server.dataDir)
    expect(err).toContain(server.dataDir)
    expect(code).toBe(2)
  })

  test('says where to look when there is no Weir', async () => {
    const { code, err } = await weir('import', file, '--server', 'http://127.0.0.1:1')
    expect(err).toContain('is Weir running there? (--server says where, --data-dir')
    expect(code).toBe(2)
  })
})

test('weir import --data-dir needs no running Weir; samples of 1970 are there afterwards', async () => {
  const dataDir = join(folder, 'data')
  const moon = join(folder, 'moon.prom')
  writeFileSync(moon, 'moon_landings 2 0\nmoon_landings 6 100000000000\n')
  const { code, err } = await weir('import', moon, file, '--data-dir', dataDir)
  expect(err).toBe('')
  expect(code).toBe(0)
  await using server = await startWeir({
    dataDir,
    config: 'storage: { metrics: { retention_time: 0 } }',
  })
  expect(await value(server.web, 'moon_landings @ 10')).toBe(2)
  expect(await value(server.web, 'moon_landings @ 100000000')).toBe(6)
  expect(await value(server.web, `old_orders_total @ ${LAST_S}`)).toBe(COUNT - 1)
})

test('a retention that is shorter than what is imported is told', async () => {
  await using server = await startWeir()
  const { out } = await weir('import', file, '--server', server.web)
  expect(out).toContain('some are older than samples are kept and will go soon')
})
