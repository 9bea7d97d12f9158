import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PeerProcess } from './peer-process.ts'
import { PROMETHEUS, startPrometheus } from './prometheus-peer.ts'
import { type WeirProcess, eventually, startWeir, value } from './weir-process.ts'

/** Prometheus and Weir scrape the same page, are asked for the same of it, and scrape each other. */

/** Times stand on the page, so that both have the same ones. */
const pageAt = (timeMs: number): string =>
  `# TYPE a counter
a_total{x="1"} 5 T
a_total{x="2",instance="own"} 6 T
a_total{x="10",job="own"} 6.25 T
b 1.5 T
b{site="here"} NaN T
{"u.v","l.m"="n"} 3 T
{"ü v","b_c"="ö"} 3 T
h_bucket{le="1"} 1 T
h_bucket{le="+Inf"} 2 T
inf +Inf T
ninf -Inf T
big 1e21 T
small 1e-7 T
mid 123456789 T
neg -0 T
text{a="x\\ny\\"z\\\\"} 0 T
`.replaceAll(' T\n', ` ${timeMs}\n`)

const CONFIG = (scraped: number): string => `
global: { scrape_interval: 1s, external_labels: { site: north, region: eu } }
scrape_configs:
  - job_name: page
    static_configs: [{ targets: ['127.0.0.1:${scraped}'] }]
`

async function federate(url: string, match: readonly string[], accept: string): Promise<unknown> {
  const query = new URLSearchParams(match.map((selector) => ['match[]', selector]))
  const reply = await fetch(`${url}/federate?${query.toString()}`, { headers: { accept } })
  // Go's NaN and JavaScript's differ in their last bit.
  const body = Buffer.from(await reply.arrayBuffer())
    .toString('latin1')
    .replaceAll('\x01\0\0\0\0\0\xf8\x7f', '\0\0\0\0\0\0\xf8\x7f')
  return { status: reply.status, type: reply.headers.get('content-type'), body }
}

describe.skipIf(PROMETHEUS === undefined)('federation (left out: prometheus is not here)', () => {
  const body = pageAt(Date.now() - 5000)
  const page = createServer((_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=1.0.0' }).end(body)
  })
  let weir: WeirProcess
  let prometheus: PeerProcess

  beforeAll(async () => {
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const { port } = page.address() as AddressInfo
    ;[weir, prometheus] = await Promise.all([
      startWeir({ config: CONFIG(port) }),
      startPrometheus(CONFIG(port)),
    ])
    for (const url of [weir.web, prometheus.url]) {
      await eventually(`${url} to have the page`, () => value(url, 'mid{job="page"}'))
    }
  })

  afterAll(async () => {
    await weir?.[Symbol.asyncDispose]()
    await prometheus?.[Symbol.asyncDispose]()
    page.closeAllConnections()
    page.close()
  })

  const ALL = '{job=~"page|own",__name__!~"up|scrape_.*"}'
  const PROTO =
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'
  test.each([
    [[ALL], ''],
    [[ALL], '*/*'],
    [[ALL], 'text/plain;version=1.0.0;escaping=allow-utf-8'],
    [[ALL], 'text/plain;version=1.0.0;escaping=underscores'],
    [[ALL], 'text/plain;version=1.0.0;escaping=dots'],
    [[ALL], 'text/plain;version=1.0.0;escaping=values'],
    [[ALL], 'text/plain;version=0.0.4;q=0.3,application/openmetrics-text;escaping=dots;q=0.6'],
    [[ALL], `${PROTO};q=0.7,text/plain;q=0.3`],
    [[ALL], `${PROTO};escaping=allow-utf-8`],
    [['mid', 'big', 'a_total', '{__name__=~"b.*"}', 'mid'], ''],
    [['nothing'], ''],
    [[], ''],
  ])('both answer the same to %j, Accept %j', async (match, accept) => {
    const theirs = await federate(prometheus.url, match, accept)
    expect(await federate(weir.web, match, accept)).toEqual(theirs)
  })

  test('Prometheus scrapes Weir, and Weir Prometheus', async () => {
    const from = (url: string): string => `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: federate
    honor_labels: true
    metrics_path: /federate
    params: { 'match[]': ['${ALL}'] }
    static_configs: [{ targets: ['${new URL(url).host}'] }]
`
    await using outerPrometheus = await startPrometheus(from(weir.web))
    await using outerWeir = await startWeir({ config: from(prometheus.url) })
    const seriesOf = async (url: string): Promise<unknown> =>
      eventually(`${url} to have all`, async () => {
        const query = encodeURIComponent('{site=~".+"}')
        const reply = await fetch(`${url}/api/v1/query?query=${query}`)
        const { data } = (await reply.json()) as {
          data: { result: { metric: object; value: [number, string] }[] }
        }
        const rows = data.result.map(({ metric, value: [, number] }) =>
          JSON.stringify([Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1)), number]),
        )
        return rows.length >= 16 && rows.toSorted()
      })
    expect(await seriesOf(outerPrometheus.url)).toEqual(await seriesOf(outerWeir.web))
  })
})
