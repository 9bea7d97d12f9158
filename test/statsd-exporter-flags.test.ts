import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPeer } from './peer-process.ts'
import { eventually, sendTcp, sendUdp, startWeir, weir } from './weir-process.ts'

/** The arguments that people have for statsd_exporter start Weir. */

let folder: string
let mapping: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-flags-'))
  mapping = join(folder, 'statsd-mapping.conf')
  writeFileSync(mapping, 'mappings:\n- { match: job.*, name: jobs, labels: { job: $1 } }\n')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As the Helm chart of prometheus-statsd-exporter writes them into its deployment; only addresses are free ones here. */
const chart = (): string[] => [
  '--web.listen-address=127.0.0.1:0',
  '--web.telemetry-path=/metrics',
  '--statsd.listen-udp=127.0.0.1:0',
  '--statsd.listen-tcp=127.0.0.1:0',
  '--statsd.cache-size=1000',
  '--statsd.cache-type=lru',
  '--statsd.event-queue-size=10000',
  '--statsd.event-flush-threshold=1000',
  '--statsd.event-flush-interval=200ms',
  `--statsd.mapping-config=${mapping}`,
  '--log.level=info',
  '--log.format=logfmt',
]

const everything = (): string[] => [
  ...chart(),
  `--statsd.listen-unixgram=${folder}/gram.sock`,
  '--statsd.unixsocket-mode',
  '777',
  '--statsd.read-buffer=1048576',
  '--statsd.udp-packet-queue-size=10000',
  '--no-statsd.parse-signalfx-tags',
  '--statsd.parse-librato-tags',
  '--statsd.relay.packet-length=1200',
  '--web.enable-lifecycle',
  `--debug.dump-fsm=${folder}/fsm.dot`,
]

const exporter = findPeer('statsd_exporter')
describe.runIf(exporter !== undefined)('the original', () => {
  test.each([['the chart’s'], ['all']])('takes %s arguments too', async (which) => {
    const args = which === 'all' ? everything() : chart()
    const { stderr } = await promisify(execFile)(exporter!, [...args, '--check-config'])
    expect(stderr).toContain('Configuration check successful')
  })
})

test('they start Weir, and do what they say', async () => {
  const stream = `${folder}/stream.sock`
  await using server = await startWeir({
    exactFlags: [...everything(), `--statsd.listen-unixstream=${stream}`],
  })
  expect(statSync(`${folder}/gram.sock`).mode & 0o777).toBe(0o777)
  expect(statSync(stream).mode & 0o777).toBe(0o777)
  // What Weir keeps is for nobody but its group, whoever made the folder.
  expect(statSync(`${server.dataDir}/weir.mdb`).mode & 0o007).toBe(0)
  await sendUdp(server.statsdPort, ['job.a:1|c'])
  await sendTcp(server.statsdTcpPort, ['librato#a=b:1|c', 'signal[a=b]:1|c'])
  await eventually('all three', async () => {
    const page = await (await fetch(`${server.web}/metrics`)).text()
    const wanted = ['jobs{job="a"} 1', 'librato{a="b"} 1', 'signal_a_b_ 1']
    return wanted.every((line) => page.includes(line))
  })
  for (const flag of ['cache-size', 'cache-type', 'event-queue-size', 'event-flush-interval']) {
    expect(server.log()).toContain(`--statsd.${flag} has no effect: `)
  }
  expect(await server.stop()).toBe(0)
  expect(existsSync(stream)).toBe(false)
})

test('--check-config looks and starts nothing', async () => {
  const good = await weir('serve', '--data-dir', `${folder}/no-data`, ...chart(), '--check-config')
  expect([good.code, good.out]).toEqual([
    0,
    `the command line: good, mapping rules in ${mapping}\n`,
  ])
  const bad = join(folder, 'bad.yml')
  writeFileSync(bad, 'mappings:\n- { match: a.* }\n')
  const refused = await weir('serve', `--statsd.mapping-config=${bad}`, '--check-config')
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`${bad}:2:`)])
  expect(existsSync(`${folder}/no-data`)).toBe(false)
})
