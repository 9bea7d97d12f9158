import { type Labels, METRIC_NAME, type NativeHistogram } from '@weir/model'
import { type Binary, type Matching, isComparison, isTrim } from '../ast.ts'
import type { Emit } from './emit.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { DROPS_NAME, unmarked, withoutName } from './metric-name.ts'
import { labelsText } from '../value-text.ts'
import { PairOperation } from './pair-operation.ts'
import { type HeldSeries, SeriesCollector, heldSeries, releaseHeld } from './series-stream.ts'

const NO_MATCHING: Matching = { on: false, labels: [], many: 'none', include: [] }

/** The labels that two series must share to be partners. */
function matchKeyOf(matching: Matching): (labels: Labels) => Labels {
  if (matching.on) {
    const kept = new Set(matching.labels)
    return (labels) => labels.keep(kept)
  }
  const dropped = new Set([...matching.labels, METRIC_NAME, DROPS_NAME])
  return (labels) => labels.without(dropped)
}

/** `and`, `or`, `unless`: presence against presence of the same match key. */
export function streamSet(evaluation: Evaluation, expr: Binary, steps: Steps, emit: Emit): void {
  const matchKey = matchKeyOf(expr.matching ?? NO_MATCHING)
  const collector = new SeriesCollector(evaluation)
  const left = heldSeries(evaluation, expr.left, steps)
  const right = heldSeries(evaluation, expr.right, steps)
  const onRight = presenceByKey(expr.op === 'or' ? left : right, matchKey, steps)
  if (expr.op !== 'or') {
    const wanted = expr.op === 'and' ? 1 : 0
    for (const { labels, values, present, histograms } of left) {
      const partner = onRight.get(matchKey(labels).key())
      for (let k = 0; k < steps.count; k++) {
        if ((partner?.[k] ?? 0) !== wanted) present[k] = 0
      }
      collector.add(labels, values, present, histograms)
    }
  } else {
    for (const { labels, values, present, histograms } of left) {
      collector.add(labels, values, present, histograms)
    }
    for (const { labels, values, present, histograms } of right) {
      const taken = onRight.get(matchKey(labels).key())
      if (taken !== undefined) {
        for (let k = 0; k < steps.count; k++) if (taken[k] === 1) present[k] = 0
      }
      collector.add(labels, values, present, histograms)
    }
  }
  releaseHeld(evaluation, left)
  releaseHeld(evaluation, right)
  collector.flush(emit)
}

function presenceByKey(
  series: readonly HeldSeries[],
  matchKey: (labels: Labels) => Labels,
  steps: Steps,
): Map<string, Uint8Array> {
  const byKey = new Map<string, Uint8Array>()
  for (const { labels, present } of series) {
    const key = matchKey(labels).key()
    let any = byKey.get(key)
    if (any === undefined) {
      any = new Uint8Array(steps.count)
      byKey.set(key, any)
    }
    for (let k = 0; k < steps.count; k++) any[k]! |= present[k]!
  }
  return byKey
}

/** Series of both sides that share a match key. */
interface MatchGroup {
  readonly key: Labels
  readonly many: HeldSeries[]
  readonly one: HeldSeries[]
  /** At each step, the index into `one` of the series present there, -1 for none. */
  readonly partner: Int32Array
}

/**
 * Arithmetic and comparisons between vectors. Keys are made once per series; at each step a group
 * may have one series present on its "one" side, and with one-to-one matching one on the other.
 */
export function streamMatched(
  evaluation: Evaluation,
  expr: Binary,
  steps: Steps,
  emit: Emit,
): void {
  const matching = expr.matching ?? NO_MATCHING
  const isSwapped = matching.many === 'right'
  const left = heldSeries(evaluation, expr.left, steps)
  const right = heldSeries(evaluation, expr.right, steps)
  const [many, one] = isSwapped ? [right, left] : [left, right]
  // Where the other side is empty nothing is matched, so nothing is wrong; unless it is filled.
  const matters =
    matching.fill === undefined ? anyPresent(many, steps) : new Uint8Array(steps.count).fill(1)
  const groups = groupsOf(many, one, matching, steps, matters, isSwapped ? 'left' : 'right')
  const pairing = new Pairing(evaluation, expr, matching, steps)
  for (const group of groups.values()) {
    pairing.startGroup()
    for (const series of group.many) {
      evaluation.check()
      for (const [j, partner] of group.one.entries()) {
        pairing.pair(series, partner, (k) => series.present[k]! & Number(group.partner[k] === j))
      }
      const { fill } = matching
      if (fill?.right !== undefined) {
        const stand = standIn(group.key, fill.right, steps)
        pairing.pair(series, stand, (k) => series.present[k]! & Number(group.partner[k] === -1))
      }
    }
    // With `group_right` too, the left value stands in on the side that may have many.
    if (matching.fill?.left !== undefined) {
      const matched = pairing.matchedSteps()
      const stand = standIn(group.key, matching.fill.left, steps)
      for (const partner of group.one) {
        pairing.pair(stand, partner, (k) => partner.present[k]! & (matched[k]! ^ 1))
      }
    }
  }
  releaseHeld(evaluation, left)
  releaseHeld(evaluation, right)
  pairing.flush(emit)
}

/** A series that stands in for one that is missing. */
function standIn(labels: Labels, value: number, steps: Steps): HeldSeries {
  return {
    labels,
    values: new Float64Array(steps.count).fill(value),
    present: new Uint8Array(steps.count).fill(1),
    histograms: undefined,
  }
}

/** Makes results of pairs, and sees to it that none is made twice. */
class Pairing {
  readonly #operation: PairOperation
  readonly #matching: Matching
  readonly #isSwapped: boolean
  readonly #resultLabels: (many: Labels, one: Labels) => Labels
  readonly #collector: SeriesCollector
  readonly #values: Float64Array
  readonly #present: Uint8Array
  /** Of the present group: which result labels were made at which steps. */
  #made = new Map<string, Uint8Array>()

  constructor(evaluation: Evaluation, expr: Binary, matching: Matching, steps: Steps) {
    this.#operation = new PairOperation(evaluation, expr)
    this.#matching = matching
    this.#isSwapped = matching.many === 'right'
    this.#resultLabels = resultLabelsOf(evaluation, expr, matching)
    this.#collector = new SeriesCollector(evaluation)
    this.#values = new Float64Array(steps.count)
    this.#present = new Uint8Array(steps.count)
  }

  startGroup(): void {
    this.#made = new Map()
  }

  /** Steps at which the present group has had a result. */
  matchedSteps(): Uint8Array {
    const matched = new Uint8Array(this.#present.length)
    for (const made of this.#made.values()) {
      for (let k = 0; k < matched.length; k++) matched[k]! |= made[k]!
    }
    return matched
  }

  /** @param meets tells by 1 at which steps the two are partners */
  pair(many: HeldSeries, one: HeldSeries, meets: (k: number) => number): void {
    const [left, right] = this.#isSwapped ? [one, many] : [many, one]
    const numbersOnly = left.histograms === undefined && right.histograms === undefined
    const compute = numbersOnly ? this.#operation.number : undefined
    const { filters } = this.#operation
    const values = this.#values
    const present = this.#present.fill(0)
    const histograms: (NativeHistogram | undefined)[] | undefined = numbersOnly
      ? undefined
      : Array.from({ length: present.length })
    let labels: Labels | undefined
    let taken: Uint8Array | undefined
    let any = 0
    for (let k = 0; k < present.length; k++) {
      if (meets(k) === 0) continue
      const a = left.values[k]!
      const b = right.values[k]!
      let value: number
      let histogram: NativeHistogram | undefined
      let holds = true
      if (compute !== undefined) {
        value = compute(a, b)
        holds = !filters || value !== 0
      } else {
        const [h, g] = [left.histograms?.[k], right.histograms?.[k]]
        const result = this.#operation.run({ number: a, histogram: h }, { number: b, histogram: g })
        if (result === undefined) continue
        value = result.number
        holds = result.holds
        histogram = filters ? h : result.histogram
      }
      if (labels === undefined) {
        labels = this.#resultLabels(many.labels, one.labels)
        const madeKey = this.#matching.many === 'none' ? '' : labels.key()
        taken = this.#made.get(madeKey)
        if (taken === undefined) {
          taken = new Uint8Array(present.length)
          this.#made.set(madeKey, taken)
        }
      }
      // Two partners are one too many, even if a comparison drops the result.
      if (taken![k] === 1) throw manyMatches(this.#matching)
      taken![k] = 1
      if (!holds) continue
      values[k] = filters ? a : value
      if (histograms !== undefined) histograms[k] = histogram
      present[k] = 1
      any = 1
    }
    if (any === 1) this.#collector.add(labels!, values, present, histograms)
  }

  flush(emit: Emit): void {
    this.#collector.flush(emit)
  }
}

function manyMatches(matching: Matching): Error {
  return executionError(
    matching.many === 'none'
      ? 'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)'
      : 'multiple matches for labels: grouping labels must ensure unique matches',
  )
}

function anyPresent(series: readonly HeldSeries[], steps: Steps): Uint8Array {
  const any = new Uint8Array(steps.count)
  for (const { present } of series) {
    for (let k = 0; k < steps.count; k++) any[k]! |= present[k]!
  }
  return any
}

function groupsOf(
  many: readonly HeldSeries[],
  one: readonly HeldSeries[],
  matching: Matching,
  steps: Steps,
  matters: Uint8Array,
  oneSideName: 'left' | 'right',
): Map<string, MatchGroup> {
  const matchKey = matchKeyOf(matching)
  const groups = new Map<string, MatchGroup>()
  const groupOf = (series: HeldSeries): MatchGroup => {
    const key = matchKey(series.labels)
    let group = groups.get(key.key())
    if (group === undefined) {
      group = { key, many: [], one: [], partner: new Int32Array(steps.count).fill(-1) }
      groups.set(key.key(), group)
    }
    return group
  }
  for (const series of one) {
    const group = groupOf(series)
    const index = group.one.length
    group.one.push(series)
    for (let k = 0; k < steps.count; k++) {
      if (series.present[k] === 0 || matters[k] === 0) continue
      const other = group.partner[k]!
      if (other >= 0) {
        const [a, b] = [series, group.one[other]!]
          .map((each) => labelsText(unmarked(each.labels)))
          .sort()
        throw executionError(
          `found duplicate series for the match group ${labelsText(group.key)} on the ${oneSideName} hand-side of the operation: [${a}, ${b}];many-to-many matching not allowed: matching labels must be unique on one side`,
        )
      }
      group.partner[k] = index
    }
  }
  for (const series of many) groupOf(series).many.push(series)
  return groups
}

function resultLabelsOf(
  evaluation: Evaluation,
  expr: Binary,
  matching: Matching,
): (many: Labels, one: Labels) => Labels {
  const isArithmetic = !isComparison(expr.op) && !isTrim(expr.op)
  const listed = new Set(matching.labels)
  const oneToOne = matching.many === 'none'
  return (many, one) => {
    let labels = unmarked(many)
    if (isArithmetic) labels = withoutName(labels)
    else if (expr.returnBool) labels = evaluation.withoutName(labels)
    if (oneToOne) {
      // The mark of a name that is to go stays with the name.
      return matching.on
        ? labels.keep(labels.has(DROPS_NAME) ? new Set([...listed, DROPS_NAME]) : listed)
        : labels.without(listed)
    }
    for (const name of matching.include) labels = labels.with(name, one.get(name))
    return labels
  }
}
