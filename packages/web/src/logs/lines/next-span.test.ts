import { expect, test } from 'vitest'
import { PAGE_LINES, nextSpan } from './next-span.ts'

const page = (first: number, last: number, count = PAGE_LINES) =>
  Array.from({ length: count }, (_, i) => ({ timeNs: String(i === 0 ? first : last) }))
const SPAN = { fromNs: '100', toNs: '900' }

test.each([
  ['newest', page(800, 300), { fromNs: '100', toNs: '301' }],
  ['oldest', page(200, 700), { fromNs: '700', toNs: '900' }],
  ['newest', page(300, 300), { fromNs: '100', toNs: '300' }], // more of one moment than a page holds
  ['newest', page(100, 100), undefined],
  ['oldest', page(700, 700), { fromNs: '701', toNs: '900' }],
  ['oldest', page(899, 899), undefined],
  ['newest', page(800, 300, PAGE_LINES - 1), undefined],
  ['newest', [], undefined],
] as const)('%s: after it comes %#', (order, lines, want) => {
  expect(nextSpan(lines, SPAN, order)).toEqual(want)
})
