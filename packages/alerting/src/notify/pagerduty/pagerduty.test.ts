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
import { pagerdutyConfigSchema } from './config.ts'
import { notificationTemplates } from '../templates.ts'
import { PAGERDUTY_LIMITS, pagerduty } from './pagerduty.ts'

const KEY = 'R012345678901234567890123456789A'

/** Judges events as PagerDuty does: 202, or 400 with what is wrong. */
function standIn(): { readonly fetch: Fetch; readonly events: Record<string, unknown>[] } {
  const events: Record<string, unknown>[] = []
  const fetch: Fetch = async (_, request) => {
    const body = String(request.body)
    const event = JSON.parse(body) as Record<string, unknown>
    const problems = problemsOf(event, Buffer.byteLength(body))
    if (problems.length === 0) events.push(event)
    const status = problems.length === 0 ? 202 : 400
    return { status, headers: new Headers(), text: async () => problems.join('; ') }
  }
  return { fetch, events }
}

function problemsOf(event: Record<string, unknown>, bytes: number): string[] {
  const payload = event['payload'] as Record<string, unknown>
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
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
    [bytes <= 512_000, 'event is too large'],
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

async function send(
  config: Readonly<Record<string, unknown>>,
  facts: NotificationFacts,
): Promise<{ readonly outcome: Outcome; readonly event: Record<string, unknown> | undefined }> {
  const { fetch, events } = standIn()
  const integration = pagerduty(
    pagerdutyConfigSchema.parse({ routing_key: KEY, url: 'http://pagerduty', ...config }),
    0,
    {
      clock: new ManualClock(0),
      templates: notificationTemplates([], true),
      fetch,
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
