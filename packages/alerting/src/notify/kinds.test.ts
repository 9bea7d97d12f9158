import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying } from '../testing/notifying.ts'
import { DISCORD } from './discord/discord.ts'
import { INCIDENTIO } from './incidentio/incidentio.ts'
import { JIRA } from './jira/jira.ts'
import type { NotifierKind } from './kind.ts'
import { MATTERMOST } from './mattermost/mattermost.ts'
import { MSTEAMS } from './msteams/msteams.ts'
import { MSTEAMSV2 } from './msteamsv2/msteamsv2.ts'
import { PUSHOVER } from './pushover/pushover.ts'
import { ROCKETCHAT } from './rocketchat/rocketchat.ts'
import { SNS } from './sns/sns.ts'
import { TELEGRAM } from './telegram/telegram.ts'
import { WEBEX } from './webex/webex.ts'
import { WECHAT } from './wechat/wechat.ts'

const CONFIGS: readonly (readonly [NotifierKind, object])[] = [
  [DISCORD, { webhook_url: 'https://d.example.org/S3CRET' }],
  [MSTEAMS, { webhook_url: 'https://t.example.org/S3CRET' }],
  [MSTEAMSV2, { webhook_url: 'https://t.example.org/S3CRET' }],
  [MATTERMOST, { webhook_url: 'https://m.example.org/S3CRET' }],
  [ROCKETCHAT, { token: 'S3CRET', token_id: 'S3CRET' }],
  [TELEGRAM, { bot_token: 'S3CRET', chat_id: '1' }],
  [PUSHOVER, { token: 'S3CRET', user_key: 'S3CRET' }],
  [WEBEX, { room_id: 'r', http_config: { authorization: { credentials: 'S3CRET' } } }],
  [WECHAT, { api_secret: 'S3CRET', corp_id: 'c' }],
  [SNS, { topic_arn: 'a', sigv4: { region: 'r', access_key: 'AK', secret_key: 'S3CRET' } }],
  [
    JIRA,
    {
      api_url: 'https://j.example.org/rest/api/2',
      project: 'P',
      issue_type: 'T',
      http_config: { basic_auth: { username: 'u', password: 'S3CRET' } },
    },
  ],
  [INCIDENTIO, { url: 'https://i.example.org/S3CRET', alert_source_token: 'S3CRET' }],
]
const NAMED = CONFIGS.map(([kind, config]) => [kind.name, kind, config] as const)

/** Says yes to everybody, in the words of each. */
function yes({ url }: Asked): Reply {
  if (url.includes('/search')) return { body: '{"issues":[]}' }
  return { body: '{"ok":true,"success":true,"errcode":0,"access_token":"t"}' }
}

test.each(NAMED)('%s is told of an alert with 10 MB of annotation', async (_name, kind, config) => {
  const { tell, asked } = notifying(kind, config, { service: yes })
  expect(await tell(factsOf('firing', 1, 'x '.repeat(5_000_000)))).toEqual({ kind: 'sent' })
  const size = Buffer.from(asked.at(-1)!.body ?? '').byteLength
  expect(size).toBeLessThan(300_000)
})

test.each(NAMED)(
  '%s: a no and a 503 show no secret, however they quote it',
  async (_, kind, config) => {
    for (const [status, want] of [
      [400, 'refused'],
      [503, 'retry'],
      [429, 'retry'],
      [408, 'retry'],
    ] as const) {
      const service = ({ url, headers, body }: Asked): Reply => ({
        status,
        body: `${JSON.stringify(headers)} ${url} ${String(body)}`.slice(0, 1000),
      })
      const outcome = await notifying(kind, config, { service }).tell()
      expect(outcome).toMatchObject({ kind: want })
      expect(JSON.stringify(outcome)).not.toContain('S3CRET')
      expect(JSON.stringify(outcome)).not.toContain(Buffer.from('u:S3CRET').toString('base64'))
    }
  },
)

test.each(NAMED)('%s waits as long as a Retry-After says', async (_name, kind, config) => {
  const service = (): Reply => ({ status: 429, headers: { 'retry-after': '7' } })
  const { tell } = notifying(kind, config, { service })
  expect(await tell()).toMatchObject({ kind: 'retry', afterMs: 7000 })
})

test.each(NAMED)(
  "%s says Alertmanager's words under strict_compat",
  async (_name, kind, config) => {
    const { tell, asked } = notifying(kind, config, { service: yes, strictCompat: true })
    expect(await tell()).toEqual({ kind: 'sent' })
    expect(String(asked.at(-1)!.body)).not.toContain('fires when')
  },
)
