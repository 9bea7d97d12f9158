import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { START_MS, TestStore, samplesOf } from '../test-store.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

test('a damaged window stays as it is: it is told once, other windows are merged, retention goes on', async () => {
  await using t = await TestStore.open({ retentionMs: 30 * HOUR })
  const put = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      t.clock.nowMs += MINUTE
      await t.put({ a: [[t.clock.nowMs, step]] })
    }
  }
  await put(5)
  t.clock.nowMs += 20 * MINUTE
  await t.store.maintain()
  const [damaged] = readdirSync(join(t.path, 'windows'))
  writeFileSync(join(t.path, 'windows', damaged!), 'no sheet')
  await t.restart()
  await put(HOUR / MINUTE)
  t.clock.nowMs += 5 * HOUR
  await expect(t.store.maintain()).rejects.toMatchObject({ code: 'STORAGE_CORRUPT' })
  await t.store.maintain()
  expect(t.store.stats().windowsDamaged).toBe(3) // with those that should become one with it
  expect(() => t.get('a')).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }))
  expect(samplesOf(t.reader, 'a', START_MS + 40 * MINUTE)).toHaveLength(46)
  t.clock.nowMs += 40 * HOUR
  await t.store.maintain()
  expect(t.get('a')).toEqual([])
  await t.store.maintain()
  expect(t.store.stats()).toMatchObject({ windows: 0, series: 0 })
})
