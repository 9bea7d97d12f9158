import { WeirError } from '@weir/model'

/** A mistake in a query, before its position is put into words. Never leaves this room. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  readonly start: number

  constructor(message: string, start: number) {
    super(message)
    this.start = start
  }
}

/** The error that callers see: `parse error at line 1, col 5: …`, in Loki's form. Columns count from 1. */
export function queryError(query: string, { message, start }: ParseError): WeirError {
  const before = query.slice(0, start)
  const column = start - (before.lastIndexOf('\n') + 1) + 1
  const line = before.split('\n').length
  return new WeirError('LOGQL_PARSE', `parse error at line ${line}, col ${column}: ${message}`)
}
