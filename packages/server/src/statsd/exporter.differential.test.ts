import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Stand } from './test-stand.ts'

/**
 * The same lines under the same mapping into statsd_exporter and into Weir: the same series with the same
 * values. What Weir does otherwise on purpose (docs/statsd.md lists it) is not among the lines.
 */

const MAPPING = String.raw`
defaults:
  summary_options:
    quantiles: [{quantile: 0.5, error: 0.05}, {quantile: 0.95, error: 0.01}]
mappings:
- {match: "shop.*.orders.*", name: "shop_orders", labels: {shop: "$1", state: "$2"}}
- {match: "shop.*.*.failed", name: "shop_@{2}_failed", labels: {shop: "$1", both: "$1-$2", joined: "$1$2", braced: "@{1}x"}}
- {match: "*.latency", name: "latency", match_metric_type: observer, observer_type: histogram, labels: {who: "$1"}, histogram_options: {buckets: [0.1, 1, 10]}}
- {match: "*.latency", name: "latency_total", match_metric_type: counter, labels: {who: "$1"}}
- {match: "wide.*", name: "wide", observer_type: histogram, labels: {who: "$1"}, histogram_options: {buckets: [0.00005, 0.0001, 999999, 1000000, 12345678.5]}}
- {match: "scaled.*", name: "scaled", scale: 0.001, labels: {what: "$1"}}
- {match: "honest.*", name: "honest", honor_labels: true, labels: {who: "$1"}}
- {match: "secret.*", name: "secret", action: drop}
- {match: "exact.name", name: "exact", help: "Exactly this."}
- {match: 'rx\.(\w+)\.(?P<rest>.*)', match_type: regex, name: "rx_$1", labels: {rest: "$rest", whole: "$0", none: "$1_x"}}
- {match: 'late', match_type: regex, name: "late_regex"}
`.replaceAll('@{', '${') // the backtick would take it for its own

const ORDERED = `mappings:
- {match: "a.*.*", name: "ass", labels: {one: "$1", two: "$2"}}
- {match: "a.b.c", name: "abc"}
- {match: "a.*.c", name: "asc", labels: {one: "$1"}}
- {match: "*.b.*", name: "sbs", labels: {one: "$1", two: "$2"}}
- {match: "x.y.z", name: "xyz"}
- {match: "x.*.z", name: "xsz"}
`

const LINES = [
  'plain.name:1|c',
  'plain.name:2|c|@0.5',
  'plain-name--x:3|c',
  '5xx:1|c',
  'café.x:1|c',
  'gauge.a:5|g',
  'gauge.a:-2|g',
  'gauge.a:+0.5|g',
  'gauge.b:-7|g',
  'gauge.nan:nan|g',
  'gauge.inf:-inf|g',
  'gauge.hex:0x1p4|g',
  'gauge.under:12_500|g',
  'gauge.bad:0xff|g',
  'timer.a:100:200:300|ms',
  'timer.a:400|ms|@0.5',
  'hist.a:1|h',
  'dist.a:1:2:3|d|#k:v',
  'tags.dog:1|c|#k:v,l:w:x,bare,:x,y:',
  'tags.dog:1|c|@0.1|#my-key:v,k:v',
  'tags.influx,k=v,l=w=x:1|c',
  'tags.librato#k=v:1|c',
  'tags.signal[k=v,l=w]fx:1|c',
  'tags.half[k=v:1|c',
  'tags.errors,k:1|c|#l:w',
  'multi:1|c:2|c:3|c|@0.5',
  'shop.berlin.orders.paid:3|c',
  'shop.berlin.orders.:3|c',
  'shop.rome.orders.failed:3|c',
  'shop.rome.refunds.failed:3|c|#shop:tagged',
  'web.latency:50|ms',
  'web.latency:5000|ms',
  'web.latency:7|c',
  'web.latency:7|g',
  'wide.x:2000000|h',
  'scaled.x:1500|ms',
  'scaled.y:1500|h',
  'honest.x:1|c|#who:me',
  'honest.x:1|c',
  'secret.x:1|c',
  'exact.name:1|c',
  'exact.name.more:1|c',
  'rx.jobs.a.b:1|c',
  'too.late.now:1|g',
  'conflict:1|c',
  'conflict:1|g',
  'conflict:1|ms',
  'obs:1|ms',
  'obs_count:1|c',
  'negative:-1|c',
  'empty:|c',
  'zero.rate:4|c|@0',
  'bad.rate:4|c|@x',
  'container:1|c|#k:v|c:abc',
  'nothing',
  ':1|c',
  'type:1|zz',
  'a.b.c:1|c',
  'a.x.c:1|c',
  'q.b.z:1|c',
  'x.y.z:1|c',
  'x.w.z:1|c',
]

function findPeer(name: string): string | undefined {
  const folders = [process.env['WEIR_PEERS'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}

const exporter = findPeer('statsd_exporter')
if (exporter === undefined) {
  process.stderr.write('statsd_exporter is neither on PATH nor in WEIR_PEERS: not compared\n')
}

describe.runIf(exporter !== undefined)('statsd_exporter', () => {
  test.each([
    ['no mapping', ''],
    ['globs, regexes and options', MAPPING],
    ['globs in order', ORDERED],
    ['globs by specificity', `defaults: {glob_disable_ordering: true}\n${ORDERED}`],
    [
      'histograms by default',
      'defaults: {observer_type: histogram, histogram_options: {buckets: [0.2, 2]}}',
    ],
  ])('agrees with Weir: %s', async (_, mapping) => {
    const theirs = await exporterPage(exporter!, mapping, LINES)
    const ours = new Stand(mapping).send(...LINES).page()
    expect(ours.map(sorted).toSorted()).toEqual(theirs.map(sorted).toSorted())
  })
})

/** Sample lines of the exporter's page but for its own metrics. */
async function exporterPage(
  binary: string,
  mapping: string,
  lines: readonly string[],
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-statsd-'))
  const file = join(folder, 'mapping.yml')
  writeFileSync(file, mapping)
  const [udp, web] = [await freePort(), await freePort()]
  const child = spawn(
    binary,
    [
      `--statsd.listen-udp=127.0.0.1:${udp}`,
      '--statsd.listen-tcp=',
      `--web.listen-address=127.0.0.1:${web}`,
      `--statsd.mapping-config=${file}`,
      '--statsd.event-flush-interval=10ms',
    ],
    { stdio: 'ignore' },
  )
  try {
    const page = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${web}/metrics`)).text()
    await until(child, () =>
      page().then(
        () => true,
        () => false,
      ),
    )
    await send(udp, lines)
    const want = `statsd_exporter_lines_total ${lines.length}`
    await until(child, async () => (await page()).includes(want))
    // Lines are counted before their events are applied: two equal pages are the end of it.
    let last = ''
    await until(child, async () => {
      const now = ownSamples(await page()).join('\n')
      const isSame = now === last && now !== ''
      last = now
      return isSame
    })
    return last.split('\n')
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

function ownSamples(page: string): string[] {
  const theirs = /^(#|$|go_|process_|promhttp_|statsd_exporter_|statsd_metric_mapper_)/
  return page.split('\n').filter((line) => !theirs.test(line))
}

/** Labels in order, numbers as JavaScript writes them, to 12 digits: sums depend on their order. */
function sorted(line: string): string {
  const found = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (found === null) return line
  const labels = [...(found[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    .filter(([, , value]) => value !== '') // an empty label is an absent one
    .map(([pair]) => pair)
    .toSorted()
  const value = /^[-+]?(Inf|NaN)$/.test(found[3]!)
    ? found[3]!
    : String(Number(Number(found[3]).toPrecision(12)))
  return `${found[1]!}{${labels.join(',')}} ${value}`
}

async function until(child: ChildProcess, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo()) return
    expect(child.exitCode).toBeNull()
    await pause(50)
  }
  throw new Error('statsd_exporter did not come to it')
}

function send(port: number, lines: readonly string[]): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.send(lines.join('\n'), port, '127.0.0.1', (error) => {
      socket.close()
      if (error === null) resolve()
      else reject(error)
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })
}
