import type { Remark, SignalKind } from '@weir/packs'
import type { StageLines } from '../stage-table.ts'

/** A stage as the words look at it: its lines over the hour by which pipelines are judged. */
export interface JudgedStage {
  readonly stage: string
  readonly lines: StageLines
  readonly units: Readonly<Record<SignalKind, string>>
  /** What somebody said is the oldest that its result may be, seconds. */
  readonly freshWithin?: number
}

/** Where the lines of a {@link JudgedStage} stand. */
export interface JudgeGrid {
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
}

/** A remark before it is said of a stage; `weight` orders remarks of one tone. */
export interface Finding extends Omit<Remark, 'stage'> {
  readonly weight: number
}

/** `records` of `records/s`. */
export function noun(rateUnit: string): string {
  return rateUnit.endsWith('/s') ? rateUnit.slice(0, -2) : rateUnit
}

export function timeOf({ startMs, stepMs }: JudgeGrid, step: number | undefined): number | null {
  return step === undefined ? null : startMs + step * stepMs
}
