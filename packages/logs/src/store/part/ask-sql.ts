import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import { WeirError } from '@weir/model'

export interface SqlAnswer {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** As JSON has them: numbers beyond 2^53, times and lists as text or arrays. */
  readonly rows: readonly (readonly unknown[])[]
  /** There were more rows than asked for. */
  readonly isCut: boolean
}

/**
 * Answers one SELECT; nothing else is run.
 *
 * @throws {WeirError} `LOG_SQL_INVALID` for what is no single SELECT, or cannot be answered
 */
export async function askSql(
  connection: DuckDBConnection,
  text: string,
  rowsMax: number,
  signal?: AbortSignal,
): Promise<SqlAnswer> {
  const stop = (): void => connection.interrupt()
  signal?.throwIfAborted()
  signal?.addEventListener('abort', stop)
  try {
    const statements = await connection.extractStatements(text)
    if (statements.count !== 1)
      throw new Error(`want one SELECT, got ${statements.count} statements`)
    const prepared = await statements.prepare(0)
    if (prepared.statementType !== StatementType.SELECT) {
      throw new Error(`want a SELECT, got ${StatementType[prepared.statementType]}`)
    }
    const result = await prepared.stream()
    const types = result.columnTypes()
    const columns = result.columnNames().map((name, i) => ({ name, type: String(types[i]) }))
    const rows: (readonly unknown[])[] = []
    let isCut = false
    for await (const chunk of result.yieldRowsJson()) {
      for (const row of chunk) {
        if (rows.length < rowsMax) rows.push(row)
        else isCut = true
      }
      if (isCut) break
    }
    return { columns, rows, isCut }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new WeirError('LOG_SQL_INVALID', `Cannot answer the SQL: ${(cause as Error).message}`, {
      cause,
    })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
