import type { QueryJob, QueryReply, VectorRows } from '../query/job.ts'
import { OWN } from '../query/question.ts'
import { expect, test } from 'vitest'
import { EngineStand, NOTHING, type Scripted, VICTORIA_BUILD } from './testing/stand-in-engine.ts'

const HTTP = { kind: 'http', clientIp: '127.0.0.1', method: 'GET', path: '/' } as const
const never = new AbortController().signal
const START_MS = Date.UTC(2026, 0, 5)

const instant = (expr: string, limit = 0): QueryJob => ({
  kind: 'instant',
  expr,
  timeMs: START_MS,
  limit,
  stats: '',
  limits: { lookbackMs: 300_000 },
})

function textOf({ body }: Pick<QueryReply, 'body'>): string {
  return Buffer.from(body).toString()
}

function vectorBody(...values: readonly (readonly [name: string, value: string])[]): string {
  const result = values.map(([name, value]) => ({
    metric: { __name__: name },
    value: [START_MS / 1000, value],
  }))
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } })
}

test('an answer comes back byte for byte, with what the engine says beside it', async () => {
  await using stand = await EngineStand.open()
  const body = `${NOTHING.slice(0, -1)},"warnings":["w"],"infos":["i"]}`
  stand.script = () => ({ body })
  const reply = await stand.queries.json(instant('up'), HTTP, never)
  expect(reply.status).toBe(200)
  expect(textOf(reply)).toBe(body)
  expect(stand.questions).toMatchObject([
    {
      method: 'POST',
      path: '/api/v1/query',
      params: { query: 'up', time: String(START_MS / 1000), lookback_delta: '300s' },
    },
  ])
})

test('tenants and parameters go with each question', async () => {
  await using stand = await EngineStand.open({
    headers: { 'X-Scope-OrgID': 'a' },
    basic_auth: { username: 'u', password: 'p' },
    params: { dedup: 'true', lookback_delta: '1m' },
  })
  await stand.queries.json(instant('up'), HTTP, never)
  const [asked] = stand.questions
  expect(asked!.headers['x-scope-orgid']).toBe('a')
  expect(asked!.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`)
  expect(asked!.params).toMatchObject({ dedup: 'true', lookback_delta: '1m' })
})

test.each<[string, string, Readonly<Record<string, unknown>>]>([
  ['prometheus', '{"data":{"version":"3.5.0","revision":"a"}}', { lookback_delta: '300s' }],
  ['victoriametrics', VICTORIA_BUILD, { nocache: '1', max_lookback: '300s' }],
  ['mimir', '{"data":{"application":"Grafana Mimir"}}', { lookback_delta: '300s' }],
  ['cortex', '{"data":{"application":"Cortex"}}', { lookback_delta: '300s' }],
  ['prometheus', 'no page', { lookback_delta: '300s' }],
])('%s is known by %s and asked as it wants', async (flavour, build, params) => {
  const own = new EngineStand()
  own.build = build
  await using stand = await EngineStand.open({}, own)
  expect(stand.engine.state.flavour).toBe(flavour)
  await stand.queries.json(instant('up'), HTTP, never)
  expect(stand.questions[0]!.params).toEqual({
    query: 'up',
    time: String(START_MS / 1000),
    ...params,
  })
})

test('who says nothing of itself and is asked by tenant is Cortex, and gets no limit', async () => {
  const own = new EngineStand()
  own.build = '404 page not found'
  await using stand = await EngineStand.open({ headers: { 'X-Scope-OrgID': 'a' } }, own)
  expect(stand.engine.state.flavour).toBe('cortex')
  stand.script = () => ({ body: vectorBody(['a', '1'], ['b', '2']) })
  const reply = await stand.queries.json(instant('up', 1), HTTP, never)
  expect(textOf(reply)).toContain('results truncated due to limit')
  expect(stand.questions[0]!.params).not.toHaveProperty('limit')
})

test('what was configured is not asked for', async () => {
  await using stand = await EngineStand.open({ flavour: 'thanos' })
  expect(stand.engine.state.flavour).toBe('thanos')
  await stand.queries.vectors([{ exprs: ['up'], timeMs: START_MS, origin: RULE }], never)
  expect(stand.questions[0]!.params['partial_response']).toBe('false')
})

const RULE = { kind: 'rule', file: 'rules.yml', name: 'g' } as const

const error = (errorType: string, words: string): string =>
  JSON.stringify({ status: 'error', errorType, error: words })

test.each<[number, string, number, string, string]>([
  [
    400,
    error('bad_data', 'invalid parameter "query": 1:5: parse error: x'),
    400,
    'QUERY_PARSE',
    '1:5: parse error: x',
  ],
  [
    400,
    error('bad_data', 'exceeded maximum resolution'),
    400,
    'HTTP_PARAMETER',
    'maximum resolution',
  ],
  [422, error('execution', 'found duplicate series'), 422, 'QUERY_EXECUTION', 'duplicate series'],
  [422, error('422', 'error when executing query'), 422, 'QUERY_EXECUTION', 'executing'],
  [503, error('timeout', 'query timed out'), 503, 'QUERY_TIMEOUT', 'timed out'],
  [503, error('503', 'not enough storage nodes'), 503, 'ENGINE_BUSY', 'not enough storage nodes'],
  [429, 'slow down', 503, 'ENGINE_BUSY', 'slow down'],
  [401, 'no', 503, 'ENGINE_FORBIDDEN', 'credentials'],
  [404, '<html>', 500, 'ENGINE_ANSWER', 'read_url'],
  [500, error('internal', 'disk of http://u:secret@x'), 500, 'ENGINE_FAILED', 'http://<secret>@x'],
  [200, '<html>login</html>', 500, 'ENGINE_ANSWER', 'login'],
])('%i %s becomes %i %s', async (status, body, ours, code, words) => {
  await using stand = await EngineStand.open()
  stand.script = () => ({ status, body })
  const reply = await stand.queries.json(instant('up'), HTTP, never)
  expect([reply.status, reply.error?.code]).toEqual([ours, code])
  expect(textOf(reply)).toContain(JSON.stringify(words).slice(1, -1))
  expect(stand.engine.state.awaySinceMs).toBeUndefined()
})

test('who is not found is asked again, three times in all, and then is away until it is found', async () => {
  await using stand = await EngineStand.open()
  const answers: Scripted[] = [
    { status: 502, body: 'bad gateway' },
    { status: 503, body: 'no backend' },
    { body: NOTHING },
  ]
  stand.script = () => answers.shift()!
  expect((await stand.queries.json(instant('up'), HTTP, never)).status).toBe(200)
  expect(stand.metric('weir_engine_retries_total')).toBe(2)

  stand.script = () => ({ status: 502, body: 'bad gateway' })
  const reply = await stand.queries.json(instant('up'), HTTP, never)
  expect([reply.status, reply.error?.code]).toEqual([503, 'ENGINE_AWAY'])
  expect(textOf(reply)).toMatch(
    /at http:\/\/127.0.0.1:\d+\/prom: it has been away since 2026-01-05T00:00:00Z \(it answers 502: bad gateway\)/,
  )
  expect(stand.metric('weir_engine_up')).toBe(0)
  const asked = stand.asked.length
  await expect(stand.queries.vector('up', START_MS)).rejects.toMatchObject({ code: 'ENGINE_AWAY' })
  expect(stand.asked.length).toBe(asked) // nobody was bothered
})

test('a client that goes ends the question', async () => {
  await using stand = await EngineStand.open()
  stand.script = () => undefined
  const client = new AbortController()
  const left = stand.left()
  const asking = stand.queries.json(instant('up'), HTTP, client.signal)
  await expect.poll(() => stand.questions.length).toBe(1)
  client.abort(new Error('gone'))
  await expect(asking).rejects.toThrow('gone')
  await left
  expect(stand.gone).toBe(1)
  expect(stand.metric('weir_engine_requests_total{outcome="canceled"}')).toBe(1)
})

test('too many that wait are refused', async () => {
  await using stand = await EngineStand.open({ max_concurrent_queries: 1 })
  stand.script = () => undefined
  const client = new AbortController()
  const waiting = Array.from({ length: 5 }, () =>
    stand.queries.json(instant('up'), HTTP, client.signal).catch(() => undefined),
  )
  await expect.poll(() => stand.questions.length).toBe(1)
  await expect(stand.queries.json(instant('up'), HTTP, never)).rejects.toMatchObject({
    code: 'QUERY_QUEUE_FULL',
  })
  client.abort(new Error('gone'))
  await Promise.all(waiting)
})

test('a long answer is passed on piece by piece, a short one whole', async () => {
  await using stand = await EngineStand.open()
  const long = vectorBody(['a', '1'.repeat(100_000)], ['b', '2'.repeat(100_000)])
  stand.script = () => ({ body: [long.slice(0, 70_000), long.slice(70_000)] })
  const reply = await stand.queries.json(instant('up'), HTTP, never, true)
  const rest: Uint8Array[] = []
  for await (const piece of reply.rest!) rest.push(piece)
  expect(Buffer.concat([reply.body, ...rest]).toString()).toBe(long)
  stand.script = () => ({ body: NOTHING })
  expect((await stand.queries.json(instant('up'), HTTP, never, true)).rest).toBeUndefined()
})

test('longer than a client may have is refused, or breaks off', async () => {
  await using stand = await EngineStand.open()
  stand.script = () => ({ body: vectorBody(['a', '1'.repeat(1_000)]) })
  const job = { ...instant('up'), limits: { answerBytesMax: 500 } } as QueryJob
  expect((await stand.queries.json(job, HTTP, never)).error?.code).toBe('QUERY_ANSWER_TOO_LARGE')
})

test('an answer in part says so, and is cut where the engine knows no limit', async () => {
  const own = new EngineStand()
  own.build = VICTORIA_BUILD
  await using stand = await EngineStand.open({}, own)
  const whole = vectorBody(['a', '1'], ['b', '2'], ['c', '3'])
  stand.script = () => ({ body: whole.replace('"success",', '"success","isPartial":true,') })
  const reply = JSON.parse(textOf(await stand.queries.json(instant('up', 2), HTTP, never))) as {
    readonly data: { readonly result: readonly unknown[] }
    readonly warnings: readonly string[]
  }
  expect(reply.data.result).toHaveLength(2)
  expect(reply.warnings).toEqual([
    expect.stringContaining('in part'),
    'results truncated due to limit',
  ])
  expect(stand.metric('weir_engine_partial_answers_total')).toBe(1)
  expect(stand.questions[0]!.params['limit']).toBeUndefined()
})

test.each<[string, QueryJob, object]>([
  [
    'series',
    { kind: 'series', selectors: ['a', '{b="c"}'], startMs: 1000, endMs: 2000, limit: 3 },
    {
      path: '/api/v1/series',
      params: { 'match[]': ['a', '{b="c"}'], start: '1', end: '2', limit: '3' },
    },
  ],
  [
    'names at any time',
    { kind: 'labels', selectors: [], startMs: -8.64e15, endMs: 8.64e15, limit: 0 },
    { path: '/api/v1/labels', params: {} },
  ],
  [
    'values of a name that a path cannot carry',
    { kind: 'labelValues', name: 'a.b_ü', selectors: [], startMs: 0, endMs: 2000, limit: 0 },
    { method: 'GET', path: '/api/v1/label/U__a_2e_b___fc_/values', params: { end: '2' } },
  ],
  [
    'metadata',
    { kind: 'metadata', metric: 'up', limit: 1, limitPerMetric: -1 },
    { method: 'GET', path: '/api/v1/metadata', params: { metric: 'up', limit: '1' } },
  ],
  [
    'exemplars',
    { kind: 'exemplars', expr: 'a', startMs: 1000, endMs: 2000 },
    { path: '/api/v1/query_exemplars', params: { query: 'a', start: '1', end: '2' } },
  ],
])('%s are asked for', async (_what, job, want) => {
  await using stand = await EngineStand.open()
  stand.script = () => ({ body: '{"status":"success","data":["a"]}' })
  expect(textOf(await stand.queries.json(job, HTTP, never))).toBe(
    '{"status":"success","data":["a"]}',
  )
  expect(stand.questions).toEqual([expect.objectContaining(want)])
})

test('VictoriaMetrics is told all times, and has no exemplars', async () => {
  const own = new EngineStand()
  own.build = VICTORIA_BUILD
  await using stand = await EngineStand.open({}, own)
  const job = {
    kind: 'labels',
    selectors: [],
    startMs: -8.64e15,
    endMs: 8.64e15,
    limit: 0,
  } as const
  await stand.queries.json(job, HTTP, never)
  expect(stand.questions[0]!.params).toEqual({ start: '0', end: '1799107200' })
  await stand.queries.json({ kind: 'exemplars', expr: 'a', startMs: 0, endMs: 1 }, HTTP, never)
  expect(stand.localJson).toEqual(['exemplars'])
})

test('a bad selector is refused here, and parsing is done here', async () => {
  await using stand = await EngineStand.open()
  const job = { kind: 'series', selectors: ['{'], startMs: 0, endMs: 1, limit: 0 } as const
  expect((await stand.queries.json(job, HTTP, never)).error?.code).toBe('QUERY_PARSE')
  await stand.queries.json({ kind: 'formatQuery', expr: 'a' }, HTTP, never)
  expect(stand.localJson).toEqual(['formatQuery'])
  expect(stand.questions).toEqual([])
})

test('metadata that the engine has not is what Weir has seen', async () => {
  await using stand = await EngineStand.open()
  stand.script = () => ({ body: '{"status":"success","data": {}}\n' })
  await stand.queries.json(
    { kind: 'metadata', metric: '', limit: -1, limitPerMetric: -1 },
    HTTP,
    never,
  )
  expect(stand.localJson).toEqual(['metadata'])
})

test('several questions of rules: one that fails spoils nothing beside it', async () => {
  await using stand = await EngineStand.open()
  stand.script = ({ params }) =>
    params['query'] === 'bad'
      ? { status: 422, body: error('execution', 'no') }
      : { body: vectorBody([String(params['query']), '-Inf']) }
  const parts = [
    { exprs: ['a', 'bad'], timeMs: START_MS, origin: RULE },
    { exprs: ['b'], timeMs: START_MS + 1000, origin: RULE },
  ]
  expect(await stand.queries.vectors(parts, never)).toEqual([
    { kind: 'vector', labels: [['__name__', 'a']], values: Float64Array.of(-Infinity) },
    { kind: 'failure', code: 'QUERY_EXECUTION', message: 'no' },
    { kind: 'vector', labels: [['__name__', 'b']], values: Float64Array.of(-Infinity) },
  ])
})

test('while the engine is away only rules about Weir itself are answered, by what Weir keeps', async () => {
  await using stand = await EngineStand.open()
  stand.script = () => ({ status: 502, body: '' })
  const own = { kind: 'rule', file: 'pack:weir', name: 'g' } as const
  const parts = [
    { exprs: ['theirs'], timeMs: START_MS, origin: RULE },
    { exprs: ['ours'], timeMs: START_MS, origin: own },
  ]
  expect(await stand.queries.vectors(parts, never)).toEqual([
    expect.objectContaining({ kind: 'failure', code: 'ENGINE_AWAY' }),
    expect.objectContaining({ labels: [['from', 'here']] }),
  ])
  await stand.queries.vector('alone', START_MS, undefined, own)
  await expect(stand.queries.vector('page', START_MS, undefined, OWN)).rejects.toThrow('away')
  expect(stand.localVectors).toEqual(['ours', 'alone'])
})

test('scalars are vectors of one; a range where a moment is wanted is refused', async () => {
  await using stand = await EngineStand.open()
  stand.script = ({ params }) => ({
    body: JSON.stringify({
      status: 'success',
      data:
        params['query'] === 'm'
          ? { resultType: 'matrix', result: [] }
          : { resultType: 'scalar', result: [1, '+Inf'] },
    }),
  })
  const { labels, values } = await stand.queries.vector('s', START_MS)
  expect([labels, [...values]]).toEqual([[[]], [Infinity]])
  await expect(stand.queries.vector('m', START_MS)).rejects.toMatchObject({
    code: 'QUERY_EXECUTION',
  })
})

test('a range is laid out on its grid', async () => {
  await using stand = await EngineStand.open()
  const at = (seconds: number): number => START_MS / 1000 + seconds
  const values = [
    [at(0), '1'],
    [at(20), 'NaN'],
    [at(25), '9'], // not on the grid
    [at(40), '9'], // beyond it
  ]
  stand.script = () => ({
    body: JSON.stringify({
      status: 'success',
      data: { resultType: 'matrix', result: [{ metric: { b: '2', a: '1' }, values }] },
    }),
  })
  const range = { startMs: START_MS, endMs: START_MS + 30_000, stepMs: 10_000 }
  const matrix = await stand.queries.matrix('x', range)
  expect(matrix).toMatchObject({ stepCount: 4, labels: [['a', '1', 'b', '2']] })
  expect([...matrix.values]).toEqual([1, NaN, NaN, NaN])
  await expect(stand.queries.background('x', range, never, 3)).rejects.toMatchObject({
    code: 'QUERY_TOO_MANY_SAMPLES',
  })
})

test('federation and remote read are made of raw samples', async () => {
  await using stand = await EngineStand.open()
  const result = [{ metric: { __name__: 'up', job: 'a' }, values: [[START_MS / 1000 - 7.5, '1']] }]
  stand.script = () => ({
    body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
  })
  const reply = await stand.queries.json(
    {
      kind: 'federate',
      selectors: ['up'],
      timeMs: START_MS,
      limits: { lookbackMs: 300_000 },
      externalLabels: ['site', 'north'],
      format: { kind: 'text', escaping: 'values' } as never,
      after: undefined,
      pageBytes: 1,
    },
    HTTP,
    never,
  )
  expect(textOf(reply)).toContain(`up{job="a",instance="",site="north"} 1 ${START_MS - 7500}`)
  expect(stand.questions[0]!.params).toMatchObject({ query: 'up[300000ms]' })
  const read = await stand.queries.json(
    {
      kind: 'readSamples',
      queries: [
        {
          startMs: START_MS - 60_000,
          endMs: START_MS,
          matchers: [
            { name: '__name__', operator: '=', value: 'up' },
            { name: 'site', operator: '=', value: 'north' },
          ],
        },
      ],
      externalLabels: ['site', 'north'],
      samplesMax: 10,
      answerBytesMax: 1_000,
    },
    HTTP,
    never,
  )
  expect(read.status).toBe(200)
  expect(read.body.length).toBeGreaterThan(20)
  expect(stand.questions[1]!.params).toMatchObject({ query: '{__name__="up",site=""}[60001ms]' })
})

test('long answers are read by a query thread, short ones where they arrive', async () => {
  await using stand = await EngineStand.open()
  for (const [count, reads] of [
    [2, []],
    [1000, ['vector']],
  ] as const) {
    const names = Array.from({ length: count }, (_, i) => [`up${i}`, String(i)] as const)
    stand.script = () => ({ body: vectorBody(...names) })
    const parts = [{ exprs: ['up'], timeMs: START_MS, origin: RULE }]
    const [answer] = await stand.queries.vectors(parts, never)
    const { labels, values } = answer as VectorRows
    expect([labels.length, values[count - 1]]).toEqual([count, count - 1])
    expect(stand.localReads).toEqual(reads)
  }
})
