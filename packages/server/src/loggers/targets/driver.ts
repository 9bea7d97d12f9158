import type { LogLevel } from '@weir/packs'
import type { LoggerState } from '../instances.ts'

/** How the levels of one kind of program are read and set from outside. */
export interface LevelDriver extends AsyncDisposable {
  /** Its loggers as they are now; one without a `level` of its own has that of the nearest one above it. */
  read(signal: AbortSignal): Promise<ReadonlyMap<string, LoggerState>>
  /** Sets the level of a logger; undefined takes it back, so that it inherits again. */
  set(logger: string, level: LogLevel | undefined, signal: AbortSignal): Promise<void>
  /** What it makes of a level: few programs know all of them. */
  nearest(level: LogLevel): LogLevel
  /** The logger above all others; '' where names tell of no order. */
  readonly root: string
  /** Whether the level of a logger is also set at once for all below it. */
  readonly setsThoseBelow: boolean
  /** Whether a level can be taken back; otherwise the one before is set. */
  readonly canTakeBack: boolean
}

/** Names of loggers above one, the nearest first: `a.b.c` has `a.b`, `a` and the root. */
export function above(name: string, root: string): string[] {
  if (name === root || root === '') return []
  const names: string[] = []
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    names.push(name.slice(0, dot))
  }
  return [...names, root]
}
