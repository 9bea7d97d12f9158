import type { Labels } from './labels.ts'

/**
 * How bad a line of log is, as OpenTelemetry numbers it: 1–4 trace, 5–8 debug, 9–12 info, 13–16 warn,
 * 17–20 error, 21–24 fatal; 0 when nothing says so.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
 */
export type Severity = number

/** The words for levels that Weir writes, mildest first. `critical` is what Python and syslog call 18–19. */
export const LEVELS = [
  'unknown',
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'critical',
  'fatal',
] as const
export type Level = (typeof LEVELS)[number]

/** The severity that a level stands for when nothing finer is known. */
export const SEVERITY_OF: Readonly<Record<Level, Severity>> = {
  unknown: 0,
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  critical: 18,
  fatal: 21,
}

/** The word for a severity; anything outside 1–24 is `unknown`. */
export function levelOf(severity: Severity): Level {
  if (!(severity >= 1 && severity <= 24)) return 'unknown'
  if (severity <= 4) return 'trace'
  if (severity <= 8) return 'debug'
  if (severity <= 12) return 'info'
  if (severity <= 16) return 'warn'
  if (severity === 17) return 'error'
  return severity <= 20 ? 'critical' : 'fatal'
}

/**
 * Lines of log in columns. Line `i` is the bytes of `text` from `ends[i - 1]` (0 for the first) to
 * `ends[i]`, UTF-8, without its line feed. Only the first `count` entries of a column count.
 */
export interface LogBatch {
  readonly count: number
  /** Who wrote: few label sets for many lines, each once. `streamOf[i]` is a place in it. */
  readonly streams: readonly Labels[]
  readonly streamOf: Uint32Array
  /** Nanoseconds since 1970. */
  readonly timesNs: BigInt64Array
  readonly severities: Uint8Array
  readonly text: Uint8Array
  readonly ends: Uint32Array
  /**
   * What the sender said beside the line, as a flat JSON object of strings (`{"trace_id":"4b"}`), laid
   * out like `text`; no bytes: nothing.
   */
  readonly metadata: Uint8Array
  readonly metadataEnds: Uint32Array
}

/** Why a line was not taken; the lines beside it were. */
export const LOG_REJECT_REASONS = [
  'too_old', // before what is kept
  'too_far_in_future',
  'line_too_long',
  'metadata_too_long',
  'bad_labels', // no label, too many, or one too long
  'stream_limit', // no room for one more stream
  'token_stream_limit', // the token it came with has as many streams as it may
  'rate_limit', // the sender sends more than it may
] as const
export type LogRejectReason = (typeof LOG_REJECT_REASONS)[number]

/** What became of a batch of lines. */
export interface LogReport {
  /** Lines that are in the store now. */
  readonly appended: number
  /** How many were refused, by reason; reasons that did not occur are absent. */
  readonly rejected: Readonly<Partial<Record<LogRejectReason, number>>>
  /** One refusal to show to a human, '' when none was. */
  readonly example: string
}
