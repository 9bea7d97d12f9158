import { afterAll, beforeAll, expect, test } from 'vitest'
import { type WeirProcess, eventually, sendTcp, startWeir } from './weir-process.ts'

/** Queries that nobody means well with, against a whole Weir with 10,000 series. */

const SERIES = 10_000
const TIMEOUT_S = 3
const GROWTH_BYTES_MAX = 400 * 1024 * 1024

let weir: WeirProcess
let residentBefore: number

beforeAll(async () => {
  weir = await startWeir({ config: `query: {timeout: ${TIMEOUT_S}s, max_memory: 128MiB}\n` })
  const lines = Array.from({ length: SERIES }, (_, i) => `shop.orders:1|g|#user:${i}`)
  await sendTcp(weir.statsdTcpPort, lines)
  await eventually('all series', async () => (await count('shop_orders')) === SERIES)
  residentBefore = await resident()
})
afterAll(() => weir[Symbol.asyncDispose]())

interface Reply {
  readonly status: number
  readonly error: string
  readonly result: readonly { readonly value: readonly [number, string] }[]
}

type Form = Readonly<Record<string, string>> | readonly (readonly [string, string])[]

async function post(path: string, form: Form): Promise<Reply> {
  const pairs = Array.isArray(form) ? form : Object.entries(form)
  const body = new URLSearchParams(pairs as [string, string][])
  const reply = await fetch(`${weir.web}/api/v1/${path}`, { method: 'POST', body })
  const { error = '', data } = (await reply.json()) as {
    error?: string
    data?: { result?: Reply['result'] }
  }
  return { status: reply.status, error, result: data?.result ?? [] }
}

async function count(selector: string): Promise<number> {
  const { result } = await post('query', { query: `count(${selector})` })
  return Number(result[0]?.value[1] ?? 0)
}

async function resident(): Promise<number> {
  const reply = await fetch(`${weir.web}/api/weir/v1/status`)
  return ((await reply.json()) as { residentBytes: number }).residentBytes
}

const numbers = (n: number, text: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => text(i)).join(',')

const NOW = 1_714_564_800
const range = (step: string, span = 3600): Record<string, string> => ({
  query: 'shop_orders',
  start: String(NOW - span),
  end: String(NOW),
  step,
})

test.each<[what: string, path: string, form: Form, status: number, error: RegExp]>([
  [
    '100,000 matchers',
    'query',
    { query: `count({${numbers(100_000, (i) => `u!="${i}"`)}})` },
    400,
    /at most 100000 characters/,
  ],
  [
    '8,000 matchers',
    'query',
    { query: `count({${numbers(8000, (i) => `u!="${i}"`)}})` },
    400,
    /at most 1000 matchers/,
  ],
  [
    '1 MB of spaces',
    'query',
    { query: `x${' '.repeat(1_000_000)}` },
    400,
    /at most 100000 characters/,
  ],
  [
    '1 MB to format',
    'format_query',
    { query: `x${' or x'.repeat(200_000)}` },
    400,
    /at most 100000 characters/,
  ],
  [
    'parentheses',
    'query',
    { query: `${'('.repeat(49_000)}1${')'.repeat(49_000)}` },
    400,
    /at most 400 levels/,
  ],
  ['signs', 'query', { query: `${'-'.repeat(90_000)}1` }, 400, /at most 400 levels/],
  [
    'a regex of repeats',
    'query',
    { query: 'count({user=~"((x{100}){100}){100}"})' },
    400,
    /expression too large/,
  ],
  [
    'a regex of parentheses',
    'query',
    { query: `count({user=~"${'('.repeat(30_000)}${')'.repeat(30_000)}"})` },
    400,
    /nests too deeply/,
  ],
  [
    'a regex that backtracks elsewhere',
    'query',
    { query: 'count({user=~"(1+)+(1*)*$x"})' },
    200,
    /^$/,
  ],
  [
    'a template',
    'query',
    { query: `label_replace(shop_orders,"a","${'$1'.repeat(45_000)}","user","(.*)")` },
    422,
    /more than 65536 characters in label_replace/,
  ],
  [
    'joins that double',
    'query',
    { query: `${'label_join('.repeat(300)}shop_orders${',"user","","user","user")'.repeat(300)}` },
    422,
    /more than 65536 characters in label_join|query\.max_memory/,
  ],
  [
    'labels that fill memory',
    'query',
    { query: `count(label_replace(shop_orders,"a","${'x'.repeat(10_000)}","",""))` },
    422,
    /query\.max_memory/,
  ],
  [
    'steps of milliseconds',
    'query',
    { query: 'max_over_time(up[290y:1ms])' },
    422,
    /at most 10000000 steps/,
  ],
  [
    '11,001 steps',
    'query_range',
    range('1', 11_001),
    400,
    /exceeded maximum resolution of 11,000 points per timeseries/,
  ],
  [
    'a step below a millisecond',
    'query_range',
    range('1e-9'),
    400,
    /zero or negative query resolution step/,
  ],
  [
    'a start before time',
    'query_range',
    { ...range('1e299'), start: '-1e300' },
    400,
    /cannot parse "-1e300" to a valid timestamp/,
  ],
  [
    'a moment after time',
    'query',
    { query: 'up', time: '1e300' },
    400,
    /cannot parse "1e300" to a valid timestamp/,
  ],
  ['a moment pinned after time', 'query', { query: 'up @ 1e300' }, 400, /timestamp out of bounds/],
  [
    'a range of a billion years',
    'query',
    { query: 'rate(up[1000000000y])' },
    400,
    /duration out of range/,
  ],
  [
    'a look back of a billion years',
    'query',
    { query: 'up', lookback_delta: '1e300' },
    400,
    /lookback delta/,
  ],
  [
    'time that has run out',
    'query',
    { query: 'up', timeout: '-1' },
    503,
    /query timed out in query queue/,
  ],
  [
    '50,000 selectors',
    'series',
    Array.from({ length: 50_000 }, (_, i) => ['match[]', `{u="${i}"}`] as const),
    413,
    /at most 10000/,
  ],
  [
    'a million parameters',
    'query',
    Array.from({ length: 500_000 }, () => ['a', ''] as const),
    413,
    /at most 10000/,
  ],
  // Its one series is never done within the time; the thread that works on it has to go.
  [
    'a window that never ends',
    'query_range',
    { ...range('1', 10_000), query: 'quantile_over_time(0.5, (vector(1))[1d:1s])' },
    503,
    /query timed out in expression evaluation/,
  ],
])(
  '%s: a clear answer, and the next one is served',
  async (_what, path, form, status, error) => {
    const reply = await post(path, form)
    expect([reply.status, reply.error]).toEqual([status, expect.stringMatching(error)])
    await eventually('an answer', async () => (await post('query', { query: '1' })).status === 200)
  },
  30_000,
)

test('regexes by the thousand are not kept', async () => {
  for (let i = 0; i < 100; i++) {
    const query = `nothing{user=~"${String.raw`[\\pL\\pN]`.repeat(300)}${i}"}`
    // On a busy machine one or another may take too long; what counts is what stays of them.
    expect([200, 503]).toContain((await post('query', { query })).status)
  }
}, 60_000)

test('after all of it: counted, memory as before, nothing lost meanwhile', async () => {
  await sendTcp(weir.statsdTcpPort, ['shop.orders.after:1|g'])
  await eventually('the line sent last', async () => (await count('shop_orders_after')) === 1)
  const metrics = await (await fetch(`${weir.web}/metrics`)).text()
  expect(metrics).toMatch(/weir_query_failed_total\{reason="QUERY_PARSE"\} [1-9]/)
  expect(metrics).toMatch(/weir_query_failed_total\{reason="QUERY_TOO_MUCH_MEMORY"\} [1-9]/)
  expect(metrics).toMatch(/weir_http_refused_total\{reason="HTTP_TOO_LARGE"\} 2/)
  expect((await resident()) - residentBefore).toBeLessThan(GROWTH_BYTES_MAX)
})
