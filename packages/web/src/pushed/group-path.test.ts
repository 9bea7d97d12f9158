import { expect, test } from 'vitest'
import { groupPath } from './group-path.ts'

test.each([
  [{ job: 'backup' }, '/metrics/job/backup'],
  [{ instance: 'db1', job: 'backup' }, '/metrics/job/backup/instance/db1'],
  [{ job: 'a b?#%', x: 'é' }, '/metrics/job/a%20b%3F%23%25/x/%C3%A9'],
  [{ job: 'a/b', path: '/var/tmp' }, '/metrics/job@base64/YS9i/path@base64/L3Zhci90bXA'],
  [{ job: '..', x: '.', y: '...' }, '/metrics/job@base64/Li4/x@base64/Lg/y/...'],
  [{ job: 'a', empty: '' }, '/metrics/job/a/empty@base64/='],
  [{ job: '/>>>?é' }, '/metrics/job@base64/Lz4-Pj_DqQ'],
])('%j is at %s, which no browser changes', (labels, path) => {
  expect(groupPath(labels)).toBe(path)
  expect(new URL(path, 'http://weir').pathname).toBe(path)
})
