import { expect, test } from 'vitest'
import { redactYaml } from '../config/redact.ts'
import { changedKeys, changedSecrets, fromTo } from './changed-keys.ts'

test.each([
  ['query: { timeout: 2m }', 'query: { timeout: 30s }', { 'query.timeout': '2m → 30s' }],
  ['', 'query: { timeout: 30s }', { 'query.timeout': '(not set) → 30s' }],
  ['web: { listen: "a:1" }', '', { 'web.listen': 'a:1 → (not set)' }],
  ['a: [x, y]', 'a: [x]', { a: '["x","y"] → ["x"]' }],
  [
    'scrape_configs: [{ job_name: a, x: 1 }, { job_name: b, x: 1 }]',
    'scrape_configs: [{ job_name: c, x: 1 }, { job_name: b, x: 2 }]',
    {
      'scrape_configs[a].job_name': 'a → (not set)',
      'scrape_configs[a].x': '1 → (not set)',
      'scrape_configs[b].x': '1 → 2',
      'scrape_configs[c].job_name': '(not set) → c',
      'scrape_configs[c].x': '(not set) → 1',
    },
  ],
  ['l: [{ u: 1 }, { u: 2 }]', 'l: [{ u: 1 }, { u: 3 }]', { 'l[1].u': '2 → 3' }],
  ['a: 1 # of old', 'a: 1 # of new', {}],
  ['a: [', 'a: 1', { a: '(not set) → 1' }],
])('from %j to %j', (before, after, want) => {
  expect(Object.fromEntries(changedKeys(before, after))).toEqual(want)
})

test('a long value is cut', () => {
  const told = changedKeys('a: x', `a: ${'y'.repeat(1000)}`).get('a')!
  expect(told).toMatch(/^x → y+…$/)
  expect(told.length).toBeLessThan(130)
})

test('of secrets it is told that they changed, never what they are', () => {
  const job = (password: string): object => ({
    scrape_configs: [{ job_name: 'a', basic_auth: { username: 'u', password } }],
    remote_write: [{ headers: { 'X-Key': password } }],
    web: { listen: password },
  })
  const changed = changedSecrets(job('S3CRET-old'), job('S3CRET-new'))
  expect(Object.fromEntries(changed)).toEqual({
    'scrape_configs[a].basic_auth.password': '<secret> → another <secret>',
    'remote_write[0].headers.X-Key': '<secret> → another <secret>',
  })
  const shown = (text: string): string => redactYaml(JSON.stringify(job(text)))
  const keys = changedKeys(shown('S3CRET-old'), shown('S3CRET-new'))
  expect([...keys.keys()]).toEqual(['web.listen'])
})

test.each([
  [undefined, 'a', 'a'],
  ['a', 'a', 'a'],
  ['a', 'b', 'a → b'],
  ['', 'b', '(none) → b'],
  ['a', '', 'a → (none)'],
])('from %j to %j is %j', (before, after, want) => expect(fromTo(before, after)).toBe(want))
