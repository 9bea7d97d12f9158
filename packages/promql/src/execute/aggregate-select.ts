import type { Labels } from '@weir/model'
import type { Aggregation } from '../ast.ts'
import { shortG } from '../value-text.ts'
import { groupingOf } from './grouping.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import type { Histograms } from '../result.ts'
import { labelHash } from './label-hash.ts'
import { unmarked } from './metric-name.ts'
import { withoutHistograms } from './native-histograms/aggregate.ts'
import type { Emit } from './emit.ts'

/**
 * Aggregations that choose among the series of a group and keep their labels: `topk`, `bottomk`,
 * `limitk`, `limit_ratio`. At each step a group holds its best k candidates; a series that is no
 * candidate at any step is never kept.
 */
export function streamSelected(
  evaluation: Evaluation,
  expr: Aggregation,
  steps: Steps,
  emit: Emit,
): void {
  const parameter = evaluation.scalar(expr.param!, steps)
  switch (expr.op) {
    case 'topk':
      streamBest(evaluation, expr, counts(parameter), 1, steps, emit)
      return
    case 'bottomk':
      streamBest(evaluation, expr, counts(parameter), -1, steps, emit)
      return
    case 'limitk':
      streamBest(evaluation, expr, counts(parameter), 0, steps, emit)
      return
    case 'limit_ratio':
      streamRatio(evaluation, expr, parameter, steps, emit)
      return
    case 'sum':
    case 'avg':
    case 'count':
    case 'min':
    case 'max':
    case 'group':
    case 'stddev':
    case 'stdvar':
    case 'count_values':
    case 'quantile':
      throw executionError(`BUG: ${expr.op} does not choose`)
    default:
      expr.op satisfies never
  }
}

const INT64_MAX = 2 ** 63

/** How many to keep at each step; an odd number matters only where some step keeps any. */
function counts(parameter: Float64Array): Float64Array {
  if (parameter.every((value) => value < 1)) return parameter.map(() => 0)
  for (const value of parameter) {
    if (Number.isNaN(value)) throw executionError('Parameter value is NaN')
  }
  for (const value of parameter) {
    if (value <= -INT64_MAX) throw executionError(`Scalar value ${shortG(value)} underflows int64`)
    if (value >= INT64_MAX) throw executionError(`Scalar value ${shortG(value)} overflows int64`)
  }
  return parameter.map((value) => Math.max(0, Math.trunc(value)))
}

interface Candidate {
  readonly labels: Labels
  readonly values: Float64Array
  readonly present: Uint8Array
  readonly histograms: Histograms
}

/** The best of a group: at each step, the series in order of rank. */
interface Ranking {
  readonly best: Candidate[][]
}

/**
 * @param sign 1 for the largest, -1 for the smallest, 0 for the first that come
 */
function streamBest(
  evaluation: Evaluation,
  expr: Aggregation,
  k: Float64Array,
  sign: 1 | -1 | 0,
  steps: Steps,
  emit: Emit,
): void {
  const keepsAny = k.some((count) => count > 0)
  const grouping = groupingOf(expr)
  const rankings = new Map<string, Ranking>()
  evaluation.vector(expr.expr, steps, (labels, values, present, histograms) => {
    if (
      histograms !== undefined &&
      sign !== 0 &&
      keepsAny &&
      !withoutHistograms(evaluation, expr.op, expr.start, present, histograms)
    ) {
      return
    }
    const key = grouping.key(labels)
    let ranking = rankings.get(key)
    if (ranking === undefined) {
      ranking = { best: Array.from({ length: steps.count }, () => []) }
      rankings.set(key, ranking)
    }
    let candidate: Candidate | undefined
    for (let step = 0; step < steps.count; step++) {
      if (present[step] === 0) continue
      const best = ranking.best[step]!
      const value = values[step]!
      const room = best.length < k[step]!
      if (
        !room &&
        !(best.length > 0 && sign !== 0 && beats(value, best.at(-1)!.values[step]!, sign))
      ) {
        continue
      }
      if (candidate === undefined) {
        evaluation.hold(steps.count)
        candidate = {
          labels,
          values: values.slice(),
          present: new Uint8Array(steps.count),
          histograms,
        }
      }
      let position = best.length
      if (sign !== 0) {
        while (position > 0 && beats(value, best[position - 1]!.values[step]!, sign)) position--
      }
      best.splice(position, 0, candidate)
      if (best.length > k[step]!) best.pop()
    }
  })
  const emitted = new Set<Candidate>()
  for (const { best } of rankings.values()) {
    for (const [step, ranked] of best.entries()) {
      for (const candidate of ranked) {
        candidate.present[step] = 1
        emitted.add(candidate)
      }
    }
  }
  for (const { labels, values, present, histograms } of emitted) {
    emit(labels, values, present, histograms)
  }
}

/** NaN ranks last; of equals the first stays. */
function beats(value: number, other: number, sign: 1 | -1): boolean {
  if (Number.isNaN(other)) return !Number.isNaN(value)
  return sign === 1 ? value > other : value < other
}

function streamRatio(
  evaluation: Evaluation,
  expr: Aggregation,
  ratios: Float64Array,
  steps: Steps,
  emit: Emit,
): void {
  if (ratios.some((ratio) => ratio !== 0)) {
    if (ratios.some((ratio) => Number.isNaN(ratio))) throw executionError('Ratio value is NaN')
    warnOddRatio(
      evaluation,
      ratios.reduce((a, b) => Math.max(a, b)),
      1,
      expr,
    )
    warnOddRatio(
      evaluation,
      ratios.reduce((a, b) => Math.min(a, b)),
      -1,
      expr,
    )
  }
  const capped = ratios.map((ratio) => Math.max(-1, Math.min(1, ratio)))
  evaluation.vector(expr.expr, steps, (labels, values, present, histograms) => {
    const position = positionOf(labels)
    let any = 0
    for (let k = 0; k < steps.count; k++) {
      const ratio = capped[k]!
      const isIn = ratio >= 0 ? position < ratio : position >= 1 + ratio
      if (!isIn) present[k] = 0
      any |= present[k]!
    }
    if (any) emit(labels, values, present, histograms)
  })
}

function warnOddRatio(evaluation: Evaluation, ratio: number, cap: 1 | -1, expr: Aggregation): void {
  if (cap === 1 ? ratio <= 1 : ratio >= -1) return
  evaluation.warn(
    `ratio value should be between -1 and 1, got ${shortG(ratio)}, capping to ${cap}`,
    expr.param!.start,
  )
}

/** A fixed position in [0, 1] for each set of labels, the one it has in Prometheus. */
function positionOf(labels: Labels): number {
  return Number(labelHash(unmarked(labels))) / 2 ** 64
}
