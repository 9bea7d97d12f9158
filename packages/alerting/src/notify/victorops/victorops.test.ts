import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
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
import type { Outcome } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { notificationTemplates } from '../templates.ts'
import { victoropsConfigSchema } from './config.ts'
import { victorops } from './victorops.ts'

const KEY = 'b7dca2d8-9e0b'

/** help.splunk.com, "REST Endpoint integration": the key is in the path, message_type is required. */
function judged({ method, url, body }: Asked): VendorAnswer {
  const [, key, routing] = /^\/alert\/([^/]+)\/(.+)$/.exec(url.pathname) ?? []
  if (method !== 'POST' || key !== KEY) return { status: 404, body: `no integration ${key}` }
  const problems = complaints({
    routing: routing !== undefined,
    message_type: ['CRITICAL', 'WARNING', 'INFO', 'RECOVERY'].includes(
      body['message_type'] as string,
    ),
    entity_id: isTextUpTo(body['entity_id'], 512),
    state_message: isAtMost(body['state_message'], 20_480),
    texts: Object.values(body).every((value) => typeof value === 'string'),
  })
  return problems.length === 0
    ? { status: 200, body: '{"result":"success"}' }
    : { status: 400, body: problems.join(', ') }
}

interface How {
  readonly facts?: NotificationFacts
  readonly strictCompat?: boolean
  readonly picture?: Picture
  readonly status?: number
}

async function send(
  config: Readonly<Record<string, unknown>> = {},
  how: How = {},
): Promise<{ readonly outcome: Outcome; readonly taken: readonly Asked[] }> {
  const { facts = notificationFacts(alertFacts()), strictCompat = false, picture, status } = how
  const { fetch, taken } = vendor((asked) =>
    status === undefined ? judged(asked) : { status, headers: { 'retry-after': '3' } },
  )
  const parsed = victoropsConfigSchema.parse({
    api_url: 'http://vo/alert/',
    routing_key: '{{ .CommonLabels.pipeline }}',
    ...config,
  })
  const context = {
    fetch,
    clock: new ManualClock(90_000),
    templates: notificationTemplates([], strictCompat),
    strictCompat,
    pictures: async () => picture,
  }
  const integration = victorops(parsed, 0, context, { kind: 'text', text: KEY })
  return { outcome: await integration.send(facts, new AbortController().signal), taken }
}

test('a message with the sentence, the details, links and the picture', async () => {
  const picture = { png: new Uint8Array(1), url: 'https://weir/p.png', alt: 'late_seconds' }
  const { outcome, taken } = await send({ custom_fields: { team: 'x' } }, { picture })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.url.href).toBe(`http://vo/alert/${KEY}/orders`)
  expect(taken[0]!.body).toMatchObject({
    message_type: 'CRITICAL',
    entity_id: createHash('sha256').update('{}:{alertname="RunsLate"}').digest('hex'),
    entity_display_name: 'orders run late',
    state_message: expect.stringMatching(/^orders run late\nValue 90 s \(fires when > 60 s\)\n/),
    monitoring_tool: 'Weir',
    team: 'x',
    'vo_annotate.u.Runbook': 'https://runbooks/late',
    'vo_annotate.u.Pipeline': 'http://weir/pipelines/airflow/orders',
    'vo_annotate.i.late_seconds': 'https://weir/p.png',
  })
})

test('under strict_compat the message is that of Alertmanager', async () => {
  const { taken } = await send({}, { strictCompat: true })
  expect(Object.keys(taken[0]!.body).toSorted()).toEqual([
    'entity_display_name',
    'entity_id',
    'message_type',
    'monitoring_tool',
    'state_message',
  ])
  expect(taken[0]!.body['state_message']).toMatch(
    /^https:\/\/runbooks\/late orders run late\nAlerts Firing:\nLabels:\n/,
  )
})

test.each([
  ['WARNING', 'firing', 'WARNING'],
  ['{{ .CommonLabels.severity }}', 'firing', 'CRITICAL'], // no word of theirs
  ['{{ template "nope" . }}', 'firing', 'CRITICAL'],
  ['WARNING', 'resolved', 'RECOVERY'],
] as const)('message_type %s of what is %s is %s', async (message_type, status, want) => {
  const facts = notificationFacts(alertFacts({ status }))
  const { taken } = await send({ message_type }, { facts })
  expect(taken[0]!.body['message_type']).toBe(want)
})

test('a text that is too long is cut; a key with a slash stays a path', async () => {
  const long = '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'
  const facts = notificationFacts(HOSTILE)
  const { outcome, taken } = await send({ state_message: long, routing_key: 'a b/c' }, { facts })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.url.pathname).toBe(`/alert/${KEY}/a%20b/c`)
})

test.each([
  [429, 'retry', 3000],
  [500, 'retry', 3000],
  [400, 'refused', undefined],
])('an answer of %d is %s', async (status, kind, afterMs) => {
  const { outcome } = await send({}, { status })
  expect(outcome).toMatchObject({ kind, ...(afterMs === undefined ? {} : { afterMs }) })
})

test('a refusal never shows the key that is in the address', async () => {
  const { outcome } = await send({ api_url: 'http://vo/wrong/' })
  expect(outcome.kind).toBe('refused')
  expect(JSON.stringify(outcome)).not.toContain(KEY)
})
