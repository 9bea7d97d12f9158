import type { DuckDBDataChunk } from '@duckdb/node-api'
import { jsonFields } from '../../json-fields.ts'
import type { LogLines, LogStream } from '../../source.ts'
import { WeirError } from '@weir/model'

/** What DuckDB was asked for, in the order of its columns. */
export interface RowLayout {
  /** Streams by the number of the query they come from, then by number in the part. */
  readonly streams: readonly (readonly LogStream[])[]
  readonly hasText: boolean
  /** Fields that were asked for by name; each is a column. */
  readonly names: readonly string[]
}

/** Rows of parts as lines. Columns: query, stream, time, severity, metadata, then the line or the fields. */
export class PartRows implements LogLines {
  readonly count: number
  readonly #layout: RowLayout
  readonly #columns: readonly (readonly unknown[])[]
  readonly #fieldAt: ReadonlyMap<string, number>
  #parsedAt = -1
  #parsed: ReadonlyMap<string, string> | undefined

  constructor(chunk: DuckDBDataChunk, layout: RowLayout) {
    this.count = chunk.rowCount
    this.#layout = layout
    this.#columns = chunk.getColumns()
    this.#fieldAt = new Map(layout.names.map((name, i) => [name, 5 + i]))
  }

  timeNs(i: number): bigint {
    return this.#columns[2]![i] as bigint
  }

  stream(i: number): LogStream {
    const query = this.#columns[0]![i] as number
    return this.#layout.streams[query]![this.#columns[1]![i] as number]!
  }

  severity(i: number): number {
    return this.#columns[3]![i] as number
  }

  metadata(i: number): readonly string[] {
    const json = this.#columns[4]![i] as string
    return json === '' ? [] : Object.entries(JSON.parse(json) as Record<string, string>).flat()
  }

  line(i: number): string {
    if (!this.#layout.hasText) {
      throw new WeirError('BUG', 'Cannot give the text of a line: it was not asked for')
    }
    return this.#columns[5]![i] as string
  }

  field(i: number, name: string): string | undefined {
    if (!this.#layout.hasText) {
      const column = this.#columns[this.#fieldAt.get(name) ?? -1]
      if (column === undefined) {
        throw new WeirError(
          'BUG',
          `Cannot give the field "${name}" of a line: it was not asked for`,
        )
      }
      return (column[i] as string | null) ?? undefined
    }
    if (this.#parsedAt !== i) {
      this.#parsed = jsonFields(this.line(i))
      this.#parsedAt = i
    }
    return this.#parsed?.get(name)
  }
}
