import type { LabelPairs } from '../metrics/family.ts'

/** Observations of one series that are kept between two flushes; of more, these many by chance. */
const KEPT_MAX = 256

export interface ObservedSeries {
  readonly name: string
  readonly unit: string
  readonly labels: LabelPairs
  readonly values: readonly number[]
  /** Kept ÷ made: StatsD's sample rate. */
  readonly rate: number
}

interface Reservoir {
  readonly name: string
  readonly unit: string
  readonly labels: LabelPairs
  readonly values: number[]
  made: number
}

/**
 * The single observations between two flushes, for a protocol that has no buckets.
 *
 * A stage may time a million records in ten seconds; sent one by one they would be the pipeline's
 * largest traffic. Each series keeps a fair sample (reservoir sampling, Vitter's algorithm R), and
 * the share kept goes out as the sample rate, so that counts stay right and quantiles nearly so.
 */
export class Observations {
  readonly #random: () => number
  readonly #seriesMax: number
  // By the label list itself: a registry gives the same one for the same series each time.
  #series = new Map<LabelPairs, Map<string, Reservoir>>()
  #count = 0
  #dropped = 0

  constructor(seriesMax: number, random: () => number = Math.random) {
    this.#seriesMax = seriesMax
    this.#random = random
  }

  add(name: string, unit: string, labels: LabelPairs, value: number): void {
    const reservoir = this.#reservoirOf(name, unit, labels)
    if (reservoir === undefined) {
      this.#dropped++
      return
    }
    reservoir.made++
    if (reservoir.values.length < KEPT_MAX) {
      reservoir.values.push(value)
      return
    }
    const place = Math.floor(this.#random() * reservoir.made)
    if (place < KEPT_MAX) reservoir.values[place] = value
  }

  /** What was observed since the last time; the next flush begins with nothing. */
  take(): ObservedSeries[] {
    const taken = [...this.#series.values()].flatMap((byName) =>
      Array.from(byName.values(), ({ made, ...series }) => ({
        ...series,
        rate: series.values.length / made,
      })),
    )
    this.#series = new Map()
    this.#count = 0
    return taken
  }

  /** Observations for which there was no room. */
  get dropped(): number {
    return this.#dropped
  }

  #reservoirOf(name: string, unit: string, labels: LabelPairs): Reservoir | undefined {
    const byName = this.#series.get(labels)
    const known = byName?.get(name)
    if (known !== undefined) return known
    if (this.#count >= this.#seriesMax) return undefined
    this.#count++
    const made = { name, unit, labels, values: [], made: 0 }
    if (byName === undefined) this.#series.set(labels, new Map([[name, made]]))
    else byName.set(name, made)
    return made
  }
}
