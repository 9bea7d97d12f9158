import type { RecordingGroup } from '@weir/alerting'

/** The times at which a group's rules are evaluated: `firstMs + k · stepMs` for `k < count`. */
export interface Grid {
  readonly firstMs: number
  readonly stepMs: number
  readonly count: number
}

/** What was asked for. With a step of its own the grid begins at the start, otherwise it is the group's. */
export interface BackfillRange {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number | undefined
}

/** The moments of a group within [startMs, endMs]. */
export function gridOf(group: RecordingGroup, range: BackfillRange): Grid {
  const stepMs = range.stepMs ?? group.intervalMs
  const phaseMs = range.stepMs === undefined ? group.phaseMs : range.startMs
  const firstMs = Math.ceil((range.startMs - phaseMs) / stepMs) * stepMs + phaseMs
  return { firstMs, stepMs, count: Math.max(0, Math.floor((range.endMs - firstMs) / stepMs) + 1) }
}
