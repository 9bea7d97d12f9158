import { WeirError } from '@weir/model'
import { PACKS } from '@weir/packs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { NOON, standIn } from './testing/stand-in.ts'

const at = NOON / 1000
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let shared: HttpServer
beforeAll(async () => {
  shared = await createHttp(standIn())
})
afterAll(() => shared[Symbol.asyncDispose]())

async function get(url: string): Promise<{ status: number; body: unknown }> {
  const reply = await shared.inject({ url })
  return { status: reply.statusCode, body: reply.json() }
}

const data = async (url: string): Promise<unknown> => {
  const { status, body } = await get(url)
  expect([status, (body as { status: string }).status]).toEqual([200, 'success'])
  return (body as { data: unknown }).data
}

describe('queries', () => {
  test.each([
    [
      'query?query=queue_length',
      {
        resultType: 'vector',
        result: [{ metric: { __name__: 'queue_length', job: 'shop' }, value: [at, '0'] }],
      },
    ],
    ['query?query=1.5', { resultType: 'scalar', result: [at, '1.5'] }],
    ['query?query="x"', { resultType: 'string', result: [at, 'x'] }],
    ['query?query=nothing', { resultType: 'vector', result: [] }],
    [
      `query?query=queue_length[30s]&time=${at}`,
      {
        resultType: 'matrix',
        result: [
          {
            metric: { __name__: 'queue_length', job: 'shop' },
            values: [
              [at - 15, '0.9'],
              [at, '0'],
            ],
          },
        ],
      },
    ],
    [
      `query_range?query=sum(shop_orders_total)&start=${at - 30}&end=${at}&step=15`,
      {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [at - 30, '2261'],
              [at - 15, '2270.5'],
              [at, '2280'],
            ],
          },
        ],
      },
    ],
    [
      `query_range?query=7&start=${at - 15}&end=${at}&step=15s`,
      {
        resultType: 'matrix',
        result: [
          {
            metric: {},
            values: [
              [at - 15, '7'],
              [at, '7'],
            ],
          },
        ],
      },
    ],
    [`query_exemplars?query=up&start=${at}&end=${at}`, []],
    ['labels', ['__name__', 'instance', 'job', 'pipeline', 'quantile', 'stage', 'system']],
    ['labels?match[]=queue_length', ['__name__', 'job']],
    ['label/job/values', ['shop']],
    ['label/__name__/values?match[]={job="shop"}', ['queue_length', 'shop_orders_total']],
    ['label/U___5f__5f_name___/values?match[]={job="shop"}', ['queue_length', 'shop_orders_total']],
    ['label/nothing/values', []],
    ['series?match[]=queue_length', [{ __name__: 'queue_length', job: 'shop' }]],
    [
      'series?match[]=queue_length&match[]={instance="b"}&match[]={instance="b"}',
      [
        { __name__: 'queue_length', job: 'shop' },
        { __name__: 'shop_orders_total', instance: 'b', job: 'shop' },
      ],
    ],
    ['series?match[]=nothing', []],
    [
      'metadata',
      {
        queue_length: [{ type: 'gauge', help: 'Orders waiting.', unit: '' }],
        shop_orders_total: [{ type: 'counter', help: 'Orders "taken".', unit: '' }],
      },
    ],
    [
      'metadata?metric=queue_length',
      { queue_length: [{ type: 'gauge', help: 'Orders waiting.', unit: '' }] },
    ],
    ['metadata?metric=nothing', {}],
    ['metadata?limit=1', { queue_length: [{ type: 'gauge', help: 'Orders waiting.', unit: '' }] }],
    ['format_query?query=sum(x)', 'sum(x)'],
  ])('%s', async (path, want) => {
    expect(await data(`/api/v1/${path}`)).toEqual(want)
  })

  test('a limit cuts and says so', async () => {
    const { body } = await get('/api/v1/series?match[]={job="shop"}&limit=1')
    expect(body).toEqual({
      status: 'success',
      data: [{ __name__: 'queue_length', job: 'shop' }],
      warnings: ['results truncated due to limit'],
    })
    const query = await get('/api/v1/query?query=shop_orders_total&limit=1')
    expect(query.body).toMatchObject({
      data: { result: [{}] },
      warnings: ['results truncated due to limit'],
    })
  })

  test('stats come when asked for', async () => {
    const result = (await data('/api/v1/query?query=queue_length&stats=all')) as object
    expect(result).toMatchObject({
      stats: {
        timings: { evalTotalTime: expect.any(Number) as number },
        samples: { peakSamples: expect.any(Number) as number },
      },
    })
    expect(await data('/api/v1/query?query=1')).not.toHaveProperty('stats')
  })
})

describe('parameters become a job', () => {
  const range = 'query_range?query=x&'
  test.each([
    ['query?query=x', { kind: 'instant', timeMs: NOON, limit: 0, stats: '' }],
    ['query?query=x&time=1.5', { timeMs: 1500 }],
    ['query?query=x&time=1.0006', { timeMs: 1001 }],
    ['query?query=x&time=-1', { timeMs: -1000 }],
    ['query?query=x&time=1e3', { timeMs: 1_000_000 }],
    ['query?query=x&time=2024-05-01T12:00:00Z', { timeMs: NOON }],
    ['query?query=x&time=2024-05-01T14:00:00.123456789%2B02:00', { timeMs: NOON + 123 }],
    ['query?query=x&lookback_delta=1m', { limits: { lookbackMs: 60_000 } }],
    ['query?query=x&stats=true', { stats: 'summary' }],
    [
      `${range}start=0&end=60&step=15`,
      { kind: 'range', startMs: 0, endMs: 60_000, stepMs: 15_000 },
    ],
    [`${range}start=0&end=60&step=0.5`, { stepMs: 500 }],
    [`${range}start=0&end=60&step=1h30m`, { stepMs: 5_400_000 }],
    [`${range}start=0&end=11000&step=1`, { stepMs: 1000 }],
    ['labels', { kind: 'labels', selectors: [], startMs: -8.64e15, endMs: 8.64e15 }],
    [
      'series?match[]=a&match[]=b&start=1&end=2&limit=3',
      { selectors: ['a', 'b'], startMs: 1000, endMs: 2000, limit: 3 },
    ],
    ['label/a.b/values', { kind: 'labelValues', name: 'a.b' }],
    ['metadata?limit=2&limit_per_metric=1&metric=m', { metric: 'm', limit: 2, limitPerMetric: 1 }],
  ])('%s', async (path, want) => {
    const deps = standIn()
    await using http = await createHttp(deps)
    await http.inject({ url: `/api/v1/${path}` })
    expect(deps.jobs.at(-1)).toMatchObject(want)
  })

  test('a form comes before the URL', async () => {
    const deps = standIn()
    await using http = await createHttp(deps)
    const payload = 'query=form&match%5B%5D=a'
    await http.inject({
      method: 'POST',
      url: '/api/v1/query?query=url&time=5',
      headers: FORM,
      payload,
    })
    await http.inject({ method: 'POST', url: '/api/v1/series?match[]=b', headers: FORM, payload })
    expect(deps.jobs[0]).toMatchObject({ expr: 'form', timeMs: 5000 })
    expect(deps.jobs[1]).toMatchObject({ selectors: ['a', 'b'] })
  })
})

describe('parameters that cannot be read', () => {
  const bad = (name: string, why: string): string => `invalid parameter "${name}": ${why}`
  test.each([
    ['query', 400, bad('query', 'unknown position: parse error: no expression found in input')],
    [
      'query?query=x&time=yesterday',
      400,
      bad('time', `invalid time value for 'time': cannot parse "yesterday" to a valid timestamp`),
    ],
    [
      'query?query=x&time=1e300',
      400,
      bad('time', `invalid time value for 'time': cannot parse "1e300" to a valid timestamp`),
    ],
    [
      'query?query=x&time=NaN',
      400,
      bad('time', `invalid time value for 'time': cannot parse "NaN" to a valid timestamp`),
    ],
    ['query?query=x&timeout=soon', 400, bad('timeout', 'cannot parse "soon" to a valid duration')],
    [
      'query?query=x&lookback_delta=x',
      400,
      'error parsing lookback delta duration: cannot parse "x" to a valid duration',
    ],
    ['query?query=x&limit=-1', 400, bad('limit', 'limit must be non-negative')],
    ['query?query=x&limit=many', 400, bad('limit', 'strconv.Atoi: parsing "many": invalid syntax')],
    ['query_range?query=x', 400, bad('start', 'cannot parse "" to a valid timestamp')],
    ['query_range?query=x&start=0', 400, bad('end', 'cannot parse "" to a valid timestamp')],
    ['query_range?query=x&start=0&end=1', 400, bad('step', 'cannot parse "" to a valid duration')],
    [
      'query_range?query=x&start=2&end=1&step=1',
      400,
      bad('end', 'end timestamp must not be before start time'),
    ],
    [
      'query_range?query=x&start=0&end=1&step=0',
      400,
      bad(
        'step',
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      ),
    ],
    [
      'query_range?query=x&start=0&end=1&step=-5',
      400,
      bad(
        'step',
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      ),
    ],
    [
      'query_range?query=x&start=0&end=1&step=1e300',
      400,
      bad('step', 'cannot parse "1e300" to a valid duration. It overflows int64'),
    ],
    [
      'query_range?query=x&start=0&end=11001&step=1',
      400,
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    ],
    [
      'query_exemplars?query=x&start=2&end=1',
      400,
      'end timestamp must not be before start timestamp',
    ],
    ['series', 400, 'no match[] parameter provided'],
    [
      'series?match[]={x=~".*"}',
      400,
      bad('match[]', 'match[] must contain at least one non-empty matcher'),
    ],
    ['labels?match[]={}', 400, 'match[] must contain at least one non-empty matcher'],
    [
      'labels?start=x',
      400,
      bad('start', `invalid time value for 'start': cannot parse "x" to a valid timestamp`),
    ],
    ['metadata?limit=x', 400, 'limit must be a number'],
    ['metadata?limit_per_metric=x', 400, 'limit_per_metric must be a number'],
    ['status/tsdb?limit=0', 400, 'limit must be a positive number'],
    ['rules?type=both', 400, bad('type', 'not supported value "both"')],
    [
      'rules?exclude_alerts=maybe',
      400,
      bad(
        'exclude_alerts',
        'error converting exclude_alerts: strconv.ParseBool: parsing "maybe": invalid syntax',
      ),
    ],
  ])('%s', async (path, status, error) => {
    const reply = await get(`/api/v1/${path}`)
    expect(reply).toEqual({ status, body: { status: 'error', errorType: 'bad_data', error } })
  })

  test('what cannot be evaluated is an execution error', async () => {
    const reply = await get(
      '/api/v1/query?query=shop_orders_total%20*%20on(job)%20shop_orders_total',
    )
    expect(reply.status).toBe(422)
    expect(reply.body).toMatchObject({ status: 'error', errorType: 'execution' })
  })

  test('the code stands in a header', async () => {
    await using http = await createHttp(standIn())
    const reply = await http.inject({ url: '/api/v1/query?query=(' })
    expect(reply.headers['weir-error-code']).toBe('QUERY_PARSE')
  })
})

describe('rules', () => {
  const names = async (query: string): Promise<string[]> => {
    const { groups } = (await data(`/api/v1/rules${query}`)) as {
      groups: { name: string; rules: { name: string }[] }[]
    }
    return groups.map(({ name, rules }) => `${name}: ${rules.map((rule) => rule.name).join(' ')}`)
  }
  test.each([
    ['', ['first: job:orders Slow', 'second: other']],
    ['?type=alert', ['first: Slow']],
    ['?type=record', ['first: job:orders', 'second: other']],
    ['?rule_name[]=other&rule_name[]=Slow', ['first: Slow', 'second: other']],
    ['?rule_group[]=second', ['second: other']],
    ['?file[]=a.yml', ['first: job:orders Slow']],
    ['?match[]={team=~"sh.*"}', ['first: job:orders']],
    ['?match[]={severity!=""}', ['first: Slow']],
    ['?rule_name[]=none', []],
  ])('%s', async (query, want) => expect(await names(query)).toEqual(want))

  test('alerts may be left out', async () => {
    const { groups } = (await data('/api/v1/rules?exclude_alerts=true')) as {
      groups: { rules: { alerts?: unknown[] }[] }[]
    }
    expect(groups[0]!.rules[1]!.alerts).toBeNull()
  })

  test('pages lead from group to group', async () => {
    const page = async (
      query: string,
    ): Promise<{ groups: { name: string }[]; groupNextToken?: string }> =>
      (await data(`/api/v1/rules?group_limit=1${query}`)) as never
    const first = await page('')
    expect(first.groups.map(({ name }) => name)).toEqual(['first'])
    const second = await page(`&group_next_token=${first.groupNextToken}`)
    expect(second.groups.map(({ name }) => name)).toEqual(['second'])
    expect(second).not.toHaveProperty('groupNextToken')
    const lost = await get('/api/v1/rules?group_limit=1&group_next_token=lost')
    expect(lost.status).toBe(400)
  })
})

describe('status', () => {
  test.each([
    ['alerts', { alerts: [{ labels: { alertname: 'Slow' }, state: 'firing', value: '1e+00' }] }],
    [
      'targets',
      {
        activeTargets: [{ scrapePool: 'node' }, { scrapePool: 'shop' }],
        droppedTargets: [{ scrapePool: 'node' }],
        droppedTargetCounts: { node: 1, shop: 0 },
      },
    ],
    [
      'targets?state=active&scrapePool=shop',
      { activeTargets: [{ scrapePool: 'shop' }], droppedTargets: [] },
    ],
    ['targets?state=dropped', { activeTargets: [], droppedTargets: [{ scrapePool: 'node' }] }],
    [
      'targets?state=active',
      { droppedTargetCounts: null, activeTargets: [{ globalUrl: 'http://a:9100/metrics' }, {}] },
    ],
    ['targets/metadata?match_target={job="shop"}', []],
    [
      'targets/metadata?metric=m',
      [{ target: { job: 'node' }, type: 'gauge', help: 'h', unit: '' }],
    ],
    [
      'targets/relabel_steps?scrapePool=node&labels={"a":"b"}',
      { steps: [{ rule: { action: 'keep' }, output: { a: 'b' }, keep: true }] },
    ],
    ['scrape_pools', { scrapePools: ['node', 'shop'] }],
    ['alertmanagers', { activeAlertmanagers: [], droppedAlertmanagers: [] }],
    ['status/config', { yaml: 'global: {}\n' }],
    ['status/flags', { listen: '127.0.0.1:9347' }],
    ['status/buildinfo', { version: '3.5.0' }],
    ['status/runtimeinfo', { storageRetention: '15d' }],
    [
      'status/tsdb',
      {
        headStats: { numSeries: 5 },
        seriesCountByMetricName: [{ name: 'shop_orders_total', value: 2 }],
      },
    ],
    ['status/walreplay', { min: 0, max: 0, current: 0 }],
  ])('%s', async (path, want) => expect(await data(`/api/v1/${path}`)).toMatchObject(want))
})

describe("Weir's own API", () => {
  test.each([
    [
      'overview',
      {
        atMs: NOON,
        windowMs: 3_600_000,
        pipelines: [
          {
            system: 'custom',
            pipeline: 'orders',
            health: 'degraded',
            reason: 'orders are slow',
            signals: { throughput: { value: 4 }, latency: { value: 0.2 } },
          },
        ],
      },
    ],
    ['overview?window=10m', { windowMs: 600_000, stepMs: 15_000 }],
    [
      'pipelines/custom/orders',
      { summary: { pipeline: 'orders' }, stages: [{ stage: 'sink', title: 'Sink' }] },
    ],
    // What the stand-in answers bears names of Weir's own.
    [
      'packs',
      PACKS.map(({ id }) => (id === 'weir' ? { id } : { id, awake: false, seriesCount: 0 })),
    ],
    ['packs/airflow', { id: 'airflow', metrics: expect.any(Array) as unknown[] }],
    ['intakes', []],
    ['notifications', []],
    ['status', { version: '0.1.0' }],
    ['openapi.json', { openapi: '3.1.0' }],
  ])('%s', async (path, want) => {
    const { status, body } = await get(`/api/weir/v1/${path}`)
    expect(status).toBe(200)
    expect(body).toMatchObject(want)
  })

  test.each([
    ['overview?window=1s', 400, 'invalid parameter "window": want 1m to 31d, got "1s"'],
    ['overview?window=x', 400, 'invalid parameter "window": cannot parse "x" to a valid duration'],
    [
      'packs/nothing',
      404,
      `Cannot find pack "nothing": want one of ${PACKS.map(({ id }) => id).join(', ')}`,
    ],
    [
      'pipelines/custom/nothing',
      404,
      'Cannot find pipeline "nothing" of system "custom": it has no series and no alert within the window',
    ],
  ])('%s is refused', async (path, status, error) => {
    const reply = await get(`/api/weir/v1/${path}`)
    expect(reply).toMatchObject({ status, body: { status: 'error', error } })
  })

  test.each([
    ['rules.yml', 'application/yaml', /^groups:/],
    ['mapping.yml', 'application/yaml', /mappings:/],
    ['scrape.yml', 'application/yaml', /scrape_configs:/],
    ['values.yaml', 'application/yaml', /additionalPrometheusRulesMap:/],
  ])('a pack is written out as %s', async (name, type, start) => {
    await using http = await createHttp(standIn())
    const reply = await http.inject({ url: `/api/weir/v1/packs/airflow/${name}` })
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['content-type']).toContain(type)
    expect(reply.body).toMatch(start)
  })

  test('so are its dashboards', async () => {
    const deps = standIn()
    await using http = await createHttp(deps)
    for (const { name, title } of deps.packs[0]!.dashboards) {
      const reply = await http.inject({ url: `/api/weir/v1/packs/airflow/dashboards/${name}.json` })
      expect(reply.json()).toMatchObject({ title })
    }
    const url = '/api/weir/v1/packs/airflow/dashboards'
    const shared = await http.inject({ url: `${url}/weir-airflow.json?form=sharing` })
    expect(shared.json()).toMatchObject({ __inputs: [{ name: 'DS_PROMETHEUS' }] })
    const odd = await http.inject({ url: `${url}/weir-airflow.json?form=paper` })
    expect(odd.statusCode).toBe(400)
    const none = await http.inject({ url: `${url}/none.json` })
    expect(none.statusCode).toBe(404)
  })

  test('every route is in the document', async () => {
    const { body } = await get('/api/weir/v1/openapi.json')
    const { paths } = body as { paths: Record<string, Record<string, unknown>> }
    expect(Object.keys(paths)).toContain('/api/v1/label/{name}/values')
    expect(Object.keys(paths['/api/v1/query']!)).toEqual(['get', 'post'])
    expect(paths).toHaveProperty(['/api/weir/v1/packs/{id}/{file}'])
  })
})

describe('life', () => {
  test('healthy, ready, metrics', async () => {
    await using http = await createHttp(standIn())
    for (const url of ['/-/healthy', '/-/ready', '/metrics']) {
      const reply = await http.inject({ url })
      expect([url, reply.statusCode]).toEqual([url, 200])
    }
  })

  test('until ready, only what must answer does', async () => {
    await using http = await createHttp(standIn({ ready: () => ['the store'] }))
    const said = async (url: string): Promise<[number, string]> => {
      const reply = await http.inject({ url })
      return [reply.statusCode, reply.body]
    }
    expect(await said('/-/ready')).toEqual([503, 'Weir is not ready: waiting for the store\n'])
    expect((await said('/-/healthy'))[0]).toBe(200)
    expect((await said('/metrics'))[0]).toBe(503)
    expect((await said('/api/v1/status/walreplay'))[0]).toBe(200)
    const [status, body] = await said('/api/v1/query?query=1')
    expect(status).toBe(503)
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'unavailable',
      error: 'Cannot answer yet: waiting for the store',
    })
  })

  test('queries are answered before rules and intakes are there, and nothing else', async () => {
    const ready = (what?: 'queries'): string[] => (what === 'queries' ? [] : ['rules'])
    await using http = await createHttp(standIn({ ready }))
    const statusOf = async (url: string): Promise<number> => (await http.inject({ url })).statusCode
    expect(await statusOf('/api/v1/query?query=1')).toBe(200)
    expect(await statusOf('/api/v1/labels')).toBe(200)
    expect(await statusOf('/-/ready')).toBe(503)
    expect(await statusOf('/api/v1/rules')).toBe(503)
  })

  test('a reload is asked for by POST or PUT, and a bad one says why', async () => {
    let asked = 0
    await using good = await createHttp(
      standIn({
        reload: async () => {
          asked++
          return {}
        },
      }),
    )
    for (const method of ['POST', 'PUT'] as const) {
      expect((await good.inject({ method, url: '/-/reload' })).statusCode).toBe(200)
    }
    expect(asked).toBe(2)
    const reload = async (): Promise<never> => {
      throw new WeirError('HTTP_PARAMETER', 'Cannot read weir.yml line 3')
    }
    const deps = standIn({ reload })
    await using bad = await createHttp(deps)
    const reply = await bad.inject({ method: 'POST', url: '/-/reload' })
    expect([reply.statusCode, reply.body]).toEqual([
      500,
      'failed to reload config: Cannot read weir.yml line 3\n',
    ])
  })
})
