import { expect, test } from 'vitest'
import { shardsWanted } from './shards-wanted.ts'

const BOUNDS = { min: 1, max: 50 }
const CALM = { inRate: 1000, outRate: 1000, droppedRate: 0, busyRate: 1, pending: 0 }

test.each<[string, Partial<typeof CALM>, number, number]>([
  ['all goes well: as many as requests take seconds', { busyRate: 3.9 }, 1, 4],
  ['nothing was sent: no change', { outRate: 0, busyRate: 9 }, 3, 3],
  ['a wish that is close is none', { busyRate: 9 }, 10, 10],
  ['much waits: 5 % of it are caught up with in a second', { pending: 100_000 }, 1, 6],
  ['rules drop half: half of what waits is sent', { outRate: 500, droppedRate: 500 }, 1, 1],
  ['never more than there may be', { busyRate: 900 }, 10, 50],
  ['fewer when there is less to do', { busyRate: 1 }, 10, 1],
  ['not fewer while more than ten seconds wait', { busyRate: 0.1, pending: 10_001 }, 10, 10],
])('%s', (_what, rates, shards, want) => {
  expect(shardsWanted({ ...CALM, ...rates }, shards, BOUNDS)).toBe(want)
})

test('never fewer than there must be', () => {
  expect(shardsWanted({ ...CALM, busyRate: 0.1 }, 20, { min: 4, max: 50 })).toBe(4)
})
