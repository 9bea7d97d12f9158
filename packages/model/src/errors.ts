/** The words of the Prometheus HTTP API for what went wrong. */
export type ApiErrorType =
  | 'bad_data'
  | 'execution'
  | 'timeout'
  | 'canceled'
  | 'unavailable'
  | 'not_found'
  | 'internal'

/**
 * Every way Weir can say no, each explained in docs/errors.md. The code is the promise; the
 * sentence may be reworded any day.
 */
export const CODES = {
  BUG: 'internal', // an invariant broke: ours, never the caller's
  TIME_NOT_WHOLE: 'bad_data',
} as const satisfies Record<string, ApiErrorType>

export type ErrorCode = keyof typeof CODES

/**
 * What Weir throws when the caller asked for something that cannot be had. The message starts with
 * the action, quotes what was given, says what was wanted, and has no full stop.
 */
export class WeirError extends Error {
  override readonly name = 'WeirError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** The word that the Prometheus API uses for this kind of error. */
  get apiType(): ApiErrorType {
    return CODES[this.code]
  }
}

/** Stops on our own mistakes, in production too. For what others send, return a reason or throw a {@link WeirError} with its code. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new WeirError('BUG', `BUG: ${message}`)
}
