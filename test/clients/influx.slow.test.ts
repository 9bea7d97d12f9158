import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPeer } from '../peer-process.ts'
import { type WeirProcess, eventually, startWeir, value } from '../weir-process.ts'
import { isDocumented, nodeWith, pythonWith, start } from './kit.ts'
import { waitForValues } from './values.ts'

/** InfluxDB clients of other people, and Telegraf, unmodified, against a real Weir: what they wrote is what is there. */

const JS_2 = '1.35.0'
const JS_1 = '5.12.0'
const PYTHON_1 = '5.3.2'
const PYTHON_2 = '1.50.0'
const TELEGRAF = '1.37.2'

const js2 = nodeWith(`@influxdata/influxdb-client@${JS_2}`)
const js1 = nodeWith(`influx@${JS_1}`)
const python1 = pythonWith(`influxdb==${PYTHON_1}`, 'setuptools==80.9.0')
const python2 = pythonWith(`influxdb-client==${PYTHON_2}`)
const telegraf = findPeer('telegraf')

let weir: WeirProcess

beforeAll(async () => {
  weir = await startWeir()
  await eventually('Weir to be ready', async () => (await fetch(`${weir.web}/-/ready`)).ok)
})
afterAll(async () => weir[Symbol.asyncDispose]())

const expectValues = (wanted: Readonly<Record<string, number>>): Promise<void> =>
  waitForValues(weir.web, wanted)
const port = (): string => new URL(weir.web).port

const PARTIAL = (line: string): string =>
  `partial write: unable to parse '${line}': missing field value dropped=0`

test.skipIf(js2 === undefined)('@influxdata/influxdb-client', async () => {
  const printed = await js2!.send('use-influxdb-client.cjs', weir.web)
  expect(printed.trim()).toBe(
    `400 ${JSON.stringify({ code: 'invalid', message: PARTIAL('js_bad f=') })}`,
  )
  await expectValues({
    'count(js_orders_placed{db="js2",app="shop, \\"a\\"=b"})': 300,
    'js_orders_placed{region="eu 299"}': 299,
    'js_orders_value{region="eu 10"}': 10 / 3,
    'js_orders_paid{region="eu 10"}': 1,
    'js_orders_big{region="eu 7"}': 7000,
    js_good_f: 1,
  })
  expect(isDocumented('@influxdata/influxdb-client', JS_2)).toBe(true)
})

test.skipIf(js1 === undefined)('influx', async () => {
  const printed = await js1!.send('use-influx.cjs', port())
  expect(JSON.parse(printed)).toMatchObject({
    online: [true],
    names: expect.arrayContaining(['js1']),
  })
  await expectValues({
    'count(js1_jobs_done{db="js1"})': 50,
    'js1_jobs_took{host="h=49"}': 7,
    'js1_jobs_ok{host="h=3"}': 1,
  })
  expect(isDocumented('influx', JS_1)).toBe(true)
})

test.skipIf(python1 === undefined)('influxdb (Python)', async () => {
  const printed = await python1!.send('use_influxdb.py', port())
  const [version, names, policies, refused] = JSON.parse(printed) as [
    string,
    string[],
    string[],
    string,
  ]
  expect([version, policies]).toEqual(['1.8.10', ['autogen']])
  expect(names).toContain('py1')
  expect(refused).toContain('400')
  expect(refused).toContain(PARTIAL('py1_bad f='))
  await expectValues({
    'count(py1_jobs_done{db="py1"})': 50,
    'py1_jobs_took{host="h,49",path=~"C:.+dir"}': 7,
    'py1_jobs_ok{host="h,3"}': 1,
    py1_good_f: 1,
  })
  expect(isDocumented('influxdb (Python)', PYTHON_1)).toBe(true)
})

test.skipIf(python2 === undefined)('influxdb-client (Python)', async () => {
  const printed = await python2!.send('use_influxdb_client.py', weir.web)
  const [isThere, health, version, refused] = JSON.parse(printed) as [
    boolean,
    string,
    string,
    string,
  ]
  expect([isThere, health, version]).toEqual([true, 'pass', '1.8.10'])
  expect(refused).toContain('400')
  expect(refused).toContain(JSON.stringify(PARTIAL('py2_bad f=')))
  await expectValues({
    'count(py2_jobs_done{db="py2"})': 50,
    'py2_jobs_took{host="h 49"}': 7,
    py2_good_f: 1,
  })
  expect(isDocumented('influxdb-client (Python)', PYTHON_2)).toBe(true)
})

describe.skipIf(telegraf === undefined)('Telegraf', () => {
  test('by outputs.influxdb and outputs.influxdb_v2', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-telegraf-'))
    const config = join(folder, 'telegraf.conf')
    writeFileSync(
      config,
      `[agent]
  interval = "1s"
  flush_interval = "1s"
  hostname = "box"
[[inputs.mem]]
[[inputs.cpu]]
[[outputs.influxdb]]
  urls = ["${weir.web}"]
  database = "one"
[[outputs.influxdb_v2]]
  urls = ["${weir.web}"]
  token = "any"
  organization = "org"
  bucket = "two"
`,
    )
    await using running = start(telegraf!, ['--config', config])
    for (const db of ['one', 'two']) {
      await eventually(`memory and processors in ${db}`, async () => {
        const total = await value(weir.web, `mem_total{db="${db}",host="box"}`)
        const idle = await value(weir.web, `count(cpu_usage_idle{db="${db}",cpu=~"cpu.+"})`)
        return (total ?? 0) > 2 ** 20 && (idle ?? 0) > 0
      })
    }
    expect(running.log()).not.toMatch(/ [EW]! \[outputs/)
    rmSync(folder, { recursive: true })
    expect(isDocumented('Telegraf', TELEGRAF)).toBe(true)
  })
})
