import { expect, test } from 'vitest'
import {
  type Asked,
  PICTURE,
  type Reply,
  bodyText,
  factsOf,
  notifying,
  sent,
} from '../../testing/notifying.ts'
import { TELEGRAM } from './telegram.ts'

const CONFIG = { bot_token: '1:t0ken', chat_id: '-42', api_url: 'https://telegram.example.org' }

interface Message {
  readonly chat_id: string
  readonly text: string
  readonly parse_mode?: string
}

const TAGS = /<\/?(?:b|i|u|s|a|code|pre)(?: href="[^"<>]*")?>/g

/** What Telegram says of markup that it cannot read. */
function markupFault({ text, parse_mode: mode }: Message): string | undefined {
  if (mode === 'HTML')
    return /[<>]/.test(text.replace(TAGS, '')) ? "can't parse entities" : undefined
  if (mode !== 'MarkdownV2') return undefined
  const bare = text
    .replaceAll(/\\[_*[\]()~`>#+\-=|{}.!\\]/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1') // links
    .replaceAll('*', '') // bold
  return /[_[\]()~`>#+\-=|{}.!]/.test(bare) ? 'character is reserved' : undefined
}

function service(asked: Asked): Reply {
  if (!asked.url.startsWith('https://telegram.example.org/bot1:t0ken/')) return { status: 404 }
  if (asked.url.endsWith('/sendPhoto')) return { body: '{"ok":true}' }
  const message = sent(asked) as unknown as Message
  const fault =
    Array.from(message.text).length > 4096 ? 'message is too long' : markupFault(message)
  if (fault === undefined) return { body: '{"ok":true,"result":{}}' }
  return { status: 400, body: JSON.stringify({ ok: false, error_code: 400, description: fault }) }
}

test.each(['HTML', 'Markdown', 'MarkdownV2', ''])(
  'the default text is one that Telegram reads as %s, values as they are',
  async (parse_mode) => {
    const { tell, asked } = notifying(TELEGRAM, { ...CONFIG, parse_mode }, { service })
    expect(await tell()).toEqual({ kind: 'sent' })
    expect(await tell(factsOf('resolved', 3))).toEqual({ kind: 'sent' })
    expect((sent(asked[0]) as unknown as Message).chat_id).toBe('-42')
    expect((sent(asked[0]) as unknown as Message).text).toMatch(/7 .*fires when/)
  },
)

test('HTML escapes what a value holds', async () => {
  const { tell, asked } = notifying(TELEGRAM, CONFIG, { service })
  await tell()
  const { text } = sent(asked[0]) as unknown as Message
  expect(text).toContain('&lt;b&gt;*_[x](http://evil)_*&lt;/b&gt;')
  expect(text).toContain('<a href="https://runbooks.example.org/a">Runbook</a>')
})

test('a definition of the user is taken in every markup', async () => {
  const message =
    '{{ define "telegram.default.message" }}mine{{ end }}{{ template "telegram.default.message" . }}'
  const { tell, asked } = notifying(TELEGRAM, { ...CONFIG, message }, { service })
  await tell()
  expect((sent(asked[0]) as unknown as Message).text).toBe('mine')
})

test('what is too long in HTML is replaced, elsewhere cut', async () => {
  const message = '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
  const facts = factsOf('firing', 3, '👍'.repeat(2000))
  const html = notifying(TELEGRAM, { ...CONFIG, message }, { service })
  expect(await html.tell(facts)).toEqual({ kind: 'sent' })
  expect((sent(html.asked[0]) as unknown as Message).text).toContain('longer than Telegram takes')
  const plain = notifying(TELEGRAM, { ...CONFIG, message, parse_mode: '' }, { service })
  expect(await plain.tell(facts)).toEqual({ kind: 'sent' })
  expect(Array.from((sent(plain.asked[0]) as unknown as Message).text)).toHaveLength(4096)
})

test('a short text is the caption of the picture; where there may be no pictures it goes alone', async () => {
  const { tell, asked } = notifying(TELEGRAM, CONFIG, { service, picture: PICTURE })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(asked.map(({ url }) => url.replace(/.*\//, ''))).toEqual(['sendPhoto'])
  expect(bodyText(asked[0])).toContain('name="caption"')
  const refusing = notifying(TELEGRAM, CONFIG, {
    picture: PICTURE,
    service: (one, turn) => (turn === 1 ? { status: 400, body: '{"ok":false}' } : service(one)),
  })
  expect(await refusing.tell()).toEqual({ kind: 'sent' })
  expect(refusing.asked.map(({ url }) => url.replace(/.*\//, ''))).toEqual([
    'sendPhoto',
    'sendMessage',
  ])
})

test('Telegram says in the body how long to wait; the token is in no message', async () => {
  const body =
    '{"ok":false,"error_code":429,"description":"1:t0ken","parameters":{"retry_after":31}}'
  const { tell } = notifying(TELEGRAM, CONFIG, { service: () => ({ status: 429, body }) })
  const outcome = await tell()
  expect(outcome).toMatchObject({ kind: 'retry', afterMs: 31_000 })
  expect(JSON.stringify(outcome)).not.toContain('t0ken')
})

test.each([
  [{ bot_token: 't' }, 'want exactly one of chat_id and chat_id_file'],
  [
    { bot_token: 't', chat_id: '1', chat_id_file: 'f' },
    'want exactly one of chat_id and chat_id_file',
  ],
  [{ chat_id: '1' }, 'want bot_token or bot_token_file here, or telegram_bot_token in global'],
])('config %j is refused', (config, problem) => {
  expect(notifying(TELEGRAM, config).problems).toContain(problem)
})

test('an unknown markup is refused', () => {
  expect(TELEGRAM.schema.safeParse({ parse_mode: 'BBCode' }).error?.issues[0]?.message).toBe(
    'want Markdown, MarkdownV2, HTML or an empty text',
  )
})
