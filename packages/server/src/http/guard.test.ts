import { describe, expect, test } from 'vitest'
import { ambiguity, isLoopback, refusal } from './guard.ts'

const rules = {
  loopback: true,
  externalUrl: 'https://weir.example.org/here',
  allowedHosts: ['weir.lan'],
}

describe('a Weir on loopback answers for names that cannot be rebound', () => {
  test.each([
    ['localhost:9347', true],
    ['127.0.0.1:9347', true],
    ['[::1]:9347', true],
    ['LOCALHOST', true],
    ['weir.localhost:9347', true],
    ['10.1.2.3:9347', true], // an address cannot be rebound
    ['weir.example.org', true], // said by --web.external-url
    ['weir.lan:9347', true], // said by web.allowed_hosts
    ['evil.example', false],
    ['evil.example:9347', false],
    ['localhost.evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['notlocalhost', false],
    ['', false],
    ['localhost:9347/evil.example', false],
    ['user@localhost', false],
    ['local host', false],
  ])('host %j: %s', (host, allowed) => {
    const said = refusal({ method: 'GET', headers: { host } }, rules)
    expect(said === undefined).toBe(allowed)
    if (said !== undefined) expect(said.code).toBe('HTTP_FORBIDDEN')
  })

  test('elsewhere any name will do', () => {
    const request = { method: 'GET', headers: { host: 'weir.corp.example' } }
    expect(refusal(request, { ...rules, loopback: false })).toBeUndefined()
  })

  test('HTTP/1.0 without a host is no browser', () => {
    expect(refusal({ method: 'POST', headers: {} }, rules)).toBeUndefined()
  })
})

describe('pages of other sites', () => {
  const host = '127.0.0.1:9347'
  test.each([
    ['curl posts', 'POST', {}, true],
    ['our page posts', 'POST', { origin: 'http://127.0.0.1:9347' }, true],
    ['our page behind a proxy', 'POST', { origin: 'https://weir.example.org' }, true],
    ['another port of this machine', 'POST', { origin: 'http://127.0.0.1:3000' }, false],
    ['a stranger posts', 'POST', { origin: 'https://evil.example' }, false],
    ['a stranger puts', 'PUT', { origin: 'https://evil.example' }, false],
    ['a sandboxed frame', 'POST', { origin: 'null' }, false],
    [
      'a stranger reads: allowed, but it never sees the answer',
      'GET',
      { origin: 'https://evil.example' },
      true,
    ],
    [
      'an image of a stranger',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      false,
    ],
    [
      'a link on a stranger, clicked',
      'GET',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      true,
    ],
    [
      'a form of a stranger',
      'POST',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      false,
    ],
    ['our own page', 'GET', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, true],
    ['typed in', 'GET', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }, true],
  ])('%s', (_what, method, headers, allowed) => {
    expect(refusal({ method, headers: { host, ...headers } }, rules) === undefined).toBe(allowed)
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.8.9.1', true],
  ['::1', true],
  ['localhost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['1127.0.0.1', false],
])('%s is loopback: %s', (host, is) => expect(isLoopback(host)).toBe(is))

test.each([
  ['/a', ['Host', 'a'], ''],
  ['*', ['Host', 'a'], ''],
  ['/a', [], ''],
  ['/a', ['Host', 'a', 'host', 'a'], 'it names more than one host'],
  ['/a', ['x', 'host', 'y', 'host', 'Host', 'a'], ''], // values are no names
  ['http://a:80/b', ['Host', 'a'], ''],
  ['http://a:9347/b', ['Host', 'a:9347'], ''],
  ['http://a/b', ['Host', 'b'], 'name two hosts'],
  ['http://a@b/c', ['Host', 'a'], 'name two hosts'],
  ['http://a/b', [], 'name two hosts'],
  ['a/b', ['Host', 'a'], 'name two hosts'],
  ['/a', Array.from({ length: 1002 }, () => 'x'), 'it has 501 headers'],
])('%s with %j is as clear as can be: %j', (url, rawHeaders, want) => {
  const said = ambiguity({ url, rawHeaders })?.message ?? ''
  expect(said).toContain(want)
  if (want === '') expect(said).toBe('')
})
