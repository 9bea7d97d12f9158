import { expect, test } from 'vitest'
import { edgesOf } from './edges.ts'

/** `name@order<from,from` */
const stages = (text: string): Parameters<typeof edgesOf>[0] =>
  text.split(' ').map((one) => {
    const [, stage = '', order = '', after] = /^(\w+)@(\d+)(?:<(.*))?$/.exec(one)!
    return {
      stage,
      order: Number(order),
      ...(after === undefined ? {} : { after: after.split(',').filter(Boolean) }),
    }
  })

test.each([
  ['one after the other', 'a@10 b@20 c@30', 'a>b b>c'],
  ['side by side at one place', 'a@10 b@20 c@20 d@30', 'a>b a>c b>d c>d'],
  ['told beats the order', 'a@10 b@20 c@30<a d@40<b,c', 'a>b a>c b>d c>d'],
  ['told that nothing comes before', 'a@10 b@20<', ''],
  ['told only of a stage that is not there, and of itself', 'a@10 b@20<x,b', 'a>b'],
  ['all branches that lead nowhere meet', 'a@10 b@20<a c@30<a d@40 e@50<', 'a>b a>c b>d c>d'],
  ['a circle is drawn as told', 'a@10<b b@20<a', 'b>a a>b'],
  ['one stage', 'a@10', ''],
])('%s', (_what, given, want) => {
  expect(
    edgesOf(stages(given))
      .map(({ from, to }) => `${from}>${to}`)
      .join(' '),
  ).toBe(want)
})

test('a hostile number of stages makes a bounded number of edges', () => {
  const many = Array.from({ length: 4000 }, (_, i) => ({ stage: `s${i}`, order: i % 2 }))
  expect(edgesOf(many.toSorted((a, b) => a.order - b.order)).length).toBe(2000)
})
