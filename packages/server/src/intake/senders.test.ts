import { expect, test } from 'vitest'
import { Senders } from './senders.ts'
import { allowFrom } from './allow-from.ts'

test.each([
  [[], '203.0.113.9', true],
  [['10.0.0.0/8'], '10.255.0.1', true],
  [['10.0.0.0/8'], '11.0.0.1', false],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
  [['10.1.2.3'], '10.1.2.4', false],
  [['fd00::/8'], 'fd12::1', true],
  [['fd00::/8'], 'fe80::1%eth0', false],
  [['fe80::/10'], 'fe80::1%eth0', true],
  [['::/0'], '10.0.0.1', false],
  [['0.0.0.0/0', '::/0'], '::1', true],
  [['10.0.0.0/8'], '', false],
  [['10.0.0.0/8'], 'nonsense', false],
] as const)('with %j, %s may send: %s', (allowed, address, may) => {
  const senders = new Senders(allowed)
  expect([senders.has(address), senders.has(address)]).toEqual([may, may])
})

test('more senders than are remembered are judged as one is', () => {
  const senders = new Senders(['10.0.0.0/8'])
  const wrong: string[] = []
  for (let i = 0; i < 25_000; i++) {
    const rest = `${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`
    if (!senders.has(`10.${rest}`) || senders.has(`11.${rest}`)) wrong.push(rest)
  }
  expect(wrong).toEqual([])
})

test.each(['10.0.0.0/33', 'example.org', '10.0.0', ''])('%j is no network', (text) => {
  expect(allowFrom.safeParse([text]).success).toBe(false)
})
