import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeParquet } from './write-parquet.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weir-parquet-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a file that nobody waits for any more is given up, and leaves nothing', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const stop = new AbortController()
  const path = join(folder, 'x.parquet')
  // It would take years.
  const select = 'SELECT a.range + b.range AS n FROM range(10000000000) a, range(10000000000) b'
  const writing = writeParquet(connection, select, path, stop.signal)
  setImmediate(() => stop.abort(new Error('the client went away')))
  await expect(writing).rejects.toThrow('the client went away')
  expect(readdirSync(folder)).toEqual([])
  await writeParquet(connection, 'SELECT 1 AS n', path)
  expect(readdirSync(folder)).toEqual(['x.parquet'])
  await expect(writeParquet(connection, 'SELECT nothing', path)).rejects.toThrow('nothing')
  expect(readdirSync(folder)).toEqual([])
  connection.closeSync()
})
