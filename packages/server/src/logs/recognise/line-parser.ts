import type { Severity } from '@weir/model'

/** What somebody who knows the system reads in one of its lines of text. */
export interface ParsedLine {
  readonly timeNs?: bigint
  readonly severity?: Severity
  /** Who wrote, within its system: `airflow.task`, `org.apache.flink.…`. */
  readonly logger?: string
  /** Become labels of the stream where the sender did not give such: few values, please. */
  readonly system?: string
  readonly pipeline?: string
  readonly stage?: string
  /** Anything else that is known beside the line. */
  readonly metadata?: Readonly<Record<string, string>>
}

/** Reads the lines of one system; for lines that are no JSON objects. */
export interface LineParser {
  /** The id of the pack. */
  readonly system: string
  /**
   * Whether a line may be of that system; cheap, since every line of text is shown to every parser.
   *
   * @param labels value of a label of the stream, '' when the sender gave none
   */
  isMeant(bytes: Uint8Array, from: number, to: number, labels: (name: string) => string): boolean
  /** Undefined: it is another one's line after all. */
  parse(line: string, labels: (name: string) => string): ParsedLine | undefined
}
