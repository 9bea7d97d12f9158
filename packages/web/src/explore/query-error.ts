/** A refusal of a query, with the place it speaks of when it names one. */
export interface QueryError {
  readonly message: string
  /** The line of the query, and a line with a caret under the place. */
  readonly marked: string | undefined
}

/**
 * Finds `line:column: parse error: …` in the API's message and points at it. Columns count from 1;
 * the first line's may also be the only number, as some messages have only that.
 */
export function readQueryError(message: string, query: string): QueryError {
  const found = /(?:^|[ "])(\d+):(\d+): (parse error: .*)$/s.exec(message)
  if (found === null) return { message, marked: undefined }
  const line = query.split('\n')[Number(found[1]) - 1]
  const column = Number(found[2])
  const text = found[3]!
  if (line === undefined || column < 1 || column > line.length + 1) {
    return { message: text, marked: undefined }
  }
  return { message: text, marked: `${line}\n${' '.repeat(column - 1)}^` }
}
