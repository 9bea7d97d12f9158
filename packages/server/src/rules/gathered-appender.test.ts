import type { Appender, Clock, CommitResult, SeriesRef } from '@weir/model'
import { expect, test } from 'vitest'
import { GatheredAppender } from './gathered-appender.ts'

/** A clock that stands still until it is moved, and a store that counts what each commit brings. */
function stand(): {
  readonly appender: Appender
  readonly commits: number[]
  fails: boolean
  readonly pass: (ms: number) => Promise<void>
} {
  let now = 0
  let sleepers: { readonly atMs: number; readonly wake: () => void }[] = []
  const clock = {
    monotonicMs: () => now,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ atMs: now + ms, wake })
      }),
  } as Clock
  let queued = 0
  const commits: number[] = []
  const below = {
    ref: () => 0,
    append: () => {
      queued++
    },
    commit: async (): Promise<CommitResult> => {
      if (one.fails) throw new Error('no room')
      commits.push(queued)
      const appended = queued
      queued = 0
      return { appended, rejected: { out_of_order: 1 }, example: 'x' }
    },
  } as unknown as Appender
  for (const name of [
    'release',
    'appendColumns',
    'appendHistogram',
    'appendExemplar',
    'describe',
  ]) {
    Object.assign(below, { [name]: () => undefined })
  }
  const one = {
    appender: new GatheredAppender(below, clock),
    commits,
    fails: false,
    pass: async (ms: number) => {
      now += ms
      const due = sleepers.filter(({ atMs }) => atMs <= now)
      sleepers = sleepers.filter(({ atMs }) => atMs > now)
      for (const { wake } of due) wake()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
  return one
}

const REF = 0 as SeriesRef

test('who commits at the same time commits together, and the first one hears what was refused', async () => {
  const { appender, commits, pass } = stand()
  appender.append(REF, 1, 1)
  const first = appender.commit()
  appender.append(REF, 1, 2)
  const second = appender.commit()
  await pass(0)
  expect((await first).rejected).toEqual({ out_of_order: 1 })
  expect((await second).rejected).toEqual({})
  expect(commits).toEqual([2])
})

test('after a calm time commits come at once; many of them come twenty times a second', async () => {
  const { appender, commits, pass } = stand()
  for (let i = 0; i < 20; i++) {
    const one = appender.commit()
    await pass(0)
    await one
  }
  expect(commits).toHaveLength(20)
  const late = appender.commit()
  await pass(0)
  expect(commits).toHaveLength(20)
  await pass(50)
  await late
  expect(commits).toHaveLength(21)
})

test('a commit that fails fails for all who wait for it, and not for the next', async () => {
  const one = stand()
  one.fails = true
  const failed = Promise.allSettled([one.appender.commit(), one.appender.commit()])
  await one.pass(0)
  expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  one.fails = false
  const good = one.appender.commit()
  await one.pass(0)
  await expect(good).resolves.toMatchObject({ appended: 0 })
})
