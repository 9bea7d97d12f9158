import { expect, test } from 'vitest'
import {
  type Asked,
  EVIL,
  PICTURE,
  type Reply,
  bodyText,
  factsOf,
  notifying,
  sent,
} from '../../testing/notifying.ts'
import { DISCORD, DISCORD_LIMITS } from './discord.ts'

const CONFIG = { webhook_url: 'https://discord.example.org/api/webhooks/1/t0ken' }

interface Message {
  readonly content: string
  readonly embeds: readonly {
    readonly title: string
    readonly description: string
    readonly color: number
  }[]
}

/** Refuses what Discord refuses: an empty message, and texts beyond the limits of an embed. */
function service(asked: Asked): Reply {
  const { content, embeds } = sent(asked) as unknown as Message
  const [embed] = embeds
  const size = (text = ''): number => Array.from(text).length
  const isGood =
    size(content) <= 2000 &&
    size(embed?.title) <= 256 &&
    size(embed?.description) <= 4096 &&
    size(embed?.title) + size(embed?.description) <= 6000 &&
    size(content) + size(embed?.title) + size(embed?.description) > 0
  return isGood ? { status: 204 } : { status: 400, body: '{"code": 50035}' }
}

test('an embed whose values show as they are', async () => {
  const { tell, asked } = notifying(DISCORD, CONFIG, { service })
  expect(await tell()).toEqual({ kind: 'sent' })
  const { embeds, content } = sent(asked[0]) as unknown as Message
  expect(content).toBe('')
  expect(embeds[0]!.color).toBe(0x992d22)
  expect(embeds[0]!.title).toContain('\\<b\\>\\*\\_\\[x\\]\\(http://evil\\)\\_\\*\\</b\\>')
  expect(embeds[0]!.title).not.toContain('@all')
  expect(embeds[0]!.description).toContain('Value **7 \\(fires when \\> 5\\)**')
  expect(embeds[0]!.description).toContain('[Runbook](https://runbooks.example.org/a)')
})

test('what is resolved is green', async () => {
  const { tell, asked } = notifying(DISCORD, CONFIG, { service })
  await tell(factsOf('resolved'))
  expect((sent(asked[0]) as unknown as Message).embeds[0]).toMatchObject({
    color: 0x2ecc71,
    title: expect.stringMatching(/^\[RESOLVED\] /),
  })
})

test('texts are cut by characters', async () => {
  const long = '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
  const config = { ...CONFIG, title: long, message: long, content: long }
  const { tell, asked } = notifying(DISCORD, config, { service: () => ({}) })
  await tell(factsOf('firing', 3, '👍'.repeat(2000)))
  const { content, embeds } = sent(asked[0]) as unknown as Message
  expect(Array.from(content)).toHaveLength(DISCORD_LIMITS.contentChars)
  expect(Array.from(embeds[0]!.title)).toHaveLength(DISCORD_LIMITS.titleChars)
  expect(Array.from(embeds[0]!.description)).toHaveLength(DISCORD_LIMITS.descriptionChars)
  expect(embeds[0]!.description.endsWith('👍…')).toBe(true)
})

test('the picture is a file of the message', async () => {
  const { tell, asked } = notifying(DISCORD, CONFIG, { picture: PICTURE })
  await tell()
  const body = bodyText(asked[0])
  expect(asked[0]!.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
  expect(body).toContain('name="files[0]"; filename="series.png"')
  expect(body).toContain('"image":{"url":"attachment://series.png"}')
  expect(body).toContain(Buffer.from(PICTURE.png).toString('latin1'))
})

test('too many messages are for later, when Discord says', async () => {
  const reply = { status: 429, headers: { 'retry-after': '3' }, body: '{"retry_after": 3}' }
  const { tell } = notifying(DISCORD, CONFIG, { service: () => reply })
  expect(await tell()).toMatchObject({ kind: 'retry', afterMs: 3000 })
})

test('a refusal does not show the address; a template that fails is no lost message', async () => {
  const gone = notifying(DISCORD, CONFIG, {
    service: ({ url }) => ({ status: 404, body: `no webhook ${url}` }),
  })
  const outcome = await gone.tell()
  expect(outcome).toMatchObject({ kind: 'refused' })
  expect(JSON.stringify(outcome)).not.toContain('t0ken')
  const bad = notifying(DISCORD, { ...CONFIG, message: '{{ template "nope" . }}' })
  expect(await bad.tell()).toEqual({ kind: 'sent' })
  const { description } = (sent(bad.asked[0]) as unknown as Message).embeds[0]!
  expect(description).toContain('a template failed')
  expect(description).not.toContain(EVIL)
})
