import type { LineState } from './line-state.ts'

/** A stage at work: changes the line it is given, and says whether it goes on. */
export type StageRun = (state: LineState) => boolean
