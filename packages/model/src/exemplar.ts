import type { Labels } from './labels.ts'

/** One observation that stands for many: labels that lead to it (a trace's number, most often), its value and time. */
export interface Exemplar {
  readonly labels: Labels
  readonly value: number
  readonly timeMs: number
}

/** The exemplars of one series, ascending in time. */
export interface SeriesExemplars {
  readonly labels: Labels
  readonly exemplars: readonly Exemplar[]
}
