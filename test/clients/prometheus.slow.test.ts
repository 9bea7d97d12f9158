import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPeer } from '../peer-process.ts'
import { type WeirProcess, eventually, getJson, startWeir, value } from '../weir-process.ts'
import {
  type Running,
  debianWith,
  firstLine,
  isDocumented,
  nodeWith,
  pythonWith,
  start,
} from './kit.ts'
import { waitForValues } from './values.ts'

/** Pages of other people's libraries and programs, unmodified, scraped by a real Weir. */

const PROM_CLIENT = '15.1.3'
const PYTHON_CLIENT = '0.26.0'
const COLLECTD = '5.12.0'

const promClient = nodeWith(`prom-client@${PROM_CLIENT}`)
const pythonClient = pythonWith(`prometheus-client==${PYTHON_CLIENT}`)
const collectd = debianWith('collectd-core', 'libmicrohttpd12', 'libprotobuf-c1')
const nodeExporter = findPeer('prometheus-node-exporter')

const running: Running[] = []
let weir: WeirProcess
let scratch: string

/** A target each, by job. */
async function startTargets(): Promise<Map<string, string>> {
  const ports = new Map<string, string>()
  for (const format of promClient === undefined ? [] : ['text', 'openmetrics']) {
    const app = promClient!.start('use-prom-client.cjs', format)
    running.push(app)
    ports.set(`prom-client-${format}`, await firstLine(app))
  }
  if (pythonClient !== undefined) {
    const app = pythonClient.start('use_prometheus.py')
    running.push(app)
    ports.set('python', await firstLine(app))
  }
  if (nodeExporter !== undefined) {
    const port = await freePort()
    running.push(start(nodeExporter, [`--web.listen-address=127.0.0.1:${port}`]))
    ports.set('node-exporter', port)
  }
  if (collectd !== undefined) ports.set('collectd', await startCollectd(collectd))
  return ports
}

async function startCollectd(folder: string): Promise<string> {
  const port = await freePort()
  const libraries = join(folder, 'usr/lib')
  writeFileSync(
    join(scratch, 'collectd.conf'),
    `Hostname "lab"
FQDNLookup false
BaseDir "${scratch}"
PIDFile "${scratch}/collectd.pid"
PluginDir "${libraries}/collectd"
TypesDB "${folder}/usr/share/collectd/types.db"
Interval 1
LoadPlugin cpu
LoadPlugin load
LoadPlugin memory
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Port "${port}"
</Plugin>
`,
  )
  const program = join(folder, 'usr/sbin/collectd')
  const args = ['-f', '-C', join(scratch, 'collectd.conf')]
  const path = `${libraries}/x86_64-linux-gnu:${libraries}/aarch64-linux-gnu`
  running.push(start(program, args, { LD_LIBRARY_PATH: path }))
  return port
}

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(String(port)))
    })
  })
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'weir-clients-'))
  const targets = await startTargets()
  const jobs = [...targets].map(
    ([job, port]) =>
      `  - { job_name: ${job}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`,
  )
  const config = `global: { scrape_interval: 1s }\nscrape_configs:\n${jobs.join('')}`
  weir = await startWeir({ config })
})
afterAll(async () => {
  await weir[Symbol.asyncDispose]()
  for (const program of running) await program[Symbol.asyncDispose]()
  rmSync(scratch, { recursive: true, force: true })
})

interface Exemplars {
  readonly data: readonly {
    readonly exemplars: readonly { readonly labels: Readonly<Record<string, string>> }[]
  }[]
}

/** The trace of the newest exemplar of a metric. */
async function traceOf(metric: string): Promise<string | undefined> {
  const end = Date.now() / 1000 + 60
  const query = `query=${metric}&start=${end - 3600}&end=${end}`
  const { data } = await getJson<Exemplars>(`${weir.web}/api/v1/query_exemplars?${query}`)
  return data[0]?.exemplars[0]?.labels['trace_id']
}

describe.skipIf(promClient === undefined)('prom-client', () => {
  test.each(['text', 'openmetrics'])('a page in the format %s', async (format) => {
    const job = `job="prom-client-${format}"`
    await waitForValues(weir.web, {
      [`up{${job}}`]: 1,
      [`app_orders_total{${job},region="a \\"b\\"\\\\\\n"}`]: 7,
      [`app_depth{${job}}`]: -3.5,
      [`app_seconds_bucket{${job},le="0.1",path="/"}`]: 1,
      [`app_seconds_count{${job}}`]: 1,
      [`app_bytes{${job},quantile="0.5"}`]: 10,
    })
    expect(await value(weir.web, `nodejs_heap_size_total_bytes{${job}}`)).toBeGreaterThan(0)
    expect(isDocumented('prom-client', PROM_CLIENT)).toBe(true)
  })

  test('its exemplars', async () => {
    await eventually('an exemplar', async () => (await traceOf('app_seconds_bucket')) === 'abc123')
  })
})

describe.skipIf(pythonClient === undefined)('prometheus_client of Python', () => {
  test('a page with all its types', async () => {
    await waitForValues(weir.web, {
      'up{job="python"}': 1,
      'pyapp_orders_total{region="a \\"b\\"\\\\\\n"}': 7,
      pyapp_depth: -3.5,
      'pyapp_seconds_bucket{le="0.1"}': 1,
      pyapp_bytes_sum: 10,
      'pyapp_info{version="7"}': 1,
      'pyapp_state{pyapp_state="up"}': 1,
      'pyapp_state{pyapp_state="down"}': 0,
    })
    await eventually(
      'an exemplar',
      async () => (await traceOf('pyapp_seconds_bucket')) === 'abc123',
    )
    expect(isDocumented('prometheus_client (Python)', PYTHON_CLIENT)).toBe(true)
  })
})

describe.skipIf(nodeExporter === undefined)('node exporter', () => {
  test('its whole page', async () => {
    const job = 'job="node-exporter"'
    await waitForValues(weir.web, { [`up{${job}}`]: 1 })
    await eventually(
      'as many series as the page has',
      async () =>
        (await value(weir.web, `scrape_samples_scraped{${job}} > 300`)) !== undefined &&
        (await value(weir.web, `sum(rate(node_cpu_seconds_total{mode="idle"}[10s])) > 0`)) !==
          undefined,
    )
    const { stderr, stdout } = spawnSync(nodeExporter!, ['--version'], { encoding: 'utf8' })
    const version = /version (\S+)/.exec(stdout + stderr)?.[1]
    expect(isDocumented('node exporter', version!)).toBe(true)
  })
})

describe.skipIf(collectd === undefined)("Debian's collectd", () => {
  test('the page of its write_prometheus', async () => {
    const job = 'job="collectd"'
    await waitForValues(weir.web, { [`up{${job}}`]: 1 })
    await eventually(
      'the load',
      async () => (await value(weir.web, `collectd_load_shortterm{${job}}`)) !== undefined,
    )
    expect(
      await value(weir.web, `count(collectd_cpu_total{${job},instance="lab"}) > 0`),
    ).toBeUndefined()
    expect(
      await value(weir.web, `count(collectd_cpu_total{${job},exported_instance="lab"}) > 7`),
    ).toBeDefined()
    expect(isDocumented('collectd', COLLECTD)).toBe(true)
  })
})
