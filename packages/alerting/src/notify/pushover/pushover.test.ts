import { expect, test } from 'vitest'
import {
  type Asked,
  PICTURE,
  type Reply,
  bodyText,
  factsOf,
  notifying,
} from '../../testing/notifying.ts'
import { PUSHOVER } from './pushover.ts'

const CONFIG = { token: 't0ken', user_key: 'u5er' }

const form = (asked: Asked | undefined): URLSearchParams => new URLSearchParams(String(asked?.body))

/** Refuses what Pushover refuses. */
function service(asked: Asked): Reply {
  const sent = form(asked)
  const size = (name: string): number => Array.from(sent.get(name) ?? '').length
  const isGood =
    sent.get('token') === 't0ken' &&
    sent.get('user') === 'u5er' &&
    size('message') > 0 &&
    size('message') <= 1024 &&
    size('title') <= 250 &&
    size('url') <= 512 &&
    /^-?[012]$/.test(sent.get('priority') ?? '') &&
    Number(sent.get('retry')) >= 30 &&
    Number(sent.get('expire')) <= 10_800
  return isGood ? { body: '{"status":1}' } : { status: 400, body: '{"status":0}' }
}

test('an emergency while it fires, an ordinary message when it is over; nothing in the address', async () => {
  const { tell, asked } = notifying(PUSHOVER, CONFIG, { service })
  expect(await tell()).toEqual({ kind: 'sent' })
  expect(asked[0]!.url).toBe('https://api.pushover.net/1/messages.json')
  expect(Object.fromEntries(form(asked[0]))).toMatchObject({
    priority: '2',
    retry: '60',
    expire: '3600',
  })
  expect(form(asked[0]).get('message')).toContain('Value 7 (fires when > 5)')
  expect(await tell(factsOf('resolved'))).toEqual({ kind: 'sent' })
  expect(form(asked[1]).get('priority')).toBe('0')
})

test('texts are cut, an empty one is replaced, values in HTML are escaped', async () => {
  const long = '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
  const cut = notifying(PUSHOVER, { ...CONFIG, title: long, message: long, url: long }, { service })
  expect(await cut.tell(factsOf('firing', 3, '👍'.repeat(600)))).toEqual({ kind: 'sent' })
  const empty = notifying(PUSHOVER, { ...CONFIG, message: ' ' }, { service })
  expect(await empty.tell()).toEqual({ kind: 'sent' })
  expect(form(empty.asked[0]).get('message')).toBe('(no details)')
  const html = notifying(PUSHOVER, {
    ...CONFIG,
    html: 'true',
    message: '<b>{{ (index .Alerts 0).Labels.evil }}</b>',
  })
  await html.tell()
  expect(form(html.asked[0]).get('html')).toBe('1')
  expect(form(html.asked[0]).get('message')).toContain('<b>&lt;b&gt;*_[x]')
})

test('the picture goes along', async () => {
  const { tell, asked } = notifying(PUSHOVER, CONFIG, { picture: PICTURE })
  await tell()
  expect(bodyText(asked[0])).toContain('name="attachment"; filename="series.png"')
  expect(bodyText(asked[0])).toContain('name="token"\r\n\r\nt0ken')
})

test.each([
  [{}, 'want exactly one of user_key and user_key_file'],
  [{ ...CONFIG, token_file: 'f' }, 'want exactly one of token and token_file'],
  [{ ...CONFIG, html: 'true', monospace: 'true' }, 'want at most one of html and monospace'],
])('config %j is refused', (config, problem) => {
  expect(notifying(PUSHOVER, config).problems).toContain(problem)
})
