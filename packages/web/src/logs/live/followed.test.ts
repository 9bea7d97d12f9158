import { expect, test } from 'vitest'
import { linesOf } from '../lines/line.ts'
import { FOLLOWED_MAX, NOTHING_FOLLOWED, held, rateOf, withArrived } from './followed.ts'

const lines = (...times: readonly number[]) =>
  linesOf([{ stream: { a: 'b' }, values: times.map((ns) => [String(ns), `line ${ns}`]) }], 'newest')
const times = (of: readonly { readonly timeNs: string }[]) => of.map(({ timeNs }) => Number(timeNs))

test('newer lines stand above, also those that came late', () => {
  const one = withArrived(NOTHING_FOLLOWED, lines(5, 7), 0, 0)
  const two = withArrived(one, lines(6, 9, 10), 0, 100)
  expect(times(two.lines)).toEqual([10, 9, 7, 6, 5])
})

test('while the list is held, lines wait; then they are there', () => {
  const still = held(withArrived(NOTHING_FOLLOWED, lines(1), 0, 0), true)
  const more = withArrived(withArrived(still, lines(2), 0, 10), lines(3), 0, 20)
  expect([times(more.lines), times(more.waiting)]).toEqual([[1], [3, 2]])
  const on = held(more, false)
  expect([times(on.lines), on.waiting, on.isHeld]).toEqual([[3, 2, 1], [], false])
})

test('the list is bounded, held or not, and says what it left out', () => {
  const many = lines(...Array.from({ length: FOLLOWED_MAX + 5 }, (_, i) => i + 1))
  const full = withArrived(NOTHING_FOLLOWED, many, 3, 0)
  expect([full.lines.length, full.left, full.dropped]).toEqual([FOLLOWED_MAX, 5, 3])
  expect(full.lines[0]!.timeNs).toBe(String(FOLLOWED_MAX + 5))
  const waiting = withArrived(held(full, true), many, 0, 1)
  expect([waiting.waiting.length, waiting.left]).toEqual([FOLLOWED_MAX, 10])
  expect(held(waiting, false)).toMatchObject({ left: 10 + FOLLOWED_MAX })
})

test('the same line twice has two keys', () => {
  const twice = withArrived(withArrived(NOTHING_FOLLOWED, lines(1), 0, 0), lines(1), 0, 1)
  expect(new Set(twice.lines.map(({ key }) => key)).size).toBe(2)
})

test('the rate is that of the last five seconds', () => {
  let followed = NOTHING_FOLLOWED
  for (let second = 0; second < 10; second++) {
    followed = withArrived(followed, lines(second * 2, second * 2 + 1), 0, second * 1000)
  }
  expect(rateOf(followed, 9000)).toBe(2)
  expect(rateOf(followed, 13_500)).toBe(0.4)
  expect(rateOf(followed, 20_000)).toBe(0)
})
