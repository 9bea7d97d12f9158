import { SYSTEM_CLOCK } from '../clock.ts'
import type { LoggerNode } from '../levels/logger-registry.ts'
import { LEVEL, levelName, parseLevel } from './level.ts'
import type { LogContext } from './log-context.ts'
import type { LoggingCore } from './logging-core.ts'
import type { RecordEncoder } from './record-encoder.ts'
import { ensureLogging } from './setup.ts'
import { type SharedState, sharedState } from './shared-state.ts'
import { type CallSite, placeOfCaller } from './source-place.ts'
import { messageOf } from './value-text.ts'

export interface LoggerOptions {
  /** Fields that each record of this logger has in its `context`. */
  readonly context?: LogContext
}

/** What may stand beside a message: fields, an error, or both in either order. */
export type LogExtra = LogContext | Error | undefined

/** The logger of a part of a program. Made by `getLogger`; kept and shared as you like. */
export class Logger {
  readonly name: string
  readonly #state: SharedState
  readonly #node: LoggerNode
  /** The context of each record: one object of this logger's own, or none. */
  readonly #fixed: readonly LogContext[]
  #encoder: RecordEncoder | undefined
  readonly #heads: string[] = []

  constructor(state: SharedState, name: string, context: LogContext | undefined) {
    this.name = name
    this.#state = state
    this.#node = state.registry.node(name)
    // A copy: its text is kept, so what the caller does with the object later must not matter.
    this.#fixed = context === undefined ? [] : [{ ...context }]
  }

  trace(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.TRACE >= this.#node.threshold) this.#write(LEVEL.TRACE, message, extra, more)
  }

  debug(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.DEBUG >= this.#node.threshold) this.#write(LEVEL.DEBUG, message, extra, more)
  }

  info(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.INFO >= this.#node.threshold) this.#write(LEVEL.INFO, message, extra, more)
  }

  warning(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.WARNING >= this.#node.threshold) this.#write(LEVEL.WARNING, message, extra, more)
  }

  /** The same as `warning`. */
  warn(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.WARNING >= this.#node.threshold) this.#write(LEVEL.WARNING, message, extra, more)
  }

  error(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.ERROR >= this.#node.threshold) this.#write(LEVEL.ERROR, message, extra, more)
  }

  critical(message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    if (LEVEL.CRITICAL >= this.#node.threshold) this.#write(LEVEL.CRITICAL, message, extra, more)
  }

  /** Writes a record at a level that is only known at run time; an unknown word counts as INFO. */
  log(level: string, message: string | Error, extra?: LogExtra, more?: LogExtra): void {
    const number = parseLevel(level) ?? LEVEL.INFO
    if (number < LEVEL.OFF && number >= this.#node.threshold) {
      this.#write(number, message, extra, more)
    }
  }

  /** Whether a record of this level would be written: for messages that are dear to make. */
  isEnabled(level: string): boolean {
    return (parseLevel(level) ?? LEVEL.INFO) >= this.#node.threshold
  }

  /** The level in force now. */
  get level(): string {
    return levelName(this.#node.threshold)
  }

  /** A logger of the same name whose records carry more context; on equal names the child's wins. */
  child(context: LogContext): Logger {
    return new Logger(this.#state, this.name, { ...this.#fixed[0], ...context })
  }

  /**
   * What the functions of this package beside the methods write with: `above` is how many calls of
   * theirs lie between here and the program.
   */
  record(level: number, message: string, context: LogContext, error?: unknown, above = 1): void {
    if (level >= this.#node.threshold) this.#write(level, message, context, undefined, error, above)
  }

  #write(
    level: number,
    message: unknown,
    extra: LogExtra,
    more: LogExtra,
    thrown?: unknown,
    above = 0,
  ): void {
    try {
      const core = this.#state.core ?? ensureLogging()
      if (level < this.#node.own && !this.#state.registry.admit(this.#node, level)) return
      // Above the program lie this method, the one that was called, and helpers of this package.
      const source = core.hasSource ? placeOfCaller(2 + above) : undefined
      core.write(this.#line(core, level, message, extra, more, thrown, source), level)
    } catch (error) {
      this.#writeBare(level, message, error)
    }
  }

  #line(
    core: LoggingCore,
    level: number,
    message: unknown,
    extra: LogExtra,
    more: LogExtra,
    thrown: unknown,
    source: CallSite | undefined,
  ): string {
    const around = this.#state.contexts?.getStore()
    const fixed = around === undefined ? this.#fixed : [...this.#fixed, around]
    const given: LogContext[] = []
    let error = thrown
    if (typeof message === 'object' && message !== null) error = message
    if (extra instanceof Error) error = extra
    else if (typeof extra === 'object' && extra !== null) given.push(extra)
    if (more instanceof Error) error = more
    else if (typeof more === 'object' && more !== null) given.push(more)
    const timeMs = SYSTEM_CLOCK.now()
    if (core.requiredContext.length > 0) core.checkContext(this.name, timeMs, [...fixed, ...given])
    const event = { timeMs, message, fixed, given, error, source }
    return core.encoder.line(this.#head(core.encoder, level), event)
  }

  /** What was to be written could not be read (a proxy that throws): the message at least is kept. */
  #writeBare(level: number, message: unknown, error: unknown): void {
    const core = this.#state.core
    if (core === undefined) return
    core.failed()
    try {
      const given = [{ logging_error: messageOf(error) }]
      const timeMs = SYSTEM_CLOCK.now()
      const event = { timeMs, message, fixed: [], given, error: undefined, source: undefined }
      core.write(core.encoder.line(this.#head(core.encoder, level), event), level)
    } catch {
      // Nothing readable is left, and the pipeline must go on.
    }
  }

  #head(encoder: RecordEncoder, level: number): string {
    if (encoder !== this.#encoder) {
      this.#encoder = encoder
      this.#heads.length = 0
    }
    return (this.#heads[level] ??= encoder.head(level, this.name))
  }
}

/** A stage as loggers see it: `pipeline('orders').stage('sink')`. */
export interface LoggedStage {
  readonly pipeline: string
  readonly name: string
}

/** The system that pipelines of this package belong to at Weir. */
const SYSTEM = 'custom'

/**
 * The logger of a name, with dots or slashes between its parts (`orders.kafka_source`); or of a stage: its
 * records then carry the same system, pipeline and stage as its metrics, so that Weir finds one by the other.
 *
 * @example
 * const sink = pipeline('orders').stage('sink')
 * getLogger(sink).info('Written') // logger orders.sink
 */
export function getLogger(of: string | LoggedStage, options: LoggerOptions = {}): Logger {
  if (typeof of === 'string') return new Logger(sharedState(), of, options.context)
  const { pipeline, name: stage } = of
  const context = { ...options.context, system: SYSTEM, pipeline, stage }
  return new Logger(sharedState(), `${pipeline}.${stage}`, context)
}
