import { assert, domain, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { httpClientConfig } from './config.ts'
import { usesProxy } from './no-proxy.ts'
import { proxyFor } from './proxy.ts'

// As golang.org/x/net/http/httpproxy answers.
test.each([
  ['', 'http://example.com/', true],
  ['', 'http://localhost:9100/', false],
  ['', 'http://127.0.0.1/', false],
  ['', 'http://127.9.9.9/', false],
  ['', 'http://[::1]/', false],
  ['*', 'http://example.com/', false],
  ['example.com', 'http://example.com/', false],
  ['example.com', 'http://a.example.com/', false],
  ['example.com', 'http://notexample.com/', true],
  ['EXAMPLE.com', 'http://Example.COM./', false],
  ['.example.com', 'http://example.com/', true],
  ['.example.com', 'http://a.example.com/', false],
  ['*.example.com', 'http://example.com/', true],
  ['*.example.com', 'http://a.b.example.com/', false],
  ['example.com:8080', 'http://example.com:8080/', false],
  ['example.com:8080', 'http://example.com/', true],
  ['example.com:80', 'http://example.com/', false],
  ['example.com:443', 'https://example.com/', false],
  ['10.0.0.0/8', 'http://10.1.2.3:9100/', false],
  ['10.0.0.0/8', 'http://11.1.2.3/', true],
  ['10.1.2.3', 'http://10.1.2.3/', false],
  ['10.1.2.3:81', 'http://10.1.2.3/', true],
  ['fd00::/8', 'http://[fd00::1]:9100/', false],
  ['[fd00::1]:9100', 'http://[fd00::1]:9100/', false],
  ['fd00:0:0::1', 'http://[fd00::1]/', false],
  ['1.2', 'http://10.1.2.3/', true], // the end of an address is no domain
  [' a.test , b.test ', 'http://b.test/', false],
  ['a.test,,', 'http://c.test/', true],
  ['10.0.0.0/99', 'http://10.0.0.1/', true],
])('no_proxy %j, %s: proxy %s', (noProxy, url, want) => {
  expect(usesProxy(new URL(url), noProxy)).toBe(want)
})

test('whatever stands in no_proxy, it is read', () => {
  assert(
    property(string(), domain(), (noProxy, host) => {
      expect(typeof usesProxy(new URL(`http://${host}/`), noProxy)).toBe('boolean')
    }),
  )
})

describe('the proxy from the environment', () => {
  const config = httpClientConfig.parse({ proxy_from_environment: true })
  test.each([
    ['http://a.test/', { HTTP_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['http://a.test/', { http_proxy: 'p:1' }, 'http://p:1/'],
    ['https://a.test/', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['https://a.test/', { HTTPS_PROXY: 'http://p:1' }, 'http://p:1/'],
    ['https://a.test/', { https_proxy: 'http://p:1', NO_PROXY: 'a.test' }, undefined],
    ['http://127.0.0.1/', { HTTP_PROXY: 'http://p:1' }, undefined],
    ['http://a.test/', {}, undefined],
  ])('%s %j: %s', (url, environment, want) => {
    expect(proxyFor(new URL(url), config, environment)?.href).toBe(want)
  })

  test('what is no address is told with the name of the variable', () => {
    expect(() => proxyFor(new URL('http://a.test'), config, { HTTP_PROXY: 'http://' })).toThrow(
      'cannot use the proxy in the environment variable HTTP_PROXY',
    )
  })
})
