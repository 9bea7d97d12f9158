import type { Field } from '../query/edit.ts'
import type { LogLine } from './line.ts'

/** What can be done with a line and with a value of it. */
export interface LineDeeds {
  readonly only: (field: Field, value: string) => void
  readonly not: (field: Field, value: string) => void
  /** Lines by the values of a name, over time. */
  readonly count: (field: Field) => void
  readonly column: (name: string) => void
  /** What was written before and after it by the same sender. */
  readonly context: (line: LogLine) => void
  /** The address that opens the explorer at this line. */
  readonly linkOf: (line: LogLine) => string
}
