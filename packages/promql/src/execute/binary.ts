import { type Labels, METRIC_NAME } from '@weir/model'
import {
  type Binary,
  type BinaryOperator,
  type Matching,
  isComparison,
  isSetOperator,
} from '../ast.ts'
import { exprType } from '../check.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { type HeldSeries, SeriesCollector, heldSeries, withoutName } from './series-stream.ts'

type Operation = (left: number, right: number) => number

/** Arithmetic yields numbers; comparisons 1 or 0. */
export function scalarOperation(op: BinaryOperator): Operation {
  switch (op) {
    case '+':
      return (a, b) => a + b
    case '-':
      return (a, b) => a - b
    case '*':
      return (a, b) => a * b
    case '/':
      return (a, b) => a / b
    case '%':
      return (a, b) => a % b
    case '^':
      return power
    case 'atan2':
      return Math.atan2
    case '==':
      return (a, b) => (a === b ? 1 : 0)
    case '!=':
      return (a, b) => (a === b ? 0 : 1)
    case '<':
      return (a, b) => (a < b ? 1 : 0)
    case '>':
      return (a, b) => (a > b ? 1 : 0)
    case '<=':
      return (a, b) => (a <= b ? 1 : 0)
    case '>=':
      return (a, b) => (a >= b ? 1 : 0)
    case 'and':
    case 'or':
    case 'unless':
      throw executionError(`BUG: "${op}" has no scalar form`)
    default:
      return op satisfies never
  }
}

/** As C and Go have it: 1 to any power is 1, and so is -1 to an infinite one; JavaScript says NaN. */
function power(a: number, b: number): number {
  if (a === 1 || (a === -1 && (b === Number.POSITIVE_INFINITY || b === Number.NEGATIVE_INFINITY))) {
    return 1
  }
  return a ** b
}

export function streamBinary(evaluation: Evaluation, expr: Binary, steps: Steps, emit: Emit): void {
  const leftIsScalar = exprType(expr.left) === 'scalar'
  if (leftIsScalar || exprType(expr.right) === 'scalar') {
    streamWithScalar(evaluation, expr, leftIsScalar, steps, emit)
  } else if (isSetOperator(expr.op)) streamSet(evaluation, expr, steps, emit)
  else streamMatched(evaluation, expr, steps, emit)
}

function streamWithScalar(
  evaluation: Evaluation,
  expr: Binary,
  leftIsScalar: boolean,
  steps: Steps,
  emit: Emit,
): void {
  const scalar = evaluation.scalar(leftIsScalar ? expr.left : expr.right, steps)
  const vector = leftIsScalar ? expr.right : expr.left
  const operation = scalarOperation(expr.op)
  if (isComparison(expr.op) && !expr.returnBool) {
    evaluation.vector(vector, steps, (labels, values, present) => {
      let any = 0
      for (let k = 0; k < steps.count; k++) {
        const value = values[k]!
        const holds = leftIsScalar ? operation(scalar[k]!, value) : operation(value, scalar[k]!)
        any |= present[k]! &= holds
      }
      if (any) emit(labels, values, present)
    })
    return
  }
  const collector =
    vector.kind === 'selector' && vector.metricName !== ''
      ? undefined
      : new SeriesCollector(evaluation)
  evaluation.vector(vector, steps, (labels, values, present) => {
    if (leftIsScalar) {
      for (let k = 0; k < steps.count; k++) values[k] = operation(scalar[k]!, values[k]!)
    } else {
      for (let k = 0; k < steps.count; k++) values[k] = operation(values[k]!, scalar[k]!)
    }
    const rest = withoutName(labels)
    if (collector === undefined) emit(rest, values, present)
    else collector.add(rest, values, present)
  })
  collector?.flush(emit)
}

const NO_MATCHING: Matching = { on: false, labels: [], many: 'none', include: [] }

/** The labels that two series must share to be partners. */
function matchKeyOf(matching: Matching): (labels: Labels) => Labels {
  if (matching.on) {
    const kept = new Set(matching.labels)
    return (labels) => labels.keep(kept)
  }
  const dropped = new Set([...matching.labels, METRIC_NAME])
  return (labels) => labels.without(dropped)
}

/** `and`, `or`, `unless`: presence against presence of the same match key. */
function streamSet(evaluation: Evaluation, expr: Binary, steps: Steps, emit: Emit): void {
  const matchKey = matchKeyOf(expr.matching ?? NO_MATCHING)
  const collector = new SeriesCollector(evaluation)
  const left = heldSeries(evaluation, expr.left, steps)
  const right = heldSeries(evaluation, expr.right, steps)
  const onRight = presenceByKey(expr.op === 'or' ? left : right, matchKey, steps)
  if (expr.op !== 'or') {
    const wanted = expr.op === 'and' ? 1 : 0
    for (const { labels, values, present } of left) {
      const partner = onRight.get(matchKey(labels).key())
      for (let k = 0; k < steps.count; k++) {
        if ((partner?.[k] ?? 0) !== wanted) present[k] = 0
      }
      collector.add(labels, values, present)
    }
  } else {
    for (const { labels, values, present } of left) collector.add(labels, values, present)
    for (const { labels, values, present } of right) {
      const taken = onRight.get(matchKey(labels).key())
      if (taken !== undefined) {
        for (let k = 0; k < steps.count; k++) if (taken[k] === 1) present[k] = 0
      }
      collector.add(labels, values, present)
    }
  }
  evaluation.release((left.length + right.length) * steps.count, left.length + right.length)
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
function streamMatched(evaluation: Evaluation, expr: Binary, steps: Steps, emit: Emit): void {
  const matching = expr.matching ?? NO_MATCHING
  const isSwapped = matching.many === 'right'
  const left = heldSeries(evaluation, expr.left, steps)
  const right = heldSeries(evaluation, expr.right, steps)
  const [many, one] = isSwapped ? [right, left] : [left, right]
  const manySide = anyPresent(many, steps)
  const oneSide = anyPresent(one, steps)
  const groups = groupsOf(many, one, matching, steps, manySide, isSwapped ? 'left' : 'right')
  const operation = scalarOperation(expr.op)
  const filters = isComparison(expr.op) && !expr.returnBool
  const resultLabels = resultLabelsOf(expr, matching)
  const collector = new SeriesCollector(evaluation)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  for (const group of groups.values()) {
    if (group.one.length === 0) continue
    // Which result labels were made at which steps.
    const made = new Map<string, Uint8Array>()
    for (const series of group.many) {
      evaluation.check()
      for (let j = 0; j < group.one.length; j++) {
        const partner = group.one[j]!
        let labels: Labels | undefined
        let taken: Uint8Array | undefined
        let any = 0
        present.fill(0)
        for (let k = 0; k < steps.count; k++) {
          if (series.present[k] === 0 || group.partner[k] !== j || oneSide[k] === 0) continue
          const a = isSwapped ? partner.values[k]! : series.values[k]!
          const b = isSwapped ? series.values[k]! : partner.values[k]!
          const value = operation(a, b)
          // A pair that the comparison drops is no match that could be one too many.
          if (filters && value === 0) continue
          if (labels === undefined) {
            labels = resultLabels(series.labels, partner.labels)
            const madeKey = matching.many === 'none' ? '' : labels.key()
            taken = made.get(madeKey)
            if (taken === undefined) {
              taken = new Uint8Array(steps.count)
              made.set(madeKey, taken)
            }
          }
          if (taken![k] === 1) throw manyMatches(matching)
          taken![k] = 1
          values[k] = filters ? a : value
          present[k] = 1
          any = 1
        }
        if (any === 1) collector.add(labels!, values, present)
      }
    }
  }
  evaluation.release((left.length + right.length) * steps.count, left.length + right.length)
  collector.flush(emit)
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
  manySide: Uint8Array,
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
      // Where the other side is empty nothing is matched, so nothing is wrong.
      if (series.present[k] === 0 || manySide[k] === 0) continue
      const other = group.partner[k]!
      if (other >= 0) {
        const [a, b] = [series, group.one[other]!].map((each) => each.labels.toString()).sort()
        throw executionError(
          `found duplicate series for the match group ${group.key.toString()} on the ${oneSideName} hand-side of the operation: [${a}, ${b}];many-to-many matching not allowed: matching labels must be unique on one side`,
        )
      }
      group.partner[k] = index
    }
  }
  for (const series of many) groupOf(series).many.push(series)
  return groups
}

function resultLabelsOf(expr: Binary, matching: Matching): (many: Labels, one: Labels) => Labels {
  const dropsName = !isComparison(expr.op) || expr.returnBool
  const listed = new Set(matching.labels)
  const oneToOne = matching.many === 'none'
  return (many, one) => {
    let labels = dropsName ? withoutName(many) : many
    if (oneToOne) return matching.on ? labels.keep(listed) : labels.without(listed)
    for (const name of matching.include) labels = labels.with(name, one.get(name))
    return labels
  }
}
