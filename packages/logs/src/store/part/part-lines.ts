import type { DuckDBConnection } from '@duckdb/node-api'
import { type LogBatch, LogBatchBuilder } from '@weir/model'
import type { PartIndex } from './part-index.ts'
import { PartSql } from './part-sql.ts'
import { sqlText } from './sql-text.ts'

/** Reads the lines of a part back, those for which `where` holds. */
export async function readPart(
  connection: DuckDBConnection,
  path: string,
  { header, labels }: PartIndex,
  where = 'true',
): Promise<LogBatch> {
  const sql = new PartSql(header)
  const builder = new LogBatchBuilder()
  const result = await connection.stream(
    `SELECT stream, time, severity, ${sql.line}, ${sql.metadata} FROM read_parquet(${sqlText(path)}) WHERE ${where}`,
  )
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return builder.finish()
    for (const row of chunk.getRows()) {
      const [stream, time, severity, line, metadata] = row as [
        number,
        bigint,
        number,
        string,
        string,
      ]
      builder.add(builder.stream(labels[stream]!), time, severity, line, metadata)
    }
  }
}
