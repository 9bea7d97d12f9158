import { WeirError } from '@weir/model'

/** A mistake in a query, before its position is put into words. Never leaves this room. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  readonly text: string
  readonly start: number

  constructor(text: string, start: number) {
    super(text)
    this.text = text
    this.start = start
  }
}

/** `LINE:COLUMN` of a position, both from 1, the column in bytes as Prometheus counts. */
export function lineAndColumn(query: string, index: number): string {
  const before = query.slice(0, index)
  const lineStart = before.lastIndexOf('\n') + 1
  const line = before.split('\n').length
  return `${line}:${Buffer.byteLength(before.slice(lineStart)) + 1}`
}

/** The error that callers see: `1:5: parse error: unclosed left parenthesis`. */
export function queryError(query: string, error: ParseError): WeirError {
  const where = error.start < 0 ? 'unknown position' : lineAndColumn(query, error.start)
  return new WeirError('QUERY_PARSE', `${where}: parse error: ${error.text}`)
}
