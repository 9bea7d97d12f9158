import { SYSTEM_CLOCK } from '../clock.ts'
import type { LogContext } from '../logging/log-context.ts'
import type { LoggingCore } from '../logging/logging-core.ts'

/** What another library's logger says, in this package's words. */
export interface ForeignRecord {
  readonly timeMs: number | undefined
  readonly level: number
  readonly logger: string
  readonly message: unknown
  readonly context: LogContext
  readonly error: unknown
}

const HEADS_MAX = 1_000

/** Writes what another library logged as the same record that this package's own loggers write. */
export class ForeignLog {
  readonly #core: LoggingCore
  readonly #heads = new Map<string, string>()

  constructor(core: LoggingCore) {
    this.#core = core
  }

  write({ timeMs, level, logger, message, context, error }: ForeignRecord): void {
    try {
      const event = {
        timeMs: timeMs ?? SYSTEM_CLOCK.now(),
        message,
        fixed: [],
        given: [context],
        error,
        source: undefined,
      }
      this.#core.write(this.#core.encoder.line(this.#head(level, logger), event), level)
    } catch {
      this.#core.failed()
    }
  }

  #head(level: number, logger: string): string {
    const key = `${level} ${logger}`
    const known = this.#heads.get(key)
    if (known !== undefined) return known
    const head = this.#core.encoder.head(level, logger)
    if (this.#heads.size >= HEADS_MAX) this.#heads.clear()
    this.#heads.set(key, head)
    return head
  }

  close(): Promise<void> {
    return this.#core.close()
  }
}

/** The time of a record: milliseconds, seconds, or text; undefined when it is none. */
export function timeMsOf(time: unknown): number | undefined {
  if (typeof time === 'number') return time < 100_000_000_000 ? time * 1_000 : time
  if (typeof time !== 'string') return undefined
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? undefined : ms
}

/** The first of some keys that holds text. */
export function firstText(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): string | undefined {
  for (const key of keys) {
    const value = record[key]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
