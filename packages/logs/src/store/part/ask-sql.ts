import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import { WeirError } from '@weir/model'
import { interrupting } from './interrupting.ts'

/** Characters of an answer, which lie in memory until it is sent. */
const ANSWER_BYTES_MAX = 64 * 2 ** 20

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
  using _stopping = interrupting(connection, signal)
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
    let bytes = 0
    for await (const chunk of result.yieldRowsJson()) {
      for (const row of chunk) {
        if (rows.length === rowsMax) {
          isCut = true
          break
        }
        rows.push(row)
        for (const cell of row) bytes += textSize(cell)
        if (bytes > ANSWER_BYTES_MAX) {
          throw new Error(`want an answer of at most ${ANSWER_BYTES_MAX} characters`)
        }
      }
      if (isCut) break
    }
    return { columns, rows, isCut }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new WeirError('LOG_SQL_INVALID', `Cannot answer the SQL: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** About how many characters a value is as JSON. */
function textSize(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.entries(value).reduce((sum, [key, item]) => sum + key.length + textSize(item), 2)
}
