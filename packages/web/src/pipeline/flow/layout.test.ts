import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NODE_HEIGHT, NODE_WIDTH, layOut } from './layout.ts'

const WIDE = 1400

/** `a>b b>c` */
const edges = (text: string): { from: string; to: string }[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((one) => ({ from: one.split('>')[0]!, to: one.split('>')[1]! }))

/** Columns from left to right, each from top to bottom: `a|b,c|d`. */
function told(stages: string, way: string, room = WIDE): string {
  const { places } = layOut(stages.split(''), edges(way), room)
  const all = [...places].map(([stage, { x, y }]) => ({ stage, x, y }))
  const columns = new Map<string, typeof all>()
  for (const one of all) columns.set(String(one.x), [...(columns.get(String(one.x)) ?? []), one])
  return [...columns]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, members]) =>
      members
        .toSorted((a, b) => a.y - b.y)
        .map(({ stage }) => stage)
        .join(','),
    )
    .join('|')
}

test.each([
  ['one after the other', 'abc', 'a>b b>c', 'a|b|c'],
  ['side by side', 'abcd', 'a>b a>c b>d c>d', 'a|b,c|d'],
  ['a short cut does not pull back', 'abc', 'a>b b>c a>c', 'a|b|c'],
  ['what no data passes stands behind', 'abcd', 'a>b', 'a|b|c,d'],
  ['or before, where it is told first', 'abc', 'b>c', 'a,b|c'],
  ['nobody knows the way', 'abc', '', 'a,b,c'],
  ['against the order', 'ab', 'b>a', 'a,b'],
  ['those that cross change places', 'abcd', 'a>d b>c', 'a,b|d,c'],
  ['one', 'a', '', 'a'],
])('%s', (_what, stages, way, want) => expect(told(stages, way)).toBe(want))

test('what does not fit goes on in the next band', () => {
  const way = 'a>b b>c c>d d>e e>f'
  expect(told('abcdef', way, 900)).toBe('a,d|b,e|c,f')
  expect(layOut('abcdef'.split(''), edges(way), 900).across).toBe(3)
  expect(told('abcdef', way, 350)).toBe('a,b,c,d,e,f') // a phone: downwards
})

test('no two stages overlap, and all lie inside', () => {
  const letters = 'abcdefghij'.split('')
  const pairs = fc.tuple(fc.constantFrom(...letters), fc.constantFrom(...letters))
  fc.assert(
    fc.property(
      fc.array(pairs, { maxLength: 30 }),
      fc.integer({ min: 100, max: 2000 }),
      (all, room) => {
        const way = all.map(([from, to]) => ({ from, to }))
        const { places, width, height } = layOut(letters, way, room)
        const boxes = [...places.values()]
        expect(boxes.length).toBe(letters.length)
        for (const [i, a] of boxes.entries()) {
          expect(
            a.x >= 0 && a.y >= 0 && a.x + NODE_WIDTH <= width && a.y + NODE_HEIGHT <= height,
          ).toBe(true)
          for (const b of boxes.slice(i + 1)) {
            expect(Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < NODE_HEIGHT).toBe(
              false,
            )
          }
        }
      },
    ),
  )
})
