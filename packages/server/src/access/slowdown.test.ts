import { expect, test } from 'vitest'
import { StepClock } from './testing/step-clock.ts'
import { Slowdown, networkOf } from './slowdown.ts'

const LIMITS = { after: 3, maxWaitMs: 60_000, addressesMax: 100 }

test('waits begin after a few failures, double, and end at their limit', () => {
  const clock = new StepClock()
  const slowdown = new Slowdown(clock, () => LIMITS)
  const waits = Array.from({ length: 12 }, () => {
    slowdown.failed('10.0.0.1')
    return slowdown.waitMs('10.0.0.1') / 1000
  })
  expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60])
  expect(slowdown.waitMs('10.0.0.2')).toBe(0)
})

test('whoever waited may try once more; whoever stays quiet is as new', () => {
  const clock = new StepClock()
  const slowdown = new Slowdown(clock, () => LIMITS)
  for (let i = 0; i < 5; i++) slowdown.failed('10.0.0.1')
  expect(() => slowdown.check('10.0.0.1')).toThrow('come again in 2 s')
  clock.pass(2000)
  slowdown.check('10.0.0.1')
  slowdown.failed('10.0.0.1')
  expect(slowdown.waitMs('10.0.0.1')).toBe(4000)
  clock.pass(16 * 60_000)
  slowdown.failed('10.0.0.1')
  expect(slowdown.waitMs('10.0.0.1')).toBe(0)
})

test('a success forgets the failures before it', () => {
  const slowdown = new Slowdown(new StepClock(), () => LIMITS)
  for (let i = 0; i < 5; i++) slowdown.failed('10.0.0.1')
  slowdown.succeeded('10.0.0.1')
  expect([slowdown.waitMs('10.0.0.1'), slowdown.size]).toEqual([0, 0])
})

test('a hundred thousand addresses take no more room than the limit', () => {
  const slowdown = new Slowdown(new StepClock(), () => LIMITS)
  for (let i = 0; i < 100_000; i++) slowdown.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  expect(slowdown.size).toBe(100)
})

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['', ''],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
