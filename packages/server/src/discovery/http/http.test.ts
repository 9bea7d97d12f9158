import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hastyClock } from '../testing/hasty-clock.ts'
import { Watched } from '../testing/watched.ts'
import { httpSdConfig } from './config.ts'
import { HttpDiscoverer } from './http.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const JSON_HEADERS = { 'content-type': 'application/json' }
const send =
  (body: string | Buffer, headers: Record<string, string> = JSON_HEADERS, status = 200): Answer =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)

const ONE = '[{"targets":["a:1"],"labels":{"x":"y"}},{"targets":["b:1"]}]'

/** Asks a server that answers as `world.answer` does at the moment. */
async function look(answer: Answer, config: object = {}) {
  const world = { answer, headers: {} as IncomingMessage['headers'] }
  const server = createServer((request, response) => {
    world.headers = request.headers
    world.answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list?token=x`
  const parsed = httpSdConfig.parse({ url, refresh_interval: '2s', ...config })
  const watched = Watched.of(new HttpDiscoverer(parsed, hastyClock))
  return {
    world,
    watched,
    url,
    [Symbol.asyncDispose]: async () => {
      await watched.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('targets are asked for, with the headers that servers know, and told by their URL', async () => {
  await using looking = await look(send(ONE), { basic_auth: { username: 'u', password: 'p' } })
  const { watched, world, url } = looking
  await watched.until(['a:1', 'b:1'])
  expect(watched.groups.get(`${url}:0`)?.labels).toEqual({ x: 'y', __meta_url: url })
  expect(world.headers).toMatchObject({
    accept: 'application/json',
    'x-prometheus-refresh-interval-seconds': '2',
    authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
  })
  world.answer = send('[{"targets":["c:1"]}]')
  await watched.until(['c:1'])
  world.answer = send('[]')
  await watched.until([])
})

describe('an answer that is not to be used keeps what was found', () => {
  test.each<[string, Answer, RegExp]>([
    ['another status', send('[]', JSON_HEADERS, 503), /want status 200, got 503$/],
    ['another type', send('[]', { 'content-type': 'text/plain' }), /want a Content-Type of/],
    ['no type', (_, response) => void response.end('[]'), /got ""$/],
    ['no JSON', send('[{'), /JSON/],
    ['another shape', send('{"targets":[]}'), /want a list of \{targets/],
    ['no answer', (request) => void request.socket.destroy(), /Cannot get targets/],
    [
      'no end',
      (_, response) => void response.writeHead(200, JSON_HEADERS).write('['),
      /no whole answer within 2 s/,
    ],
  ])('%s', async (_, answer, why) => {
    await using looking = await look(send(ONE))
    const { watched, world } = looking
    await watched.until(['a:1', 'b:1'])
    world.answer = answer
    await watched.untilFault(why)
    expect(watched.fault).toMatch(/^Cannot get targets from http:\/\/127\.0\.0\.1:\d+\/list/)
    expect(watched.fault).not.toContain('token=x')
    expect(watched.addresses).toEqual(['a:1', 'b:1'])
    world.answer = send('[{"targets":["c:1"]}]')
    await watched.until(['c:1'])
    await watched.untilFault(/^$/)
  })
})

test.each([
  ['application/json', {}],
  ['application/json; charset=utf-8', {}],
  ['Application/JSON;charset="UTF-8"', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
])('a list of type %s is read, headers %j', async (type, more) => {
  const body = 'content-encoding' in more ? gzipSync(ONE) : ONE
  await using looking = await look(send(body, { 'content-type': type, ...more }))
  await looking.watched.until(['a:1', 'b:1'])
})

test.each([
  [{}, 'expected string'],
  [{ url: 'ftp://x/' }, 'want an http or https address'],
  [{ url: 'http://x/', refresh_interval: '0s' }, 'want more than 0'],
  [{ url: 'http://x/', bearer_token: 'a', basic_auth: {} }, 'want at most one of'],
  [{ url: 'http://x/', host: 'y' }, 'Unrecognized key'],
])('%j is refused', (config, want) => {
  expect(httpSdConfig.safeParse(config).error?.message).toContain(want)
})
