/** What became of lines at a destination since it was opened. */
export interface DestinationStats {
  readonly name: string
  /** Lines that are where they should be. */
  readonly written: number
  /** Lines that were given up: no room while the other side was away, or it refused them. */
  readonly dropped: number
  /** Attempts that failed, whether or not a later one succeeded. */
  readonly failures: number
}

/**
 * Where lines go. `write` neither throws nor waits, whatever the other side does: what does not fit in
 * bounded memory is dropped and counted.
 */
export interface LogDestination {
  /** @param line one record as JSON, with its line feed */
  write(line: string, level: number): void
  /** Resolves when what was written so far has arrived, or has been given up. Never rejects. */
  flush(): Promise<void>
  /** For the end of the process, where nothing can be waited for any more. */
  flushSync(): void
  /** Flushes, then lets go of what it held open. Never rejects. */
  close(): Promise<void>
  stats(): DestinationStats
}
