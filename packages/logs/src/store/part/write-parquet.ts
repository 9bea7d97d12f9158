import { rm } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import { interrupting } from './interrupting.ts'
import { sqlText } from './sql-text.ts'

/** Writes what a SELECT gives as a Parquet file; when the signal aborts or it fails, none is left. */
export async function writeParquet(
  connection: DuckDBConnection,
  select: string,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  using _stopping = interrupting(connection, signal)
  try {
    await connection.run(`COPY (${select}) TO ${sqlText(path)} (FORMAT parquet, COMPRESSION zstd)`)
    signal?.throwIfAborted()
  } catch (error) {
    await rm(path, { force: true })
    await rm(`${path}.tmp`, { force: true })
    signal?.throwIfAborted()
    throw error
  }
}
