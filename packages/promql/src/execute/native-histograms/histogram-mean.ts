import type { NativeHistogram } from '@weir/model'
import { CONFLICT, HistogramSum, INCOMPATIBLE } from './histogram-sum.ts'

/**
 * Sum or average of many histograms. An average is a sum divided at the end; where the sum would
 * overflow, a running mean takes its place.
 */
export class HistogramMean {
  #sum: HistogramSum
  #count = 1
  #isMean = false
  #isIncompatible = false
  #outcome = 0
  #sawReset: boolean
  #sawNoReset: boolean
  /** No part of the sum is larger than this. */
  #bound: number

  constructor(first: NativeHistogram) {
    this.#sum = new HistogramSum(first)
    this.#bound = largestPart(first)
    this.#sawReset = first.resetHint === 'reset'
    this.#sawNoReset = first.resetHint === 'not_reset'
  }

  /** Bits of `HistogramSum.add`, all together; a conflict is one between any two. */
  get outcome(): number {
    return this.#outcome | (this.#sawReset && this.#sawNoReset ? CONFLICT : 0)
  }

  get isIncompatible(): boolean {
    return this.#isIncompatible
  }

  /** @returns false from the first histogram on that cannot be added to those before */
  add(histogram: NativeHistogram, isAverage: boolean): boolean {
    if (this.#isIncompatible) return false
    this.#sawReset ||= histogram.resetHint === 'reset'
    this.#sawNoReset ||= histogram.resetHint === 'not_reset'
    this.#count++
    const outcome = this.#joined(histogram, isAverage)
    this.#outcome |= outcome & ~CONFLICT
    this.#isIncompatible = (outcome & INCOMPATIBLE) !== 0
    return !this.#isIncompatible
  }

  #joined(histogram: NativeHistogram, isAverage: boolean): number {
    if (this.#isMean) return this.#addToMean(histogram)
    this.#bound += largestPart(histogram)
    // Far from overflow, which is always, no copy is needed to go back to.
    if (!isAverage || this.#bound < Number.MAX_VALUE) return this.#sum.add(histogram)
    const before = this.#sum.copy()
    const outcome = this.#sum.add(histogram)
    if ((outcome & INCOMPATIBLE) !== 0 || !this.#sum.hasOverflow) return outcome
    this.#sum = before
    this.#sum.divide(this.#count - 1)
    this.#isMean = true
    return this.#addToMean(histogram)
  }

  #addToMean(histogram: NativeHistogram): number {
    const part = new HistogramSum(histogram)
    part.divide(this.#count)
    this.#sum.scale((this.#count - 1) / this.#count)
    return this.#sum.add(part.result())
  }

  /** The sum or average; not to be added to any more. */
  finish(isAverage: boolean): NativeHistogram {
    if (isAverage && !this.#isMean) this.#sum.divide(this.#count)
    return this.#sum.result()
  }
}

function largestPart({ sum, count, zeroCount, positive, negative }: NativeHistogram): number {
  let largest = 0
  const see = (part: number): void => {
    const size = Math.abs(part)
    if (size > largest) largest = size
  }
  see(sum)
  see(count)
  see(zeroCount)
  for (let i = 0; i < positive.length; i++) see(positive[i]!)
  for (let i = 0; i < negative.length; i++) see(negative[i]!)
  return largest
}
