import type { TokenQuota } from '../../access/tokens/token-quota.ts'

/** The ways in of lines by HTTP. */
export type LogProtocol = 'ndjson' | 'elastic' | 'loki' | 'otlp' | 'datadog'

/** How a sender of JSON objects wants their fields understood, as VictoriaLogs lets them say it. */
export interface FieldParameters {
  /** Fields with the time, looked for before those that Weir knows. */
  readonly time: readonly string[]
  /** Fields that become labels, in place of those that Weir knows. */
  readonly stream: readonly string[]
  /** Fields that are not kept. */
  readonly ignored: readonly string[]
  /** Kept beside every line: `name, value, …`. */
  readonly extra: readonly string[]
}

export const NO_FIELDS: FieldParameters = { time: [], stream: [], ignored: [], extra: [] }

/** One request as it came. */
export interface LogRequest {
  readonly protocol: LogProtocol
  readonly body: Uint8Array<ArrayBuffer>
  readonly contentType: string
  readonly contentEncoding: string
  readonly fields: FieldParameters
  /** Of whoever sent it. */
  readonly quota?: TokenQuota | undefined
}

/** What became of a request that could be read. */
export interface LogOutcome {
  /** Lines that are in the store now. */
  readonly lines: number
  /** Bytes of the request once unpacked. */
  readonly bytes: number
  /** How many lines were not kept, by reason. */
  readonly rejected: Readonly<Record<string, number>>
  /** One of those, for a person; '' when all were kept. */
  readonly example: string
  /** Lines that were kept though not as they should be, by what was done: see `weir_logs_mended_lines_total`. */
  readonly mended: Readonly<Record<Mend, number>>
  /** The answer's body where it tells of each line. */
  readonly answer?: string
}

/**
 * What is done to lines that are not right: those whose time cannot be read get the time of arrival; bytes that are no UTF-8
 * become U+FFFD; what is no JSON object where one was promised is kept as text.
 */
export type Mend = 'time' | 'utf8' | 'text'
