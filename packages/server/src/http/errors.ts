import { type ApiErrorType, CODES, type ErrorCode, WeirError } from '@weir/model'

/** Statuses by kind of error, as Prometheus answers them; but 503 for what will come back by itself. */
const STATUS_OF_TYPE: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 499, // nobody is left to read it; it shows in the metrics
  unavailable: 503,
  not_found: 404,
  internal: 500,
}

const STATUS_OF_CODE: Readonly<Partial<Record<ErrorCode, number>>> = {
  HTTP_FORBIDDEN: 403,
  ACCESS_UNKNOWN: 401,
  ACCESS_DENIED: 403,
  ACCESS_SLOWED: 429,
  TOKEN_RATE: 429,
  LOGIN_FAILED: 401,
  LOGIN_NO_ACCESS: 403,
  ADMIN_DISABLED: 500, // as Prometheus answers
  HTTP_METHOD: 405,
  NOTIFICATION_STATE: 409,
  OVERRIDES_FULL: 409,
  DASHBOARD_CONFLICT: 409,
  DASHBOARD_READ_ONLY: 403,
  PEER_REFUSED: 403,
  RECEIVER_TEST_LIMIT: 429,
  LOGS_RATE: 429,
  HTTP_TOO_LARGE: 413,
  BOARD_LIMIT: 413,
  HTTP_BODY_TYPE: 415,
}

/** The HTTP status that tells of an error. */
export function statusOf(code: ErrorCode): number {
  return STATUS_OF_CODE[code] ?? STATUS_OF_TYPE[CODES[code]]
}

/** The header that carries Weir's own code beside Prometheus's kind of error. */
export const CODE_HEADER = 'weir-error-code'

/** The body of every JSON error, in Prometheus's shape. */
export function errorBody(error: WeirError): string {
  return `{"status":"error","errorType":"${error.apiType}","error":${JSON.stringify(error.message)}}`
}

/** What was thrown, as a `WeirError`: anything unknown is our own mistake, and its text stays in the log. */
export function asWeirError(thrown: unknown): WeirError {
  if (thrown instanceof WeirError) return thrown
  return new WeirError('BUG', 'BUG: an unexpected error, see the log of Weir', { cause: thrown })
}
