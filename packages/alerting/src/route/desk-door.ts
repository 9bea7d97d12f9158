import type { Labels } from '@weir/model'
import type { KnownAlert } from './alert-store.ts'

/** What people plan and say about alerts, and who writes down what happens to them. */
export interface DeskDoor {
  /** Names of the planned maintenance that holds alerts with these labels back now. */
  mutedBy(labels: Labels, nowMs: number): readonly string[]
  /** Whether somebody has said that he knows of it: then it is not told again. */
  isAcked(fingerprint: string): boolean
  /** Alerts as they are known once they were heard. */
  heard(alerts: readonly KnownAlert[], nowMs: number): void
  /** At a turn an alert is not told, because of `why`; only to that receiver, where one is given. */
  held(
    fingerprint: string,
    why: string,
    at: { readonly nowMs: number; readonly receiver?: string },
  ): void
  /** At a turn an alert may be told to a receiver. */
  passed(fingerprint: string, at: { readonly nowMs: number; readonly receiver: string }): void
}

/** Nobody plans, says or writes anything. */
export const NO_DESK: DeskDoor = {
  mutedBy: () => [],
  isAcked: () => false,
  heard: () => undefined,
  held: () => undefined,
  passed: () => undefined,
}
