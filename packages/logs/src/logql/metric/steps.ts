import { WeirError } from '@weir/model'

/** Moments at which a metric query has values: `startNs`, one step later, and so on. */
export interface Steps {
  readonly startNs: bigint
  readonly stepNs: bigint
  readonly count: number
}

/** @throws {WeirError} `LOGQL_PARSE`, `LOGQL_TOO_MANY_STEPS` */
export function stepsOf(
  { startNs, endNs, stepNs }: { startNs: bigint; endNs: bigint; stepNs: bigint },
  stepsMax: number,
): Steps {
  if (stepNs <= 0n || endNs < startNs) {
    throw new WeirError(
      'LOGQL_PARSE',
      `Cannot evaluate range query: want a step above 0 and an end that is not before the start, got step ${stepNs} ns, start ${startNs}, end ${endNs}`,
    )
  }
  const count = Number((endNs - startNs) / stepNs) + 1
  if (count > stepsMax) {
    throw new WeirError(
      'LOGQL_TOO_MANY_STEPS',
      `Cannot evaluate ${count} steps: want at most ${stepsMax}, by a longer step or a shorter time range`,
    )
  }
  return { startNs, stepNs, count }
}

/**
 * The windows of a range aggregation: window `k` is `(t − range, t]` with `t` the time of step `k` less the
 * offset. Windows overlap when the range is longer than the step, and leave gaps when it is shorter.
 *
 * ```
 *   origin          step 0        step 1
 *     |───── range ───|             |
 *                   |───── range ───|
 * ```
 *
 * Times are nanoseconds behind the origin, where the first window begins: whole numbers as long as a query
 * spans less than 104 days, and exact to a microsecond beyond.
 */
export class Windows {
  readonly count: number
  readonly rangeNs: number
  readonly stepNs: number
  readonly originNs: bigint
  /** Lines from here, to before `toNs`, are in some window or in a gap. */
  readonly fromNs: bigint
  readonly toNs: bigint

  constructor(steps: Steps, range: { readonly rangeNs: bigint; readonly offsetNs: bigint }) {
    this.count = steps.count
    this.rangeNs = Number(range.rangeNs)
    this.stepNs = Number(steps.stepNs)
    this.originNs = steps.startNs - range.offsetNs - range.rangeNs
    this.fromNs = this.originNs + 1n
    this.toNs = this.originNs + range.rangeNs + BigInt(steps.count - 1) * steps.stepNs + 1n
  }

  /** The first window that holds a time. */
  first(sinceOriginNs: number): number {
    const k = divided(sinceOriginNs - this.rangeNs + this.stepNs - 1, this.stepNs)
    return k < 0 ? 0 : k
  }

  /** The last window that holds a time; before {@link Windows.first} when it lies in a gap. */
  last(sinceOriginNs: number): number {
    const k = divided(sinceOriginNs - 1, this.stepNs)
    return k >= this.count ? this.count - 1 : k
  }
}

/** Whole quotient, rounded down; the quotient of two large numbers may round up to the next whole one. */
function divided(a: number, b: number): number {
  const q = Math.floor(a / b)
  return q * b > a ? q - 1 : q
}
