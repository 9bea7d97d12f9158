import { HttpClient } from '@weir/fetch'
import { systemClock } from '@weir/model'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Log } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { distantEngine, logsStorage } from '../config.ts'
import { StandInLoki } from '../testing/stand-in-loki.ts'
import { answerFromLoki } from './answer-job.ts'
import { LokiClient } from './loki-client.ts'
import { LokiTail } from './loki-tail.ts'

let loki: StandInLoki
let http: HttpClient | undefined

beforeEach(async () => {
  loki = await StandInLoki.open()
})
afterEach(async () => {
  await http?.[Symbol.asyncDispose]()
  await loki[Symbol.asyncDispose]()
})

async function open(more: object = {}): Promise<LokiClient> {
  const given = { engine: 'loki', url: loki.url, tenant: 't', ...more }
  const engine = distantEngine(logsStorage.parse(given))!
  http = await HttpClient.open(engine)
  const telemetry = { registry: new Registry(), log: new Log(pino({ level: 'silent' })) }
  return new LokiClient({ engine, client: http, clock: systemClock, telemetry })
}

const never = new AbortController().signal
const ask = (client: LokiClient, query = '{a="b"}', signal = never): Promise<Uint8Array> =>
  client.ask({ path: 'query', params: new URLSearchParams({ query }) }, signal)

test('what Loki answers comes through as it is, short questions by GET and long ones by POST', async () => {
  const client = await open()
  loki.answer = () => ({ status: 200, text: '{"status" : "success"}' })
  expect(Buffer.from(await ask(client)).toString()).toBe('{"status" : "success"}')
  const long = `{a="${'b'.repeat(5000)}"}`
  await ask(client, long)
  const [short, posted] = loki.asked
  expect([short?.method, short?.url.pathname, short?.url.searchParams.get('query')]).toEqual([
    'GET',
    '/loki/api/v1/query',
    '{a="b"}',
  ])
  expect([posted?.method, new URLSearchParams(posted?.body).get('query')]).toEqual(['POST', long])
  expect(loki.headers.map((headers) => headers['x-scope-orgid'])).toEqual(['t', 't'])
})

test.each<[number, string, string, string]>([
  [400, 'parse error at line 1', 'LOGS_ENGINE_REFUSED', 'parse error at line 1'],
  [422, '', 'LOGS_ENGINE_REFUSED', 'Loki refused the question (422)'],
  [401, 'no org id', 'LOGS_ENGINE_AWAY', 'look at the credentials and tenant of storage.logs'],
  [404, '', 'LOGS_ENGINE_UNSUPPORTED', 'has no query (404)'],
  [429, 'too many outstanding requests', 'LOGS_ENGINE_AWAY', 'it answered 429'],
  [500, 'panic', 'LOGS_ENGINE_AWAY', 'it answered 500: panic; lines that come meanwhile are kept'],
  [504, 'request timed out', 'QUERY_TIMEOUT', 'request timed out'],
])('%d %j is %s', async (status, text, code, words) => {
  const client = await open()
  loki.answer = () => ({ status, text })
  await expect(ask(client)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words) as string,
  })
})

test('a longer answer than may be is refused', async () => {
  const client = await open({ max_answer_bytes: 100 })
  loki.answer = () => ({ status: 200, text: 'x'.repeat(101) })
  await expect(ask(client)).rejects.toMatchObject({ code: 'QUERY_ANSWER_TOO_LARGE' })
})

test('who leaves is waited for by nobody', async () => {
  const client = await open()
  loki.answer = () => 'hang'
  const gone = new AbortController()
  const asking = ask(client, undefined, gone.signal)
  gone.abort(new Error('left'))
  await expect(asking).rejects.toThrow('left')
})

const stream = (...lines: readonly (readonly [string, string])[]): string =>
  JSON.stringify({
    data: {
      resultType: 'streams',
      result: [{ stream: { app: 'a' }, values: lines.map(([time, line]) => [time, line, {}]) }],
    },
  })

test('patterns are found here where Loki does not look for them', async () => {
  const client = await open()
  loki.answer = ({ pathname }) =>
    pathname.endsWith('query_range')
      ? { status: 200, text: stream(['1000000000', 'sent 5 rows'], ['2000000000', 'sent 7 rows']) }
      : { status: 404, text: '' }
  const range = { fromNs: 0n, toNs: 10_000_000_000n }
  const { body } = await answerFromLoki(
    { kind: 'patterns', query: '{app="a"}', range, stepNs: 10_000_000_000n },
    {
      loki: client,
      limits: { linesMax: 100, seriesMax: 10, sampleLines: 100 },
      clock: systemClock,
      signal: never,
    },
  )
  expect(JSON.parse(Buffer.from(body).toString())).toEqual({
    status: 'success',
    data: [{ pattern: 'sent <_> rows', level: 'unknown', samples: [[0, 2]] }],
  })
})

test('a tail shows what is new once, and lives through a Loki that is away', async () => {
  const client = await open()
  const now = BigInt(systemClock.now()) * 1_000_000n
  const old: readonly [string, string] = [String(now - 1_000_000_000n), 'old']
  const fresh: readonly [string, string] = [String(now), 'fresh']
  const answers = [
    { status: 200, text: stream(old) },
    { status: 200, text: stream(old, fresh) },
    { status: 503, text: 'away' },
    { status: 200, text: stream(old, fresh, [String(now + 1n), 'fresher']) },
    { status: 400, text: 'enough' },
  ]
  loki.answer = () => answers.shift()!
  const tail = new LokiTail({ loki: client, clock: systemClock, pollMs: 1 })
  const taken: string[] = []
  const stop = new AbortController()
  const ended = new Promise<string>((resolve) => {
    const request = { query: '{app="a"}', startNs: 0n, limit: 10, delayMs: 0, categorize: true }
    const take = (entries: readonly { readonly line: string }[]): void => {
      taken.push(...entries.map(({ line }) => line))
    }
    void tail
      .follow(request, { take, end: resolve }, stop.signal)
      .then((past) => taken.push(...past.map(({ line }) => line)))
  })
  expect(await ended).toBe('enough')
  expect(taken).toEqual(['old', 'fresh', 'fresher'])
  stop.abort()
})
