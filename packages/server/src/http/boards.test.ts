import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exposition } from '@weir/wire'
import type { QueryReply } from '../query/job.ts'
import { type HttpServer, createHttp } from './app.ts'
import { HTTP_LIMITS, NOON, type StandIn, standIn } from './testing/stand-in.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const SPAN = { startMs: NOON - 30_000, endMs: NOON, stepMs: 15_000 }
const at = NOON / 1000

let deps: StandIn
let http: HttpServer
beforeAll(async () => {
  deps = standIn()
  http = await createHttp(deps)
})
afterAll(() => http[Symbol.asyncDispose]())

type Line = Readonly<Record<string, unknown>>

async function ask(queries: readonly unknown[], of = http): Promise<Line[]> {
  const reply = await post({ queries }, of)
  expect(reply.statusCode).toBe(200)
  return linesOf(reply.body)
}

async function post(
  payload: object,
  of = http,
): Promise<{ readonly statusCode: number; readonly body: string; json(): unknown }> {
  return of.inject({
    method: 'POST',
    url: '/api/weir/v1/boards/query',
    headers: JSON_TYPE,
    payload,
  })
}

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

describe('a question is answered as its own API answers it', () => {
  test.each<[string, object, unknown]>([
    [
      'a range',
      { expr: 'sum(shop_orders_total)', ...SPAN },
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
      'a moment',
      { kind: 'instant', expr: 'queue_length', ...SPAN },
      {
        resultType: 'vector',
        result: [{ metric: { __name__: 'queue_length', job: 'shop' }, value: [at, '0'] }],
      },
    ],
    ['values of a label', { kind: 'labelValues', name: 'job', ...SPAN }, ['shop']],
    [
      'values under a selector',
      { kind: 'labelValues', name: 'instance', expr: 'shop_orders_total', ...SPAN },
      ['a', 'b'],
    ],
    [
      'values under any of some',
      {
        kind: 'labelValues',
        name: '__name__',
        match: ['queue_length', 'shop_orders_total'],
        ...SPAN,
      },
      ['queue_length', 'shop_orders_total'],
    ],
    ['names of labels', { kind: 'labels', expr: 'queue_length', ...SPAN }, ['__name__', 'job']],
    [
      'series',
      { kind: 'series', expr: 'queue_length', ...SPAN },
      [{ __name__: 'queue_length', job: 'shop' }],
    ],
    ['exemplars', { kind: 'exemplars', expr: 'queue_length', ...SPAN }, []],
  ])('%s', async (_, query, data) => {
    expect(await ask([{ id: 'x', ...query }])).toEqual([{ id: 'x', status: 'success', data }])
  })

  test('what is wrong with one is no matter to the others', async () => {
    const lines = await ask([
      { id: 'broken', expr: 'sum(', ...SPAN },
      { id: 'long', expr: 'up', startMs: 0, endMs: NOON, stepMs: 1 },
      { id: 'odd', kind: 'graph', expr: 'up', ...SPAN },
      { id: 'back', expr: 'up', startMs: NOON, endMs: 0, stepMs: 15_000 },
      { id: 'good', expr: '1', ...SPAN },
    ])
    const said = Object.fromEntries(lines.map(({ id, status, error }) => [id, error ?? status]))
    expect(said).toEqual({
      broken: expect.stringContaining('unclosed left parenthesis'),
      long: expect.stringContaining('11000 values a series'),
      odd: expect.stringContaining('"kind"'),
      back: expect.stringContaining('"endMs"'),
      good: 'success',
    })
  })

  test('the same question under two ids is asked once', async () => {
    deps.jobs.length = 0
    const lines = await ask([
      { id: 'a', expr: 'queue_length', ...SPAN },
      { id: 'b', expr: 'queue_length', ...SPAN },
      { id: 'c', expr: 'queue_length', ...SPAN, stepMs: 30_000 },
    ])
    expect(deps.jobs.length).toBe(2)
    expect(new Set(lines.map(({ id }) => id))).toEqual(new Set(['a', 'b', 'c']))
    expect(lines.find(({ id }) => id === 'a')!['data']).toEqual(
      lines.find(({ id }) => id === 'b')!['data'],
    )
  })
})

/** Query threads whose answers come when a test says so. */
function slowStand(board = HTTP_LIMITS.board): {
  readonly deps: StandIn
  readonly waiting: Map<string, (reply: QueryReply) => void>
  readonly ended: string[]
} {
  const waiting = new Map<string, (reply: QueryReply) => void>()
  const ended: string[] = []
  const deps = standIn({
    limits: { ...HTTP_LIMITS, board },
    queries: {
      ...standIn().queries,
      json: (job, _, signal) => {
        const expr = 'expr' in job ? job.expr : ''
        return new Promise((resolve, reject) => {
          waiting.set(expr, resolve)
          signal.addEventListener('abort', () => {
            ended.push(expr)
            reject(signal.reason as Error)
          })
        })
      },
    },
  })
  return { deps, waiting, ended }
}

const reply = (data: string): QueryReply => ({
  status: 200,
  body: new TextEncoder().encode(`{"status":"success","data":"${data}"}`),
})

async function listening(deps: StandIn): Promise<AsyncDisposable & { readonly url: string }> {
  const server = await createHttp(deps)
  const { url } = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `${url}/api/weir/v1/boards/query`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const pageOf = ({ registry }: StandIn): string =>
  new TextDecoder().decode(exposition(registry.collect(), '').body)

/** Asks and hands back the text of the answer, piece by piece. */
function parts(
  url: string,
  exprs: readonly string[],
  init: RequestInit = {},
): AsyncGenerator<string> {
  const queries = exprs.map((expr) => ({ id: expr, expr, ...SPAN }))
  const asked = fetch(url, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ queries }),
    ...init,
  })
  return (async function* () {
    const { body } = await asked
    const decoder = new TextDecoder()
    for await (const part of body!) yield decoder.decode(part as Uint8Array)
  })()
}

describe('while questions are under way', () => {
  test.each([
    ['', {}],
    [', packed for who is far', { 'x-forwarded-for': '192.0.2.1' }],
  ])('an answer is sent when it is there, whatever is still asked%s', async (_, headers) => {
    const { deps, waiting } = slowStand()
    await using server = await listening(deps)
    const answers = parts(server.url, ['slow', 'quick'], { headers: { ...JSON_TYPE, ...headers } })
    await expect.poll(() => waiting.size).toBe(2)
    waiting.get('quick')!(reply('1'))
    expect((await answers.next()).value).toBe('{"id":"quick","status":"success","data":"1"}\n')
    waiting.get('slow')!(reply('2'))
    expect((await answers.next()).value).toBe('{"id":"slow","status":"success","data":"2"}\n')
    expect((await answers.next()).done).toBe(true)
  })

  test('only some run at a time, in their order', async () => {
    const { deps, waiting } = slowStand({ ...HTTP_LIMITS.board, atOnce: 2 })
    await using server = await listening(deps)
    const answers = parts(server.url, ['a', 'b', 'c'])
    await expect.poll(() => [...waiting.keys()]).toEqual(['a', 'b'])
    waiting.get('b')!(reply('1'))
    await answers.next()
    await expect.poll(() => [...waiting.keys()]).toEqual(['a', 'b', 'c'])
    for (const answer of waiting.values()) answer(reply('1'))
    let rest = ''
    for await (const part of answers) rest += part
    expect(linesOf(rest).map(({ id }) => id)).toEqual(['a', 'c'])
  })

  test('who goes away ends what runs', async () => {
    const { deps, waiting, ended } = slowStand()
    await using server = await listening(deps)
    const leaving = new AbortController()
    const gone = parts(server.url, ['a', 'b'], { signal: leaving.signal }).next()
    await expect.poll(() => waiting.size).toBe(2)
    leaving.abort()
    await expect(gone).rejects.toThrow('aborted')
    await expect.poll(() => ended.toSorted()).toEqual(['a', 'b'])
    await expect.poll(() => pageOf(deps)).toContain('weir_board_queries_total{result="canceled"} 2')
  })
})

describe('limits', () => {
  test.each<[string, object, number, string | RegExp]>([
    [
      'too many',
      { queries: Array.from({ length: 1001 }, (_, i) => ({ id: `${i}` })) },
      413,
      /web\.boards\.max_queries/,
    ],
    ['none', { queries: [] }, 400, /queries/],
    ['no id', { queries: [{ expr: 'up' }] }, 400, /without an id/],
    ['an endless id', { queries: [{ id: 'x'.repeat(201) }] }, 400, /without an id/],
    ['no list', { queries: 'up' }, 400, /queries/],
  ])('%s', async (_, payload, status, why) => {
    const reply = await post(payload)
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toMatchObject({ status: 'error', error: expect.stringMatching(why) })
  })

  test('what comes after too many bytes is refused by name', async () => {
    const { deps, waiting } = slowStand({ ...HTTP_LIMITS.board, atOnce: 1, answerBytesMax: 10 })
    await using server = await createHttp(deps)
    const asked = ask(
      [
        { id: 'a', expr: 'a', ...SPAN },
        { id: 'b', expr: 'b', ...SPAN },
      ],
      server,
    )
    await expect.poll(() => waiting.has('a')).toBe(true)
    waiting.get('a')!(reply('1'))
    expect(await asked).toEqual([
      { id: 'a', status: 'success', data: '1' },
      {
        id: 'b',
        status: 'error',
        errorType: 'execution',
        error: expect.stringContaining('web.boards.max_answer_bytes'),
      },
    ])
  })
})
