import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FILE_NAME, openEnvironment } from './disk/environment.ts'
import { FORMAT } from './load.ts'
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
  environment.root.transactionSync(() => environment.meta.putSync('format', format))
  await environment.root.close()
  // No table names it: a start that knows the format would take it away.
  writeFileSync(join(path, 'windows/77'), 'of another form')
  const before = readFileSync(join(path, FILE_NAME))
  const names = readdirSync(path, { recursive: true })
  await expect(openStore({ path })).rejects.toThrow(advice)
  expect(readFileSync(join(path, FILE_NAME))).toEqual(before)
  expect(readdirSync(path, { recursive: true })).toEqual(names)
})
