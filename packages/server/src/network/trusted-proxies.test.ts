import { isIP } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TrustedProxies, trustedProxies } from './trusted-proxies.ts'

const PROXY = '10.0.0.1'
const proxies = new TrustedProxies(['10.0.0.0/24', 'fd00::/8', '192.0.2.1'])

test.each([
  ['nothing said', PROXY, undefined, PROXY],
  ['an empty header', PROXY, '', PROXY],
  ['one address', PROXY, '203.0.113.7', '203.0.113.7'],
  ['what the client wrote before it', PROXY, '1.1.1.1, 203.0.113.7', '203.0.113.7'],
  ['garbage that the client wrote', PROXY, '<script>, 203.0.113.7', '203.0.113.7'],
  ['proxies behind proxies', PROXY, '203.0.113.7, 10.0.0.9 ,192.0.2.1', '203.0.113.7'],
  ['only proxies', PROXY, '10.0.0.8, 10.0.0.9', '10.0.0.8'],
  ['no spaces', PROXY, '1.1.1.1,203.0.113.7', '203.0.113.7'],
  ['a list of headers', PROXY, ['1.1.1.1', '203.0.113.7'], '203.0.113.7'],
  ['a port', PROXY, '203.0.113.7:4711', '203.0.113.7'],
  ['IPv6', PROXY, '2001:db8::7', '2001:db8::7'],
  ['IPv6 in brackets, with a port', PROXY, '[2001:db8::7]:4711', '2001:db8::7'],
  ['IPv4 in IPv6', PROXY, '::ffff:203.0.113.7', '203.0.113.7'],
  ['a proxy seen by a socket of both families', '::ffff:10.0.0.1', '203.0.113.7', '203.0.113.7'],
  ['a proxy with a zone', 'fd00::1%eth0', '203.0.113.7', '203.0.113.7'],
  ['no address', PROXY, 'unknown', PROXY],
  ['no address behind a proxy', PROXY, '203.0.113.7, _hidden, 10.0.0.9', PROXY],
  ['an empty part', PROXY, '203.0.113.7,', PROXY],
  ['an address that is too much', PROXY, '203.0.113.700', PROXY],
  ['an address and more', PROXY, '203.0.113.7 10.0.0.9', PROXY],
  ['a very long part', PROXY, '9'.repeat(60_000), PROXY],
  ['more proxies than there are', PROXY, `203.0.113.7${', 10.0.0.9'.repeat(40)}`, PROXY],
  ['a stranger', '198.51.100.1', '203.0.113.7', '198.51.100.1'],
  ['a stranger in IPv6', '2001:db8::1', '203.0.113.7', '2001:db8::1'],
  ['nobody any more', '', '203.0.113.7', ''],
])('%s: %s says %j, the client is %s', (_, peer, said, client) => {
  expect(proxies.clientOf(peer, { 'x-forwarded-for': said })).toBe(client)
})

test.each([
  [PROXY, 'https', true],
  [PROXY, 'HTTPS', true],
  [PROXY, 'http, https', true],
  [PROXY, 'https, http', false],
  [PROXY, 'http', false],
  [PROXY, undefined, false],
  ['198.51.100.1', 'https', false],
])('%s says %j: over TLS is %s', (peer, said, isSo) => {
  expect(proxies.saysHttps(peer, { 'x-forwarded-proto': said })).toBe(isSo)
})

test('without a list nobody is believed, and a list counts at once', () => {
  const later = new TrustedProxies()
  const said = { 'x-forwarded-for': '203.0.113.7' }
  expect(later.clientOf(PROXY, said)).toBe(PROXY)
  later.take(['10.0.0.0/8'])
  expect(later.clientOf(PROXY, said)).toBe('203.0.113.7')
  later.take([])
  expect(later.clientOf(PROXY, said)).toBe(PROXY)
})

test('whatever a client writes, it is known by the address that the proxy saw', () => {
  fc.assert(
    fc.property(fc.string(), fc.ipV4(), (written, seen) => {
      fc.pre(!seen.startsWith('10.0.0.') && seen !== '192.0.2.1')
      const said = { 'x-forwarded-for': `${written}, ${seen}` }
      expect(proxies.clientOf(PROXY, said)).toBe(seen)
    }),
  )
})

test('the client is always an address', () => {
  const part = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string(),
    fc.constantFrom('10.0.0.2', '', '[', ']:1'),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const client = proxies.clientOf(PROXY, { 'x-forwarded-for': parts.join(',') })
      expect(isIP(client)).not.toBe(0)
    }),
  )
})

test.each([['proxy.example.org'], ['10.0.0.0/33'], ['']])('%j is no network', (entry) => {
  expect(trustedProxies.safeParse([entry]).success).toBe(false)
})
