import type { Told } from './told.ts'

/** What the main thread offers to threads that hear of events. */
export type EventHandlers = {
  /** Resolves when they are on the disk. */
  keep: (batch: readonly Told[]) => Promise<void>
}
