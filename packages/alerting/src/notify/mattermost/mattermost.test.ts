import { expect, test } from 'vitest'
import {
  PICTURE,
  type Asked,
  type Reply,
  factsOf,
  notifying,
  sent,
} from '../../testing/notifying.ts'
import { MATTERMOST, MATTERMOST_TEXT_CHARS } from './mattermost.ts'

const CONFIG = { webhook_url: 'https://chat.example.org/hooks/t0ken' }

interface Message {
  readonly text?: string
  readonly attachments: readonly Readonly<Record<string, string>>[]
  readonly priority?: object
}

/** Refuses texts beyond 16,383 characters, as a post is not longer than that. */
function service(asked: Asked): Reply {
  const { text = '', attachments } = sent(asked) as unknown as Message
  const texts = [text, ...attachments.map((one) => one['text'] ?? '')]
  const isGood = texts.every((one) => Array.from(one).length <= 16_383)
  return isGood ? { body: 'ok' } : { status: 400 }
}

test('an attachment whose values show as they are and call nobody', async () => {
  const { tell, asked } = notifying(MATTERMOST, CONFIG, { service, picture: PICTURE })
  expect(await tell()).toEqual({ kind: 'sent' })
  const [attachment] = (sent(asked[0]) as unknown as Message).attachments
  expect(attachment).toMatchObject({ color: 'danger', image_url: PICTURE.url })
  expect(attachment!['title']).toContain('\\<b\\>\\*\\_\\[x\\]\\(http://evil\\)')
  expect(attachment!['text']).toContain('[Runbook](https://runbooks.example.org/a)')
  expect(attachment!['title']).not.toContain('@all')
})

test('long texts are cut', async () => {
  const config = { ...CONFIG, text: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}' }
  const { tell, asked } = notifying(MATTERMOST, config, { service })
  expect(await tell(factsOf('firing', 9, '👍'.repeat(2000)))).toEqual({ kind: 'sent' })
  const { text } = (sent(asked[0]) as unknown as Message).attachments[0]!
  expect(Array.from(text!)).toHaveLength(MATTERMOST_TEXT_CHARS)
})

test.each([
  [
    { priority: 'Urgent', requested_ack: 'true', persistent_notifications: 'true' },
    { priority: 'urgent', requested_ack: true, persistent_notifications: true },
  ],
  [
    { priority: 'important', requested_ack: 'true', persistent_notifications: 'true' },
    { priority: 'important', requested_ack: true },
  ],
  [{ priority: 'standard', requested_ack: 'true' }, { priority: 'standard' }],
  [{ priority: '{{ .Status }}' }, { priority: 'standard' }],
])('priority %j is sent as %j', async (priority, want) => {
  const { tell, asked } = notifying(MATTERMOST, { ...CONFIG, priority }, { service })
  await tell()
  expect((sent(asked[0]) as unknown as Message).priority).toEqual(want)
})

test.each([
  [{}, {}, 'want webhook_url or webhook_url_file here, or mattermost_webhook_url in global'],
  [
    { webhook_url: 'http://a', webhook_url_file: 'f' },
    {},
    'want at most one of webhook_url and webhook_url_file',
  ],
  [
    {},
    { mattermost_webhook_url: 'http://a', mattermost_webhook_url_file: 'f' },
    'want at most one of mattermost_webhook_url and mattermost_webhook_url_file',
  ],
  [{ ...CONFIG, fields: [{ title: 't' }] }, {}, 'fields: want a title and a value in each field'],
])('config %j with global %j is refused', (config, global, problem) => {
  expect(notifying(MATTERMOST, config, { global }).problems).toContain(problem)
})

test('the address may come from global, in a file too', async () => {
  const global = { mattermost_webhook_url: 'https://chat.example.org/hooks/g' }
  const { tell, asked } = notifying(MATTERMOST, {}, { global })
  await tell()
  expect(asked[0]!.url).toBe(global.mattermost_webhook_url)
  const late = notifying(MATTERMOST, {}, { global: { mattermost_webhook_url_file: '/nope' } })
  expect(await late.tell()).toMatchObject({ kind: 'retry' })
})
