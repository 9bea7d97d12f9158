import type { BackfillView } from '@weir/packs'
import { expect, test } from 'vitest'
import { leftText, percentText } from './backfill-progress.ts'

const view = (change: Partial<BackfillView>): BackfillView => ({
  id: 'a',
  state: 'running',
  groups: [],
  startMs: 0,
  endMs: 1,
  progress: 0,
  samples: 0,
  error: '',
  createdMs: 1000,
  endedMs: null,
  ...change,
})

test.each([
  [{ progress: 0 }, '0 %'],
  [{ progress: 0.425 }, '42 %'],
  [{ progress: 0.999 }, '99 %'],
  [{ progress: 1 }, '99 %'],
  [{ progress: 1, endedMs: 2 }, '100 %'],
])('%j is %s', (change, text) => expect(percentText(view(change))).toBe(text))

test.each([
  [{ progress: 0.25 }, 21_000, 'about 1 min left'],
  [{ progress: 0.001 }, 21_000, ''],
  [{ progress: 0.5 }, 1500, ''],
  [{ progress: 0.5, state: 'waiting' }, 21_000, ''],
] as const)('%j at %d: %j', (change, nowMs, text) =>
  expect(leftText(view(change), nowMs)).toBe(text),
)
