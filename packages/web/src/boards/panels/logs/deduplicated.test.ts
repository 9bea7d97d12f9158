import { expect, test } from 'vitest'
import { linesOf } from '../../../logs/lines/line.ts'
import { deduplicated } from './deduplicated.ts'

const TEXTS = ['lag 10', 'lag 20', 'lag 20', 'lost it', 'mag 30']
const lines = linesOf([{ stream: {}, values: TEXTS.map((text, i) => [String(i), text]) }], 'oldest')

test.each([
  ['none', [1, 1, 1, 1, 1]],
  [undefined, [1, 1, 1, 1, 1]],
  ['exact', [1, 2, 1, 1]],
  ['numbers', [3, 1, 1]],
  ['signature', [5]],
])('by %s', (strategy, counts) => {
  expect(deduplicated(lines, strategy).map(({ count }) => count)).toEqual(counts)
})
