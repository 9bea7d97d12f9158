/**
 * The shapes of `/api/weir/v1/loggers…`: what the server answers, and the page and `weir level` read.
 * Times are milliseconds since 1970.
 */

/** Levels of loggers, the most verbose first. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warning' | 'error' | 'critical' | 'off'

/** A process whose loggers are known. */
export interface LoggerInstance {
  /** One life of one process, or the name of a target. */
  readonly instance: string
  /** How its levels are changed: it asks (`client`), it is Weir itself, or Weir asks it. */
  readonly kind: 'client' | 'weir' | 'actuator' | 'log_level' | 'kafka_connect' | 'rudder'
  readonly service: string
  readonly version: string
  readonly host: string
  /** null where nobody says. */
  readonly pid: number | null
  readonly language: string
  readonly pipeline: string
  readonly labels: Readonly<Record<string, string>>
  readonly state: 'connected' | 'gone' | 'failing'
  /** Why it is failing; '' otherwise. */
  readonly error: string
  readonly seenMs: number
  readonly loggerCount: number
  /** Loggers that it has beyond the limit; overrides reach them too. */
  readonly unlistedCount: number
}

/** A logger of a service: how many of its processes log at which level. */
export interface LoggerRow {
  readonly name: string
  readonly effective: Readonly<Partial<Record<LogLevel, number>>>
  /** Overrides that hold for it, by id. */
  readonly overrides: readonly string[]
}

export interface LoggerService {
  readonly service: string
  readonly instances: readonly LoggerInstance[]
  /** By name. */
  readonly loggers: readonly LoggerRow[]
}

/** `/api/weir/v1/loggers` */
export interface LoggersView {
  readonly services: readonly LoggerService[]
}

/** Which processes an override is for: patterns with `*`; what is left out is anything. */
export interface LoggerSelector {
  readonly service?: string | undefined
  readonly instance?: string | undefined
  readonly host?: string | undefined
  readonly version?: string | undefined
  readonly pipeline?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** What one process has made of an override. */
export interface OverrideReach {
  readonly instance: string
  readonly service: string
  readonly host: string
  /** `none`: it has no logger that matches (yet); `spent`: it has let through as many records as it may. */
  readonly state: 'applied' | 'waiting' | 'none' | 'spent' | 'failed' | 'gone'
  readonly loggerCount: number
  readonly records: number
  readonly error: string
}

/** A level for some loggers for some time. */
export interface OverrideView {
  readonly id: string
  readonly selector: LoggerSelector
  /** Pattern of logger names. */
  readonly logger: string
  readonly level: LogLevel
  readonly reason: string
  readonly author: string
  /** The address from which it was set. */
  readonly from: string
  readonly startsAtMs: number
  readonly expiresAtMs: number
  /** Records that each process may let through; null for any number. */
  readonly recordsMax: number | null
  readonly remainingMs: number
  /** Records let through because of it, so far. */
  readonly records: number
  readonly state: 'active' | 'expired' | 'cleared'
  readonly endedMs: number | null
  /** Who cleared it; '' where time did. */
  readonly endedBy: string
  /** Of the processes that have such loggers: how many took it, while it held. */
  readonly appliedCount: number
  readonly ofCount: number
  /** While it is active, process by process. */
  readonly reach: readonly OverrideReach[]
}

/** What `POST /api/weir/v1/loggers/overrides` takes. */
export interface OverrideDraft {
  readonly selector?: LoggerSelector | undefined
  readonly logger: string
  readonly level: LogLevel
  readonly durationMs: number
  readonly reason?: string | undefined
  readonly author: string
  readonly recordsMax?: number | undefined
}
