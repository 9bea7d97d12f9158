import type { QueryError } from '../../explore/query-error.ts'

/** Finds `line 1, col 10` in a refusal and points at the place; columns count from 1. */
export function readLogqlError(message: string, query: string): QueryError {
  const found = /\bline (\d+), col(?:umn)? (\d+)/.exec(message)
  if (found === null) return { message, marked: undefined }
  const line = query.split('\n')[Number(found[1]) - 1]
  const column = Number(found[2])
  if (line === undefined || column < 1 || column > line.length + 1) {
    return { message, marked: undefined }
  }
  return { message, marked: `${line}\n${' '.repeat(column - 1)}^` }
}
