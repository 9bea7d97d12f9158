import type { Labels } from '@weir/model'
import type { Accumulator } from './accumulator.ts'
import type { StepSeries } from './step-series.ts'

/** Series by what tells them apart: first by a text that is cheap to have, then by their labels. */
export class SeriesTable {
  readonly #make: () => Accumulator
  readonly #byText = new Map<string, Accumulator>()
  readonly #byLabels = new Map<
    string,
    { readonly labels: Labels; readonly accumulator: Accumulator }
  >()

  constructor(make: () => Accumulator) {
    this.#make = make
  }

  of(text: string): Accumulator | undefined {
    return this.#byText.get(text)
  }

  add(text: string, labels: Labels): Accumulator {
    const known = this.#byLabels.get(labels.key())
    const accumulator = known?.accumulator ?? this.#make()
    if (known === undefined) this.#byLabels.set(labels.key(), { labels, accumulator })
    this.#byText.set(text, accumulator)
    return accumulator
  }

  finish(): StepSeries[] {
    return [...this.#byLabels.values()].map(({ labels, accumulator }) => accumulator.finish(labels))
  }
}
