import { LogBatchBuilder, Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { MemorySource } from '../memory-source.ts'
import { contextOf } from './context.ts'
import { volumesOf } from './volumes.ts'

const A = Labels.of({ app: 'a', host: 'x' })
/** The same labels and one more: another stream. */
const B = Labels.of({ app: 'a', host: 'x', more: 'y' })

function source(): MemorySource {
  const builder = new LogBatchBuilder()
  const add = (labels: Labels, timeNs: bigint, line: string): void =>
    builder.add(builder.stream(labels), timeNs, 9, line)
  for (const [i, line] of [
    'one',
    'two',
    'three a',
    'three b',
    'three c',
    'four',
    'five',
  ].entries()) {
    const time = [10n, 20n, 30n, 30n, 30n, 40n, 50n][i]!
    add(A, time, line)
    add(B, time, `${line} of B`)
  }
  const memory = new MemorySource()
  memory.append(builder.finish())
  return memory
}

test.each<[timeNs: bigint, line: string | undefined, before: number, after: number, want: string]>([
  [30n, 'three b', 2, 2, 'two,three a | three b | three c,four'],
  [30n, 'three a', 1, 9, 'two | three a | three b,three c,four,five'],
  [30n, undefined, 1, 1, 'two | three a | three b'],
  [10n, 'one', 5, 0, ' | one | '],
  [50n, 'five', 0, 5, ' | five | '],
  [35n, 'gone', 2, 1, 'three b,three c |  | four'],
  [30n, 'gone', 1, 1, 'three c |  | four'],
])('around %d %s, %d before and %d after: %s', async (timeNs, line, before, after, want) => {
  const found = await contextOf(source(), { labels: A, timeNs, line, before, after })
  const texts = (lines: readonly { readonly line: string }[]): string =>
    lines.map((one) => one.line).join(',')
  expect([texts(found.before), found.line?.line ?? '', texts(found.after)].join(' | ')).toBe(want)
})

test('volumes: bytes by labels, the largest first, at the ends of steps', async () => {
  const ask = {
    matchers: [{ name: 'app', operator: '=', value: 'a' }] as const,
    range: { fromNs: 10n, toNs: 60n },
    stepNs: undefined,
    targetLabels: [],
    aggregateBy: 'series' as const,
    limit: 10,
    signal: AbortSignal.timeout(60_000),
  }
  const memory = source()
  const bytes = 'onetwothree athree bthree cfourfive'.length
  expect(await volumesOf(memory, ask)).toEqual([
    { labels: { app: 'a' }, samples: [{ timeNs: 60n, bytes: bytes * 2 + 7 * ' of B'.length }] },
  ])
  expect(await volumesOf(memory, { ...ask, targetLabels: ['more'], stepNs: 20n })).toEqual([
    {
      labels: { more: 'y' },
      samples: [
        { timeNs: 20n - 1_000_000n, bytes: 'one of B'.length },
        { timeNs: 40n - 1_000_000n, bytes: 'two of Bthree a of Bthree b of Bthree c of B'.length },
        { timeNs: 60n, bytes: 'four of Bfive of B'.length },
      ],
    },
  ])
  expect(await volumesOf(memory, { ...ask, aggregateBy: 'labels', limit: 2 })).toMatchObject([
    { labels: { app: '' } },
    { labels: { host: '' } },
  ])
})
