import type { Severity } from '@weir/model'

/** What somebody who knows the system reads in one of its lines. */
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

/** The value of a label of the stream, '' when the sender gave none. */
export type LabelOf = (name: string) => string

/**
 * Reads the lines of one system: text, and lines that are JSON objects where the labels say whose they are
 * (level and time of JSON are read without it).
 */
export interface LineParser {
  /** The id of the pack. */
  readonly system: string
  /** Whether a line, `bytes[from, to)`, may be of that system; cheap, since every line is shown to every parser. */
  isMeant(bytes: Uint8Array, from: number, to: number, labels: LabelOf): boolean
  /** Undefined: it is another one's line after all. */
  parse(line: string, labels: LabelOf): ParsedLine | undefined
}

/** Labels under which collectors tell what runs where. */
const NAMES = ['system', 'service_name', 'app', 'container', 'container_name', 'job', 'filename']

/** Whether the sender's own labels name the system. */
export function isNamed(system: string, labels: LabelOf): boolean {
  return NAMES.some((name) => labels(name).includes(system))
}

/** Whether `bytes[at, …)` begins like `2026-11-28 18:09:24`, whatever stands between date and time. */
export function isTimeAt(bytes: Uint8Array, at: number, to: number): boolean {
  return (
    at + 19 <= to &&
    bytes[at + 4] === DASH &&
    bytes[at + 7] === DASH &&
    bytes[at + 13] === COLON &&
    bytes[at + 16] === COLON
  )
}

const DASH = 0x2d
const COLON = 0x3a
/** How a JSON object begins. */
export const OPEN_BRACE = 0x7b

/** A line that is a JSON object, read. */
export function jsonObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

/** A value that is a text, else ''. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Those pairs whose value is not '', as metadata. */
export function told(pairs: Readonly<Record<string, string>>): {
  readonly metadata?: Readonly<Record<string, string>>
} {
  const said = Object.entries(pairs).filter(([, value]) => value !== '')
  return said.length === 0 ? {} : { metadata: Object.fromEntries(said) }
}
