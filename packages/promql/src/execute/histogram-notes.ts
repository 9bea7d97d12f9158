import type { Labels } from '@weir/model'
import { quoted, shortG, twoDigits } from '../value-text.ts'
import type { BucketAnswer } from './classic-histograms.ts'
import type { AnnotationDetail, Evaluation } from './evaluation.ts'
import { DELAYED_NAME_REMOVAL } from '../features.ts'

/** What `histogram_quantile` and its sisters have to say about their input, in Prometheus's words. */
export class HistogramFunctionNotes {
  readonly #evaluation: Evaluation
  readonly #start: number

  /** @param start where the vector begins */
  constructor(evaluation: Evaluation, start: number) {
    this.#evaluation = evaluation
    this.#start = start
  }

  badBound(labels: Labels, le: string): void {
    this.#evaluation.warn(
      `bucket label "le" is missing or has a malformed value of ${quoted(le)}${this.#metric(labels)}`,
      this.#start,
    )
  }

  mixed(labels: Labels): void {
    this.#evaluation.warn(
      `vector contains a mix of classic and native histograms${this.#metric(labels)}`,
      this.#start,
    )
  }

  nanObservations(note: 'nan' | 'skewed' | 'excluded', labels: Labels): void {
    const sentences = {
      nan: 'input to histogram_quantile has NaN observations, result is NaN',
      skewed: 'input to histogram_quantile has NaN observations, result is skewed higher',
      excluded:
        'input to histogram_fraction has NaN observations, which are excluded from all fractions',
    }
    this.#evaluation.inform(`${sentences[note]}${this.#metric(labels)}`, this.#start)
  }

  forced(labels: Labels, answer: BucketAnswer, timeMs: number): void {
    this.#evaluation.inform(
      `input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)${this.#metric(labels)}`,
      this.#start,
      new ForcedDetail({ ...answer, sampleCount: 1, firstMs: timeMs, lastMs: timeMs }),
    )
  }

  /** The name has been dropped already when the answer is made, except where dropping is delayed. */
  #metric(labels: Labels): string {
    const isKnown = this.#evaluation.has(DELAYED_NAME_REMOVAL) && labels.metricName !== ''
    return isKnown ? ` for metric name ${quoted(labels.metricName)}` : ''
  }
}

interface Forced {
  readonly lowest: number
  readonly highest: number
  readonly largestFall: number
  readonly sampleCount: number
  readonly firstMs: number
  readonly lastMs: number
}

/** Where, how often and by how much counts fell, over all histograms and steps of a query. */
class ForcedDetail implements AnnotationDetail {
  readonly #forced: Forced

  constructor(forced: Forced) {
    this.#forced = forced
  }

  joinedWith(other: AnnotationDetail): AnnotationDetail {
    if (!(other instanceof ForcedDetail)) return this
    const [a, b] = [this.#forced, other.#forced]
    return new ForcedDetail({
      lowest: Math.min(a.lowest, b.lowest),
      highest: Math.max(a.highest, b.highest),
      largestFall: Math.max(a.largestFall, b.largestFall),
      sampleCount: a.sampleCount + b.sampleCount,
      firstMs: Math.min(a.firstMs, b.firstMs),
      lastMs: Math.max(a.lastMs, b.lastMs),
    })
  }

  get text(): string {
    const { lowest, highest, largestFall, sampleCount, firstMs, lastMs } = this.#forced
    return `, from buckets ${shortG(lowest)} to ${shortG(highest)}, with a max diff of ${twoDigits(largestFall)}, over ${sampleCount} samples from ${seconds(firstMs)} to ${seconds(lastMs)}`
  }
}

function seconds(timeMs: number): string {
  return new Date(Math.trunc(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
