import type { SampleColumns, SteppedStretch } from '@weir/model'
import { type Windows, mark, newWindows } from './windows.ts'
import type { Steps } from './evaluation.ts'

/**
 * Ranges that are shorter than the step at which old data is kept.
 *
 * Few of them would hold a sample. So in their place stands the whole step that the moment lies in,
 * first and last sample and all:
 *
 * ```
 *   step        (●───────────────●]        kept: first … last
 *   x[5m]                 (  ]             holds nothing
 *   stands in   (                ]         rate, averages, extremes of the step
 * ```
 *
 * What counts things (`increase`, sums, counts) is scaled from the step to the range.
 */
export interface StepWindows {
  readonly windows: Windows
  /** For each moment, whether the step stands in for its range. */
  readonly covers: Uint8Array
}

/** What functions count grows with the range; others say the same of a longer one. */
const GROWS = new Set([
  'increase',
  'delta',
  'changes',
  'resets',
  'sum_over_time',
  'count_over_time',
])

/** What a figure of a whole step is multiplied by to be one of the range. */
export function shareOf(functionName: string, rangeMs: number, stepMs: number): number {
  return GROWS.has(functionName) ? rangeMs / stepMs : 1
}

/** Makes the windows of steps for one selector, series by series. */
export class StepWindowMaker {
  readonly #ends: Float64Array
  readonly #rangeMs: number
  readonly #steps: Steps
  readonly #byStep = new Map<number, StepWindows>()

  constructor(ends: Float64Array, rangeMs: number, steps: Steps) {
    this.#ends = ends
    this.#rangeMs = rangeMs
    this.#steps = steps
  }

  /** For a series whose samples are marked already; undefined where all ranges are long enough. */
  of(columns: SampleColumns, marked: Windows): StepWindows[] | undefined {
    const long = columns.stretches?.filter(({ stepMs }) => stepMs > this.#rangeMs) ?? []
    if (long.length === 0 || marked.histograms !== undefined) return undefined
    const found: StepWindows[] = []
    for (const stepMs of new Set(long.map((stretch) => stretch.stepMs))) {
      const own = this.#windowsOf(stepMs)
      own.covers.fill(0)
      for (const stretch of long) if (stretch.stepMs === stepMs) this.#cover(own, stretch)
      if (!own.covers.includes(1)) continue
      mark(own.windows, columns)
      const { labels, counts, isNew } = marked
      Object.assign(own.windows, { labels, counts, isNew })
      found.push(own)
    }
    return found.length === 0 ? undefined : found
  }

  #windowsOf(stepMs: number): StepWindows {
    let own = this.#byStep.get(stepMs)
    if (own === undefined) {
      const ends = this.#ends.map((end) => Math.ceil(end / stepMs) * stepMs)
      const windows = newWindows(ends, stepMs, this.#steps)
      own = { windows, covers: new Uint8Array(ends.length) }
      this.#byStep.set(stepMs, own)
    }
    return own
  }

  /** Moments whose step has something of the stretch. */
  #cover({ windows, covers }: StepWindows, { minMs, maxMs, stepMs }: SteppedStretch): void {
    for (let k = 0; k < covers.length; k++) {
      const end = windows.ends[k]!
      if (end >= minMs && end - stepMs < maxMs) covers[k] = 1
    }
  }
}
