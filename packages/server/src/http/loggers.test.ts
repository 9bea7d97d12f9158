import { afterEach, expect, test } from 'vitest'
import { loggersConfig } from '../loggers/config.ts'
import { DeskStand, request } from '../loggers/testing/desk-stand.ts'
import { type HttpServer, createHttp } from './app.ts'
import { standIn } from './testing/stand-in.ts'

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (let one = open.pop(); one !== undefined; one = open.pop()) await one[Symbol.asyncDispose]()
})

async function stand(limits: object = {}): Promise<{ at: DeskStand; http: HttpServer }> {
  const at = await DeskStand.open(limits)
  open.push(at.desk)
  const http = await createHttp(
    standIn({ loggers: () => at.desk, loggerLimits: loggersConfig.parse(limits) }),
  )
  open.push(http)
  return { at, http }
}

const PATH = '/api/weir/v1/loggers'
const JSON_TYPE = { 'content-type': 'application/json', host: 'localhost' }

const DRAFT = {
  selector: { service: 'orders' },
  logger: 'kafka*',
  level: 'debug',
  durationMs: 60_000,
  author: 'ann',
  reason: 'INC-7',
}

test('a level is set, seen, told to the process, and cleared', async () => {
  const { at, http } = await stand()
  const post = (path: string, said: object) =>
    http.inject({ method: 'POST', url: PATH + path, headers: JSON_TYPE, payload: said })
  const get = async (path: string): Promise<unknown> =>
    (await http.inject({ url: PATH + path, headers: JSON_TYPE })).json()

  const poll = { ...request('a'), labels: {} }
  expect((await post('/poll', poll)).json()).toEqual({
    overridesVersion: '0',
    overrides: [],
    wantLoggers: false,
  })
  const { id } = (await post('/overrides', DRAFT)).json<{ id: string }>()
  expect((await post('/poll', poll)).json()).toMatchObject({
    overrides: [{ id, logger: 'kafka*', level: 'debug', remainingMs: 60_000 }],
  })
  expect(await get('?service=ord*&logger=kafka&host=host-a&instance=a')).toMatchObject({
    services: [{ service: 'orders', loggers: [{ name: 'kafka', overrides: [id] }] }],
  })
  expect(await get('?service=billing')).toEqual({ services: [] })
  expect(await get('/overrides')).toMatchObject({ overrides: [{ id, reason: 'INC-7' }] })
  expect(await get(`/overrides/${id}`)).toMatchObject({ reach: [{ state: 'waiting' }] })
  const cleared = await http.inject({ method: 'DELETE', url: `${PATH}/overrides/${id}?by=bob` })
  expect(cleared.json()).toMatchObject({ state: 'cleared', endedBy: 'bob' })
  expect(await get('/audit')).toMatchObject({ overrides: [{ id, from: '127.0.0.1' }] })
  expect(at.desk.overrides()).toEqual([])
})

test('a request waits for a change without holding its body', async () => {
  const { at, http } = await stand()
  const poll = { ...request('a', { overridesVersion: '0', waitMs: 30_000 }) }
  const answer = http.inject({
    method: 'POST',
    url: `${PATH}/poll`,
    headers: JSON_TYPE,
    payload: poll,
  })
  const waiting = answer.then((reply) => reply.json<unknown>())
  while (
    at.desk.loggers({ service: '', logger: '', instance: '', host: '' }).services.length === 0
  ) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  await at.set('*')
  expect(await waiting).toMatchObject({ overrides: [{ logger: '*' }] })
})

test.each([
  [{ ...DRAFT, level: 'verbose' }, 400, 'HTTP_PARAMETER', /level.*want one of trace, debug/],
  [{ ...DRAFT, durationMs: 90_000_000 }, 400, 'HTTP_PARAMETER', /want at most 24 hours/],
  [{ ...DRAFT, durationMs: 10 }, 400, 'HTTP_PARAMETER', /want at least a second/],
  [{ ...DRAFT, author: '' }, 400, 'HTTP_PARAMETER', /want who does it/],
  [{ ...DRAFT, logger: '*'.repeat(17) }, 400, 'HTTP_PARAMETER', /want at most 16 stars/],
  [{ ...DRAFT, colour: 'red' }, 400, 'HTTP_PARAMETER', /colour/],
  [{ ...DRAFT, selector: { colour: 'red' } }, 400, 'HTTP_PARAMETER', /colour/],
])('an override %j is refused with %d %s', async (payload, status, code, why) => {
  const { http } = await stand()
  const reply = await http.inject({
    method: 'POST',
    url: `${PATH}/overrides`,
    headers: JSON_TYPE,
    payload,
  })
  expect(reply.statusCode).toBe(status)
  expect(reply.headers['weir-error-code']).toBe(code)
  expect(reply.json<{ error: string }>().error).toMatch(why)
})

test('limits answer with their codes', async () => {
  const { at, http } = await stand({ max_instances: 1, max_overrides: 1, max_poll_bytes: '16KiB' })
  const post = (path: string, payload: object, headers: object = {}) =>
    http.inject({
      method: 'POST',
      url: PATH + path,
      headers: { ...JSON_TYPE, ...headers },
      payload: JSON.stringify(payload),
    })
  await at.poll('a')
  const full = await post('/poll', request('b'))
  expect(full.statusCode).toBe(503)
  expect(full.headers).toMatchObject({ 'weir-error-code': 'LOGGERS_FULL', 'retry-after': '5' })
  await at.set('*')
  const another = await post('/overrides', DRAFT)
  expect(another.statusCode).toBe(409)
  expect(another.headers['weir-error-code']).toBe('OVERRIDES_FULL')
  const long = await post('/poll', { ...request('a'), noise: 'x'.repeat(20_000) })
  expect(long.statusCode).toBe(413)
  const strange = await post('/poll', request('a'), { 'content-type': 'text/plain' })
  expect(strange.statusCode).toBe(415)
  const stranger = await post('/overrides', DRAFT, { origin: 'http://evil.example' })
  expect(stranger.statusCode).toBe(403)
  const unknown = await http.inject({ url: `${PATH}/overrides/nope`, headers: JSON_TYPE })
  expect(unknown.statusCode).toBe(404)
  expect(unknown.headers['weir-error-code']).toBe('OVERRIDE_UNKNOWN')
})
