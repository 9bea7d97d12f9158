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
import { WEBEX, WEBEX_MESSAGE_BYTES } from './webex.ts'

const CONFIG = { room_id: 'room', http_config: { authorization: { credentials: 't0ken' } } }

function service(asked: Asked): Reply {
  if (asked.headers['authorization'] !== 'Bearer t0ken') return { status: 401 }
  const { markdown, roomId } = sent(asked) as unknown as { markdown: string; roomId: string }
  const isGood = roomId === 'room' && Buffer.byteLength(markdown) <= 7439
  return { status: isGood ? 200 : 400 }
}

test('a message in Markdown whose values show as they are', async () => {
  const { tell, asked } = notifying(WEBEX, CONFIG, { service })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(asked[0]!.url).toBe('https://webexapis.com/v1/messages')
  const { markdown } = sent(asked[0]) as unknown as { markdown: string }
  expect(markdown).toContain('\\<b\\>\\*\\_\\[x\\]\\(http://evil\\)')
  expect(markdown).toContain('**\n\nValue **7 \\(fires when \\> 5\\)**  \n')
})

test('a long message is cut by bytes, no character in the middle', async () => {
  const config = { ...CONFIG, message: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}' }
  const { tell, asked } = notifying(WEBEX, config, { service })
  expect(await tell(factsOf('firing', 3, 'ä👍'.repeat(1000)))).toEqual({ kind: 'sent' })
  const { markdown } = sent(asked[0]) as unknown as { markdown: string }
  expect(Buffer.byteLength(markdown)).toBeGreaterThan(WEBEX_MESSAGE_BYTES - 7)
  expect(markdown).not.toContain('\ufffd')
})

test('the picture is a file of the message', async () => {
  const { tell, asked } = notifying(WEBEX, CONFIG, { picture: PICTURE })
  await tell()
  expect(bodyText(asked[0])).toContain('name="files"; filename="series.png"')
  expect(bodyText(asked[0])).toContain('name="roomId"\r\n\r\nroom')
})

test('a room and a token are wanted', () => {
  expect(notifying(WEBEX, {}).problems).toEqual([
    'want a room_id',
    'want http_config.authorization: the token of the bot',
  ])
})
