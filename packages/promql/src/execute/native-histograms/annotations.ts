import type { Labels } from '@weir/model'
import { quoted } from '../../value-text.ts'
import type { Evaluation } from '../evaluation.ts'
import { CONFLICT, INCOMPATIBLE, RECONCILED } from './histogram-sum.ts'

/** What is said when histograms do not fit a function or each other, in Prometheus's words. */
export class HistogramNotes {
  readonly #evaluation: Evaluation
  readonly #start: number
  readonly #name: string

  /** @param start where the expression begins that the samples come from */
  constructor(evaluation: Evaluation, start: number, labels: Labels) {
    this.#evaluation = evaluation
    this.#start = start
    this.#name = quoted(labels.metricName)
  }

  mixedWithFloats(): void {
    this.#warn(`encountered a mix of histograms and floats for metric name ${this.#name}`)
  }

  mixedSchemas(): void {
    this.#warn(
      `vector contains a mix of histograms with exponential and custom buckets schemas for metric name ${this.#name}`,
    )
  }

  notCounter(): void {
    this.#warn(`this native histogram metric is not a counter: ${this.#name}`)
  }

  notGauge(): void {
    this.#warn(`this native histogram metric is not a gauge: ${this.#name}`)
  }

  ignoredInRange(): void {
    this.#evaluation.inform(
      `ignored histograms in a range containing both floats and histograms for metric name ${this.#name}`,
      this.#start,
    )
  }

  /**
   * Says what {@link HistogramSum.add} has found.
   *
   * @returns false when the histograms cannot be added
   */
  added(outcome: number, what: HistogramOperation, saysConflict = false): boolean {
    if ((outcome & INCOMPATIBLE) !== 0) {
      this.mixedSchemas()
      return false
    }
    if ((outcome & RECONCILED) !== 0) reconciled(this.#evaluation, what, this.#start)
    if (saysConflict && (outcome & CONFLICT) !== 0) conflicting(this.#evaluation, what, this.#start)
    return true
  }

  #warn(text: string): void {
    this.#evaluation.warn(text, this.#start)
  }
}

export type HistogramOperation = 'addition' | 'subtraction' | 'aggregation'

export function reconciled(evaluation: Evaluation, what: HistogramOperation, start: number): void {
  evaluation.inform(`mismatched custom buckets were reconciled during ${what}`, start)
}

export function conflicting(evaluation: Evaluation, what: HistogramOperation, start: number): void {
  evaluation.warn(`conflicting counter resets during histogram ${what}`, start)
}

export function ignoredInAggregation(evaluation: Evaluation, op: string, start: number): void {
  evaluation.inform(`ignored histogram in ${op} aggregation`, start)
}
