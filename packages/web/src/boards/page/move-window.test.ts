import { expect, test } from 'vitest'
import { moveWindow } from './move-window.ts'

test.each([
  ['back by half of it', 100, 200, 200, 'back', 50, 150],
  ['back again', 50, 150, 200, 'back', 0, 100],
  ['forth', 0, 100, 200, 'forth', 50, 150],
  ['forth, but not past now', 60, 160, 200, 'forth', 100, 200],
  ['at now, forth stays', 100, 200, 200, 'forth', 100, 200],
  ['a time to come may stay, and goes no further', 150, 300, 200, 'forth', 150, 300],
  ['wider around it', 50, 150, 400, 'wider', 0, 200],
  ['wider at now: only to the past', 100, 200, 200, 'wider', 0, 200],
  ['halves are rounded', 0, 5, 100, 'back', -2, 3],
] as const)('%s', (_what, fromMs, toMs, nowMs, direction, from, to) => {
  const moved = moveWindow({ fromMs, toMs, nowMs }, direction)
  expect([Number(moved.from), Number(moved.to)]).toEqual([from, to])
})
