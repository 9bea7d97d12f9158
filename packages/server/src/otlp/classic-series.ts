import type { Appender, SeriesRef } from '@weir/model'
import { Labels } from '@weir/model'
import type { Lists } from '@weir/wire'
import { BEYOND_TOKEN } from '../push/token-appender.ts'
import { plainDecimal } from './plain-decimal.ts'

/** Which of the suffixes' series a point goes to. */
export interface ClassicNames {
  readonly name: string
  /** `le`, of series NAME_bucket; or `quantile`, of series NAME. */
  readonly boundLabel: 'le' | 'quantile'
}

/**
 * The series of one histogram (NAME_count, NAME_sum, NAME_bucket for each bound and for +Inf) or summary
 * (NAME_count, NAME_sum, NAME for each quantile). They hold as long as the bounds stay the same.
 */
export class ClassicSeries {
  readonly count: SeriesRef
  readonly sum: SeriesRef
  /** By number of the bound; a histogram has one more, for +Inf. */
  readonly bounds: readonly SeriesRef[]
  readonly #values: Float64Array
  /** Whether some of them are beyond the token that they came with. */
  readonly isPartial: boolean

  constructor(
    appender: Appender,
    labels: ReadonlyMap<string, string>,
    names: ClassicNames,
    values: Float64Array,
  ) {
    const { name, boundLabel } = names
    this.#values = values
    const refOf = (more: Readonly<Record<string, string>>): SeriesRef => {
      const all = new Map([...labels, ...Object.entries(more)])
      return appender.ref(Labels.fromFlat([...all].flat()))
    }
    this.count = refOf({ __name__: `${name}_count` })
    this.sum = refOf({ __name__: `${name}_sum` })
    const isHistogram = boundLabel === 'le'
    const each = Array.from(values, plainDecimal)
    if (isHistogram) each.push('+Inf')
    const series = isHistogram ? `${name}_bucket` : name
    this.bounds = each.map((bound) => refOf({ __name__: series, [boundLabel]: bound }))
    this.isPartial = [this.count, this.sum, ...this.bounds].includes(BEYOND_TOKEN)
  }

  /** Whether a point has these bounds. */
  fits({ boundsFrom, boundsCount }: Lists, numbers: Float64Array): boolean {
    const values = this.#values
    if (values.length !== boundsCount) return false
    for (let i = 0; i < boundsCount; i++) if (values[i] !== numbers[boundsFrom + i]) return false
    return true
  }

  /** The series of the bucket that an exemplar of this value is in. */
  bucketOf(value: number): SeriesRef | undefined {
    let best = Number.POSITIVE_INFINITY
    let at = this.#values.length
    for (const [i, bound] of this.#values.entries()) {
      if (value <= bound && bound < best) {
        best = bound
        at = i
      }
    }
    return Number.isNaN(value) ? undefined : this.bounds[at]
  }

  release(appender: Appender): void {
    for (const ref of [this.count, this.sum, ...this.bounds]) appender.release(ref)
  }
}
