import { Labels, type NativeHistogram } from '@weir/model'
import { ExpositionPage, ProtoSeriesTable, parseProtobuf } from '@weir/wire'
import { describe, expect, test } from 'vitest'
import { Stand } from './test-stand.ts'
import { findPeer } from '../http/testing/peers.ts'
import { comparable, exporterPage, exporterPages } from './testing/exporter-page.ts'

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
    expect(ours.map(comparable).toSorted()).toEqual(theirs.map(comparable).toSorted())
  })

  test('keeps the native histograms that Weir keeps', async () => {
    const mapping = `defaults: {observer_type: histogram}
mappings:
- {match: fine, name: fine, histogram_options: {native_histogram_bucket_factor: 1.1}}
- {match: coarse, name: coarse, histogram_options: {native_histogram_bucket_factor: 4}}
- {match: few, name: few, histogram_options: {native_histogram_bucket_factor: 1.01, native_histogram_max_buckets: 7}}
`
    const values = [1, 1, 2, 3, 0, -0.5, 0.001, 1e-9, 64, 64.1, 1e6, -1e6, 7.25, 4, 0.5]
    const lines = ['fine', 'coarse', 'few'].flatMap((name) => values.map((v) => `${name}:${v}|h`))
    const { protobuf } = await exporterPages(exporter!, mapping, lines)
    const { aggregate } = new Stand(mapping).send(...lines)
    const ours = Array.from({ length: aggregate.seriesEnd }, (_, series) => [
      aggregate.family[series]!.name,
      comparableHistogram(aggregate.readNative(series)!),
    ])
    const theirs = nativesOf(protobuf)
    expect(Object.fromEntries(ours)).toEqual({
      fine: theirs['fine'],
      coarse: theirs['coarse'],
      few: theirs['few'],
    })
  })
})

/** Native histograms of a protobuf page by metric name. */
function nativesOf(bytes: Uint8Array): Record<string, unknown> {
  const table = new ProtoSeriesTable()
  const page = new ExpositionPage()
  const options = { native: true, classic: false, created: false }
  expect(parseProtobuf(bytes, table, page, options)).toBeUndefined()
  return Object.fromEntries(
    page.histograms.map(({ sample, histogram }) => [
      Labels.fromFlat([...table.pairs(page.series[sample]!)]).metricName,
      comparableHistogram(histogram),
    ]),
  )
}

/** What both must agree in: theirs counts in whole numbers, ours in weights. */
function comparableHistogram(histogram: NativeHistogram): unknown {
  const sum = Number(histogram.sum.toPrecision(12))
  return { ...histogram, sum, isFloat: true, resetHint: 'unknown' }
}
