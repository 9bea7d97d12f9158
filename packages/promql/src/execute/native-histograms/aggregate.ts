import type { Labels, NativeHistogram } from '@weir/model'
import type { Histograms } from '../../result.ts'
import type { Evaluation } from '../evaluation.ts'
import { HistogramNotes, conflicting, ignoredInAggregation, reconciled } from './annotations.ts'
import { HistogramMean } from './histogram-mean.ts'
import { CONFLICT, RECONCILED } from './histogram-sum.ts'

/**
 * Takes the histograms out of a series for an aggregation that knows numbers only, and says so.
 * Returns whether a number is left.
 */
export function withoutHistograms(
  evaluation: Evaluation,
  op: string,
  start: number,
  present: Uint8Array,
  histograms: Histograms & object,
): boolean {
  let dropped = 0
  let left = 0
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    if (histograms[k] === undefined) left = 1
    else {
      present[k] = 0
      dropped = 1
    }
  }
  if (dropped === 1) ignoredInAggregation(evaluation, op, start)
  return left === 1
}

/** The histograms of a group under `sum` or `avg`, step by step. */
export class HistogramGroup {
  readonly #evaluation: Evaluation
  readonly #start: number
  readonly #isAverage: boolean
  readonly #steps: (HistogramMean | undefined)[] = []
  /** What the sums began with: about their size. */
  readonly #begun: NativeHistogram[] = []

  constructor(evaluation: Evaluation, start: number, isAverage: boolean) {
    this.#evaluation = evaluation
    this.#start = start
    this.#isAverage = isAverage
  }

  /** Takes a series' histograms; what is left present are its numbers. */
  add(labels: Labels, present: Uint8Array, histograms: Histograms & object): void {
    const notes = new HistogramNotes(this.#evaluation, this.#start, labels)
    for (let k = 0; k < present.length; k++) {
      const histogram = histograms[k]
      if (present[k] === 0 || histogram === undefined) continue
      present[k] = 0
      const step = this.#steps[k]
      if (step === undefined) {
        this.#evaluation.holdHistograms([histogram])
        this.#begun.push(histogram)
        this.#steps[k] = new HistogramMean(histogram)
      } else if (!step.isIncompatible && !step.add(histogram, this.#isAverage)) notes.mixedSchemas()
    }
  }

  /** Joins the answers to those of the numbers: a step with both kinds has none. */
  finish(values: Float64Array, present: Uint8Array): Histograms {
    for (const one of this.#begun) this.#evaluation.releaseHistograms([one])
    const answers: (NativeHistogram | undefined)[] = Array.from({ length: present.length })
    for (let k = 0; k < present.length; k++) {
      const step = this.#steps[k]
      if (step === undefined) continue
      if (present[k] === 1) {
        present[k] = 0
        this.#evaluation.warn(
          'encountered a mix of histograms and floats for aggregation',
          this.#start,
        )
        continue
      }
      if (step.isIncompatible) continue
      if ((step.outcome & CONFLICT) !== 0) conflicting(this.#evaluation, 'aggregation', this.#start)
      if ((step.outcome & RECONCILED) !== 0)
        reconciled(this.#evaluation, 'aggregation', this.#start)
      answers[k] = step.finish(this.#isAverage)
      values[k] = Number.NaN
      present[k] = 1
    }
    return answers
  }
}
