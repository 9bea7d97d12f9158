import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HttpServer, createHttp } from './app.ts'
import { HTTP_LIMITS, standIn } from './testing/stand-in.ts'

/**
 * Requests that a proxy in front may read otherwise than Weir does: where one request ends and the next begins,
 * for whom it is, which header counts. Each must be refused, or be exactly one request; the connection must not
 * go on with bytes that the other side took for a body.
 */

let http: HttpServer
let port: number
beforeAll(async () => {
  const limits = { ...HTTP_LIMITS, headerTimeoutMs: 500, requestTimeoutMs: 900, keepAliveMs: 500 }
  http = await createHttp(standIn({ limits }))
  port = (await http.listen({ host: '127.0.0.1', port: 0 })).port
})
afterAll(() => http[Symbol.asyncDispose]())

const FORM = 'content-type: application/x-www-form-urlencoded'
/** Answered by 200 and words of its own when it is taken for a request. */
const HIDDEN = 'GET /-/healthy HTTP/1.1\r\nhost: localhost\r\n\r\n'

function post(...headers: readonly string[]): string {
  return ['POST /api/v1/query HTTP/1.1', 'host: localhost', FORM, ...headers, '', ''].join('\r\n')
}

/** Sends all bytes, in pieces where there are several, and gives all that comes until the end. */
function raw(...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => (got += text))
    socket.on('error', () => undefined) // reset is an answer too
    socket.on('close', () => resolve(got))
    for (const piece of pieces) socket.write(piece, 'latin1')
  })
}

const statuses = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

test.each([
  ['CL.TE', post('content-length: 6', 'transfer-encoding: chunked') + `0\r\n\r\n${HIDDEN}`],
  [
    'TE.CL',
    post('transfer-encoding: chunked', 'content-length: 4') +
      `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`,
  ],
  ['two lengths', post('content-length: 0', `content-length: ${HIDDEN.length}`) + HIDDEN],
  ['a list of lengths', post(`content-length: 0, ${HIDDEN.length}`) + HIDDEN],
  ['a length with a sign', post('content-length: +5') + `query${HIDDEN}`],
  ['a length in hex', post('content-length: 0x5') + `query${HIDDEN}`],
  ['a negative length', post('content-length: -1') + HIDDEN],
  ['a huge length', post('content-length: 99999999999999999999') + HIDDEN],
  ['a space before the colon', post('content-length : 5') + `query${HIDDEN}`],
  ['a folded header', post('x: a\r\n content-length: 5') + HIDDEN],
  ['a tab before chunked', post('transfer-encoding:\tchunked, identity') + `0\r\n\r\n${HIDDEN}`],
  ['chunked twice', post('transfer-encoding: chunked, chunked') + `0\r\n\r\n${HIDDEN}`],
  ['another coding', post('transfer-encoding: xchunked') + `0\r\n\r\n${HIDDEN}`],
  ['a chunk size in disguise', post('transfer-encoding: chunked') + `0x5\r\nquery\r\n${HIDDEN}`],
  ['a chunk size with a sign', post('transfer-encoding: chunked') + `-1\r\n${HIDDEN}`],
  ['a chunk longer than said', post('transfer-encoding: chunked') + `1\r\nquery\r\n0\r\n\r\n`],
  ['line feeds alone', `GET /-/healthy HTTP/1.1\nhost: localhost\n\n${HIDDEN}`],
  ['a carriage return alone', `GET /-/healthy HTTP/1.1\r\nhost: localhost\rx: y\r\n\r\n`],
  ['a NUL in a header', `GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nx: a\0b\r\n\r\n`],
  ['no colon', `GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nnonsense\r\n\r\n`],
  ['a space in a name', `GET /-/healthy HTTP/1.1\r\nhost: localhost\r\na b: c\r\n\r\n`],
  ['a space in the path', `GET /-/hea lthy HTTP/1.1\r\nhost: localhost\r\n\r\n`],
  ['HTTP/1.2', `GET /-/healthy HTTP/1.2\r\nhost: localhost\r\n\r\n`],
  ['HTTP/2 by mistake', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['no host', 'GET /-/healthy HTTP/1.1\r\n\r\n'],
  ['two hosts', `GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n\r\n`],
  ['an unknown method', `SMUGGLE /-/healthy HTTP/1.1\r\nhost: localhost\r\n\r\n`],
  ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n'],
])('%s is refused, and nothing behind it is a request', async (_what, bytes) => {
  const answer = await raw(bytes)
  expect(answer).not.toContain('Weir is Healthy')
  const [first, ...more] = statuses(answer)
  expect(more).toEqual([])
  // A tunnel is closed without a word.
  expect([undefined, 400, 403, 404, 405, 501]).toContain(first)
})

test.each([
  ['another host, absolutely', 'GET http://evil.example/-/healthy HTTP/1.1', 'localhost'],
  ['another host in the header', 'GET /-/healthy HTTP/1.1', 'evil.example'],
  ['a host with a user', 'GET /-/healthy HTTP/1.1', 'localhost@evil.example'],
  ['a host like ours', 'GET /-/healthy HTTP/1.1', 'localhost.evil.example'],
  ['a host with a path', 'GET /-/healthy HTTP/1.1', 'localhost/evil.example'],
  ['two slashes', 'GET //evil.example/-/healthy HTTP/1.1', 'localhost'],
  ['an asterisk', 'GET * HTTP/1.1', 'localhost'],
  ['no slash', 'GET -/healthy HTTP/1.1', 'localhost'],
  ['a fragment', 'GET /#/-/healthy HTTP/1.1', 'localhost'],
  ['steps up', 'GET /api/../-/healthy HTTP/1.1', 'localhost'],
  ['coded steps up', 'GET /api/%2e%2e/-/healthy HTTP/1.1', 'localhost'],
  ['a coded slash', 'GET /-%2fhealthy HTTP/1.1', 'localhost'],
  ['a backslash', 'GET /-\\healthy HTTP/1.1', 'localhost'],
  ['a coded NUL', 'GET /-/healthy%00 HTTP/1.1', 'localhost'],
  ['a semicolon', 'GET /-/healthy;x=y HTTP/1.1', 'localhost'],
])('%s does not reach what stands at another address', async (_what, line, host) => {
  const answer = await raw(`${line}\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
  expect(answer).not.toContain('Weir is Healthy')
  for (const status of statuses(answer)) expect([400, 403, 404]).toContain(status)
})

test('what a request says is not split into headers of the answer', async () => {
  for (const bad of ['%0d%0aset-cookie:x=y', '%0aset-cookie:x=y', 'é%0d', '%E5%98%8A%E5%98%8D']) {
    for (const path of [
      `/graph?g0.expr=${bad}`,
      `/query?g0.expr=${bad}`,
      `/api/v1/query?query=${bad}`,
      `/api/weir/v1/dashboards/${bad}/export`,
      `/${bad}`,
    ]) {
      const answer = await raw(
        `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
      )
      const [head = ''] = answer.split('\r\n\r\n')
      expect(head.toLowerCase()).not.toMatch(/^set-cookie/m)
    }
  }
})

test('every answer has the headers that bind the page, whatever went wrong', async () => {
  const asked = [
    'GET /-/healthy HTTP/1.1\r\nhost: localhost',
    'GET /none HTTP/1.1\r\nhost: localhost',
    'GET / HTTP/1.1\r\nhost: localhost',
    'DELETE /api/v1/query HTTP/1.1\r\nhost: localhost',
    'OPTIONS /api/v1/query HTTP/1.1\r\nhost: localhost',
    'GET /api/v1/label/%E0%A4%A/values HTTP/1.1\r\nhost: localhost',
    'GET /-/healthy HTTP/1.1\r\nhost: evil.example',
    `GET /?${'x'.repeat(40_000)} HTTP/1.1\r\nhost: localhost`,
    `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(80_000)}`,
    'nonsense',
    post('content-length: 99999999').trimEnd(),
  ]
  for (const request of asked) {
    const answer = await raw(`${request}\r\nconnection: close\r\n\r\n`)
    const [head = ''] = answer.split('\r\n\r\n')
    expect([request.slice(0, 60), head]).toEqual([
      request.slice(0, 60),
      expect.stringMatching(/content-security-policy: default-src 'self'[\s\S]*nosniff/),
    ])
  }
})

test('thousands of headers are refused', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => `x${i}: y`).join('\r\n')
  const answer = await raw(`GET /-/healthy HTTP/1.1\r\nhost: localhost\r\n${many}\r\n\r\n`)
  expect(statuses(answer)).not.toContain(200)
})

test('who never finishes what he began is let go', { timeout: 30_000 }, async () => {
  const [headers, body, idle, nothing] = await Promise.all([
    raw('GET /-/healthy HTTP/1.1\r\nhost: localhost\r\nx: '),
    raw(`${post('content-length: 10')}quer`),
    raw(HIDDEN),
    raw(''),
  ])
  expect(statuses(headers)).toEqual([408])
  expect(statuses(body)).toEqual([408])
  expect(statuses(idle)).toEqual([200])
  expect(nothing).not.toContain('200')
})
