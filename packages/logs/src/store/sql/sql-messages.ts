import type { DuckDbOptions } from '../part/open-duckdb.ts'
import type { RecentLines } from '../part/log-table.ts'

/** What a process of SQL is started with. */
export interface SqlProcessData {
  readonly duckDb: DuckDbOptions
  /** What the kernel gives the process, where there is one that can say no. */
  readonly memoryBytes: number
  /** With more in memory it is ended. */
  readonly residentBytesMax: number
}

/** To the process; each is answered before the next is sent. */
export type SqlCall =
  | { readonly kind: 'begin' }
  /** Some of the newest lines, of which there are no files yet. */
  | { readonly kind: 'lines'; readonly lines: readonly RecentLines[] }
  /** The last of a question. */
  | {
      readonly kind: 'run'
      /** The SELECT behind the table `logs`. */
      readonly logs: string
      readonly text: string
      readonly rowsMax: number
    }

/** Nobody waits for the question any more: has no answer of its own. */
export type SqlMessage = SqlCall | { readonly kind: 'cancel' }

/** From the process. */
export type SqlReply =
  | { readonly kind: 'done' }
  /** A `SqlAnswer` as JSON. */
  | { readonly kind: 'answer'; readonly json: Uint8Array }
  | { readonly kind: 'refused'; readonly message: string }
  /** There was not memory enough; DuckDB may have kept some. */
  | { readonly kind: 'memory' }
  /** DuckDB found a fault of its own and answers nothing any more. */
  | { readonly kind: 'broken'; readonly message: string }
