import { expect, test } from 'vitest'
import type { NotificationFacts } from '../../template/notification-data.ts'
import { HOSTILE, alertFacts, notificationFacts } from '../../testing/facts.ts'
import { ManualClock } from '../../testing/manual-clock.ts'
import {
  type Asked,
  type VendorAnswer,
  complaints,
  isAtMost,
  vendor,
} from '../../testing/vendor.ts'
import type { Note, Outcome } from '../outcome.ts'
import type { Picture } from '../picture.ts'
import { notificationTemplates } from '../templates.ts'
import { slackConfigSchema } from './config.ts'
import { type SlackDoor, slack } from './slack.ts'

const HOOK: SlackDoor = {
  kind: 'webhook',
  url: { kind: 'text', text: 'https://hooks.slack.com/services/T0/B0/xyz' },
}
const APP: SlackDoor = {
  kind: 'app',
  token: { kind: 'text', text: 'xoxb-token' },
  url: 'https://slack.com/api/chat.postMessage',
}

/** docs.slack.dev: webhooks answer texts, the API a JSON object with 200 for good and bad alike. */
function judged({ url, headers, body }: Asked): VendorAnswer {
  const [attachment = {}] = body['attachments'] as Record<string, unknown>[]
  const problems = complaints({
    title: isAtMost(attachment['title'], 1024),
    text: isAtMost(attachment['text'], 40_000),
    actions: ((attachment['actions'] ?? []) as unknown[]).length <= 5,
  })
  if (url.hostname === 'hooks.slack.com') {
    if (url.pathname !== '/services/T0/B0/xyz') return { status: 403, body: 'invalid_token' }
    if (body['channel'] === '#gone') return { status: 410, body: 'channel_is_archived' }
    return problems.length === 0
      ? { status: 200, body: 'ok' }
      : { status: 400, body: 'invalid_payload' }
  }
  const no = (error: string): VendorAnswer => ({
    status: 200,
    body: JSON.stringify({ ok: false, error }),
  })
  if (headers['authorization'] !== 'Bearer xoxb-token') return no('invalid_auth')
  if (body['channel'] === undefined) return no('no_channel')
  if (problems.length > 0) return no('invalid_arguments')
  if (url.pathname === '/api/chat.update') {
    if (body['ts'] !== '1.1') return no('message_not_found')
    return { status: 200, body: '{"ok":true,"channel":"C1","ts":"1.1","text":""}' }
  }
  const message = JSON.stringify({ text: 'x'.repeat(9000) }).slice(0, 4000) // answers are cut short
  return { status: 200, body: `{"ok":true,"channel":"C1","ts":"1.1","message":${message}` }
}

interface How {
  readonly door?: SlackDoor
  readonly facts?: NotificationFacts
  readonly strictCompat?: boolean
  readonly picture?: Picture
  readonly note?: Note
  readonly answer?: VendorAnswer
}

async function send(
  config: Readonly<Record<string, unknown>> = {},
  how: How = {},
): Promise<{ readonly outcome: Outcome; readonly taken: readonly Asked[] }> {
  const { door = HOOK, facts = notificationFacts(alertFacts()), strictCompat = false } = how
  const { fetch, taken } = vendor((asked) => how.answer ?? judged(asked))
  const context = {
    fetch,
    clock: new ManualClock(90_000),
    templates: notificationTemplates([], strictCompat),
    strictCompat,
    pictures: async () => how.picture,
  }
  const integration = slack(slackConfigSchema.parse(config), 0, context, door)
  return { outcome: await integration.send(facts, new AbortController().signal, how.note), taken }
}

test('a message says what is wrong, where, since when, the figure, and where to read on', async () => {
  const picture = { png: new Uint8Array(1), url: 'https://weir/p.png', alt: 'a chart' }
  const { outcome, taken } = await send({ channel: '#c' }, { picture })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.body).toMatchObject({
    channel: '#c',
    username: 'Weir',
    attachments: [
      {
        title: '[FIRING:1] orders run late',
        title_link: 'http://weir/alerts?q=RunsLate',
        fallback: '[FIRING:1] orders run late | http://weir/alerts?q=RunsLate',
        color: 'danger',
        image_url: 'https://weir/p.png',
        mrkdwn_in: ['fallback', 'pretext', 'text'],
      },
    ],
  })
  const [{ text }] = taken[0]!.body['attachments'] as [{ text: string }]
  expect(text).toMatch(/^Value \*90 s \(fires when &gt; 60 s\)\*\nairflow \/ orders › run\nsince /)
  expect(text).toContain('<https://runbooks/late|Runbook>')
})

test('under strict_compat the message is that of Alertmanager', async () => {
  const { taken } = await send({}, { strictCompat: true })
  expect(taken[0]!.body).toEqual({
    username: 'Weir',
    attachments: [
      {
        title: '[FIRING:1] RunsLate (orders critical run airflow)',
        title_link: 'http://weir/#/alerts?receiver=oncall',
        text: '',
        fallback:
          '[FIRING:1] RunsLate (orders critical run airflow) | http://weir/#/alerts?receiver=oncall',
        callback_id: '',
        footer: '',
        color: 'danger',
        mrkdwn_in: ['fallback', 'pretext', 'text'],
      },
    ],
  })
})

test('every key of the config', async () => {
  const { outcome, taken } = await send(
    {
      channel: '{{ .CommonLabels.pipeline }}',
      username: 'u',
      icon_emoji: ':x:',
      icon_url: 'http://i',
      link_names: 'true',
      message_text: 'm',
      title: 't',
      title_link: 'http://t',
      pretext: 'p',
      text: 'x',
      fallback: 'f',
      callback_id: 'cb',
      footer: 'foot',
      color: '#fff',
      image_url: 'http://img',
      thumb_url: 'http://thumb',
      mrkdwn_in: ['text'],
      short_fields: 'true',
      fields: [
        { title: 'a', value: '{{ .Status }}' },
        { title: 'b', value: 'v', short: 'false' },
      ],
      actions: [
        {
          type: 'button',
          text: 'go',
          url: 'http://g',
          name: 'n',
          value: 'v',
          confirm: { text: 'c' },
        },
        {
          type: 'button',
          text: 'ack',
          name: 'n',
          value: 'v',
          style: 'primary',
          confirm: { text: 'sure?', title: 's', ok_text: 'y', dismiss_text: 'n' },
        },
        ...Array.from({ length: 9 }, () => ({ type: 'button', text: 't', name: 'n' })),
      ],
    },
    { strictCompat: true },
  )
  expect(outcome).toEqual({ kind: 'sent' })
  const { attachments, ...rest } = taken[0]!.body
  expect(rest).toEqual({
    channel: 'orders',
    username: 'u',
    icon_emoji: ':x:',
    icon_url: 'http://i',
    link_names: true,
    text: 'm',
  })
  expect(attachments).toEqual([
    {
      title: 't',
      title_link: 'http://t',
      pretext: 'p',
      text: 'x',
      fallback: 'f',
      callback_id: 'cb',
      fields: [
        { title: 'a', value: 'firing', short: true },
        { title: 'b', value: 'v', short: false },
      ],
      actions: [
        { type: 'button', text: 'go', url: 'http://g' },
        {
          type: 'button',
          text: 'ack',
          name: 'n',
          value: 'v',
          style: 'primary',
          confirm: { text: 'sure?', title: 's', ok_text: 'y', dismiss_text: 'n' },
        },
        ...Array.from({ length: 3 }, () => ({ type: 'button', text: 't', name: 'n' })),
      ],
      image_url: 'http://img',
      thumb_url: 'http://thumb',
      footer: 'foot',
      color: '#fff',
      mrkdwn_in: ['text'],
    },
  ])
})

test('no label can mention anybody or plant a link, and what is long is cut', async () => {
  const long = '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'
  const { outcome, taken } = await send({ pretext: long }, { facts: notificationFacts(HOSTILE) })
  expect(outcome).toEqual({ kind: 'sent' })
  const [{ title, text }] = taken[0]!.body['attachments'] as [{ title: string; text: string }]
  expect(title).toBe('[FIRING:1] &lt;!channel&gt; &lt;http://evil|click&gt; *x* &amp; "y"')
  expect(text).not.toMatch(/<(?!http:\/\/weir\/)/)
})

test("a bot's message is edited by the later ones of its group", async () => {
  const config = { channel: '#c', update_message: 'true' }
  const first = await send(config, { door: APP })
  expect(first.taken[0]!.url.pathname).toBe('/api/chat.postMessage')
  const note = { channel: 'C1', ts: '1.1' }
  expect(first.outcome).toEqual({ kind: 'sent', note })
  const second = await send(config, { door: APP, note })
  expect(second.taken.map(({ url, body }) => [url.pathname, body['channel'], body['ts']])).toEqual([
    ['/api/chat.update', 'C1', '1.1'],
  ])
  expect(second.outcome).toEqual({ kind: 'sent', note })
})

test('a message that can no longer be edited is posted anew', async () => {
  const config = { channel: '#c', update_message: 'true' }
  const { outcome, taken } = await send(config, { door: APP, note: { channel: 'C1', ts: '0.9' } })
  expect(taken.map(({ url }) => url.pathname).at(-1)).toBe('/api/chat.postMessage')
  expect(outcome).toEqual({ kind: 'sent', note: { channel: 'C1', ts: '1.1' } })
})

test('a note is of no use to a webhook, nor without update_message', async () => {
  const note = { channel: 'C1', ts: '1.1' }
  const { taken } = await send({ channel: '#c' }, { door: APP, note })
  expect(taken[0]!.url.pathname).toBe('/api/chat.postMessage')
})

test.each([
  [{ status: 200, body: 'ok' }, 'sent'],
  [{ status: 200, body: '{"ok":true}' }, 'sent'],
  [{ status: 200, body: 'no_text' }, 'refused'],
  [{ status: 200, body: '{"ok":false,"error":"channel_not_found"}' }, 'refused'],
  [{ status: 200, body: '{"ok":false,"error":"ratelimited"}' }, 'retry'],
  [{ status: 200, body: '<html>' }, 'refused'],
  [{ status: 400, body: 'invalid_payload' }, 'refused'],
  [{ status: 410, body: 'channel_is_archived' }, 'refused'],
  [{ status: 500, body: 'rollup_error' }, 'retry'],
])('an answer of %j is %s', async (answer, kind) => {
  expect((await send({}, { answer })).outcome.kind).toBe(kind)
})

test('too many messages: later, when Slack says', async () => {
  const answer = { status: 429, headers: { 'retry-after': '30' } }
  expect((await send({}, { answer })).outcome).toMatchObject({ kind: 'retry', afterMs: 30_000 })
})

test('neither address nor token is shown', async () => {
  const url = { kind: 'text', text: 'https://hooks.slack.com/services/T0/B0/wrong' } as const
  const hook = await send({}, { door: { kind: 'webhook', url } })
  expect(hook.outcome).toMatchObject({
    kind: 'refused',
    cause: { message: 'Cannot notify by Slack: it answered 403: invalid_token' },
  })
  const answer = { status: 401, body: 'no xoxb-token here' }
  const app = await send({}, { door: APP, answer })
  expect(JSON.stringify(app.outcome)).not.toContain('xoxb')
})

test('a template that fails costs no message', async () => {
  const broken = '{{ template "nope" . }}'
  const { outcome, taken } = await send({ text: broken, color: broken })
  expect(outcome).toEqual({ kind: 'sent' })
  expect(taken[0]!.body['attachments']).toMatchObject([
    { color: 'danger', text: expect.stringMatching(/^orders run late \(a template failed: /) },
  ])
})
