import { createHash } from 'node:crypto'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { globalSchema } from '../global.ts'
import { JSM } from '../jsm/jsm.ts'
import type { ConfigCheck, NotifierKind } from '../kind.ts'
import type { Note, Outcome } from '../outcome.ts'
import { notificationTemplates } from '../templates.ts'
import type { NotificationFacts } from '../../template/notification-data.ts'
import { HOSTILE, alertFacts, notificationFacts } from '../../testing/facts.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import {
  type Asked,
  type VendorAnswer,
  complaints,
  isAtMost,
  isTextUpTo,
  vendor,
} from '../../testing/vendor.ts'
import { OPSGENIE } from './opsgenie.ts'

const KEY = 'eb243592-faa2-4ba2-a551q-1afdf565c889'
const ALIAS = createHash('sha256').update('{}:{alertname="RunsLate"}').digest('hex')

/** Judges requests as docs.opsgenie.com/docs/alert-api says, for both services that speak it. */
function judged({ method, url, headers, body }: Asked): VendorAnswer {
  if (headers['authorization'] !== `GenieKey ${KEY}`) {
    return { status: 401, body: `no such key ${headers['authorization']}` }
  }
  const isJsm = url.hostname === 'api.atlassian.com'
  const path = url.pathname.replace('/jsm/ops/integration', '')
  if (path === '/v2/alerts' && method === 'POST') return answerOf(complaintsOf(body))
  const [, action] = /^\/v2\/alerts\/[\da-f]{64}\/(\w+)$/.exec(path) ?? []
  const isKnown =
    url.search === '?identifierType=alias' &&
    ((method === 'POST' && (action === 'close' || action === 'notes')) ||
      (!isJsm && method === 'PUT' && (action === 'message' || action === 'description')))
  return isKnown ? answerOf([]) : { status: 404, body: 'no such operation' }
}

function answerOf(problems: readonly string[]): VendorAnswer {
  return problems.length === 0
    ? { status: 202, body: '{"result":"Request will be processed"}' }
    : { status: 422, body: problems.join(', ') }
}

function complaintsOf(body: Asked['body']): string[] {
  const list = (key: string): readonly unknown[] => (body[key] ?? []) as unknown[]
  const details = Object.entries(body['details'] as Record<string, string>)
  const types = ['team', 'user', 'escalation', 'schedule']
  return complaints({
    message: isTextUpTo(body['message'], 130),
    alias: isTextUpTo(body['alias'], 512),
    description: isAtMost(body['description'], 15_000),
    source: isAtMost(body['source'], 100),
    entity: isAtMost(body['entity'], 512),
    note: isAtMost(body['note'], 25_000),
    tags: list('tags').length <= 20 && list('tags').every((tag) => isTextUpTo(tag, 50)),
    actions: list('actions').length <= 10 && list('actions').every((one) => isTextUpTo(one, 50)),
    details: details.join('').length <= 8000 + details.length,
    priority: ['P1', 'P2', 'P3', 'P4', 'P5', undefined].includes(body['priority'] as string),
    responders: list('responders').every((one) => {
      const { type, ...names } = one as Record<string, string>
      return types.includes(type!) && Object.keys(names).length > 0
    }),
  })
}

interface How {
  readonly kind?: NotifierKind
  readonly facts?: NotificationFacts
  readonly strictCompat?: boolean
  readonly note?: Note
  readonly status?: number
}

const NO_PROBLEM: ConfigCheck = {
  problem: (path, what) => {
    throw new Error(`${path.join('.')}: ${what}`)
  },
  address: () => undefined,
  template: () => undefined,
  beside: (path) => path,
}

async function send(
  config: Readonly<Record<string, unknown>>,
  how: How = {},
): Promise<{ readonly outcome: Outcome; readonly taken: readonly Asked[] }> {
  const { kind = OPSGENIE, facts = notificationFacts(alertFacts()), strictCompat = false } = how
  const { fetch, taken } = vendor((asked) =>
    how.status === undefined
      ? judged(asked)
      : { status: how.status, headers: { 'retry-after': '3' } },
  )
  const context = {
    fetch,
    clock: new ManualClock(90_000),
    templates: notificationTemplates([], strictCompat),
    strictCompat,
    global: globalSchema.parse({}),
  }
  const parsed = kind.schema.parse({ api_key: KEY, ...config })
  const integration = kind.build(parsed, 0, context, NO_PROBLEM)
  return { outcome: await integration.send(facts, new AbortController().signal, how.note), taken }
}

test('an alert is created with all that is to be told', async () => {
  const { outcome, taken } = await send({
    details: { team: '{{ .CommonLabels.pipeline }}' },
    entity: '{{ .CommonLabels.pipeline }}',
    tags: 'a,,b',
    actions: 'restart',
    note: 'n',
    priority: '{{ if eq .CommonLabels.severity "critical" }}P1{{ end }}',
    responders: [
      { name: 'x,y', type: 'teams' },
      { username: 'u@x', type: 'User' },
      { id: '{{ .CommonLabels.nope }}', type: 'schedule' },
      { name: 'z', type: '{{ .CommonLabels.nope }}' },
    ],
  })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
    'POST https://api.opsgenie.com/v2/alerts',
  ])
  const { description, ...rest } = taken[0]!.body
  expect(rest).toEqual({
    alias: ALIAS,
    message: 'orders run late',
    source: 'http://weir/alerts?q=RunsLate',
    details: {
      alertname: 'RunsLate',
      severity: 'critical',
      system: 'airflow',
      pipeline: 'orders',
      stage: 'run',
      team: 'orders',
    },
    entity: 'orders',
    tags: ['a', 'b'],
    actions: ['restart'],
    note: 'n',
    priority: 'P1',
    responders: [
      { name: 'x', type: 'team' },
      { name: 'y', type: 'team' },
      { username: 'u@x', type: 'user' },
    ],
  })
  expect(description).toMatch(/^Value 90 s \(fires when > 60 s\)\nairflow \/ orders › run\nsince /)
})

test('under strict_compat the texts are those of Alertmanager', async () => {
  const { taken } = await send({}, { strictCompat: true })
  expect(taken[0]!.body).toMatchObject({
    message: '[FIRING:1] RunsLate (orders critical run airflow)',
    source: 'http://weir/#/alerts?receiver=oncall',
    description: expect.stringContaining('Alerts Firing:\nLabels:\n - alertname = RunsLate\n'),
  })
})

test('what is over is closed', async () => {
  const facts = notificationFacts(alertFacts({ status: 'resolved' }))
  const { outcome, taken } = await send({ update_alerts: 'true' }, { facts })
  expect(outcome.kind).toBe('sent')
  expect(taken.map(({ method, url, body }) => [method, url.pathname, body])).toEqual([
    ['POST', `/v2/alerts/${ALIAS}/close`, { source: 'http://weir/alerts?q=RunsLate' }],
  ])
})

test('update_alerts changes what stands there', async () => {
  const { taken } = await send({ update_alerts: 'true', api_url: 'https://api.eu.opsgenie.com' })
  expect(taken.map(({ method, url }) => `${method} ${url.host}${url.pathname}`)).toEqual([
    'POST api.eu.opsgenie.com/v2/alerts',
    `PUT api.eu.opsgenie.com/v2/alerts/${ALIAS}/message`,
    `PUT api.eu.opsgenie.com/v2/alerts/${ALIAS}/description`,
  ])
})

test('Jira Service Management gets the same alerts at its own address', async () => {
  const opened = await send({}, { kind: JSM })
  expect(opened.outcome).toEqual({ kind: 'sent' })
  expect(opened.taken.map(({ url }) => url.href)).toEqual([
    'https://api.atlassian.com/jsm/ops/integration/v2/alerts',
  ])
  expect(opened.taken[0]!.body).toMatchObject({ alias: ALIAS, message: 'orders run late' })
  const facts = notificationFacts(alertFacts({ status: 'resolved' }))
  const closed = await send({}, { kind: JSM, facts })
  expect(closed.taken.map(({ url }) => url.pathname)).toEqual([
    `/jsm/ops/integration/v2/alerts/${ALIAS}/close`,
  ])
})

test('Jira Service Management cannot change an alert: a note tells, from the second message on', async () => {
  const first = await send({ update_alerts: 'true' }, { kind: JSM })
  expect(first.taken).toHaveLength(1)
  expect(first.outcome).toEqual({ kind: 'sent', note: { created: 'yes' } })
  const second = await send({ update_alerts: 'true' }, { kind: JSM, note: { created: 'yes' } })
  expect(second.taken.map(({ url }) => url.pathname.split('/').at(-1))).toEqual(['alerts', 'notes'])
  expect(second.taken[1]!.body['note']).toMatch(/^orders run late\nValue 90 s/)
})

test('what is too long or too much is cut, so that nothing is refused for it', async () => {
  const long = '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'
  const { outcome, taken } = await send(
    {
      message: long,
      description: long,
      source: long,
      entity: long,
      note: long,
      details: { a: long, b: long },
      tags: Array.from({ length: 30 }, (_, i) => `${i}${'x'.repeat(60)}`).join(','),
      priority: 'P9',
    },
    { facts: notificationFacts(HOSTILE) },
  )
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.body).not.toHaveProperty('priority')
})

test.each([
  [429, 'retry', 3000],
  [503, 'retry', 3000],
  [422, 'refused', undefined],
])('an answer of %d is %s', async (status, kind, afterMs) => {
  const { outcome } = await send({}, { status })
  expect(outcome).toMatchObject({ kind, ...(afterMs === undefined ? {} : { afterMs }) })
})

test('a refusal never shows the key, and an empty key asks nobody', async () => {
  const { outcome } = await send({ api_key: 'WRONG-KEY' })
  expect(outcome).toMatchObject({
    kind: 'refused',
    cause: { message: 'Cannot notify by OpsGenie: it answered 401: no such key GenieKey <secret>' },
  })
  const empty = await send({ api_key: '{{ .CommonLabels.nope }}' })
  expect(empty).toMatchObject({ outcome: { kind: 'refused' }, taken: [] })
})

test('a template that fails costs no page', async () => {
  const broken = '{{ template "nope" . }}'
  const { outcome, taken } = await send({
    message: broken,
    priority: broken,
    responders: [
      { name: broken, type: 'team' },
      { name: 'x', type: 'team' },
    ],
  })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.body).toMatchObject({
    message: expect.stringMatching(/^orders run late \(a template failed: /),
    responders: [{ name: 'x', type: 'team' }],
  })
})

test('labels of many alerts: only what they share is a detail', async () => {
  const other = alertFacts({ labels: Labels.of({ alertname: 'RunsLate', pipeline: 'bills' }) })
  const { taken } = await send({}, { facts: notificationFacts(alertFacts(), other) })
  expect(taken[0]!.body).toMatchObject({
    message: 'orders run late (2 alerts)',
    details: { alertname: 'RunsLate' },
  })
})
