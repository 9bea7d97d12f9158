import type { Labels, Severity } from '@weir/model'

/** A line that came by a socket, with what its sender said. */
export interface SocketLine {
  readonly labels: Labels
  /** Nanoseconds since 1970; 0n: when it came. */
  readonly timeNs: bigint
  /** 0: to be found in the line. */
  readonly severity: Severity
  /** Good only during the call. */
  readonly line: Uint8Array
  /** `name, value, …` that is said beside the line. */
  readonly metadata: readonly string[]
}

/** What became of some lines. */
export interface DoorOutcome {
  /** Lines that are in the store now. */
  readonly kept: number
  /** How many were not kept, by reason. */
  readonly rejected: Readonly<Record<string, number>>
  /** One of those, for a person; '' when all were kept. */
  readonly example: string
}

/** Where lines go that sockets bring. */
export interface LineDoor {
  /**
   * Calls `fill`, which hands in some lines there and then; resolves when what could be kept of them is durable.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, they may be tried again
   */
  take(fill: (add: (line: SocketLine) => void) => void): Promise<DoorOutcome>
}
