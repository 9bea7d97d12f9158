import type { DestinationStats, LogDestination } from './destination.ts'
import { LEVEL } from './level.ts'
import type { LogContext } from './log-context.ts'
import type { RecordEncoder } from './record-encoder.ts'

/** The logger of what this package itself has to say. */
export const OWN_LOGGER = 'weir.sdk.logging'
const TOLD_MAX = 1_000

export interface CoreOptions {
  readonly source?: boolean
  readonly requiredContext?: readonly string[]
}

/** What one `setupLogging` made: how records are written, and where to. */
export class LoggingCore {
  readonly encoder: RecordEncoder
  readonly destinations: readonly LogDestination[]
  /** Whether records say where in the program they were written. */
  readonly hasSource: boolean
  /** Fields that each record's context should have. */
  readonly requiredContext: readonly string[]
  /** Loggers that were told of what their records lack. */
  readonly #told = new Set<string>()
  #failures = 0
  readonly #onExit = (): void => {
    for (const destination of this.destinations) destination.flushSync()
  }
  readonly #onIdle = (): void => {
    // The program has nothing left to do: lines that are under way keep it for as long as one attempt.
    void this.flush()
  }

  constructor(
    encoder: RecordEncoder,
    destinations: readonly LogDestination[],
    { source = false, requiredContext = [] }: CoreOptions,
  ) {
    this.encoder = encoder
    this.destinations = destinations
    this.hasSource = source
    this.requiredContext = requiredContext
    process.on('exit', this.#onExit)
    process.once('beforeExit', this.#onIdle)
  }

  write(line: string, level: number): void {
    for (const destination of this.destinations) {
      try {
        destination.write(line, level)
      } catch {
        this.#failures++ // one of the program's own; the others get the line all the same
      }
    }
  }

  /** Says once of each logger what its records should carry and do not. */
  checkContext(logger: string, timeMs: number, contexts: readonly LogContext[]): void {
    if (this.#told.has(logger) || this.#told.size >= TOLD_MAX) return
    const missing = this.requiredContext.filter(
      (name) => !contexts.some((context) => context[name] !== undefined),
    )
    if (missing.length === 0) return
    this.#told.add(logger)
    const head = this.encoder.head(LEVEL.WARNING, OWN_LOGGER)
    const event = {
      timeMs,
      message: 'Context missing',
      fixed: [],
      given: [{ missing_context: missing.join(), logger_name: logger }],
      error: undefined,
      source: undefined,
    }
    this.write(this.encoder.line(head, event), LEVEL.WARNING)
  }

  /** Something went wrong inside the logger; the pipeline goes on. */
  failed(): void {
    this.#failures++
  }

  async flush(): Promise<void> {
    await Promise.all(this.destinations.map((destination) => destination.flush()))
  }

  async close(): Promise<void> {
    process.off('beforeExit', this.#onIdle)
    await Promise.all(this.destinations.map((destination) => destination.close()))
    process.off('exit', this.#onExit) // last: the program may end while they close
  }

  stats(): { readonly failures: number; readonly destinations: readonly DestinationStats[] } {
    return {
      failures: this.#failures,
      destinations: this.destinations.map((destination) => destination.stats()),
    }
  }
}
