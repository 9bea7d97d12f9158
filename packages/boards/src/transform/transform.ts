/** What every transformation is: frames in, frames out. */
import type { Frame } from '../frame.ts'

export interface TransformContext {
  /** Fills the dashboard's variables into names and numbers. */
  readonly text: (template: string) => string
  /** For dates that are read or written. */
  readonly timeZone: string
}

/** Options are as they stand in the file: anything. */
export type TransformOptions = Readonly<Record<string, unknown>>

export type Transform = (
  frames: readonly Frame[],
  options: TransformOptions,
  context: TransformContext,
) => readonly Frame[]
