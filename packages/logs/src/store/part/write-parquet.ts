import { rm } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { sqlText } from './sql-text.ts'

const AGAIN_MS = 20

/** Writes what a SELECT gives as a Parquet file; when the signal aborts or it fails, none is left. */
export async function writeParquet(
  connection: DuckDBConnection,
  select: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  let again: NodeJS.Timeout | undefined
  const stop = (): void => {
    connection.interrupt()
    again = setInterval(() => connection.interrupt(), AGAIN_MS) // one that comes too early is lost
  }
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop)
  try {
    await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`)
    signal?.throwIfAborted()
  } catch (error) {
    await rm(path, { force: true })
    await rm(`${path}.tmp`, { force: true })
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    clearInterval(again)
  }
}
