import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { collectGarbage, isWorthIt } from './small-heap.ts'

const MIB = 2 ** 20

test.each<[string, Parameters<typeof isWorthIt>[0], boolean]>([
  ['after a start', { utilization: 0.01, bytes: 30 * MIB, after: 0 }, true],
  ['when it has grown', { utilization: 0.01, bytes: 34 * MIB, after: 30 * MIB }, true],
  ['when it has hardly grown', { utilization: 0.01, bytes: 33 * MIB, after: 30 * MIB }, false],
  ['when the thread is busy', { utilization: 0.2, bytes: 90 * MIB, after: 30 * MIB }, false],
  ['when the heap is large', { utilization: 0.01, bytes: 200 * MIB, after: 30 * MIB }, false],
])('whether a heap is collected %s', (_when, state, want) => {
  expect(isWorthIt(state)).toBe(want)
})

test('what nobody holds is gone', async () => {
  const forgotten = new WeakRef({})
  const held = {}
  const kept = new WeakRef(held)
  await turn() // until then this turn keeps what it made a weak reference to
  collectGarbage()
  expect(forgotten.deref()).toBeUndefined()
  expect(kept.deref()).toBe(held)
})

test('threads that collect at the same time do each other no harm', async () => {
  const built = new URL('../../dist/threads/small-heap.js', import.meta.url).href
  const code = `import(${JSON.stringify(built)}).then(({ collectGarbage }) => {
    for (let i = 0; i < 50; i++) collectGarbage()
  })`
  const threads = Array.from({ length: 4 }, () => new Worker(code, { eval: true }))
  // A thread in which something is thrown ends with 1, after an event of its own.
  const ends = await Promise.all(threads.map((thread) => once(thread, 'exit')))
  expect(ends).toEqual([[0], [0], [0], [0]])
})
