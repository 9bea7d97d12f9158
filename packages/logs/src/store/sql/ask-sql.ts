import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import { WeirError } from '@weir/model'
import { interrupting } from '../part/interrupting.ts'

/** Characters of an answer, which lie in memory until it is sent. */
const ANSWER_CHARACTERS_MAX = 64 * 2 ** 20

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
 * @returns a {@link SqlAnswer} as JSON; each row became bytes as it was read, so that no heap holds them all
 * @throws {WeirError} `LOG_SQL_INVALID` for what is no single SELECT, or cannot be answered
 */
export async function askSql(
  connection: DuckDBConnection,
  text: string,
  rowsMax: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
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
    const told: Buffer[] = [Buffer.from(`{"columns":${JSON.stringify(columns)},"rows":[`)]
    let rows = 0
    let isCut = false
    let characters = 0
    for await (const chunk of result.yieldRowsJson()) {
      for (const row of chunk) {
        if (rows === rowsMax) {
          isCut = true
          break
        }
        const json = JSON.stringify(row)
        characters += json.length
        if (characters > ANSWER_CHARACTERS_MAX) {
          throw new Error(`want an answer of at most ${ANSWER_CHARACTERS_MAX} characters`)
        }
        told.push(Buffer.from(rows === 0 ? json : `,${json}`))
        rows++
      }
      if (isCut) break
    }
    told.push(Buffer.from(`],"isCut":${isCut}}`))
    return Buffer.concat(told)
  } catch (cause) {
    signal?.throwIfAborted()
    throw new WeirError('LOG_SQL_INVALID', `Cannot answer the SQL: ${(cause as Error).message}`, {
      cause,
    })
  }
}
