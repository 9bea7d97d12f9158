import { expect, test } from 'vitest'
import { remembered } from './history.ts'

test.each([
  [[], 'up', ['up']],
  [['a', 'up', 'b'], ' up ', ['up', 'a', 'b']],
  [['a'], '  ', ['a']],
])('%j and then %j is %j', (history, expr, want) => expect(remembered(history, expr)).toEqual(want))

test('the oldest is forgotten', () => {
  const full = Array.from({ length: 50 }, (_, i) => `q${i}`)
  expect(remembered(full, 'new')).toHaveLength(50)
  expect(remembered(full, 'new')).not.toContain('q49')
})
