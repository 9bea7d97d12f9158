import { type Clock, type ErrorCode, WeirError, systemClock } from '@weir/model'
import { exposition } from '@weir/wire'
import { expect, test } from 'vitest'
import { logsConfig } from '../logs/config.ts'
import type { LogOutcome, LogRequest } from '../logs/receive/log-request.ts'
import { type HttpServer, createHttp } from './app.ts'
import type { HttpDeps } from './deps.ts'
import { type StandIn, standIn } from './testing/stand-in.ts'

const KEPT: LogOutcome = {
  lines: 3,
  bytes: 100,
  rejected: {},
  example: '',
  mended: { time: 0, utf8: 1, text: 0 },
  answer: '{"took":0}',
}
const PARTLY: LogOutcome = { ...KEPT, rejected: { too_old: 2 }, example: 'too_old: x' }
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

interface Stand extends AsyncDisposable {
  readonly deps: StandIn
  readonly http: HttpServer
  readonly requests: LogRequest[]
  becomes: LogOutcome | ErrorCode
}

/** A server whose lines become what `becomes` is. */
async function stand(keys: object = {}, overrides: Partial<HttpDeps> = {}): Promise<Stand> {
  const requests: LogRequest[] = []
  const take = async (request: LogRequest): Promise<LogOutcome> => {
    requests.push(request)
    if (typeof here.becomes === 'string') throw new WeirError(here.becomes, 'Cannot take it')
    return here.becomes
  }
  const logs = { take, engine: async () => undefined, limits: logsConfig.parse(keys) }
  const deps = standIn({ logs, ...overrides })
  const http = await createHttp(deps)
  const here: Stand = {
    deps,
    http,
    requests,
    becomes: KEPT,
    [Symbol.asyncDispose]: () => http[Symbol.asyncDispose](),
  }
  return here
}

interface Reply {
  readonly status: number
  readonly body: string
  readonly retry: unknown
  readonly type: unknown
  readonly elastic: unknown
}

async function ask(
  http: HttpServer,
  url: string,
  { contentType = JSON_TYPE, method = 'POST', headers = {}, payload = '{}' } = {},
): Promise<Reply> {
  const reply = await http.inject({
    method: method as 'POST',
    url,
    headers: { ...(method === 'POST' ? { 'content-type': contentType } : {}), ...headers },
    ...(method === 'POST' ? { payload } : {}),
  })
  return {
    status: reply.statusCode,
    body: reply.rawPayload.toString('latin1'),
    retry: reply.headers['retry-after'],
    type: reply.headers['content-type'],
    elastic: reply.headers['x-elastic-product'],
  }
}

const page = (deps: StandIn): string =>
  new TextDecoder().decode(exposition(deps.registry.collect(), '').body)

const KEPT_BY: readonly (readonly [string, string, string, number, string])[] = [
  ['/api/weir/v1/logs', JSON_TYPE, 'ndjson', 200, '{"lines":3,"rejected":{}}'],
  ['/insert/jsonline', 'text/plain', 'ndjson', 200, '{"lines":3,"rejected":{}}'],
  ['/v1/logs', JSON_TYPE, 'otlp', 200, '{}'],
  ['/otlp/v1/logs', PROTOBUF, 'otlp', 200, ''],
  ['/loki/api/v1/push', PROTOBUF, 'loki', 204, ''],
  ['/_bulk', 'application/x-ndjson', 'elastic', 200, '{"took":0}'],
  ['/logs-2026.11.28/_bulk', JSON_TYPE, 'elastic', 200, '{"took":0}'],
  ['/insert/elasticsearch/_bulk', JSON_TYPE, 'elastic', 200, '{"took":0}'],
  ['/api/v2/logs', JSON_TYPE, 'datadog', 202, '{}'],
  ['/v1/input', 'text/plain', 'datadog', 202, '{}'],
]

test('each path takes its protocol, answers as it does, and counts', async () => {
  await using here = await stand()
  for (const [url, contentType, protocol, status, body] of KEPT_BY) {
    expect(await ask(here.http, url, { contentType }), url).toMatchObject({ status, body })
    expect(here.requests.pop()).toMatchObject({ protocol, contentType })
  }
  const metrics = page(here.deps)
  for (const [protocol, count] of [
    ['ndjson', 2],
    ['otlp', 2],
    ['loki', 1],
    ['elastic', 3],
    ['datadog', 2],
  ] as const) {
    expect(metrics).toContain(
      `weir_logs_requests_total{outcome="stored",protocol="${protocol}"} ${count}`,
    )
    expect(metrics).toContain(`weir_logs_lines_total{protocol="${protocol}"} ${3 * count}`)
    expect(metrics).toContain(
      `weir_logs_mended_lines_total{protocol="${protocol}",what="utf8"} ${count}`,
    )
    const views = here.deps.pushIntakes.status('http://h')
    expect(views.find(({ kind }) => kind === `logs-${protocol}`)).toMatchObject({
      lines: 3 * count,
      rejected: {},
      lastRejected: null,
    })
  }
})

const KEPT_IN_PART: readonly (readonly [string, string, number, string])[] = [
  ['/api/weir/v1/logs', JSON_TYPE, 200, '"rejected":{"too_old":2},"example":"too_old: x"'],
  ['/v1/logs', JSON_TYPE, 200, '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"'],
  ['/v1/logs', PROTOBUF, 200, '\b\x02\x12'],
  ['/loki/api/v1/push', PROTOBUF, 400, 'lines not kept: 2 too_old; one of them: too_old: x'],
  ['/_bulk', JSON_TYPE, 200, '{"took":0}'],
]

test('what was not kept is told as each protocol has it', async () => {
  await using here = await stand()
  here.becomes = PARTLY
  for (const [url, contentType, status, part] of KEPT_IN_PART) {
    const reply = await ask(here.http, url, { contentType })
    expect(reply.status, url).toBe(status)
    expect(reply.body).toContain(part)
  }
  expect(page(here.deps)).toContain('weir_logs_rejected_total{protocol="otlp",reason="too_old"} 4')
  const shown = here.deps.pushIntakes.status('').find(({ lastRejected }) => lastRejected !== null)
  expect(shown).toMatchObject({ rejected: { too_old: 2 }, lastRejected: { line: 'too_old: x' } })
})

const REFUSED: readonly (readonly [string, ErrorCode, number, string, unknown])[] = [
  ['/api/weir/v1/logs', 'STORAGE_BUSY', 503, '"errorType":"unavailable"', '5'],
  ['/v1/logs', 'STORAGE_FULL', 503, '{"code":14,"message":"Cannot take it"}', '5'],
  ['/v1/logs', 'LOGS_INVALID', 400, '{"code":3,', undefined],
  ['/loki/api/v1/push', 'LOGS_INVALID', 400, 'Cannot take it\n', undefined],
  ['/loki/api/v1/push', 'STORAGE_BUSY', 503, 'Cannot take it\n', '5'],
  ['/_bulk', 'HTTP_TOO_LARGE', 413, '{"error":{"type":"content_too_long_exception"', undefined],
  ['/_bulk', 'STORAGE_FULL', 503, '"status":503}', '5'],
  ['/api/v2/logs', 'LOGS_INVALID', 400, '{"errors":[{"status":"400",', undefined],
  ['/api/v2/logs', 'STORAGE_BUSY', 503, 'Cannot take it', '5'],
]

test('an error has the shape and the status of its protocol', async () => {
  await using here = await stand()
  for (const [url, code, status, part, retry] of REFUSED) {
    here.becomes = code
    const reply = await ask(here.http, url)
    expect(reply, url).toMatchObject({ status, retry })
    expect(reply.body).toContain(part)
    expect(page(here.deps)).toContain(`outcome="${code}"`)
  }
})

test('who sends too fast is told when to come again, as each protocol has it', async () => {
  let nowMs = 0
  const clock: Clock = { ...systemClock, monotonicMs: () => nowMs }
  const keys = { max_sender_rate: '100', max_sender_burst: '150' }
  await using here = await stand(keys, { clock })
  const { deps, http } = here
  const send = async (url: string): Promise<[number, unknown, string]> => {
    const reply = await http.inject({
      method: 'POST',
      url,
      headers: { 'content-type': JSON_TYPE },
      payload: '{}',
    })
    return [reply.statusCode, reply.headers['retry-after'], reply.body]
  }
  expect((await send('/v1/logs'))[0]).toBe(200)
  expect((await send('/v1/logs'))[0]).toBe(200) // in debt by 50 bytes now
  expect(await send('/v1/logs')).toEqual([429, '1', expect.stringContaining('"code":8')])
  expect(await send('/_bulk')).toEqual([429, '1', expect.stringContaining('es_rejected')])
  expect(await send('/loki/api/v1/push')).toEqual([429, '1', expect.stringContaining('rate limit')])
  nowMs += 600
  expect((await send('/v1/logs'))[0]).toBe(200)
  expect(page(deps)).toContain('weir_logs_requests_total{outcome="LOGS_RATE",protocol="otlp"} 1')
})

test('a body that is too long is refused in the words of its protocol', async () => {
  await using here = await stand({ max_body_bytes: '1KiB' })
  const payload = 'x'.repeat(2000)
  for (const [url, part] of [
    ['/_bulk', 'content_too_long'],
    ['/v1/logs', '"code":3'],
    ['/loki/api/v1/push', 'logs.max_body_bytes'],
  ] as const) {
    const reply = await ask(here.http, url, { payload })
    expect(reply.status).toBe(413)
    expect(reply.body).toContain(part)
  }
  expect(here.requests).toEqual([])
})

test('how fields are understood comes by parameters or headers', async () => {
  await using here = await stand()
  await ask(
    here.http,
    '/insert/jsonline?_time_field=a,b&_stream_fields=c&extra_fields=d=e=f,g&ignore_fields=,h',
  )
  await ask(here.http, '/_bulk', { headers: { 'VL-Stream-Fields': 'x, y' } })
  expect(here.requests.map(({ fields }) => fields)).toEqual([
    { time: ['a', 'b'], stream: ['c'], extra: ['d', 'e=f'], ignored: ['h'] },
    { time: [], stream: ['x', 'y'], extra: [], ignored: [] },
  ])
})

test('who is a shipper hears of Elasticsearch at /, browsers and people do not', async () => {
  await using here = await stand()
  for (const [headers, isGreeted] of [
    [{ 'user-agent': 'Elastic-filebeat/8.15.0' }, true],
    [{ 'user-agent': 'Logstash/8.1 (OS=Linux)', accept: '*/*' }, true],
    [{ accept: 'application/vnd.elasticsearch+json; compatible-with=8' }, true],
    [{ accept: 'text/html,application/xhtml+xml', 'user-agent': 'Mozilla/5.0' }, false],
    [{ accept: '*/*', 'user-agent': 'curl/8' }, false],
  ] as const) {
    const reply = await ask(here.http, '/', { method: 'GET', headers })
    expect(reply.body.includes('"number":"8.9.0"')).toBe(isGreeted)
    expect(reply.elastic).toBe(isGreeted ? 'Elasticsearch' : undefined)
    const { status } = await ask(here.http, '/', { method: 'HEAD', headers })
    expect(status).toBe(isGreeted ? 200 : 404) // the page is not built here
  }
})

test('what shippers ask first is answered with JSON', async () => {
  await using here = await stand()
  for (const url of [
    '/_license',
    '/_ilm/policy/logs',
    '/_index_template/logs',
    '/_ingest/pipeline/a',
    '/_nodes/http',
    '/_cluster/health',
    '/insert/elasticsearch/_license',
    '/insert/elasticsearch',
  ]) {
    const { status, elastic, body } = await ask(here.http, url, { method: 'GET' })
    expect([status, elastic], url).toEqual([200, 'Elasticsearch'])
    expect(JSON.parse(body)).toBeTypeOf('object')
  }
})
