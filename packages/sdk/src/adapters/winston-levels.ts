import type { LoggerNode, LoggerRegistry } from '../levels/logger-registry.ts'
import { LEVEL, parseLevel } from '../logging/level.ts'
import { sharedState } from '../logging/shared-state.ts'

interface WinstonLevels {
  level?: string | undefined
  silent?: boolean | undefined
}

/** What is used of a winston logger. */
export interface WinstonLogger {
  level: string
  silent: boolean
  readonly levels: Readonly<Record<string, number>>
  readonly transports: readonly WinstonLevels[]
  write: (...args: never[]) => boolean
}

export interface FollowWinstonOptions {
  /** Its name in the list of loggers; `winston` unless told. */
  readonly name?: string
}

/**
 * Lists a winston logger among the loggers of this process, and sets its level, and that of transports
 * that have one of their own, as run-time overrides and the actuator's endpoint say. Children share
 * their parent's level. What the program itself sets while an override holds counts afterwards.
 *
 * @returns what ends it; levels are as the program set them then
 */
export function followLevels(
  logger: WinstonLogger,
  options: FollowWinstonOptions = {},
): () => void {
  const { registry } = sharedState()
  const node = registry.node(options.name ?? 'winston')
  const follower = new Follower(logger, registry, node)
  registry.configure(node.name, follower.ownLevel())
  const stop = registry.follow(node, () => follower.apply())
  return () => {
    stop()
    follower.restore()
  }
}

/** A level that was set here, and what was there before. */
interface Change {
  readonly of: WinstonLevels
  readonly before: string | undefined
  readonly set: string
}

class Follower {
  readonly #logger: WinstonLogger
  readonly #registry: LoggerRegistry
  readonly #node: LoggerNode
  readonly #changes: Change[] = []
  /** What the program's own level was when it was last looked at. */
  #own: number
  #isSilenced = false
  #ownWrite: WinstonLogger['write'] | undefined

  constructor(logger: WinstonLogger, registry: LoggerRegistry, node: LoggerNode) {
    this.#logger = logger
    this.#registry = registry
    this.#node = node
    this.#own = this.ownLevel()
  }

  ownLevel(): number {
    return this.#logger.silent ? LEVEL.OFF : (parseLevel(this.#logger.level) ?? LEVEL.INFO)
  }

  apply(): void {
    this.restore()
    const own = this.ownLevel()
    if (own !== this.#own) {
      // winston tells nobody when the program sets a level; it is seen now.
      this.#own = own
      this.#registry.configure(this.#node.name, own)
      this.restore()
    }
    const { threshold, override } = this.#node
    if (threshold === own) return
    if (threshold >= LEVEL.OFF) {
      this.#isSilenced = true
      this.#logger.silent = true
      return
    }
    const word = wordOf(this.#logger, threshold)
    this.#set(this.#logger, word)
    for (const transport of this.#logger.transports) {
      const own = transport.level === undefined ? undefined : this.#logger.levels[transport.level]
      // One that was told to show less stays so, unless more is wanted now.
      if (own !== undefined && own < this.#logger.levels[word]!) this.#set(transport, word)
    }
    if (override !== undefined && threshold < this.#node.own) this.#count()
  }

  #set(of: WinstonLevels, set: string): void {
    this.#changes.push({ of, before: of.level, set })
    of.level = set
  }

  /** Lines that only an override lets through ask first: it may be for so many records. */
  #count(): void {
    const logger = this.#logger
    const registry = this.#registry
    const node = this.#node
    const write = logger.write as (...args: unknown[]) => boolean
    this.#ownWrite = logger.write
    logger.write = function counted(this: unknown, ...args: unknown[]): boolean {
      const info = args[0] as Readonly<Record<string | symbol, unknown>> | undefined
      const level = parseLevel(info?.[Symbol.for('level')] ?? info?.['level']) ?? LEVEL.INFO
      if (level < node.own && level >= node.threshold && !registry.admit(node, level)) return true
      return write.apply(this, args)
    }
  }

  /** Takes back what was set here; where the program has set something else meanwhile, that stays. */
  restore(): void {
    for (const { of, before, set } of this.#changes.splice(0)) {
      if (of.level === set) of.level = before
    }
    if (this.#isSilenced) this.#logger.silent = false
    this.#isSilenced = false
    if (this.#ownWrite !== undefined) this.#logger.write = this.#ownWrite
    this.#ownWrite = undefined
  }
}

/** The most verbose of a logger's words that is not below a level; its most severe one when none is. */
function wordOf(logger: WinstonLogger, level: number): string {
  const words = Object.entries(logger.levels).sort((a, b) => a[1] - b[1])
  const fitting = words.filter(([word]) => (parseLevel(word) ?? LEVEL.INFO) >= level)
  return (fitting.at(-1) ?? words[0] ?? ['error'])[0]
}
