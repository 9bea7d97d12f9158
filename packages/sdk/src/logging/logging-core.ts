import type { DestinationStats, LogDestination } from './destination.ts'
import type { RecordEncoder } from './record-encoder.ts'

/** What one `setupLogging` made: how records are written, and where to. */
export class LoggingCore {
  readonly encoder: RecordEncoder
  readonly destinations: readonly LogDestination[]
  /** Whether records say where in the program they were written. */
  readonly hasSource: boolean
  #failures = 0
  readonly #onExit = (): void => {
    for (const destination of this.destinations) destination.flushSync()
  }
  readonly #onIdle = (): void => {
    // The program has nothing left to do: lines that are under way keep it for as long as one attempt.
    void this.flush()
  }

  constructor(encoder: RecordEncoder, destinations: readonly LogDestination[], hasSource: boolean) {
    this.encoder = encoder
    this.destinations = destinations
    this.hasSource = hasSource
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

  /** Something went wrong inside the logger; the pipeline goes on. */
  failed(): void {
    this.#failures++
  }

  async flush(): Promise<void> {
    await Promise.all(this.destinations.map((destination) => destination.flush()))
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit)
    process.off('beforeExit', this.#onIdle)
    await Promise.all(this.destinations.map((destination) => destination.close()))
  }

  stats(): { readonly failures: number; readonly destinations: readonly DestinationStats[] } {
    return {
      failures: this.#failures,
      destinations: this.destinations.map((destination) => destination.stats()),
    }
  }
}
