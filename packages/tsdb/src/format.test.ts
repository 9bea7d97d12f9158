import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FILE_NAME, openEnvironment } from './disk/environment.ts'
import { FORMAT } from './disk/format.ts'
import { openStore } from './open-store.ts'

let path = ''
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'weir-format-'))
})
afterEach(() => rmSync(path, { recursive: true }))

test.each([
  [String(Number(FORMAT) + 1), 'a newer Weir wrote it: use that one, or restore a backup'],
  [String(Number(FORMAT) - 1), 'use the version of Weir that wrote it'],
])('a directory of format %s is refused, and left as it is', async (format, advice) => {
  await (await openStore({ path }))[Symbol.asyncDispose]()
  const environment = openEnvironment(path)
  // Much of the file is free, so that a start would make it smaller, of the tables that it knows.
  const other = environment.root.openDB<string, string>('newer', {})
  environment.root.transactionSync(() => {
    environment.meta.putSync('format', format)
    other.putSync('big', 'x'.repeat(2 ** 20))
  })
  environment.root.transactionSync(() => other.putSync('big', 'small'))
  await environment.root.close()
  mkdirSync(join(path, 'snapshots/a.unfinished'), { recursive: true })
  // No table names it: a start that knows the format would take it away.
  writeFileSync(join(path, 'windows/77'), 'of another form')
  const before = readFileSync(join(path, FILE_NAME))
  const names = readdirSync(path, { recursive: true })
  await expect(openStore({ path })).rejects.toThrow(advice)
  expect(readFileSync(join(path, FILE_NAME)).equals(before)).toBe(true)
  expect(readdirSync(path, { recursive: true })).toEqual(names)
})

test('windows without the tables that name them are not taken away', async () => {
  await (await openStore({ path }))[Symbol.asyncDispose]()
  writeFileSync(join(path, 'windows/1'), 'sheets')
  rmSync(join(path, FILE_NAME))
  await expect(openStore({ path })).rejects.toThrow('restore a backup, or move the folder windows')
  expect(readdirSync(join(path, 'windows'))).toEqual(['1'])
})
