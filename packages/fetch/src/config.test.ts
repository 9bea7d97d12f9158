import { describe, expect, test } from 'vitest'
import { httpClientBeside, httpClientConfig } from './config.ts'

describe('a configuration that Prometheus takes', () => {
  test.each([
    [{}],
    [{ basic_auth: { username: 'u', password_file: 'f' } }],
    [{ basic_auth: { username: 12, password: 34 } }], // YAML reads them as numbers
    [{ authorization: { credentials: 't' }, follow_redirects: false, enable_http2: false }],
    [{ bearer_token_file: '/run/token' }],
    [
      {
        oauth2: { client_id: 'i', client_secret_file: 'f', token_url: 'https://t/', scopes: ['a'] },
      },
    ],
    [{ tls_config: { cert_file: 'c', key: 'k', min_version: 'TLS12', max_version: 'TLS13' } }],
    [{ proxy_url: 'http://p:1', no_proxy: 'a,b', proxy_connect_header: { A: ['b'] } }],
    [{ proxy_from_environment: true, proxy_connect_header: { A: ['b'] } }],
    [{ http_headers: { 'X-Scope': { values: ['a'], secrets: ['b'], files: ['c'] } } }],
  ])('%j', (config) => expect(httpClientConfig.safeParse(config).error).toBeUndefined())
})

describe('a configuration that cannot be meant', () => {
  test.each([
    [{ basic_auth: {}, authorization: {} }, 'want at most one of basic_auth, authorization'],
    [{ basic_auth: {}, bearer_token: 'x' }, 'want at most one of basic_auth'],
    [{ bearer_token: 'x', bearer_token_file: 'f' }, 'at most one of bearer_token and'],
    [{ basic_auth: { password: 'x', password_file: 'f' } }, 'at most one of password and'],
    [{ basic_auth: { username: 'x', username_file: 'f' } }, 'at most one of username and'],
    [{ authorization: { credentials: 'x', credentials_file: 'f' } }, 'one of credentials and'],
    [{ authorization: { type: ' BASIC ' } }, 'use basic_auth for it'],
    [{ oauth2: { token_url: 'http://t/' } }, 'want the id of the client'],
    [{ oauth2: { client_id: 'i' } }, 'want an http or https address'],
    [{ tls_config: { ca: 'x', ca_file: 'f' } }, 'want at most one of ca and ca_file'],
    [{ tls_config: { cert_file: 'f' } }, 'want key or key_file beside the certificate'],
    [{ tls_config: { key_file: 'f' } }, 'want cert or cert_file beside the key'],
    [
      { tls_config: { min_version: 'TLS13', max_version: 'TLS12' } },
      'want no more than max_version',
    ],
    [{ tls_config: { min_version: 'SSL3' } }, 'Invalid option'],
    [{ proxy_url: 'proxy:3128' }, 'want an http, https or socks5 address'],
    [{ no_proxy: 'a' }, 'want proxy_url beside it'],
    [{ proxy_from_environment: true, no_proxy: 'a' }, 'NO_PROXY counts'],
    [{ proxy_from_environment: true, proxy_url: 'http://p' }, 'none beside proxy_from_environment'],
    [{ proxy_connect_header: { A: ['b'] } }, 'want proxy_url or proxy_from_environment'],
    [{ http_headers: { Authorization: { values: ['x'] } } }, 'this header cannot be set here'],
    [{ http_headers: { 'a b': { values: ['x'] } } }, 'want the name of a header'],
    [{ password: 'x' }, 'Unrecognized key'],
  ])('%j: %s', (config, want) => {
    expect(httpClientConfig.safeParse(config).error?.message).toContain(want)
  })
})

test('names of files are made whole, and nothing else', () => {
  const given = {
    ...httpClientConfig.parse({
      oauth2: {
        client_id: 'i',
        client_secret_file: 's',
        token_url: 'http://t',
        tls_config: { ca_file: 'a' },
      },
      http_headers: { X: { files: ['h'], values: ['v'] } },
      tls_config: { ca: 'inline', key_file: '/k', cert_file: 'c' },
    }),
    rule_file: 'r',
  }
  const whole = httpClientBeside(given, (path) => `/etc/${path}`)
  expect(whole.oauth2).toMatchObject({
    client_secret_file: '/etc/s',
    tls_config: { ca_file: '/etc/a' },
  })
  expect(whole.http_headers).toEqual({ X: { files: ['/etc/h'], values: ['v'], secrets: [] } })
  expect(whole.tls_config).toMatchObject({ ca: 'inline', key_file: '/etc//k', cert_file: '/etc/c' })
  expect(whole.rule_file).toBe('r')
})
