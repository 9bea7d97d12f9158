import { describe, expect, test } from 'vitest'
import type { askBoard } from './ask-board.ts'
import { reasonOf, selectorsIn, selectorText } from './empty-why.ts'

const selector = (name: string, labels: Readonly<Record<string, string>> = {}): object => ({
  type: 'vectorSelector',
  name,
  matchers: [
    ...Object.entries(labels).map(([label, value]) => ({ name: label, type: '=', value })),
    { name: '__name__', type: '=', value: name },
  ],
})

const STORED = [
  { __name__: 'lag', job: 'kafka', topic: 'orders' },
  { __name__: 'up', job: 'kafka' },
]
const OLD = [{ __name__: 'old', job: 'kafka' }]

/** Answers as the store would, of selectors with `=` alone. */
const ask: typeof askBoard = async (queries, told) => {
  for (const { id, expr = '', startMs } of queries) {
    const wanted = [...expr.matchAll(/"(\w+)"="(\w*)"/g)]
    const data = [...STORED, ...(startMs === 0 ? OLD : [])].filter((series) =>
      wanted.every(([, label, value]) => (series as Record<string, string>)[label!] === value),
    )
    told({ id, status: 'success', data })
  }
}

describe('why a query finds nothing', () => {
  test.each<[string, object, RegExp]>([
    ['no such metric', selector('gone'), /There is no metric gone/],
    ['not in this time', selector('old'), /old has no samples in this time/],
    [
      'a label',
      selector('lag', { job: 'kafka', topic: 'payments' }),
      /^lag has series, but none with topic="payments"\.$/,
    ],
    [
      'an empty variable',
      selector('lag', { topic: '' }),
      /topic="": the variable behind topic may be empty/,
    ],
    [
      'labels that do not go together',
      selector('up', { job: 'x', topic: 'y' }),
      /none with all of these labels/,
    ],
    [
      'nothing of that',
      { type: 'binaryExpr', lhs: selector('up'), rhs: selector('lag') },
      /The metrics have data, but nothing comes out/,
    ],
    [
      'the second of two',
      { type: 'binaryExpr', lhs: selector('up'), rhs: selector('gone') },
      /no metric gone/,
    ],
  ])('%s', async (_, tree, want) => {
    const span = { startMs: 1000, endMs: 2000 }
    expect(await reasonOf(tree, span, AbortSignal.timeout(1000), ask)).toMatch(want)
  })

  test('without a selector there is no reason to find', async () => {
    const tree = { type: 'numberLiteral', val: '1' }
    expect(
      await reasonOf(tree, { startMs: 0, endMs: 1 }, AbortSignal.timeout(1000), ask),
    ).toBeNull()
  })
})

test('selectors are found wherever they stand, each once', () => {
  const tree = {
    type: 'call',
    args: [{ type: 'matrixSelector', ...selector('a') }, { expr: selector('a') }, selector('b')],
  }
  const texts = selectorsIn({ ...tree }).map(({ matchers }) => selectorText(matchers))
  expect(texts).toEqual(['{"__name__"="a"}', '{"__name__"="b"}'])
})
