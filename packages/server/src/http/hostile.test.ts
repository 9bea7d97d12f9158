import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pino } from 'pino'
import type { QueryReply } from '../query/job.ts'
import { Log } from '../telemetry/log.ts'
import { createHttp } from './app.ts'
import { HTTP_LIMITS, standIn } from './testing/stand-in.ts'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('what does not fit is refused, and the rest goes on', () => {
  const limits = { ...HTTP_LIMITS, bodyBytesMax: 1000, urlBytesMax: 500 }
  test.each([
    ['unknown path', { url: '/api/v1/nothing' }, 404, 'HTTP_NOT_FOUND'],
    ['unknown root', { url: '/wp-login.php' }, 404, 'HTTP_NOT_FOUND'],
    ['no page built', { url: '/' }, 404, 'HTTP_NOT_FOUND'],
    ['trailing slash', { url: '/api/v1/query/' }, 404, 'HTTP_NOT_FOUND'],
    ['delete', { method: 'DELETE', url: '/api/v1/query' }, 405, 'HTTP_METHOD'],
    ['get a reload', { url: '/-/reload' }, 405, 'HTTP_METHOD'],
    ['post where only get is', { method: 'POST', url: '/api/v1/alerts' }, 405, 'HTTP_METHOD'],
    ['long URL', { url: `/api/v1/query?query=${'x'.repeat(500)}` }, 414, 'HTTP_TOO_LARGE'],
    [
      'long body',
      { method: 'POST', url: '/api/v1/query', headers: FORM, payload: `query=${'x'.repeat(1000)}` },
      413,
      'HTTP_TOO_LARGE',
    ],
    [
      'JSON',
      { method: 'POST', url: '/api/v1/query', payload: { query: '1' } },
      415,
      'HTTP_BODY_TYPE',
    ],
    [
      'text, as a form of another site may send',
      { method: 'POST', url: '/-/reload', headers: { 'content-type': 'text/plain' }, payload: 'x' },
      415,
      'HTTP_BODY_TYPE',
    ],
    [
      'multipart',
      {
        method: 'POST',
        url: '/api/v1/query',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        payload: '--x--',
      },
      415,
      'HTTP_BODY_TYPE',
    ],
    ['broken escape in the path', { url: '/api/v1/label/%E0%A4%A/values' }, 400, 'HTTP_BROKEN'],
    [
      'strange host',
      { url: '/api/v1/query?query=1', headers: { host: 'evil.example' } },
      403,
      'HTTP_FORBIDDEN',
    ],
    [
      'strange page',
      { method: 'POST', url: '/-/reload', headers: { origin: 'https://evil.example' } },
      403,
      'HTTP_FORBIDDEN',
    ],
  ] as const)('%s', async (_what, request, status, code) => {
    const deps = standIn({ limits })
    await using http = await createHttp(deps)
    const reply = await http.inject(request)
    expect([reply.statusCode, reply.headers['weir-error-code']]).toEqual([status, code])
    expect(reply.json()).toMatchObject({ status: 'error', error: expect.any(String) as string })
    expect(reply.headers['content-security-policy']).toContain("default-src 'self'")
    expect((await http.inject({ url: '/api/v1/query?query=1' })).statusCode).toBe(200)
  })

  test('a method that is not there is named', async () => {
    await using http = await createHttp(standIn())
    const reply = await http.inject({ method: 'DELETE', url: '/api/v1/query' })
    expect(reply.headers['allow']).toBe('GET, POST, HEAD, OPTIONS')
    const options = await http.inject({ method: 'OPTIONS', url: '/api/v1/query' })
    expect([options.statusCode, options.headers['allow']]).toEqual([
      204,
      'GET, POST, HEAD, OPTIONS',
    ])
    expect(options.headers).not.toHaveProperty('access-control-allow-origin')
  })

  test('our own mistakes give nothing away', async () => {
    const targets = (): never => {
      throw new TypeError('secret of /etc/weir')
    }
    await using http = await createHttp(standIn({ scraping: { ...standIn().scraping, targets } }))
    const reply = await http.inject({ url: '/api/v1/targets' })
    expect(reply.statusCode).toBe(500)
    expect(reply.body).not.toContain('secret')
    expect(reply.json()).toMatchObject({ errorType: 'internal' })
  })

  test('each one is counted under its route, never under its path', async () => {
    const deps = standIn()
    await using http = await createHttp(deps)
    await http.inject({ url: '/api/v1/label/a/values' })
    await http.inject({ url: '/api/v1/label/b/values' })
    await http.inject({ url: '/random/1' })
    await http.inject({ url: '/api/v1/query?query=(' })
    const samples = deps.registry
      .collect()
      .flatMap((family) => family.samples)
      .map(({ name, labels, value }) => `${labels.with('__name__', name).toString()} ${value}`)
    const count = (route: string, code: number): string =>
      `weir_http_requests_total{code="${code}", method="GET", route="${route}"}`
    expect(samples).toContain(`${count('/api/v1/label/:name/values', 200)} 2`)
    expect(samples).toContain(`${count('none', 404)} 1`)
    expect(samples).toContain(`${count('/api/v1/query', 400)} 1`)
    expect(samples).toContain('weir_http_requests_in_flight 0')
  })
})

describe('the page', () => {
  let webRoot: string
  beforeAll(() => {
    webRoot = mkdtempSync(join(tmpdir(), 'weir-web-'))
    mkdirSync(join(webRoot, 'dist/assets'), { recursive: true })
    writeFileSync(join(webRoot, 'secret.txt'), 'password')
    writeFileSync(join(webRoot, 'dist/.env'), 'password')
    writeFileSync(join(webRoot, 'dist/index.html'), '<!doctype html><title>Weir</title>')
    writeFileSync(join(webRoot, 'dist/assets/app-1a2b.js'), `// ${'x'.repeat(5000)}`)
  })
  afterAll(() => rmSync(webRoot, { recursive: true }))

  const router = readFileSync(join(import.meta.dirname, '../../../web/src/router.tsx'), 'utf8')
  const addresses = [...router.matchAll(/^ {2}path: '([^']+)'/gm)].map(([, path]) =>
    path!.replaceAll(/\$\w+/g, 'a%2Fb'),
  )

  test.each([...addresses, '/explore?expr=up'])('%s is drawn by index.html', async (url) => {
    await using http = await createHttp(standIn({ webRoot: join(webRoot, 'dist') }))
    const reply = await http.inject({ url })
    expect([reply.statusCode, reply.headers['cache-control']]).toEqual([200, 'no-cache'])
    expect(reply.headers['content-type']).toContain('text/html')
    expect(reply.body).toContain('Weir')
  })

  test('assets are compressed and kept for ever', async () => {
    await using http = await createHttp(standIn({ webRoot: join(webRoot, 'dist') }))
    const reply = await http.inject({
      url: '/assets/app-1a2b.js',
      headers: { 'accept-encoding': 'gzip, br' },
      remoteAddress: '192.0.2.7',
    })
    expect(reply.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(reply.headers['content-type']).toContain('javascript')
    expect(reply.headers['content-encoding']).toBe('br')
    expect(brotliDecompressSync(reply.rawPayload).length).toBe(5003)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/.env',
    '/assets/none.js',
    '/pipelinesx',
    '/api/v1/../../index.html',
    '/index.html%00.js',
  ])('%s leads nowhere', async (url) => {
    await using http = await createHttp(standIn({ webRoot: join(webRoot, 'dist') }))
    const { port } = await http.listen({ host: '127.0.0.1', port: 0 })
    const reply = await raw(
      port,
      `GET ${url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    )
    expect(reply).toMatch(/^HTTP\/1.1 40[034] /)
    expect(reply).not.toContain('password')
  })
})

describe('on a socket', () => {
  test('answers are compressed when asked for', async () => {
    await using http = await createHttp(standIn())
    const reply = await http.inject({
      url: '/api/weir/v1/openapi.json',
      headers: { 'accept-encoding': 'gzip, deflate, br' },
      remoteAddress: '192.0.2.7',
    })
    expect(reply.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(reply.rawPayload).toString())).toMatchObject({ openapi: '3.1.0' })
  })

  test.each([
    ['127.0.0.1', {}, undefined],
    ['::ffff:127.0.0.1', {}, undefined],
    ['::1', {}, undefined],
    ['127.0.0.1', { 'x-forwarded-for': '192.0.2.7' }, 'gzip'],
    ['::1', { via: '1.1 proxy' }, 'gzip'],
    ['192.0.2.7', {}, 'gzip'],
  ])('from %s with %j the answer is packed as %s', async (remoteAddress, headers, packed) => {
    await using http = await createHttp(standIn())
    const reply = await http.inject({
      url: '/api/weir/v1/openapi.json',
      headers: { 'accept-encoding': 'gzip', ...headers },
      remoteAddress,
    })
    expect(reply.headers['content-encoding']).toBe(packed)
  })

  test('what is not HTTP gets an answer, and the next one is served', async () => {
    await using http = await createHttp(standIn())
    const open = await http.listen({ host: '127.0.0.1', port: 0 })
    expect(await raw(open.port, 'shop.orders:1|c\n\n')).toMatch(
      /^HTTP\/1.1 400 .*HTTP_BROKEN|^HTTP\/1.1 400 /,
    )
    const headers = `x: ${'y'.repeat(80_000)}`
    const large = await raw(open.port, `GET / HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n\r\n`)
    expect(large).toMatch(/^HTTP\/1.1 431 /)
    const fine = await raw(
      open.port,
      'GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    )
    expect(fine).toMatch(/^HTTP\/1.1 200 OK/)
  })

  test('a port in use is said so', async () => {
    await using one = await createHttp(standIn())
    await using two = await createHttp(standIn())
    const { port } = await one.listen({ host: '127.0.0.1', port: 0 })
    await expect(two.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    })
    await using three = await createHttp(standIn())
    await expect(three.listen({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      code: 'ADDRESS_UNUSABLE',
    })
  })

  /** Query threads that never answer, and tell when a query is given up. */
  function endless(): {
    json(job: unknown, origin: unknown, signal: AbortSignal): Promise<QueryReply>
    asked: Promise<void>
    ended: Promise<unknown>
  } {
    let heard: () => void
    let gaveUp: (reason: unknown) => void
    return {
      asked: new Promise((resolve) => (heard = resolve)),
      ended: new Promise((resolve) => (gaveUp = resolve)),
      json: (_job, _origin, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            gaveUp(signal.reason)
            reject(signal.reason as Error)
          })
          heard()
        }),
    }
  }

  test('a client that goes away takes its query along', async () => {
    const deps = standIn()
    const queries = { ...deps.queries, ...endless() }
    await using http = await createHttp({ ...deps, queries })
    const open = await http.listen({ host: '127.0.0.1', port: 0 })
    const socket = connect(open.port, '127.0.0.1')
    socket.write('GET /api/v1/query?query=1 HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await queries.asked
    socket.destroy()
    expect(await queries.ended).toMatchObject({ code: 'QUERY_CANCELED' })
  })

  test('a client that is gone before it is looked at breaks nothing', async () => {
    const lines: string[] = []
    const { telemetry, ...deps } = standIn()
    const log = new Log(pino({ level: 'error' }, { write: (line) => void lines.push(line) }))
    await using http = await createHttp({ ...deps, telemetry: { ...telemetry, log } })
    const { port } = await http.listen({ host: '127.0.0.1', port: 0 })
    const ask = 'GET /api/v1/labels HTTP/1.1\r\nhost: localhost\r\n\r\n'
    // Some of them are reset between the arrival of their request and its turn.
    for (let i = 0; i < 100; i++) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () =>
          socket.write(ask + ask, () => {
            socket.resetAndDestroy()
            resolve()
          }),
        )
      })
    }
    expect(await raw(port, ask.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))).toMatch(
      /^HTTP\/1.1 200 /,
    )
    expect(lines).toEqual([])
  })

  test('a query that takes too long is ended', async () => {
    const deps = standIn()
    const queries = { ...deps.queries, ...endless() }
    const limits = { ...HTTP_LIMITS, queryTimeoutMs: 0 }
    await using http = await createHttp({ ...deps, queries, limits })
    const reply = await http.inject({ url: '/api/v1/query?query=1&timeout=10m' })
    expect([reply.statusCode, reply.json()]).toEqual([
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out in expression evaluation' },
    ])
  })

  test('stopping ends what runs', async () => {
    const deps = standIn()
    const queries = { ...deps.queries, ...endless() }
    const http = await createHttp({ ...deps, queries })
    const { port } = await http.listen({ host: '127.0.0.1', port: 0 })
    const reply = raw(port, 'GET /api/v1/query?query=1 HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await queries.asked
    await http[Symbol.asyncDispose]()
    expect(await reply).toMatch(/^HTTP\/1.1 503 /)
  })
})

/** Sends bytes and gives back all that comes until the other side hangs up. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => (got += text))
    socket.on('close', () => resolve(got))
    socket.on('error', reject)
    socket.write(bytes)
  })
}
