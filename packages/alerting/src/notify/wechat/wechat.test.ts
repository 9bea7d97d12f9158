import { expect, test } from 'vitest'
import { type Asked, type Reply, factsOf, notifying, sent } from '../../testing/notifying.ts'
import { WECHAT } from './wechat.ts'

const CONFIG = {
  api_url: 'https://we.example.org/cgi-bin/',
  api_secret: 's3cret',
  corp_id: 'c',
  to_user: '@all',
}

/** Gives out a token each time it is asked, and takes the last one only. */
function service(): (asked: Asked) => Reply {
  let token = 0
  return (asked) => {
    const url = new URL(asked.url)
    if (url.pathname.endsWith('/gettoken')) {
      if (url.searchParams.get('corpsecret') !== 's3cret') return { body: '{"errcode":40001}' }
      return { body: JSON.stringify({ errcode: 0, access_token: `t${++token}`, expires_in: 7200 }) }
    }
    if (url.searchParams.get('access_token') !== `t${token}`) return { body: '{"errcode":42001}' }
    const { text, markdown } = sent(asked) as unknown as Record<string, { content: string }>
    const bytes = Buffer.byteLength(text!.content + markdown!.content)
    return { body: bytes > 2048 ? '{"errcode":45002}' : '{"errcode":0}' }
  }
}

const paths = (asked: readonly Asked[]): string[] =>
  asked.map(({ url }) => new URL(url).pathname.replace('/cgi-bin/', ''))

test('the token is asked for once, and again when two hours are over', async () => {
  const { tell, asked, clock } = notifying(WECHAT, CONFIG, { service: service() })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(paths(asked)).toEqual(['gettoken', 'message/send', 'message/send'])
  await clock.advance(7_200_000)
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(paths(asked).slice(3)).toEqual(['gettoken', 'message/send'])
})

test('a token that is gone is asked for anew at the next attempt', async () => {
  const serve = service()
  const { tell, asked } = notifying(WECHAT, CONFIG, { service: serve })
  await tell()
  serve({ ...asked[0]!, url: asked[0]!.url }) // somebody else asks for one: ours is no longer good
  expect(await tell()).toMatchObject({ kind: 'retry', afterMs: 0 })
  expect(await tell()).toEqual({ kind: 'sent' })
})

test('a long message is cut by bytes', async () => {
  const config = {
    ...CONFIG,
    message: '{{ .CommonAnnotations.summary }}',
    message_type: 'markdown',
  }
  const { tell, asked } = notifying(WECHAT, config, { service: service() })
  expect(await tell(factsOf('firing', 1, '字'.repeat(2000)))).toEqual({ kind: 'sent' })
  expect(sent(asked[1])).toMatchObject({
    msgtype: 'markdown',
    touser: '@all',
    text: { content: '' },
  })
})

test.each([
  ['{"errcode":45009,"errmsg":"api freq out of limit"}', 'retry'],
  ['{"errcode":81013,"errmsg":"no such user"}', 'refused'],
  ['<html>', 'retry'],
] as const)('the 200 that says %j is %s', async (body, kind) => {
  const serve = service()
  const { tell } = notifying(WECHAT, CONFIG, {
    service: (asked) => (asked.url.includes('gettoken') ? serve(asked) : { body }),
  })
  expect(await tell()).toMatchObject({ kind })
})

test('a wrong secret is final, and in no message', async () => {
  const { tell } = notifying(WECHAT, { ...CONFIG, api_secret: 'wr0ng' }, { service: service() })
  const outcome = await tell()
  expect(outcome).toMatchObject({ kind: 'refused' })
  expect(JSON.stringify(outcome)).not.toContain('wr0ng')
})

test('a corp_id and a secret are wanted', () => {
  expect(notifying(WECHAT, {}).problems).toEqual([
    'want api_secret or api_secret_file here, or wechat_api_secret in global',
    'want a corp_id here, or wechat_api_corp_id in global',
  ])
})
