/** A disk that says no, at every place where something is written: what was not acknowledged is not there, and the next try works. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, test, vi } from 'vitest'

import type { Environment } from './disk/environment.ts'
import { WindowFileWriter } from './disk/window-file.ts'
import { START_MS, TestStore, matcher } from './test-store.ts'

const MINUTE = 60_000
const FULL = Object.assign(new Error('No space left on device'), { code: 'ENOSPC' })
const BROKEN = Object.assign(new Error('Input/output error'), { code: 'EIO' })

afterEach(() => {
  vi.restoreAllMocks()
  opened.length = 0
})

/** Every environment that was opened, so that a test can break one. */
const opened = vi.hoisted((): Environment[] => [])
vi.mock(import('./disk/environment.ts'), async (original) => {
  const actual = await original()
  const openEnvironment = (path: string): Environment => {
    const environment = actual.openEnvironment(path)
    opened.push(environment)
    return environment
  }
  return { ...actual, openEnvironment }
})

type Table = 'batches' | 'dictionary' | 'meta' | 'tombstones' | 'windows'

/** Makes the next write to a table fail in the midst of its transaction. */
function failNextPut(table: Table, error: Error): void {
  const spies = opened.map((environment) => vi.spyOn(environment[table], 'putSync'))
  for (const spy of spies) {
    spy.mockImplementation(() => {
      for (const each of spies) each.mockRestore()
      throw error
    })
  }
}

describe.each([
  ['a full disk', FULL, 'STORAGE_FULL'],
  ['a broken disk', BROKEN, 'STORAGE_FAILED'],
])('%s', (_, error, code) => {
  test.each<Table>(['dictionary', 'batches', 'meta'])(
    'refuses a commit while it writes %s: nothing of it is there, then all of it is',
    async (table) => {
      await using t = await TestStore.open()
      await t.put({ before: [[START_MS, 1]] })
      failNextPut(table, error)
      // In a window of its own, so that the record of the head is written too.
      t.clock.nowMs += 10 * MINUTE
      const samples = { before: [[t.clock.nowMs, 2]], fresh: [[t.clock.nowMs, 3]] } as const
      await expect(t.put(samples)).rejects.toMatchObject({ code })
      const nothing = (): void => {
        expect([t.get('before').length, t.get('fresh').length]).toEqual([1, 0])
      }
      nothing()
      expect(t.store.stats()).toMatchObject({ commitsFailed: 1, headSamples: 1 })
      await t.restart()
      nothing()
      expect((await t.put(samples)).appended).toBe(2)
      await t.restart()
      expect([t.get('before').length, t.get('fresh').length]).toEqual([2, 1])
    },
  )

  test('and the same sender may try again without a restart', async () => {
    await using t = await TestStore.open()
    failNextPut('batches', error)
    await expect(t.put({ a: [[START_MS, 1]] })).rejects.toMatchObject({ code })
    expect((await t.put({ a: [[START_MS, 1]] })).appended).toBe(1)
    await t.restart()
    expect(t.get('a')).toEqual([[START_MS, 1]])
  })

  test('stops sealing, and queries go on; it is done later', async () => {
    await using t = await TestStore.open()
    await t.put({ a: [[START_MS, 1]] })
    t.clock.nowMs += 20 * MINUTE
    const write = vi.spyOn(WindowFileWriter.prototype, 'write').mockImplementation(() => {
      throw error
    })
    await expect(t.store.maintain()).rejects.toMatchObject({ code })
    write.mockRestore()
    expect(t.get('a')).toEqual([[START_MS, 1]])
    expect((await t.put({ a: [[t.clock.nowMs, 2]] })).appended).toBe(1)
    failNextPut('windows', error)
    await expect(t.store.maintain()).rejects.toMatchObject({ code })
    expect(t.get('a')).toHaveLength(2)
    await t.store.maintain()
    expect(t.store.stats()).toMatchObject({ windows: 1, sealedSamples: 1 })
    await t.restart()
    expect(t.get('a')).toHaveLength(2)
    expect(readdirSync(join(t.path, 'windows'))).toHaveLength(1)
  })

  test('refuses a delete: nothing is hidden, then it is', async () => {
    await using t = await TestStore.open()
    await t.put({ a: [[START_MS, 1]] })
    failNextPut('tombstones', error)
    const remove = (): Promise<void> => t.store.deleteSeries([matcher('__name__=a')], 0, 2 ** 50)
    await expect(remove()).rejects.toMatchObject({ code })
    expect(t.get('a')).toHaveLength(1)
    await remove()
    expect(t.get('a')).toEqual([])
  })

  test('refuses a snapshot, and leaves no half of one', async () => {
    await using t = await TestStore.open()
    await t.put({ a: [[START_MS, 1]] })
    for (const { root } of opened) vi.spyOn(root, 'backup').mockRejectedValueOnce(error)
    await expect(t.store.snapshot()).rejects.toMatchObject({ code })
    vi.restoreAllMocks()
    expect(existsSync(join(t.path, 'snapshots')) && readdirSync(join(t.path, 'snapshots'))).toEqual(
      [],
    )
    expect((await t.store.snapshot()).name).not.toBe('')
  })
})
