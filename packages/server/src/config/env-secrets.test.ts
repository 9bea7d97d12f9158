import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { withSecretsOfEnvironment } from './env-secrets.ts'

const read = (text: string, environment: NodeJS.ProcessEnv = { PW: 'p\nw' }): string =>
  withSecretsOfEnvironment({ file: 'weir.yml', text, code: 'CONFIG_INVALID' }, environment)

describe('the whole value of a secret', () => {
  test.each([
    ['password: ${env:PW}', { password: 'p\nw' }],
    ['password: "${env:PW}" # of the database', { password: 'p\nw' }],
    ["{ password: '${env:PW}', username: a }", { password: 'p\nw', username: 'a' }],
    [
      'http_headers: { X: { values: ["${env:PW}", b] } }',
      { http_headers: { X: { values: ['p\nw', 'b'] } } },
    ],
    [
      'a: { password: &p "${env:PW}" }\nb: { token: *p }',
      { a: { password: 'p\nw' }, b: { token: 'p\nw' } },
    ],
    ['basic_auth_users: { ann: "${env:PW}" }', { basic_auth_users: { ann: 'p\nw' } }],
  ])('%s', (text, want) => {
    expect(parse(read(text))).toEqual(want)
    expect(read(text).split('\n')).toHaveLength(text.split('\n').length)
  })

  test('whatever it holds is that one text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (value) => {
        const text = read('a: 1\npassword: ${env:PW}\nb: [2]\n', { PW: value })
        expect(parse(text)).toEqual({ a: 1, password: value, b: [2] })
      }),
    )
  })
})

describe('refused, by file, line and key:', () => {
  test.each([
    [
      'a: 1\npassword: ${env:NOT_THERE}',
      'weir.yml:2: password: the environment variable NOT_THERE is not set',
    ],
    ['password: ${env:EMPTY}', 'weir.yml:1: password: the environment variable EMPTY is empty'],
    ['password: Bearer ${env:PW}', 'weir.yml:1: password: want ${env:NAME} as the whole value'],
    ['password: ${env:P W}', 'want ${env:NAME} as the whole value'],
    [
      'a:\n  listen: ${env:PW}',
      'weir.yml:2: a.listen: only secrets are taken from the environment',
    ],
    ['password_file: ${env:PW}', 'weir.yml:1: password_file: only secrets'],
  ])('%s', (text, want) => {
    expect(() => read(text, { PW: 'S3CRET', EMPTY: '' })).toThrow(want)
    expect(() => read(text, { PW: 'S3CRET', EMPTY: '' })).not.toThrow('S3CRET')
  })
})

test.each([
  'replacement: $1 ${1} ${name}',
  'external_labels: { zone: "${ZONE}" }',
  'text: a template may say ${env:PW} in a sentence',
  'broken: [${env:PW}',
])('%s means itself', (text) => expect(read(text)).toBe(text))
