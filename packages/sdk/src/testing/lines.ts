import type { LogDestination } from '../logging/destination.ts'
import { type Logging, type LoggingOptions, setupLogging } from '../logging/setup.ts'

/** A record as a test looks at it. */
export interface SeenRecord {
  readonly timestamp: string
  readonly level: string
  readonly logger: string
  readonly message: string
  readonly context?: Readonly<Record<string, unknown>>
  readonly exception?: SeenException
  readonly [field: string]: unknown
}
interface SeenException {
  readonly type: string
  readonly message: string
  readonly stacktrace?: string
  readonly traceback?: string
  readonly cause?: SeenException
  readonly [field: string]: unknown
}

/** Keeps lines for a test to look at. */
export class KeptLines implements LogDestination {
  readonly lines: string[] = []

  write(line: string): void {
    this.lines.push(line)
  }
  async flush(): Promise<void> {}
  flushSync(): void {}
  async close(): Promise<void> {}
  stats() {
    return { name: 'kept', written: this.lines.length, dropped: 0, failures: 0 }
  }

  get records(): readonly SeenRecord[] {
    return this.lines.map((line) => JSON.parse(line) as SeenRecord)
  }
  get last(): SeenRecord {
    return this.records.at(-1)!
  }
}

/** Logging that goes nowhere but into a list. */
export function keptLogging(options: LoggingOptions = {}): Logging & { readonly kept: KeptLines } {
  const kept = new KeptLines()
  const quiet = { console: false, announce: false, destinations: [kept] } as const
  const logging = setupLogging({ ...quiet, ...options })
  return { ...logging, kept }
}
