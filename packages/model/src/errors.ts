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
  HTTP_PARAMETER: 'bad_data', // a parameter is missing or cannot be read
  ACCESS_UNKNOWN: 'bad_data', // nobody said who asks, or it is not known
  ACCESS_DENIED: 'bad_data', // who asks may not do this
  ACCESS_SLOWED: 'unavailable', // too many wrong tokens or passwords from one address
  TOKEN_INVALID: 'bad_data', // a token that cannot be made so
  TOKEN_UNKNOWN: 'not_found',
  TOKEN_LIMIT: 'bad_data', // too many
  TOKEN_RATE: 'unavailable', // more requests or bytes a second than a token may send
  LOGIN_FAILED: 'bad_data', // what came back from the OpenID provider is not to be believed
  LOGIN_NO_ACCESS: 'bad_data', // it is known who logs in, and that he may do nothing here
  LOGIN_PROVIDER_AWAY: 'unavailable',
  SESSIONS_FULL: 'unavailable', // more people are logged in than auth.session.max_sessions
  SESSION_UNKNOWN: 'not_found',
  HTTP_FORBIDDEN: 'bad_data', // a browser's request from another site, or under a strange host name
  HTTP_NOT_FOUND: 'not_found',
  HTTP_METHOD: 'bad_data', // the path is there, the method is not
  HTTP_TOO_LARGE: 'bad_data', // body, URL or headers beyond their limit
  BOARD_LIMIT: 'bad_data', // more queries than one request of a dashboard may ask
  HTTP_BODY_TYPE: 'bad_data', // a content type that this path does not take
  HTTP_BODY_BROKEN: 'bad_data', // a packed body that cannot be unpacked
  HTTP_BROKEN: 'bad_data', // not HTTP, or too slow
  HTTP_NOT_READY: 'unavailable',
  ADMIN_DISABLED: 'unavailable', // the admin API was not asked for
  ADDRESS_IN_USE: 'unavailable',
  ADDRESS_UNUSABLE: 'unavailable', // not ours, or not permitted
  CONFIG_INVALID: 'bad_data', // weir.yml, a flag, or a file that they name
  QUERY_QUEUE_FULL: 'unavailable',
  SHUTTING_DOWN: 'unavailable',
  SERVER_AWAY: 'unavailable', // the command found no Weir to ask
  SERVER_REFUSED: 'bad_data', // the Weir that the command asked did
  PACK_INVALID: 'bad_data',
  PACK_UNKNOWN: 'not_found',
  QUERY_PARSE: 'bad_data', // not PromQL, or types that do not fit
  QUERY_EXECUTION: 'execution', // the data and the query do not go together
  QUERY_TOO_MANY_SAMPLES: 'execution',
  QUERY_TOO_MUCH_MEMORY: 'execution',
  QUERY_CANCELED: 'canceled',
  QUERY_TIMEOUT: 'timeout',
  QUERY_ANSWER_TOO_LARGE: 'execution',
  ENGINE_AWAY: 'unavailable', // the engine that keeps the metrics does not answer
  ENGINE_BUSY: 'unavailable', // it has too much to do, or lacks parts
  ENGINE_FORBIDDEN: 'unavailable', // it does not take our credentials
  ENGINE_FAILED: 'internal', // it failed by its own words
  ENGINE_ANSWER: 'internal', // what answers does not speak Prometheus's API
  ENGINE_UNSUPPORTED: 'bad_data', // what only the embedded store can do
  LOGQL_PARSE: 'bad_data', // not LogQL, or types that do not fit
  LOGQL_UNSUPPORTED: 'bad_data', // LogQL that Weir does not evaluate
  LOGQL_EXECUTION: 'bad_data', // the lines and the query do not go together
  LOGQL_TOO_MANY_ENTRIES: 'bad_data',
  LOGQL_TOO_MANY_SERIES: 'bad_data',
  LOGQL_TOO_MANY_STEPS: 'bad_data',
  LOGQL_TOO_MANY_SAMPLES: 'execution',
  LOGQL_TOO_MANY_LINES: 'execution',
  LOGQL_CANCELED: 'canceled',
  LOGQL_TIMEOUT: 'timeout',
  STORAGE_LOCKED: 'unavailable', // another process has the data directory
  STORAGE_NOT_WRITABLE: 'unavailable',
  STORAGE_FULL: 'unavailable', // no room on the disk; may be tried again
  STORAGE_FAILED: 'unavailable', // the disk said no; may be tried again
  STORAGE_CORRUPT: 'internal', // bytes on disk are not what was written
  STORAGE_BUSY: 'unavailable', // too much waits for its commit already
  PUSH_BUSY: 'unavailable', // too many pushes of one kind under way
  ICEBERG_INVALID: 'bad_data', // a body that is no metrics report of an Iceberg table
  PUSH_GATEWAY_INVALID: 'bad_data', // a path or body that cannot be read, or stands against the rest
  PUSH_GATEWAY_LIMIT: 'bad_data', // too many groups or series
  REMOTE_READ_INVALID: 'bad_data', // a body that is no remote read request
  OTLP_INVALID: 'bad_data', // a body that is no OTLP metrics request
  LOGS_DELETE_BUSY: 'unavailable', // too many deletions under way
  LOGS_TAIL_LIMIT: 'unavailable', // too many live tails
  LOGS_ENGINE_AWAY: 'unavailable', // the engine that has the lines does not answer
  LOGS_ENGINE_REFUSED: 'bad_data', // it does not take the question; its words
  LOGS_ENGINE_UNSUPPORTED: 'bad_data', // what it cannot do, and Weir not for it
  LOGS_INVALID: 'bad_data', // a body that is not what its path takes
  LOG_SQL_CRASHED: 'execution', // DuckDB broke off over it, in a process of its own
  LOG_SQL_INVALID: 'bad_data', // no single SELECT, or one that cannot be answered
  LOGS_RATE: 'unavailable', // a sender sends lines faster than it may
  REMOTE_WRITE_INVALID: 'bad_data', // a body that is no remote write request
  REMOTE_WRITE_REJECTED: 'bad_data', // some of it could not be kept; the rest was
  REMOTE_WRITE_BUSY: 'unavailable', // too many requests under way
  LOGGERS_FULL: 'unavailable', // too many processes tell of their loggers
  OVERRIDES_FULL: 'bad_data', // too many changes of log levels hold
  OVERRIDE_UNKNOWN: 'not_found', // no such change of log levels, or it is over
  DASHBOARD_INVALID: 'bad_data', // no dashboard, or a name that cannot be
  DASHBOARD_UNKNOWN: 'not_found',
  DASHBOARD_LIMIT: 'bad_data', // too many, or one too long
  DASHBOARD_CONFLICT: 'bad_data', // somebody else saved it meanwhile
  DASHBOARD_READ_ONLY: 'bad_data', // a pack's: it can be copied, not changed
  DASHBOARD_NOT_READ: 'unavailable', // their directory cannot be looked through
  DASHBOARD_NOT_WRITTEN: 'unavailable', // its file cannot be written
  BACKUP_BUSY: 'unavailable', // one at a time
  BACKUP_INVALID: 'bad_data', // an archive that breaks off, was changed, or is none
  RESTORE_REFUSED: 'bad_data', // a directory that is not empty
  STORAGE_VALUE: 'bad_data', // a key or an option that the store cannot take
  MATCHER_BAD_REGEX: 'bad_data',
  IMPORT_LINE: 'bad_data', // a line of a file of old samples
  IMPORT_DAMAGED: 'bad_data', // a data directory of Prometheus is not what Prometheus wrote
  IMPORT_BUSY: 'unavailable', // one at a time; may be tried again
  RULES_INVALID: 'bad_data', // a rule file or a pack's rules
  RULES_LIMIT: 'bad_data', // too many rules kept by page and API, or one too long
  RULE_UNKNOWN: 'not_found',
  RULES_TEST_INVALID: 'bad_data', // a file of unit tests of rules
  BACKTEST_BUSY: 'unavailable', // too many wait already
  BACKTEST_INVALID: 'bad_data', // no such rule, or nothing in it to vary; too much at once
  BACKFILL_BUSY: 'unavailable', // too many wait already
  BACKFILL_EMPTY: 'bad_data', // no recording rule is meant
  RULE_FAILED: 'execution', // its answer cannot become series or alerts
  ALERTMANAGER_CONFIG_INVALID: 'bad_data',
  ALERT_INVALID: 'bad_data', // handed in by a sender
  SILENCE_INVALID: 'bad_data', // times or matchers that cannot be
  SILENCE_UNKNOWN: 'not_found',
  SILENCE_LIMIT: 'bad_data', // too many, or one too long
  MATCHER_LIMIT: 'bad_data', // expressions of a silence or a filter that are too long
  NOTIFY_FAILED: 'execution', // a receiver did not take a notification
  NOTIFICATION_UNKNOWN: 'not_found',
  NOTIFICATION_STATE: 'bad_data', // sent already, or being sent
  PEERS_OFF: 'not_found', // no peers are set here
  PEER_REFUSED: 'bad_data', // it does not know the secret
  PEER_MESSAGE: 'bad_data', // of another version, or no message at all
  ALERT_UNKNOWN: 'not_found',
  MARK_INVALID: 'bad_data', // an acknowledgement, snooze, assignment or note
  MAINTENANCE_INVALID: 'bad_data',
  MAINTENANCE_UNKNOWN: 'not_found',
  MAINTENANCE_LIMIT: 'bad_data',
  RECEIVER_UNKNOWN: 'not_found',
  RECEIVER_TEST_LIMIT: 'unavailable', // tests come too fast
  FETCH_FAILED: 'execution', // a server does not answer, or a file for the request cannot be read
  FETCH_TOO_LARGE: 'execution', // an answer beyond what was asked for
  SCRAPE_FAILED: 'execution', // a target does not answer, or not with a page
  SCRAPE_LIMIT: 'execution', // a page beyond one of the job's limits
  DISCOVERY_FAILED: 'execution', // where targets are looked for does not answer, or not with targets
  SCRAPE_CONFIG: 'bad_data', // a file that a scrape config names cannot be read
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
