import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WeirProcess, eventually, sendTcp, startWeir, value } from './weir-process.ts'

/** What came by StatsD goes on after the process was killed, and after it was stopped. */

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-statsd-state-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const CONFIG = `statsd:
  flush_interval: 200ms
  mappings:
  - { match: hist, name: hist, observer_type: histogram, histogram_options: { buckets: [1], native_histogram_bucket_factor: 1.1 } }
`

const isStored = (weir: WeirProcess, expr: string, want: number): Promise<unknown> =>
  eventually(`${expr} = ${want}`, async () => (await value(weir.web, expr)) === want)

test('counters, gauges and observers survive kill -9 to the last flush, and a stop', async () => {
  const dataDir = join(folder, 'data')
  const lines = ['jobs:1000000|c', 'depth:7|g', 'took:250|ms', 'hist:3|h']
  {
    await using weir = await startWeir({ dataDir, config: CONFIG })
    await sendTcp(weir.statsdTcpPort, lines)
    await isStored(weir, 'jobs', 1_000_000)
    await weir.kill()
  }
  {
    await using weir = await startWeir({ dataDir, config: CONFIG })
    const page = await (await fetch(`${weir.web}/metrics`)).text()
    expect(page).toContain('\ndepth 7\n') // though nobody sent it again
    expect(page).toContain('\nweir_statsd_series_restored 4\n')
    await sendTcp(weir.statsdTcpPort, ['jobs:1|c', 'depth:-2|g', 'took:50|ms', 'hist:3|h'])
    await isStored(weir, 'jobs', 1_000_001)
    await isStored(weir, 'depth', 5)
    await isStored(weir, 'took_count', 2)
    await isStored(weir, 'hist_bucket{le="+Inf"}', 2)
    await isStored(weir, 'histogram_count(hist)', 2)
    expect(await weir.stop()).toBe(0)
  }
  {
    await using weir = await startWeir({ dataDir, config: CONFIG })
    await sendTcp(weir.statsdTcpPort, ['jobs:1|c'])
    await isStored(weir, 'jobs', 1_000_002)
    await isStored(weir, 'resets(jobs[5m])', 0)
    await isStored(weir, 'took{quantile="0.5"}', 0.05) // quantiles too
  }
})
