import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Labels, type NativeHistogram, systemClock } from '@weir/model'
import { type ProtoFamily, type ProtoMetric, encodeProtobufPage } from '@weir/wire'
import { expect, test } from 'vitest'
import { findPeer, freePort, stopped } from '../http/testing/peers.ts'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { globalConfig, scrapeConfigs } from './config.ts'
import { startScraper } from './manager.ts'
import { MemoryAppender } from './testing/memory-appender.ts'

const prometheus = findPeer('prometheus')

interface Page {
  readonly body: string | Uint8Array
  readonly type: string
  /** Keys of its job. */
  readonly job?: object
}

/** Exemplars that are too old would not be kept. */
const NOW = Date.now()
const TEXT = { type: 'text/plain; version=0.0.4' }
const OPEN = { type: 'application/openmetrics-text; version=1.0.0' }
const OPENMETRICS_BODY = `# TYPE a counter
# UNIT b_seconds seconds
a_total{x="1"} 5 # {trace="t"} 1
a_created{x="1"} 1700000000.123
# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="100000000"} 2
h_bucket{le="+Inf"} 3
# TYPE g gauge
{"g.h","i j"="k"} 1e-05
# EOF
`
// No blank before a name: Prometheus 3.5 makes it part of the name.
const TEXT_BODY = `# HELP a about \\\\ a
# TYPE a counter
a{x="1",job="page"} 1
a { x = "2" , }  +Inf
a{x="3",empty=""} 1.7976931348623157e308
# TYPE s summary
s{quantile="0"} NaN
s{quantile=".99"} 2
s{quantile="1e-7"} 2
# TYPE h histogram
h_bucket{le="1"} 1
h_bucket{le="0.00001"} 1
h_bucket{le="1000000"} 1
h_bucket{le="123456"} 1
h_bucket{le="inf"} 1
{"u.v"} 0.1
l{n="a\\nb\\"\\\\c"} -0
dropped_x 1
l2{instance="i",exported_instance="e"} 9007199254740993
`

const HISTOGRAM: NativeHistogram = {
  isFloat: false,
  resetHint: 'unknown',
  schema: 3,
  zeroThreshold: 0.001,
  zeroCount: 2,
  count: 20,
  sum: 12.5,
  positiveSpans: Int32Array.of(0, 3, 2, 1),
  positive: Float64Array.of(4, 1, 5, 2),
  negativeSpans: Int32Array.of(-3, 2),
  negative: Float64Array.of(1, 5),
  customValues: new Float64Array(),
}
const FLOATS: NativeHistogram = {
  ...HISTOGRAM,
  isFloat: true,
  zeroCount: 0.5,
  count: 6.5,
  positive: Float64Array.of(1, 1.5, 0.5, 2),
  negative: Float64Array.of(0.5, 0.5),
}
const BUCKETS = [
  { bound: 1, count: 3, exemplar: { pairs: ['t', 'bucket'], value: 1, timeMs: NOW - 3000 } },
  { bound: 1e6, count: 20 },
]
const EXEMPLARS = [
  { pairs: ['t', 'late'], value: 3, timeMs: NOW - 1000 },
  { pairs: ['t', 'untimed'], value: 4 },
  { pairs: ['t', 'early'], value: 5, timeMs: NOW - 2000 },
]
const protobuf = (...families: readonly Partial<ProtoFamily>[]): Page => ({
  type: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  body: encodeProtobufPage(
    families.map((family) => ({ name: 'a', help: '', type: 'gauge', metrics: [], ...family })),
  ),
})
const one = (metric: Partial<ProtoMetric>): ProtoMetric[] => [{ labels: ['x', '1'], ...metric }]

const PROTOBUF: readonly Page[] = [
  protobuf(
    { metrics: one({ value: 1.5 }) },
    { name: 'b_total', type: 'counter', metrics: one({ value: 2, exemplar: EXEMPLARS[0]! }) },
    { name: 'c', type: 'unknown', metrics: one({}) },
    { name: 'd.e', metrics: one({ labels: ['f.g', 'é', 'h', ''], value: NaN }) },
    { name: 'none' },
  ),
  protobuf({
    type: 'summary',
    metrics: one({
      count: 3,
      sum: 4.5,
      quantiles: [
        [0.5, 1],
        [0.99, NaN],
        [1, 2],
      ],
    }),
  }),
  protobuf({ type: 'summary', metrics: one({ count: 3 }) }),
  protobuf({ type: 'histogram', metrics: one({ count: 20, sum: 5, buckets: BUCKETS }) }),
  protobuf({
    type: 'gaugehistogram',
    metrics: one({
      count: 2.5,
      buckets: [
        { bound: 0.1, count: 0.5 },
        { bound: Infinity, count: 2.5 },
      ],
    }),
  }),
  protobuf({ type: 'histogram', metrics: one({ native: HISTOGRAM, exemplars: EXEMPLARS }) }),
  protobuf({
    type: 'histogram',
    metrics: one({ native: HISTOGRAM, buckets: BUCKETS, exemplars: EXEMPLARS }),
  }),
  protobuf({ type: 'histogram', metrics: one({ native: HISTOGRAM, buckets: BUCKETS }) }),
  protobuf({ type: 'gaugehistogram', metrics: one({ native: FLOATS }) }),
  protobuf({
    name: 'a_seconds',
    type: 'histogram',
    unit: 'seconds',
    metrics: one({ native: FLOATS }),
  }),
  protobuf({ unit: 'seconds', metrics: one({}) }),
  protobuf({ metrics: one({ labels: ['x', '1', 'x', '2'] }) }),
  protobuf({ metrics: [...one({ value: 1 }), ...one({ labels: ['x', '2'], value: 2 })] }),
  protobuf({ name: '', metrics: one({}) }),
  { ...protobuf(), body: Buffer.from('a 1\n') },
]

const BOTH = protobuf({
  type: 'histogram',
  metrics: one({ native: HISTOGRAM, buckets: BUCKETS, exemplars: EXEMPLARS }),
})
/** Native histograms under the keys of a job. */
const LIMITED: readonly Page[] = [
  { always_scrape_classic_histograms: true },
  { native_histogram_bucket_limit: 3 },
  { native_histogram_bucket_limit: 1 },
  { native_histogram_min_bucket_factor: 1.5 },
  { native_histogram_min_bucket_factor: 2, native_histogram_bucket_limit: 4 },
].flatMap((job) => [
  { ...BOTH, job },
  { ...protobuf({ type: 'gaugehistogram', metrics: one({ native: FLOATS }) }), job },
])

/** Classic histograms that become native ones. */
const CONVERTED: readonly Page[] = [
  { ...BOTH, body: BOTH.body },
  protobuf(
    {
      type: 'histogram',
      metrics: [...one({ count: 20, sum: 5, buckets: BUCKETS }), ...one({ labels: [], count: 3 })],
    },
    { name: 'b', metrics: one({}) },
  ),
  protobuf({
    type: 'gaugehistogram',
    metrics: one({ count: 2, buckets: [{ bound: 0.1, count: 1 }] }),
  }),
  ...[
    'h_bucket{le="1"} 1\nh_bucket{le="2"} 3\nh_bucket{le="+Inf"} 4\nh_sum 7.5\nh_count 4\n',
    'h_sum 7.5\nh_count 4\nh_bucket{le="2"} 3\nh_bucket{le="1"} 1\nh_bucket{le="1.0"} 2\n',
    'h_bucket{le="1",x="1"} 1\nh_bucket{x="1",le="+Inf"} 1\nh_bucket{le="1",x="2"} 1\nh_bucket{le="+Inf",x="2"} 1\n',
    'h_bucket{le="1"} 1.5\nh_bucket{le="+Inf"} 2.5\nh_sum -1\n',
    'h_bucket{le="1"} 1\nother 5\nh_bucket{le="+Inf"} 2\nh_count 2\n',
    'h_bucket{le="x"} 1\nh_bucket{} 2\nh_count 0\nh_sum NaN\n',
    'h_bucket{le="0"} 0\nh_bucket{le="1"} 5\nh_bucket{le="2"} 5\nh_bucket{le="+Inf"} 5\nh_count 5\n',
    'h{le="1"} 1\nh 2\nh_max 3\n',
  ].map((body) => ({ ...TEXT, body: `# TYPE h histogram\n${body}# TYPE g gauge\ng_count 1\n` })),
  {
    ...OPEN,
    body: `# TYPE h histogram\nh_bucket{le="1"} 1 # {t="a"} 0.5 ${(NOW - 1000) / 1000}\nh_bucket{le="+Inf"} 1 # {t="b"} 2\nh_count 1\nh_sum 0.5\n# EOF\n`,
  },
].flatMap((page) => [
  { ...page, job: { convert_classic_histograms_to_nhcb: true } },
  {
    ...page,
    job: { convert_classic_histograms_to_nhcb: true, always_scrape_classic_histograms: true },
  },
])

/** How each page ends up: series with values, or that the scrape failed. One target a page. */
const PAGES: readonly Page[] = [
  { ...TEXT, body: TEXT_BODY },
  { ...OPEN, body: OPENMETRICS_BODY },
  ...[
    'a 1\r\n',
    'a 0x1p4\n',
    'a 1_0\n',
    'a{b="c",b="d"} 1\n',
    '{a="b"} 1\n',
    'a{"b"} 1\n',
    'a\n',
    'a 1e999\n',
    'a{b="c"d="e"} 1\n',
    'a{b="c",,} 1\n',
    '# TYPE a foo\n',
    'a{b="x\ny"} 1\n',
    'a{b="\\x"} 1\n',
    'a 1',
    'a 0x10\n',
    'a 1 1 1\n',
    'a{,} 1\n',
    '# HELP a\n# TYPE a gauge\na .5\n',
    'a{__name__="b"} 1\n',
    '9a 1\n',
  ].map((body) => ({ ...TEXT, body })),
  ...[
    'a 1\n',
    '# EOF\n\n',
    'a  1\n# EOF\n',
    '\n# EOF\n',
    '# x\n# EOF\n',
    '# UNIT a b\n# EOF\n',
    'a{b="c", d="e"} 1\n# EOF\n',
    'a 1 # {} 1\n# EOF\n',
    // No escapes here: Prometheus 3.5 leaves them in an exemplar's labels as they are.
    'a_total 1 # {t="x",u="y"} -0.5 1700000000.5\na_total{x="y"} 2 # {t="z"} 2\n# EOF\n',
    `a_total 1 # {t="${'x'.repeat(128)}"} 1\n# EOF\n`,
    `a_total 1 # {t="${'ö'.repeat(127)}"} 1\n# EOF\n`,
    'a_total 1 # {t="x",t="x"} 1\n# EOF\n',
    'a_total 1 # {t="x"} one\n# EOF\n',
    'a_total 1 # {t="x"} 1 1 1\n# EOF\n',
    'a{b="c",} 1\n# EOF',
    '# TYPE a untyped\n# EOF\n',
  ].map((body) => ({ ...OPEN, body })),
  { type: 'text/html', body: 'a 1\n' },
  ...PROTOBUF,
  ...LIMITED,
  ...CONVERTED,
]

test.runIf(prometheus !== undefined)(
  'Prometheus makes the same series of the same pages',
  { timeout: 60_000 },
  async () => {
    const server = createServer((request, response) => {
      const page = PAGES[Number(request.url!.slice(1))]!
      response.writeHead(200, { 'content-type': page.type }).end(page.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const jobs = PAGES.map(({ job }, i) => ({
      ...job,
      job_name: `page${i}`,
      metrics_path: `/${i}`,
      scrape_interval: '3s',
      static_configs: [{ targets: [address], labels: { env: 'test' } }],
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: 'dropped_.*', action: 'drop' },
      ],
    }))
    try {
      const ours = await scrapedByWeir(jobs)
      expect(comparable(ours)).toEqual(comparable(await scrapedByPrometheus(jobs)))
    } finally {
      server.closeAllConnections()
      server.close()
    }
  },
)

/** Where buckets stay beside what was made of them, Prometheus takes their exemplars away, Weir leaves them. */
const BESIDE: ReadonlySet<string> = new Set(
  PAGES.flatMap(({ job = {} }, i) =>
    'convert_classic_histograms_to_nhcb' in job && 'always_scrape_classic_histograms' in job
      ? [`page${i}`]
      : [],
  ),
)

const isTold = (name: string): boolean =>
  name !== 'scrape_duration_seconds' && name !== 'scrape_series_added'

/** Without the counts of failed scrapes: Prometheus counts a line whose labels it refuses, and only then. */
function comparable(lines: readonly string[]): string[] {
  const jobOf = (line: string): string | undefined => /job="(page\d+)"/.exec(line)?.[1]
  const up = new Set(lines.filter((line) => /^up\{.* 1$/.test(line)).map(jobOf))
  return lines.filter(
    (line) =>
      (!line.startsWith('scrape_samples_') || up.has(jobOf(line))) &&
      !(BESIDE.has(jobOf(line)!) && /^\w+_bucket\{.* # /.test(line)),
  )
}

async function scrapedByWeir(jobs: readonly object[]): Promise<string[]> {
  const lines: string[] = []
  const told = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  await using scraper = await startScraper({
    config: {
      global: globalConfig.parse({ scrape_native_histograms: true }),
      scrape_configs: scrapeConfigs.parse(jobs),
    },
    appenderFor: () => new MemoryAppender(lines),
    telemetry: told,
    clock: systemClock,
  })
  const some = (test: (target: { health: string; lastError: string }) => boolean): boolean =>
    scraper.targets().activeTargets.some(test)
  while (some(({ health }) => health === 'unknown')) await systemClock.sleep(50)
  // A machine that is busy with other things; what was read meanwhile says nothing.
  if (some(({ lastError }) => lastError.includes('scrape_timeout'))) return scrapedByWeir(jobs)
  const series = lines
    .filter((line) => !line.includes('x'.repeat(128))) // the store counts it and lets it go
    .map((line) => line.slice(0, line.lastIndexOf(' @')))
  return [...new Set(series)].filter((line) => isTold(line.split('{')[0]!)).toSorted()
}

async function scrapedByPrometheus(jobs: readonly object[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-scrape-'))
  const config = join(folder, 'prometheus.yml')
  await writeFile(config, JSON.stringify({ scrape_configs: jobs }))
  const listen = `127.0.0.1:${await freePort()}`
  const child = spawn(
    prometheus!,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${listen}`,
      '--enable-feature=exemplar-storage,native-histograms',
    ],
    { stdio: 'ignore' },
  )
  try {
    await scrapedAll(listen, jobs.length)
    const query = new URLSearchParams({ query: '{env="test"}' })
    const reply = await fetch(`http://${listen}/api/v1/query?${query.toString()}`)
    const { data } = (await reply.json()) as {
      data: { result: Answered[] }
    }
    const samples = data.result
      .filter(({ metric }) => isTold(metric['__name__']!))
      .map(({ metric, value, histogram }) => {
        const labels = Labels.of(metric).toString()
        if (histogram === undefined) return `${labels} ${shown(value![1])}`
        const { count, sum, buckets = [] } = histogram[1]
        const ranges = buckets.map((range) => range.map((each) => shown(String(each))).join(' '))
        return `${labels} {count ${Number(count)}, sum ${Number(sum)}: ${ranges.join(' | ')}}`
      })
    return [...samples, ...(await exemplarsOf(listen))].toSorted()
  } finally {
    await stopped(child)
    await rm(folder, { recursive: true, force: true })
  }
}

interface Answered {
  readonly metric: Record<string, string>
  readonly value?: [number, string]
  readonly histogram?: [
    number,
    { count: string; sum: string; buckets?: [number, string, string, string][] },
  ]
}

async function exemplarsOf(listen: string): Promise<string[]> {
  const asked = { query: '{env="test"}', start: '0', end: '4000000000' }
  const query = new URLSearchParams(asked).toString()
  const reply = await fetch(`http://${listen}/api/v1/query_exemplars?${query}`)
  const { data } = (await reply.json()) as {
    data: {
      seriesLabels: Record<string, string>
      exemplars: { labels: Record<string, string>; value: string }[]
    }[]
  }
  return data.flatMap(({ seriesLabels, exemplars }) =>
    exemplars.map(({ labels, value }) => {
      const [series, own] = [Labels.of(seriesLabels), Labels.of(labels)]
      return `${series.toString()} # ${own.toString()} ${shown(value)}`
    }),
  )
}

const shown = (value: string): string =>
  String(value.endsWith('Inf') ? Number(`${value.slice(0, -3)}Infinity`) : Number(value))

async function scrapedAll(listen: string, count: number): Promise<void> {
  for (;;) {
    const reply = await fetch(`http://${listen}/api/v1/query?query=count(up)`).catch(
      () => undefined,
    )
    const answer = reply?.ok === true ? await reply.text() : ''
    if (answer.includes(`"${count}"]`)) return
    await systemClock.sleep(100)
  }
}
