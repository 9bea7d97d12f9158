import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { globalConfig, scrapeConfigs } from './config.ts'
import { JobClient } from './fetch-page.ts'
import { makeJob, targetsOf } from './target.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** Scrapes a server that answers so, once; gives the page, or why there is none. */
async function scrape(
  answer: Answer,
  config: object = {},
  signal = new AbortController().signal,
): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const [job] = scrapeConfigs.parse([
    { job_name: 'j', static_configs: [{ targets: [`127.0.0.1:${port}`] }], ...config },
  ])
  const target = targetsOf(makeJob(job!, globalConfig.parse({})), [
    { source: '0', targets: [{ __address__: `127.0.0.1:${port}` }], labels: {} },
  ]).active[0]!
  const client = await JobClient.open(job!)
  try {
    const { format, bytes } = await client.fetch(target, signal)
    return `${format}: ${Buffer.from(bytes).toString()}`
  } catch (error) {
    return (error as Error).message.replaceAll(String(port), 'PORT')
  } finally {
    await client[Symbol.asyncDispose]()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

const TEXT = { 'content-type': 'text/plain; version=0.0.4' }
const send =
  (headers: Record<string, string>, body: string | Uint8Array, status = 200): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

describe('a target that answers', () => {
  test.each<[string, Answer, object, string]>([
    ['text', send(TEXT, 'a 1\n'), {}, 'text: a 1\n'],
    [
      'OpenMetrics',
      send({ 'content-type': 'application/openmetrics-text; version=1.0.0' }, '# EOF\n'),
      {},
      'openmetrics: # EOF\n',
    ],
    [
      'packed text',
      send({ ...TEXT, 'content-encoding': 'gzip' }, gzipSync('a 1\n')),
      {},
      'text: a 1\n',
    ],
    ['nothing', send(TEXT, ''), {}, 'text: '],
    [
      'without a type',
      send({}, 'a 1\n'),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: want a Content-Type of text/plain, application/openmetrics-text or application/vnd.google.protobuf, got none; set fallback_scrape_protocol if it is one of these all the same',
    ],
    [
      'a page for people',
      send({ 'content-type': 'text/html' }, '<html>'),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: want a Content-Type of text/plain, application/openmetrics-text or application/vnd.google.protobuf, got "text/html"; set fallback_scrape_protocol if it is one of these all the same',
    ],
    [
      'with a type to be overlooked',
      send({ 'content-type': 'text/html' }, 'a 1\n'),
      { fallback_scrape_protocol: 'PrometheusText0.0.4' },
      'text: a 1\n',
    ],
    [
      'that it is not well',
      send(TEXT, 'a 1\n', 503),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: want status 200, got 503',
    ],
    [
      'that it has nothing',
      send(TEXT, '', 204),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: want status 200, got 204',
    ],
    [
      'too much',
      send(TEXT, 'a 1\n'.repeat(1000)),
      { body_size_limit: '1KB' },
      'Cannot scrape http://127.0.0.1:PORT/metrics: the answer is longer than 1024 bytes (body_size_limit)',
    ],
    [
      'a bomb',
      send({ ...TEXT, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000))),
      { body_size_limit: '1MB' },
      'Cannot scrape http://127.0.0.1:PORT/metrics: the answer is longer than 1048576 bytes (body_size_limit)',
    ],
    [
      'what is no gzip',
      send({ ...TEXT, 'content-encoding': 'gzip' }, 'a 1\n'),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: it says that it is packed with gzip, and is not',
    ],
    [
      'half a page',
      (_, response) => {
        response.writeHead(200, { ...TEXT, 'content-length': '100' })
        response.write('a 1\n', () => response.destroy())
      },
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: the connection was closed before the answer was whole',
    ],
    [
      'for ever',
      (_, response) => {
        response.writeHead(200, TEXT)
        const more = (): void => {
          if (response.write('a 1\n'.repeat(10_000))) setImmediate(more)
          else response.once('drain', more)
        }
        more()
      },
      { body_size_limit: '10MB' },
      'Cannot scrape http://127.0.0.1:PORT/metrics: the answer is longer than 10485760 bytes (body_size_limit)',
    ],
    [
      'with a redirect',
      (request, response) => {
        if (request.url === '/metrics') response.writeHead(302, { location: '/other' }).end()
        else response.writeHead(200, TEXT).end(request.url)
      },
      {},
      'text: /other',
    ],
    [
      'with a redirect that is not wanted',
      send({ location: '/other' }, '', 302),
      { follow_redirects: false },
      'Cannot scrape http://127.0.0.1:PORT/metrics: want status 200, got 302',
    ],
    [
      'in circles',
      send({ location: '/metrics' }, '', 302),
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: it redirected more than 10 times',
    ],
    [
      'no HTTP',
      (request) => {
        request.socket.end('hello\r\n\r\n')
      },
      {},
      'Cannot scrape http://127.0.0.1:PORT/metrics: what it says is not HTTP (Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)); perhaps it is https',
    ],
  ])('%s', async (_, answer, config, want) => {
    expect(await scrape(answer, config)).toBe(want)
  })

  test('is asked as a Prometheus would ask', async () => {
    const answer: Answer = (request, response) => {
      const { accept, authorization, ...rest } = request.headers
      response
        .writeHead(200, TEXT)
        .end(
          [
            request.url,
            authorization,
            accept?.split(';')[0],
            rest['x-prometheus-scrape-timeout-seconds'],
            rest['x-own'],
          ].join(' '),
        )
    }
    const config = {
      params: { 'a[]': ['1', '2'] },
      metrics_path: '/m',
      basic_auth: { username: 'u', password: 'p' },
      scrape_timeout: '3s',
      http_headers: { 'X-Own': { values: ['v'] } },
    }
    expect(await scrape(answer, config)).toBe(
      'text: /m?a%5B%5D=1&a%5B%5D=2 Basic dTpw application/openmetrics-text 3 v',
    )
    expect(await scrape(answer, { authorization: { credentials: 'c' } })).toContain('Bearer c')
    expect(await scrape(answer, { bearer_token: 't' })).toContain('Bearer t')
  })
})

test('credentials do not follow a redirect to another server', async () => {
  let seen: string | undefined = 'not asked'
  const other = createServer((request, response) => {
    seen = request.headers.authorization
    response.writeHead(200, TEXT).end('a 1\n')
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`
  expect(await scrape(send({ location }, '', 307), { bearer_token: 't' })).toBe('text: a 1\n')
  expect(seen).toBeUndefined()
  other.closeAllConnections()
  await new Promise((resolve) => other.close(resolve))
})

test('a target that says nothing is left when the signal says so', async () => {
  const abort = new AbortController()
  const answer: Answer = () => abort.abort()
  expect(await scrape(answer, {}, abort.signal)).toContain('abort')
})
