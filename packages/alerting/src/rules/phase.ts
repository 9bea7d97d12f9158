import { spreadHash } from '../fingerprint.ts'

/** Groups whose turns are closer than this have them at the same time, so that they are asked together. */
const GRID_MS = 500

/**
 * When in its interval a group is evaluated: at `k · intervalMs + phaseMs`, always the same for a group
 * of that name, and spread evenly over groups.
 */
export function phaseOf(groupKey: string, intervalMs: number): number {
  const phaseMs = spreadHash(groupKey) % intervalMs
  return intervalMs < 20 * GRID_MS ? phaseMs : phaseMs - (phaseMs % GRID_MS)
}
