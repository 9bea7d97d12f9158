import { Writable } from 'node:stream'
import { LEVEL, parseLevel } from '../logging/level.ts'
import { type LoggingOptions, openLogging } from '../logging/setup.ts'
import { ForeignLog, firstText, timeMsOf } from './foreign-log.ts'

/** Where lines go and how they look, as for `setupLogging`; and what each transport of winston has. */
export interface WinstonTransportOptions extends Omit<
  LoggingOptions,
  'level' | 'levels' | 'source'
> {
  /** In winston's words; that of the logger unless told. */
  readonly level?: string
  readonly silent?: boolean
  readonly handleExceptions?: boolean
  readonly handleRejections?: boolean
  /** The record's `logger` where a line has neither `logger` nor `label`; `winston` unless told. */
  readonly logger?: string
}

/** What winston gives to its transports. */
type Info = Readonly<Record<string | symbol, unknown>>
interface WinstonParent {
  readonly level?: string
  readonly levels?: Readonly<Record<string, number>>
}

// The names under which winston keeps them: symbols that every package can have.
const LEVEL_KEY = Symbol.for('level')
const SPLAT_KEY = Symbol.for('splat')

/**
 * A transport that writes this package's record:
 *
 *   winston.createLogger({ transports: [new WeirTransport({ weir: 'http://127.0.0.1:9347' })] })
 */
export class WeirTransport extends Writable {
  level?: string
  silent: boolean
  handleExceptions: boolean
  handleRejections: boolean
  /** Set by winston when a logger takes this transport. */
  parent?: WinstonParent
  levels?: Readonly<Record<string, number>>
  readonly #log: ForeignLog
  readonly #logger: string

  constructor(options: WinstonTransportOptions = {}) {
    super({ objectMode: true })
    const { level, silent, handleExceptions, handleRejections, logger, ...rest } = options
    if (level !== undefined) this.level = level
    this.silent = silent === true
    this.handleExceptions = handleExceptions === true
    this.handleRejections = handleRejections === true
    this.#logger = logger ?? 'winston'
    this.#log = new ForeignLog(openLogging({ ...rest, announce: false }))
    this.on('pipe', (parent: WinstonParent) => {
      this.parent = parent
      if (parent.levels !== undefined) this.levels = parent.levels
    })
  }

  override _write(info: Info, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#isWanted(info)) this.log(info, () => done())
    else done()
  }

  #isWanted(info: Info): boolean {
    if (this.silent) return false
    if (info['exception'] === true && !this.handleExceptions) return false
    const wanted = this.level ?? this.parent?.level
    if (wanted === undefined || this.levels === undefined) return true
    const numbers = this.levels
    return (numbers[wanted] ?? Infinity) >= (numbers[String(info[LEVEL_KEY] ?? info['level'])] ?? 0)
  }

  /** Called by winston for each line. */
  log(info: Info, next: () => void): void {
    const { level, message, timestamp, stack, label, logger, ...fields } = info
    const named = firstText(info, ['logger', 'label'])
    const error = errorOf(info)
    this.#log.write({
      timeMs: timeMsOf(timestamp),
      level: parseLevel(info[LEVEL_KEY] ?? level) ?? LEVEL.INFO,
      logger: named ?? this.#logger,
      message,
      context: {
        ...withoutErrors(fields),
        ...(named === logger || logger === undefined ? {} : { logger }),
        ...(named === label || label === undefined ? {} : { label }),
        ...(stack === undefined || error !== undefined ? {} : { stack }),
      },
      error,
    })
    next()
  }

  override _final(done: (error?: Error | null) => void): void {
    const end = async (): Promise<void> => {
      await this.#log.close()
      done()
    }
    void end()
  }
}

/** The error that was logged: the line itself, one beside the message, or what is left of one. */
function errorOf(info: Info): unknown {
  if (info instanceof Error) return info
  const splat = info[SPLAT_KEY]
  const beside = Array.isArray(splat) ? splat.find((one) => one instanceof Error) : undefined
  if (beside !== undefined) return beside
  for (const key of ['error', 'err']) if (info[key] instanceof Error) return info[key]
  const { stack, message } = info
  return typeof stack === 'string'
    ? { message, stack, name: /^(\w+):/.exec(stack)?.[1] }
    : undefined
}

/** Errors go into `exception`, and winston copies those beside a message into the line. */
function withoutErrors(fields: Info): Readonly<Record<string, unknown>> {
  const kept = Object.entries(fields).filter(
    ([key, value]) => !(value instanceof Error && (key === 'error' || key === 'err')),
  )
  return Object.fromEntries(kept)
}
