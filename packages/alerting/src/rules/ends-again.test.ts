import { expect, test } from 'vitest'
import { playRule } from '../testing/rule-timeline.ts'

const RULE = 'alert: A\nexpr: x > 0'
const minutes = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

test('an end is told once, and then again every minute for a quarter of an hour', async () => {
  const { states, sent, endsAgainAt } = await playRule(RULE, ['x 1x2 0x20'])
  expect(states).toBe(['F', 'F', ...Array.from({ length: 20 }, () => '.')].join(' '))
  expect(sent.map(({ endsAtMs }) => endsAtMs / 60_000)).toEqual([4, 5, 2])
  expect(endsAgainAt).toEqual(minutes(3, 17))
})

test('what fires again is not told to have ended', async () => {
  const { sent, endsAgainAt } = await playRule(RULE, ['x 1 0x3 1x5'])
  expect(sent.map(({ startsAtMs }) => startsAtMs / 60_000)).toEqual([0, 0, 4, 4, 4, 4, 4])
  expect(endsAgainAt).toEqual([2, 3])
})

test('after kill -9 an end is told anew, as its receiver may never have heard it', async () => {
  const { sent, endsAgainAt } = await playRule(RULE, ['x 1x2 0x20'], { restartAt: 6 })
  expect(sent.map(({ endsAtMs }) => endsAtMs / 60_000)).toEqual([4, 5, 2, 2])
  expect(endsAgainAt).toEqual([...minutes(3, 5), ...minutes(7, 17)])
})
