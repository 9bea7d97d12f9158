import { expect, test } from 'vitest'
import { StepClock } from './testing/step-clock.ts'
import { Slowdown, networksOf } from './slowdown.ts'

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

const of48 = (n: number): string => `2001:db8:7:${n.toString(16)}::1`

test('the networks of one house share their guesses, however many they are', () => {
  const slowdown = new Slowdown(new StepClock(), () => ({ ...LIMITS, addressesMax: 100_000 }))
  let guesses = 0
  for (let n = 0; n < 4096; n++) {
    for (let i = 0; i < 5 && slowdown.waitMs(of48(n)) === 0; i++) {
      slowdown.failed(of48(n))
      guesses++
    }
  }
  expect(guesses).toBe(3 * 16 + 1)
  expect(slowdown.waitMs('2001:db8:8::1')).toBe(0)
})

test('in the long run a house guesses once in some seconds', () => {
  const clock = new StepClock()
  const slowdown = new Slowdown(clock, () => ({ ...LIMITS, after: 5 }))
  let guesses = 0
  for (let second = 0; second < 3600; second++) {
    for (let n = 0; n < 50; n++) {
      const address = of48((second * 50 + n) % 65_536)
      if (slowdown.waitMs(address) > 0) break
      slowdown.failed(address)
      guesses++
    }
    clock.pass(1000)
  }
  expect(guesses).toBeGreaterThan(80)
  expect(guesses).toBeLessThan(400)
})

test('a program with an old token makes itself wait, and nobody else in the house', () => {
  const clock = new StepClock()
  const slowdown = new Slowdown(clock, () => ({ ...LIMITS, after: 5, maxWaitMs: 300_000 }))
  for (let hour = 0; hour < 40; hour++) {
    for (let second = 0; second < 3600; second += 15) {
      if (slowdown.waitMs(of48(1)) === 0) slowdown.failed(of48(1))
      clock.pass(15_000)
    }
  }
  expect(slowdown.waitMs(of48(1)) + slowdown.waitMs(of48(2))).toBeLessThanOrEqual(300_000)
  expect(slowdown.waitMs(of48(2))).toBe(0)
})

test('a network from which somebody was right does not wait for its neighbours', () => {
  const slowdown = new Slowdown(new StepClock(), () => LIMITS)
  slowdown.wasRight(of48(1))
  for (let n = 2; n < 80; n++) slowdown.failed(of48(n))
  expect([slowdown.waitMs(of48(1)), slowdown.waitMs(of48(100)) > 0]).toEqual([0, true])
  // It must not be an open door either.
  for (let i = 0; i < 4; i++) slowdown.failed(of48(1))
  expect([slowdown.waitMs(of48(1)) > 0, slowdown.isFamiliar(of48(1))]).toEqual([true, false])
})

test('one right password in a house takes back its own count, not those of the others', () => {
  const slowdown = new Slowdown(new StepClock(), () => LIMITS)
  for (let n = 0; n < 48; n++) slowdown.failed(of48(n))
  slowdown.failed(of48(100))
  slowdown.succeeded(of48(100))
  expect(slowdown.waitMs(of48(200))).toBe(0)
  slowdown.failed(of48(101))
  expect(slowdown.waitMs(of48(200))).toBe(1000)
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
  expect(networksOf(address).own).toBe(network)
})
