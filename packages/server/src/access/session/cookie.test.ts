import { expect, test } from 'vitest'
import { clearCookie, cookieOf, sessionCookies, setCookie } from './cookie.ts'

const VALUE = 'a'.repeat(43)

test.each([
  [true, `__Host-weir=${VALUE}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure`],
  [false, `weir=${VALUE}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict`],
])('the cookie of a session, over TLS %s', (isSecure, text) => {
  expect(setCookie(VALUE, { isSecure, maxAgeS: 60.5 })).toBe(text)
})

test('it is taken away with the same attributes', () => {
  expect(clearCookie({ isSecure: true })).toBe(
    '__Host-weir=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
  )
})

test.each([
  [undefined, []],
  ['', []],
  [`weir=${VALUE}`, [{ value: VALUE, isSecure: false }]],
  [`a=b; __Host-weir=${VALUE};c`, [{ value: VALUE, isSecure: true }]],
  [`xweir=${VALUE}; weirx=${VALUE}`, []],
  ['weir=short', []],
  [`weir=${VALUE}"`, []],
  [`=; ;;weir=${'a'.repeat(50_000)}`, []],
])('of %j', (header, found) => {
  expect(sessionCookies(header)).toEqual(found)
})

test('the first of a name counts', () => {
  expect(cookieOf('a=1; a=2', 'a')).toBe('1')
})
