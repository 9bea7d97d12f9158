import { describe, expect, test } from 'vitest'
import { groupingKey, readGrouping } from './grouping.ts'

describe('a path names a group', () => {
  test.each([
    ['/metrics/job/a', { job: 'a' }],
    ['/metrics/job/a/', { job: 'a' }],
    ['/metrics/job/a/instance/b', { job: 'a', instance: 'b' }],
    ['/metrics/job/a/x/', { job: 'a', x: '' }],
    ['/metrics/job/a/x//y/z', { job: 'a', x: '', y: 'z' }],
    ['/metrics/job/a%20b/x/%C3%A9', { job: 'a b', x: 'é' }],
    ['/metrics/job/a/path/%2Fvar%2Ftmp', { job: 'a', path: '/var/tmp' }],
    ['/metrics/job/a/path@base64/L3Zhci90bXA', { job: 'a', path: '/var/tmp' }],
    ['/metrics/job/a/path@base64/L3Zhci90bXA=', { job: 'a', path: '/var/tmp' }],
    ['/metrics/job/a/empty@base64/=', { job: 'a', empty: '' }],
    ['/metrics/job@base64/YS9i', { job: 'a/b' }],
    ['/metrics/job@base64/YS9i/x@base64/w6k', { job: 'a/b', x: 'é' }],
    ['/metrics/job/a/job/b', { job: 'a' }],
    ['/metrics/job/a/x/1/x/2', { job: 'a', x: '2' }],
  ])('%s', (path, want) => expect(Object.fromEntries(readGrouping(path))).toEqual(want))

  test.each([
    ['/metrics/job/', 'job name is required'],
    ['/metrics/job@base64/=', 'job name is required'],
    ['/metrics/job/a/b', 'odd number of components in label string "/b"'],
    ['/metrics/job/a/b/c/d', 'odd number of components in label string "/b/c/d"'],
    ['/metrics/job/a/__b/c', 'improper label name "__b"'],
    ['/metrics/job/a/b-c/d', 'improper label name "b-c"'],
    ['/metrics/job/a//d', 'improper label name ""'],
    ['/metrics/job/a/%zz/d', 'invalid URL escape in "%zz"'],
    ['/metrics/job@base64/a$', 'invalid base64 encoding in job name "a$": illegal base64 data'],
    ['/metrics/job@base64/a+/', 'invalid base64 encoding in job name "a+": illegal base64 data'],
    [
      '/metrics/job@base64/abcde',
      'invalid base64 encoding in job name "abcde": illegal base64 data',
    ],
    ['/metrics/job@base64/_w', 'invalid base64 encoding in job name "_w": not UTF-8'],
    ['/metrics/job/a/b@base64/$', 'invalid base64 encoding for label b="$": illegal base64 data'],
  ])('%s does not: %s', (path, want) => expect(() => readGrouping(path)).toThrow(want))
})

test('the order of labels makes no other group, their values do', () => {
  const key = (path: string): string => groupingKey(readGrouping(`/metrics/job/${path}`))
  expect(key('a/x/1/y/2')).toBe(key('a/y/2/x/1'))
  expect(key('a/x/1')).not.toBe(key('a/x/2'))
  expect(key('a/x/1')).not.toBe(key('a/y/1'))
})
