import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Labels, systemClock } from '@weir/model'
import { afterEach, expect, test } from 'vitest'
import type { NotificationFacts } from '../../template/notification-data.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import { notificationTemplates } from '../templates.ts'
import { type Network, openNetwork } from '../network.ts'
import type { FetchRequest } from '../fetch.ts'
import type { Outcome } from '../outcome.ts'
import { webhookConfigSchema } from './config.ts'
import { webhook, webhookPayload } from './webhook.ts'

const FACTS: NotificationFacts = {
  receiver: 'team\\.x',
  groupKey: '{}:{alertname="A"}',
  groupLabels: Labels.of({ alertname: 'A' }),
  routeLabels: Labels.EMPTY,
  reason: 'first notification',
  externalUrl: 'http://weir',
  alerts: [
    {
      status: 'firing',
      labels: Labels.of({ alertname: 'A', job: 'x', l: '1' }),
      annotations: Labels.of({ summary: 's' }),
      startsAtMs: Date.UTC(2026, 0, 1, 0, 0, 0, 120),
      endsAtMs: null,
      generatorUrl: 'http://g',
      fingerprint: '00ff',
    },
    {
      status: 'resolved',
      labels: Labels.of({ alertname: 'A', job: 'x', l: '2' }),
      annotations: Labels.EMPTY,
      startsAtMs: Date.UTC(2026, 0, 1),
      endsAtMs: Date.UTC(2026, 0, 1, 1),
      generatorUrl: '',
      fingerprint: '00aa',
    },
  ],
}

test('the payload is version 4', () => {
  expect(webhookPayload(FACTS, 0)).toEqual({
    version: '4',
    groupKey: '{}:{alertname="A"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'team\\.x',
    groupLabels: { alertname: 'A' },
    commonLabels: { alertname: 'A', job: 'x' },
    commonAnnotations: {},
    routeLabels: {},
    externalURL: 'http://weir',
    notification_reason: 'first notification',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'A', job: 'x', l: '1' },
        annotations: { summary: 's' },
        startsAt: '2026-01-01T00:00:00.12Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: 'http://g',
        fingerprint: '00ff',
      },
      {
        status: 'resolved',
        labels: { alertname: 'A', job: 'x', l: '2' },
        annotations: {},
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: '2026-01-01T01:00:00Z',
        generatorURL: '',
        fingerprint: '00aa',
      },
    ],
  })
})

test('max_alerts keeps the first ones and says how many are missing', async () => {
  const { asked } = await ask({ url: 'http://r/', max_alerts: '1' }, { status: 200 })
  expect(JSON.parse(String(asked[0]!.body))).toMatchObject({
    truncatedAlerts: 1,
    commonAnnotations: { summary: 's' },
    alerts: [{ fingerprint: '00ff' }],
  })
})

interface Asked extends FetchRequest {
  readonly url: string
}

async function ask(
  config: Readonly<Record<string, unknown>>,
  answer: { readonly status: number; readonly body?: string; readonly retryAfter?: string },
  more: { readonly facts?: NotificationFacts; readonly strictCompat?: boolean } = {},
): Promise<{ readonly outcome: Outcome; readonly asked: Asked[] }> {
  const asked: Asked[] = []
  const integration = webhook(webhookConfigSchema.parse(config), 0, {
    clock: new ManualClock(0),
    templates: notificationTemplates(),
    strictCompat: more.strictCompat ?? false,
    fetch: async (url, request) => {
      asked.push({ ...request, url })
      const { status, body = '', retryAfter } = answer
      const headers = new Headers(retryAfter === undefined ? {} : { 'retry-after': retryAfter })
      return { status, headers, text: async () => body }
    },
  })
  const { facts = FACTS } = more
  return { outcome: await integration.send(facts, new AbortController().signal), asked }
}

test('beside version 4 stands what Weir adds, under one key; strict_compat leaves it out', async () => {
  const [alert] = FACTS.alerts
  const evidence = {
    expr: 'x_seconds > 1',
    value: Number.NaN,
    threshold: { operator: '>', value: 1 },
    unit: 'seconds',
  } as const
  const labels = Labels.of({ alertname: 'A', system: 's', pipeline: 'p', stage: 'g' })
  const facts = { ...FACTS, alerts: [{ ...alert!, labels, evidence }] }
  const { asked } = await ask({ url: 'http://r/' }, { status: 200 }, { facts })
  const { weir, ...version4 } = JSON.parse(String(asked[0]!.body)) as Record<string, unknown>
  expect(version4).toEqual(JSON.parse(JSON.stringify(webhookPayload(facts, 0))))
  expect(weir).toMatchObject({
    sentence: 's',
    alerts: [
      {
        fingerprint: '00ff',
        sentence: 's',
        system: 's',
        pipeline: 'p',
        stage: 'g',
        figure: 'NaN (fires when > 1 s)',
        expr: 'x_seconds > 1',
        value: 'NaN',
        operator: '>',
        threshold: 1,
        unit: 'seconds',
        links: { Pipeline: 'http://weir/pipelines/s/p', Alert: 'http://weir/alerts?q=A' },
      },
    ],
  })
  const strict = await ask({ url: 'http://r/' }, { status: 200 }, { facts, strictCompat: true })
  expect(JSON.parse(String(strict.asked[0]!.body))).toEqual(version4)
})

test('a payload of its own: any tree of templates, values as what they read as', async () => {
  const payload = {
    text: '{{ .CommonLabels.job }}',
    '{{ .Status }}': ['{{ len .Alerts }}', 'yes', { deep: '' }],
    alerts: '{{ .Alerts | toJson }}',
  }
  const { asked } = await ask({ url: 'http://r/', payload, max_alerts: '1' }, { status: 200 })
  expect(JSON.parse(String(asked[0]!.body))).toMatchObject({
    text: 'x',
    firing: [1, true, { deep: null }],
    alerts: [{ fingerprint: '00ff' }],
  })
})

test('a payload whose template fails is sent all the same and names the error', async () => {
  const payload = { text: '{{ template "nope" . }}', other: 'good' }
  const { outcome, asked } = await ask({ url: 'http://r/', payload }, { status: 200 })
  expect(outcome).toEqual({ kind: 'sent' })
  const body = JSON.parse(String(asked[0]!.body)) as Record<string, string>
  expect(body['text']).toMatch(/^s, and 1 more \(a template failed: .*nope/)
  expect(body['other']).toBe('good')
})

test.each([
  [{ status: 200 }, 'sent', undefined],
  [{ status: 204 }, 'sent', undefined],
  [{ status: 500, body: 'oops' }, 'retry', 'it answered 500: oops'],
  [{ status: 429 }, 'retry', 'it answered 429'],
  [
    { status: 400, body: 'bad http://r/secret here' },
    'refused',
    'it answered 400: bad <secret> here',
  ],
  [{ status: 404 }, 'refused', 'it answered 404'],
  [{ status: 302 }, 'refused', 'it answered 302'],
] as const)('an answer of %j is %s', async (answer, kind, why) => {
  const { outcome } = await ask({ url: 'http://r/secret' }, answer)
  expect(outcome.kind).toBe(kind)
  if (outcome.kind !== 'sent') {
    expect(outcome.cause.message).toContain(why)
    expect(outcome.cause.message).not.toContain('r/secret')
  }
})

test.each([
  ['5', 5000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60_000],
  ['99999999', 3_600_000],
  ['soon', null],
])('Retry-After: %s waits %j ms', async (retryAfter, afterMs) => {
  const { outcome } = await ask({ url: 'http://r/' }, { status: 503, retryAfter })
  expect(outcome).toMatchObject({ kind: 'retry', afterMs })
})

test('the address is a template; one that comes out empty is refused', async () => {
  const good = await ask({ url: 'http://r/{{ .CommonLabels.job }}' }, { status: 200 })
  expect(good.asked[0]!.url).toBe('http://r/x')
  const bad = await ask({ url: '{{ .CommonLabels.nope }}' }, { status: 200 })
  expect(bad).toMatchObject({ outcome: { kind: 'refused' }, asked: [] })
})

test('basic auth and bearer tokens go along', async () => {
  const basic = { url: 'http://r/', http_config: { basic_auth: { username: 'u', password: 'p' } } }
  expect((await ask(basic, { status: 200 })).asked[0]!.headers['authorization']).toBe('Basic dTpw')
  const bearer = { url: 'http://r/', http_config: { authorization: { credentials: 't' } } }
  expect((await ask(bearer, { status: 200 })).asked[0]!.headers['authorization']).toBe('Bearer t')
})

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})

function network(): Network {
  const made = openNetwork()
  open.push({ [Symbol.asyncDispose]: () => made.close() })
  return made
}

test('over a real socket: garbage, a closed port, and no answer at all are for later', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/never') return
    if (request.url === '/garbage') response.socket!.end('garbage\r\n\r\n')
    else response.end('x'.repeat(100_000))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const send = (url: string, timeout = '20s'): Promise<Outcome> =>
    webhook(webhookConfigSchema.parse({ url, timeout }), 0, {
      clock: systemClock,
      templates: notificationTemplates(),
      fetch: network().fetch,
    }).send(FACTS, new AbortController().signal)
  expect(await send(`${base}/good`)).toEqual({ kind: 'sent' })
  expect(await send(`${base}/garbage`)).toMatchObject({ kind: 'retry' })
  const never = await send(`${base}/never`, '200ms')
  expect(never).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('0.2 s') },
  })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const closed = await send(`${base}/closed`)
  expect(closed).toMatchObject({ kind: 'retry' })
  expect(JSON.stringify(closed)).not.toContain('127.0.0.1')
})

test('a receiver behind TLS, a proxy and headers is reached as http_config says', async () => {
  const pem = (name: string): string =>
    join(import.meta.dirname, `../../../../../fixtures/tls/${name}.pem`)
  const identity = { cert: readFileSync(pem('server')), key: readFileSync(pem('server-key')) }
  let seen: unknown
  const server = createTlsServer(identity, (request, response) => {
    seen = [request.headers['x-scope'], request.headers.authorization]
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const send = (http_config: object): Promise<Outcome> =>
    webhook(webhookConfigSchema.parse({ url, http_config }), 0, {
      clock: systemClock,
      templates: notificationTemplates(),
      fetch: network().fetch,
    }).send(FACTS, new AbortController().signal)
  const tls_config = { ca_file: pem('ca'), insecure_skip_verify: 'false' }
  const http_headers = { 'X-Scope': { values: ['a'] } }
  expect(await send({ tls_config, http_headers, bearer_token: 't' })).toEqual({ kind: 'sent' })
  expect(seen).toEqual(['a', 'Bearer t'])
  expect(await send({})).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('name who did in ca_file of tls_config') },
  })
  expect(await send({ tls_config, proxy_url: 'http://127.0.0.1:1' })).toMatchObject({
    kind: 'retry',
    cause: { message: expect.stringContaining('nothing listens there') },
  })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
