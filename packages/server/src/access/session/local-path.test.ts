import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { localPath } from './local-path.ts'

test.each([
  ['/alerts?state=firing#x', '/alerts?state=firing#x'],
  ['/explore?expr=%7Ba%3D%22b%22%7D', '/explore?expr=%7Ba%3D%22b%22%7D'],
  [null, '/'],
  ['', '/'],
  ['alerts', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/\n//evil.example', '/'],
  ['/x/..//evil.example', '/'],
  ['/%2e%2e//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?next=/login', '/'],
  ['/login/oidc', '/'],
  ['/api/v1/query', '/'],
  ['/apis', '/apis'],
  [`/${'a'.repeat(3000)}`, '/'],
])('after a login %j leads to %s', (wanted, path) => {
  expect(localPath(wanted)).toBe(path)
})

test('whatever is wanted, a browser stays where it is', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '@',
    ':',
    'evil.example',
    '\t',
    '\r',
    '%2f',
    '?',
    '#',
    'a',
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const path = localPath(parts.join(''))
      expect(path.startsWith('/')).toBe(true)
      expect(new URL(path, 'https://weir.example').host).toBe('weir.example')
    }),
  )
})
