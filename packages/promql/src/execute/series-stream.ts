import type { Labels } from '@weir/model'
import type { Expr } from '../ast.ts'
import type { Histograms } from '../result.ts'
import type { Emit } from './emit.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { DELAYED_NAME_REMOVAL } from '../features.ts'
import { settledName } from './metric-name.ts'

/** A series that is held. */
export interface HeldSeries {
  readonly labels: Labels
  readonly values: Float64Array
  readonly present: Uint8Array
  histograms: Histograms
}

/** All series of an expression, kept until {@link releaseHeld}. */
export function heldSeries(evaluation: Evaluation, expr: Expr, steps: Steps): HeldSeries[] {
  const series: HeldSeries[] = []
  evaluation.vector(expr, steps, (labels, values, present, histograms) => {
    evaluation.hold(steps.count)
    evaluation.holdHistograms(histograms)
    series.push({ labels, values: values.slice(), present: present.slice(), histograms })
  })
  return series
}

/** Lets go of what {@link heldSeries} gave. */
export function releaseHeld(evaluation: Evaluation, all: readonly HeldSeries[]): void {
  for (const { values, histograms } of all) {
    evaluation.release(values.length)
    evaluation.releaseHistograms(histograms)
  }
}

export function sameLabelsError(): Error {
  return executionError('vector cannot contain metrics with the same labelset')
}

/**
 * Collects series whose labels may have become equal. Those that never have a sample at the same
 * step become one series; where two meet, the query fails, as in Prometheus.
 */
export class SeriesCollector {
  readonly #series = new Map<string, HeldSeries>()
  readonly #evaluation: Evaluation

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation
  }

  get size(): number {
    return this.#series.size
  }

  /** Adds a copy of the columns; those without any sample are left out. */
  add(labels: Labels, values: Float64Array, present: Uint8Array, histograms?: Histograms): void {
    const known = this.#series.get(labels.key())
    if (known === undefined) {
      if (!present.includes(1)) return
      this.#evaluation.hold(values.length)
      this.#evaluation.holdHistograms(histograms)
      this.#series.set(labels.key(), {
        labels,
        values: values.slice(),
        present: present.slice(),
        histograms,
      })
      return
    }
    this.#evaluation.releaseHistograms(known.histograms)
    known.histograms = joined(known, histograms, present)
    this.#evaluation.holdHistograms(known.histograms)
    for (let k = 0; k < present.length; k++) {
      if (present[k] === 0) continue
      if (known.present[k] === 1) throw sameLabelsError()
      known.present[k] = 1
      known.values[k] = values[k]!
    }
  }

  /** Hands the series on, in order of arrival. */
  flush(emit: Emit): void {
    for (const { labels, values, present, histograms } of this.#series.values()) {
      this.#evaluation.release(values.length)
      this.#evaluation.releaseHistograms(histograms)
      emit(labels, values, present, histograms)
    }
    this.#series.clear()
  }
}

/** The histograms of a held series with those of another one where that has samples. */
function joined(held: HeldSeries, more: Histograms, present: Uint8Array): Histograms {
  if (held.histograms === undefined && more === undefined) return undefined
  return Array.from(present, (has, k) => (has === 1 ? more?.[k] : held.histograms?.[k]))
}

/** Streams a whole query's vector: names that are still to be dropped are dropped now. */
export function streamSettled(evaluation: Evaluation, expr: Expr, steps: Steps, emit: Emit): void {
  if (!evaluation.has(DELAYED_NAME_REMOVAL)) {
    evaluation.vector(expr, steps, emit)
    return
  }
  const collector = new SeriesCollector(evaluation)
  evaluation.vector(expr, steps, (labels, values, present, histograms) => {
    collector.add(settledName(labels), values, present, histograms)
  })
  collector.flush(emit)
}
