import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import type { AlertFacts, NotificationFacts } from '../../template/notification-data.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import type { Fetch } from '../fetch.ts'
import type { Outcome } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { pagerdutyConfigSchema } from './config.ts'
import { notificationTemplates } from '../templates.ts'
import { PAGERDUTY_LIMITS, pagerduty } from './pagerduty.ts'

const KEY = 'R012345678901234567890123456789A'

/** Judges events as PagerDuty does: 202, or 400 with what is wrong. Version 1 answers 200, and 403 to too many. */
function standIn(answers: readonly number[] = []): {
  readonly fetch: Fetch
  readonly events: Record<string, unknown>[]
} {
  const events: Record<string, unknown>[] = []
  let count = 0
  const fetch: Fetch = async (url, request) => {
    const body = String(request.body)
    const event = JSON.parse(body) as Record<string, unknown>
    const isV1 = url.startsWith('https://events.pagerduty.com/generic/')
    const problems = isV1 ? problemsOfV1(event) : problemsOf(event)
    if (Buffer.byteLength(body) > 512_000) problems.push('event is too large')
    if (problems.length === 0) events.push(event)
    const status = answers[count++] ?? (problems.length > 0 ? 400 : isV1 ? 200 : 202)
    const headers = new Headers(status === 429 ? { 'retry-after': '7' } : {})
    return { status, headers, text: async () => problems.join('; ') }
  }
  return { fetch, events }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** developer.pagerduty.com/docs/events-api-v2/trigger-events: what is required, and how long. */
function problemsOf(event: Record<string, unknown>): string[] {
  const payload = event['payload'] as Record<string, unknown>
  const checks: [boolean, string][] = [
    [event['routing_key'] === KEY, `invalid routing key ${String(event['routing_key'])}`],
    [
      ['trigger', 'resolve', 'acknowledge'].includes(event['event_action'] as string),
      'event_action',
    ],
    [isText(payload['summary']), 'summary is missing'],
    [Array.from(String(payload['summary'])).length <= 1024, 'summary is too long'],
    [isText(payload['source']), 'source is missing'],
    [
      ['critical', 'error', 'warning', 'info'].includes(payload['severity'] as string),
      'severity is wrong',
    ],
    [String(event['dedup_key']).length <= 255, 'dedup_key is too long'],
    [
      ((event['images'] ?? []) as { src: string }[]).every(({ src }) => src.startsWith('https:')),
      'images must be served by https',
    ],
  ]
  return checks.filter(([isGood]) => !isGood).map(([, what]) => what)
}

/** v2.developer.pagerduty.com/docs/trigger-events */
function problemsOfV1(event: Record<string, unknown>): string[] {
  const isTrigger = event['event_type'] === 'trigger'
  const checks: [boolean, string][] = [
    [event['service_key'] === KEY, 'invalid service key'],
    [isTrigger || event['event_type'] === 'resolve', 'event_type'],
    [!isTrigger || isText(event['description']), 'description is missing'],
    [Array.from(String(event['description'])).length <= 1024, 'description is too long'],
    [isText(event['incident_key']), 'incident_key is missing'],
  ]
  return checks.filter(([isGood]) => !isGood).map(([, what]) => what)
}

function alert(l: string, status: AlertFacts['status'] = 'firing', annotation = 's'): AlertFacts {
  return {
    status,
    labels: Labels.of({ alertname: 'A', job: 'etl', severity: 'critical', l }),
    annotations: Labels.of({ summary: annotation }),
    startsAtMs: 0,
    endsAtMs: status === 'firing' ? null : 1000,
    generatorUrl: 'http://g',
    fingerprint: l,
  }
}

function factsOf(...alerts: AlertFacts[]): NotificationFacts {
  return {
    receiver: 'oncall',
    groupKey: '{}:{alertname="A"}',
    groupLabels: Labels.of({ alertname: 'A' }),
    routeLabels: Labels.EMPTY,
    reason: 'first notification',
    externalUrl: 'http://weir',
    alerts,
  }
}

interface How {
  readonly isOwn?: boolean
  readonly picture?: Picture
  readonly answers?: readonly number[]
}

async function send(
  config: Readonly<Record<string, unknown>>,
  facts: NotificationFacts,
  { isOwn = false, picture, answers }: How = {},
): Promise<{ readonly outcome: Outcome; readonly event: Record<string, unknown> | undefined }> {
  const { fetch, events } = standIn(answers)
  const integration = pagerduty(
    pagerdutyConfigSchema.parse({ routing_key: KEY, url: 'http://pagerduty', ...config }),
    0,
    {
      clock: new ManualClock(90_000),
      templates: notificationTemplates([], !isOwn),
      strictCompat: !isOwn,
      fetch,
      pictures: async () => picture,
    },
  )
  const outcome = await integration.send(facts, new AbortController().signal)
  return { outcome, event: events[0] }
}

test('an event with the defaults of Alertmanager', async () => {
  const { outcome, event } = await send({}, factsOf(alert('1'), alert('2', 'resolved')))
  expect(outcome).toEqual({ kind: 'sent' })
  expect(event).toEqual({
    routing_key: KEY,
    event_action: 'trigger',
    dedup_key: createHash('sha256').update('{}:{alertname="A"}').digest('hex'),
    client: 'Weir',
    client_url: 'http://weir/#/alerts?receiver=oncall',
    payload: {
      summary: '[FIRING:1] A (etl critical)',
      source: 'Weir',
      severity: 'error',
      custom_details: {
        num_firing: 1,
        num_resolved: 1,
        firing: [expect.objectContaining({ fingerprint: '1', status: 'firing' })],
        resolved: [expect.objectContaining({ fingerprint: '2', endsAt: '1970-01-01T00:00:01Z' })],
      },
    },
  })
})

test('the incident is resolved when nothing fires', async () => {
  const { event } = await send({}, factsOf(alert('1', 'resolved')))
  expect(event).toMatchObject({ event_action: 'resolve' })
  expect((event!['payload'] as { summary: string }).summary).toMatch(/^\[RESOLVED\] A /)
})

test('every text is a template; what is empty is left out', async () => {
  const { event } = await send(
    {
      description: '{{ .CommonLabels.job | toUpper }}',
      severity: '{{ .CommonLabels.severity }}',
      source: 'here',
      class: '{{ .GroupLabels.alertname }}',
      component: '{{ .CommonLabels.nope }}',
      group: 'g',
      details: {
        count: '{{ len .Alerts }}',
        flag: 'true',
        text: 'a: b: c',
        none: '',
        num_firing: 'x',
      },
      links: [
        { href: '{{ .CommonLabels.nope }}', text: 'gone' },
        { href: 'http://l', text: 't' },
      ],
      images: [{ src: '' }],
    },
    factsOf(alert('1')),
  )
  expect(event).toMatchObject({
    payload: {
      summary: 'ETL',
      severity: 'critical',
      source: 'here',
      class: 'A',
      group: 'g',
      custom_details: { count: 1, flag: true, text: 'a: b: c', none: null, num_firing: 'x' },
    },
    links: [{ href: 'http://l', text: 't' }],
  })
  expect(event).not.toHaveProperty('payload.component')
  expect(event).not.toHaveProperty('images')
})

test('a summary is cut, an event beyond the limit loses its details, not its meaning', async () => {
  const long = await send({ description: 'ä'.repeat(2000) }, factsOf(alert('1')))
  const { summary } = long.event!['payload'] as { summary: string }
  expect(Array.from(summary)).toHaveLength(PAGERDUTY_LIMITS.summaryChars)
  expect(summary.endsWith('…')).toBe(true)
  const many = Array.from({ length: 600 }, (_, i) => alert(String(i), 'firing', 'x'.repeat(1000)))
  const large = await send({}, factsOf(...many))
  expect(large.outcome).toEqual({ kind: 'sent' })
  expect(large.event).toMatchObject({
    payload: { custom_details: { error: expect.stringContaining('512 kB') } },
  })
})

test('a refusal never shows the key', async () => {
  const { outcome } = await send({ routing_key: 'WRONG-KEY' }, factsOf(alert('1')))
  expect(outcome).toMatchObject({
    kind: 'refused',
    cause: { message: 'Cannot notify by PagerDuty: it answered 400: invalid routing key <secret>' },
  })
})

test('an unknown severity is told by PagerDuty, and shown', async () => {
  const { outcome } = await send({ severity: 'panic' }, factsOf(alert('1')))
  expect(outcome).toMatchObject({
    kind: 'refused',
    cause: { message: expect.stringContaining('severity is wrong') },
  })
})

test('the key may come from a file, which may be late', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-pagerduty-'))
  const file = join(folder, 'key')
  const config = { routing_key: '', routing_key_file: file }
  const early = await send(config, factsOf(alert('1')))
  expect(early.outcome.kind).toBe('retry')
  writeFileSync(file, `${KEY}\n`)
  expect((await send(config, factsOf(alert('1')))).outcome).toEqual({ kind: 'sent' })
  rmSync(folder, { recursive: true })
})

const PICTURE: Picture = { png: new Uint8Array([1]), url: 'https://weir/p.png', alt: 'a chart' }

const EVIDENT: AlertFacts = {
  ...alert('1'),
  labels: Labels.of({ alertname: 'A', system: 'airflow', pipeline: 'orders', stage: 'run' }),
  annotations: Labels.of({ summary: 'orders run late', runbook_url: 'https://r/x' }),
  evidence: { expr: 'x > 1', value: 2, threshold: { operator: '>', value: 1 } },
}

const ITS_LOGS = encodeURIComponent('{system="airflow", pipeline="orders", stage="run"}')

test('the title is the sentence; links, picture and the figure go along', async () => {
  const { outcome, event } = await send({}, factsOf(EVIDENT), { isOwn: true, picture: PICTURE })
  expect(outcome).toEqual({ kind: 'sent' })
  const chart = 'http://weir/explore?expr=x&from=-1800000&to=now'
  expect(event).toMatchObject({
    client_url: 'http://weir/alerts?q=A',
    payload: { summary: 'orders run late', custom_details: { num_firing: 1 } },
    links: [
      { text: 'Pipeline', href: 'http://weir/pipelines/airflow/orders' },
      { text: 'Chart', href: chart },
      { text: 'Logs', href: `http://weir/logs?query=${ITS_LOGS}&from=-1800000&to=600000` },
      { text: 'Alert', href: 'http://weir/alerts?q=A' },
      { text: 'Runbook', href: 'https://r/x' },
    ],
    images: [{ src: 'https://weir/p.png', alt: 'a chart', href: chart }],
  })
  const details = (event!['payload'] as { custom_details: Record<string, string> }).custom_details
  expect(details['about']).toMatch(
    /^Value 2 \(fires when > 1\)\nairflow \/ orders › run\nsince .* \(1 min 30 s\)\n/,
  )
})

test("the config's own links, images and details stay as they are", async () => {
  const { event } = await send(
    {
      links: [{ href: 'http://l', text: 't' }],
      images: [{ src: 'https://i/', alt: '', href: '' }],
      details: { about: 'mine' },
    },
    factsOf(EVIDENT),
    { isOwn: true, picture: PICTURE },
  )
  expect(event).toMatchObject({
    links: [{ href: 'http://l', text: 't' }],
    images: [{ src: 'https://i/', alt: '', href: '' }],
    payload: { custom_details: { about: 'mine' } },
  })
})

test('a picture that PagerDuty would refuse is left out', async () => {
  const picture = { ...PICTURE, url: 'http://weir/p.png' }
  const { outcome, event } = await send({}, factsOf(EVIDENT), { isOwn: true, picture })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(event).not.toHaveProperty('images')
})

const V1 = { routing_key: '', service_key: KEY }

test('events of version 1 for a service key', async () => {
  const { outcome, event } = await send(V1, factsOf(alert('1')))
  expect(outcome).toEqual({ kind: 'sent' })
  expect(event).toEqual({
    service_key: KEY,
    event_type: 'trigger',
    incident_key: createHash('sha256').update('{}:{alertname="A"}').digest('hex'),
    description: '[FIRING:1] A (etl 1 critical)',
    client: 'Weir',
    client_url: 'http://weir/#/alerts?receiver=oncall',
    details: expect.objectContaining({ num_firing: 1, num_resolved: 0 }),
  })
  const over = await send(V1, factsOf(alert('1', 'resolved')))
  expect(over.event).toMatchObject({ event_type: 'resolve' })
  expect(over.event).not.toHaveProperty('client')
  const own = await send(V1, factsOf(EVIDENT), { isOwn: true, picture: PICTURE })
  expect(own.event).toMatchObject({
    description: 'orders run late',
    contexts: expect.arrayContaining([
      { type: 'link', text: 'Runbook', href: 'https://r/x' },
      expect.objectContaining({ type: 'image', src: 'https://weir/p.png' }),
    ]),
  })
})

test.each([
  [{}, 429, 'retry', 7000],
  [{}, 500, 'retry', null],
  [{}, 403, 'refused', undefined],
  [V1, 403, 'retry', null], // its way to say that it was too much
  [V1, 429, 'retry', 7000],
  [V1, 400, 'refused', undefined],
])('with %j an answer of %d is %s', async (config, status, kind, afterMs) => {
  const { outcome } = await send(config, factsOf(alert('1')), { answers: [status] })
  expect(outcome).toMatchObject({ kind, ...(afterMs === undefined ? {} : { afterMs }) })
})

test('templates that fail cost no page: the event goes out and names the error', async () => {
  const broken = '{{ template "nope" . }}'
  const { outcome, event } = await send(
    { description: broken, severity: broken, class: broken, details: { x: broken } },
    factsOf(EVIDENT),
  )
  expect(outcome).toEqual({ kind: 'sent' })
  const named = expect.stringMatching(/^orders run late \(a template failed: .*nope/)
  expect(event).toMatchObject({
    payload: { summary: named, severity: 'error', class: named, custom_details: { x: named } },
  })
  const noKey = await send({ routing_key: '{{ .CommonLabels.nope }}' }, factsOf(EVIDENT))
  expect(noKey.outcome).toMatchObject({
    kind: 'refused',
    cause: { message: 'Cannot notify by PagerDuty: the routing key is empty' },
  })
})
