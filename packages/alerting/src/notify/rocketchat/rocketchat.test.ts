import { expect, test } from 'vitest'
import {
  PICTURE,
  type Asked,
  type Reply,
  factsOf,
  notifying,
  sent,
} from '../../testing/notifying.ts'
import { ROCKETCHAT } from './rocketchat.ts'

const CONFIG = {
  api_url: 'https://chat.example.org',
  token: 't0ken',
  token_id: 'u5er',
  channel: '#a',
}

interface Message {
  readonly channel: string
  readonly attachments: readonly Readonly<Record<string, unknown>>[]
}

function service(asked: Asked): Reply {
  const { 'x-auth-token': token, 'x-user-id': user } = asked.headers
  if (token !== 't0ken' || user !== 'u5er') return { status: 401, body: `{"message":"${token}"}` }
  const isThere = (sent(asked) as unknown as Message).channel === '#a'
  return { body: isThere ? '{"success":true}' : '{"success":false,"error":"no such channel"}' }
}

test('an attachment whose values show as they are', async () => {
  const { tell, asked } = notifying(ROCKETCHAT, CONFIG, { service, picture: PICTURE })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(asked[0]!.url).toBe('https://chat.example.org/api/v1/chat.postMessage')
  const [attachment] = (sent(asked[0]) as unknown as Message).attachments
  expect(attachment).toMatchObject({ color: 'red', image_url: PICTURE.url })
  expect(attachment!['text']).toContain('Value **7 \\(fires when \\> 5\\)**')
  expect(attachment!['text']).not.toContain('@all')
  await tell(factsOf('resolved'))
  expect((sent(asked[1]) as unknown as Message).attachments[0]).toMatchObject({ color: 'green' })
})

test('a no in a 200 is a no; the token is in no message', async () => {
  const lost = notifying(ROCKETCHAT, { ...CONFIG, channel: '#b' }, { service })
  expect(await lost.tell()).toMatchObject({
    kind: 'refused',
    cause: { message: expect.stringContaining('no such channel') },
  })
  const wrong = await notifying(ROCKETCHAT, { ...CONFIG, token: 'wr0ng' }, { service }).tell()
  expect(wrong).toMatchObject({ kind: 'refused' })
  expect(JSON.stringify(wrong)).not.toContain('wr0ng')
})

test('both tokens are wanted', () => {
  expect(notifying(ROCKETCHAT, {}).problems).toEqual([
    'want token or token_file here, or rocketchat_token in global',
    'want token_id or token_id_file here, or rocketchat_token_id in global',
  ])
})
