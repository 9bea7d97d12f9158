import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { findPeer } from './testing/peers.ts'
import { type RunningPrometheus, startPrometheus } from './testing/prometheus.ts'
import { NOON, demoOpenMetrics, standIn } from './testing/stand-in.ts'

const prometheus = findPeer('prometheus')
const promtool = findPeer('promtool')

const at = NOON / 1000
const span = `start=${at - 300}&end=${at}`

describe.skipIf(prometheus === undefined || promtool === undefined)('as Prometheus answers', () => {
  let real: RunningPrometheus
  let weir: HttpServer

  beforeAll(async () => {
    real = await startPrometheus(
      { prometheus: prometheus!, promtool: promtool! },
      demoOpenMetrics(),
    )
    weir = await createHttp(standIn())
  })
  afterAll(async () => {
    await weir[Symbol.asyncDispose]()
    await real[Symbol.asyncDispose]()
  })

  test.each([
    `query?query=queue_length&time=${at}`,
    `query?query=queue_length[1m]&time=${at}`,
    `query?query=queue_length&time=${at + 0.5}`,
    `query?query=sum(shop_orders_total)&time=${at}`,
    `query?query=1e-7&time=1.5`,
    `query?query=1e22&time=1`,
    `query?query=vector(1e-7)&time=1.5`,
    `query?query=vector(-0)&time=1`,
    `query?query=vector(1/0)&time=-1.25`,
    `query?query="wörd"&time=1.5`,
    `query?query=nothing&time=${at}`,
    `query?query=rate(queue_length[1m])&time=${at}`, // with an info
    `query?query=quantile(2,queue_length)&time=${at}`, // with a warning
    `query?query=shop_orders_total&time=${at}&limit=5`,
    `query?query=queue_length&time=${at + 200}&lookback_delta=1m`,
    `query_range?query=shop_orders_total&${span}&step=60`,
    `query_range?query=rate(shop_orders_total[1m])&${span}&step=7.5`,
    `query_range?query=1&${span}&step=1m`,
    `query_range?query=nothing&${span}&step=1m`,
    `query_exemplars?query=queue_length&${span}`,
    `query_exemplars?query=queue_length`,
    `format_query?query=sum(rate(x[5m]))by(y)`,
    `series?match[]=queue_length&${span}`,
    `series?match[]={job="shop"}&match[]=queue_length&${span}`,
    `series?match[]={job="shop"}&${span}&limit=1`,
    `series?match[]=nothing&${span}`,
    `labels?${span}`,
    `labels?${span}&match[]=queue_length`,
    `labels?${span}&limit=2`,
    `label/job/values?${span}`,
    `label/__name__/values?${span}&match[]={job="shop"}`,
    `label/nothing/values`,
    'rules',
    'alertmanagers',
    'targets/metadata',
    'status/walreplay',
    // refusals
    'query',
    'query?query=sum(',
    'query?query=x&time=yesterday',
    'query?query=x&timeout=soon',
    'query?query=x&lookback_delta=x',
    'query?query=x&limit=-1',
    'query?query=x&limit=many',
    'query_range?query=x',
    'query_range?query=x&start=0',
    'query_range?query=x&start=0&end=1',
    'query_range?query=x&start=2&end=1&step=1',
    'query_range?query=x&start=0&end=1&step=0',
    'query_range?query=x&start=0&end=1&step=1e300',
    'query_range?query=x&start=0&end=11001&step=1',
    'query_range?query=x[5m]&start=0&end=1&step=1',
    'query_range?query="a"&start=0&end=1&step=1',
    'query_exemplars?query=x&start=2&end=1',
    'query_exemplars?query=(&start=1&end=1',
    'series',
    'series?match[]={x=~".*"}',
    'labels?match[]={}',
    'labels?start=x',
    'metadata?limit=x',
    'metadata?limit_per_metric=x',
    'status/tsdb?limit=0',
    'rules?type=both',
    'rules?exclude_alerts=maybe',
    'rules?group_next_token=x',
    'rules?group_limit=0',
    'rules?group_limit=1&group_next_token=x',
    'format_query?query=(',
  ])('%s', async (path) => {
    const url = `/api/v1/${path.replaceAll('"', '%22').replaceAll('ö', '%C3%B6')}`
    const want = await fetch(real.url + url)
    const got = await weir.inject({ url })
    // Bytes, not only JSON: how numbers are spelled is part of the promise.
    const text = path.startsWith('rules') && want.status === 200 ? '' : await want.text()
    expect(got.statusCode).toBe(want.status)
    expect(got.headers['content-type']).toContain('application/json')
    if (text !== '') expect(comparable(got.body)).toBe(comparable(text))
  })

  test('exemplars of nothing are no content', async () => {
    const url = `/api/v1/query_exemplars?query=1&${span}`
    const want = await fetch(real.url + url)
    const got = await weir.inject({ url })
    expect([got.statusCode, got.body, got.headers['content-type'] ?? null]).toEqual([
      want.status,
      await want.text(),
      want.headers.get('content-type'),
    ])
  })

  test.each([
    'x',
    'x{a="b",c!~"d|e"} offset 5m',
    'rate(x[5m] @ end())',
    'sum by (a, b) (max_over_time(rate(x[1m])[10m:30s]))',
    'topk without (a) (3, -x) ',
    'a / on (b) group_left (c) d > bool 1e-3',
    'a and ignoring (b) (c or "d")',
    'label_replace(x, "a", "$1", "b", "(.*)")',
    'vector(time()) @ 1714564800.5',
  ])('parse_query and format_query %s', async (text) => {
    for (const endpoint of ['parse_query', 'format_query']) {
      const url = `/api/v1/${endpoint}?query=${encodeURIComponent(text)}`
      const want = await fetch(real.url + url)
      const got = await weir.inject({ url })
      expect(got.statusCode).toBe(want.status)
      const body = (await want.json()) as { status: string; data: object }
      // Trees of later versions say more; what this one says must be the same.
      if (body.status === 'success') expect(got.json()).toMatchObject(body)
    }
  })

  test.each([
    'series?match[]=(',
    'labels?match[]=(',
    'rules?match[]=(',
    `query?query=shop_orders_total*on(job)shop_orders_total&time=${at}`,
  ])('%s is refused in the same way, in words of our own', async (path) => {
    const want = (await (await fetch(`${real.url}/api/v1/${path}`)).json()) as { error: string }
    const got = (await weir.inject({ url: `/api/v1/${path}` })).json<{ error: string }>()
    expect({ ...got, error: '' }).toEqual({ ...want, error: '' })
    expect(opening(got.error)).toBe(opening(want.error))
  })

  test.each([
    `query?query=queue_length&time=${at}&stats=1`,
    `query?query=queue_length[2m]&time=${at}&stats=all`,
    `query?query=1&time=${at}&stats=true`,
    `query?query=sum(rate(shop_orders_total[2m]))&time=${at}&stats=all`,
    `query?query=sum(shop_orders_total)/on()queue_length&time=${at}&stats=all`,
    `query?query=max_over_time(rate(shop_orders_total[1m])[5m:30s])&time=${at}&stats=all`,
    `query?query=rate(shop_orders_total[1m])[5m:30s]&time=${at}&stats=all`,
    `query?query=queue_length[5m:30s]&time=${at}&stats=all`,
    `query_range?query=shop_orders_total&${span}&step=60&stats=all`,
    `query_range?query=rate(shop_orders_total[5m])&${span}&step=15&stats=anything`,
    `query_range?query=topk(1,shop_orders_total)&${span}&step=7.5&stats=all`,
    `query_range?query=queue_length @ ${at - 60}&${span}&step=15&stats=all`,
    `query_range?query=sum_over_time(queue_length[2m] @ end())&${span}&step=15&stats=all`,
    `query_range?query=avg_over_time((queue_length*2)[3m:20s])&${span}&step=45&stats=all`,
    `query_range?query=timestamp(queue_length)+nothing&${span}&step=45&stats=all`,
    `query_range?query=absent_over_time(queue_length[1m])&${span}&step=45&stats=all`,
    `query_range?query=queue_length offset 2m and queue_length&${span}&step=45&stats=all`,
  ])('%s: statistics', async (path) => {
    const url = encodeURI(`/api/v1/${path}`).replaceAll('+', '%2B')
    const want = await (await fetch(real.url + url)).text()
    const { body } = await weir.inject({ url })
    expect(statsOf(body)).toContain('totalQueryableSamples')
    expect(statsOf(body)).toBe(statsOf(want))
  })

  test.each([
    'status/buildinfo',
    'status/runtimeinfo',
    'status/tsdb',
    'targets',
    'rules',
    'alerts',
  ])('%s has the same keys', async (path) => {
    const want = (await (await fetch(`${real.url}/api/v1/${path}`)).json()) as { data: object }
    const got = (await weir.inject({ url: `/api/v1/${path}` })).json<{ data: object }>()
    expect(Object.keys(got.data).toSorted()).toEqual(Object.keys(want.data).toSorted())
  })
})

describe.skipIf(prometheus === undefined || promtool === undefined)('with figures a step', () => {
  test.each([
    `query?query=rate(queue_length[2m])&time=${at + 0.5}&stats=all`,
    `query_range?query=sum(shop_orders_total)&${span}&step=60&stats=all`,
    `query_range?query=avg_over_time(queue_length[3m])&${span}&step=45.5&stats=all`,
    `query_range?query=queue_length&${span}&step=60&stats=1`,
  ])('%s', async (path) => {
    const feature = 'promql-per-step-stats'
    const programs = { prometheus: prometheus!, promtool: promtool! }
    const flags = [`--enable-feature=${feature}`]
    await using real = await startPrometheus(programs, demoOpenMetrics(), flags)
    await using weir = await createHttp(standIn({ evaluation: { features: [feature] } }))
    const want = await (await fetch(`${real.url}/api/v1/${path}`)).text()
    const { body } = await weir.inject({ url: `/api/v1/${path}` })
    expect(statsOf(body)).toBe(statsOf(want))
    expect(body.includes('PerStep')).toBe(path.endsWith('all'))
  })
})

/** What comes before the words that may differ: the parameter that is wrong, or the kind of clash. */
function opening(error: string): string {
  return error.split(/\d+: parse error|: \[/, 1)[0]!
}

/** Statistics without what is another machine's own: times, and how many samples it holds at once. */
function statsOf(body: string): string {
  const stats = body.slice(body.indexOf('"stats"'))
  return stats.replaceAll(/"(\w+Time|peakSamples)":[\d.e-]+/g, '"$1":0')
}

/** An instant vector has no promised order. */
function comparable(body: string): string {
  const value = JSON.parse(body) as { data?: { resultType?: string } }
  return value.data?.resultType === 'vector'
    ? body
        .split(/(?={"metric")/)
        .toSorted()
        .join('')
    : body
}

const SPAN = ['--start', String(at - 300), '--end', String(at)]

describe.skipIf(promtool === undefined)('promtool', () => {
  test.each([
    [
      'instant',
      ['--time', String(at), 'URL', 'sum(shop_orders_total)'],
      /^\{\} => 2280 @\[1714564800\]/,
    ],
    ['instant', ['--time', String(at), 'URL', '1 + 1'], /^scalar: 2 @/],
    [
      'range',
      ['--start', String(at - 60), '--end', String(at), '--step', '30s', 'URL', 'queue_length'],
      /queue_length\{job="shop"\} =>\n0.6 @/,
    ],
    [
      'series',
      [...SPAN, '--match', 'queue_length', 'URL'],
      /^\{__name__="queue_length", job="shop"\}\n$/,
    ],
    ['labels', [...SPAN, 'URL', 'job'], /^shop\n$/],
  ])('query %s %j', async (what, args, want) => {
    await using http = await createHttp(standIn())
    const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
    const command = ['query', what, ...args.map((arg) => (arg === 'URL' ? url : arg))]
    const { stdout } = await promisify(execFile)(promtool!, command)
    expect(stdout).toMatch(want)
  })

  test('check healthy and check ready', async () => {
    await using http = await createHttp(standIn())
    const { url } = await http.listen({ host: '127.0.0.1', port: 0 })
    for (const what of ['healthy', 'ready']) {
      await promisify(execFile)(promtool!, ['check', what, `--url=${url}`])
    }
  })
})
