import { Labels } from '@weir/model'
import { type Aggregation, stringOf } from '../ast.ts'
import { plainDecimal } from '../value-text.ts'
import { compensation } from './compensated-sum.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { groupingOf } from './grouping.ts'
import { quantileOf, warnOddQuantile } from './quantile.ts'
import { streamSelected } from './aggregate-select.ts'
import type { Emit } from './emit.ts'
import { SeriesCollector } from './series-stream.ts'

/**
 * Aggregations are fused with what is below them: a series is added into its group's columns and
 * forgotten. Only `quantile` and `count_values` need all values of a group at once.
 */
export function streamAggregation(
  evaluation: Evaluation,
  expr: Aggregation,
  steps: Steps,
  emit: Emit,
): void {
  switch (expr.op) {
    case 'sum':
    case 'avg':
    case 'count':
    case 'min':
    case 'max':
    case 'group':
    case 'stddev':
    case 'stdvar':
      streamFolded(evaluation, expr, FOLDS[expr.op], steps, emit)
      return
    case 'quantile':
      streamQuantile(evaluation, expr, steps, emit)
      return
    case 'count_values':
      streamCountValues(evaluation, expr, steps, emit)
      return
    case 'topk':
    case 'bottomk':
    case 'limitk':
    case 'limit_ratio':
      streamSelected(evaluation, expr, steps, emit)
      return
    default:
      expr.op satisfies never
  }
}

/** A group's running state: up to three columns, whose meaning is the fold's. */
interface Group {
  readonly labels: Labels
  readonly count: Float64Array
  readonly a: Float64Array
  readonly b: Float64Array
  /** How many of the series that {@link Fold.addFrom} took begin at each step; `count` leaves them out until the end. */
  readonly begun: Float64Array
  /** For `avg`: set where sums overflow and the mean is kept instead. */
  isMean: Uint8Array | undefined
}

interface Fold {
  add(group: Group, values: Float64Array, present: Uint8Array): void
  /** For series that are present from a step on to the last one, which most are. */
  addFrom?(group: Group, values: Float64Array, start: number): void
  /** What `a` holds at first. */
  readonly empty?: number
  /** Turns the state into the answer, left in `a`. */
  finish(group: Group): void
}

const FOLDS: Record<'sum' | 'avg' | 'count' | 'min' | 'max' | 'group' | 'stddev' | 'stdvar', Fold> =
  {
    sum: { add: addSum, addFrom: addSumFrom, finish: finishSum },
    avg: { add: addAverage, finish: finishAverage },
    count: { add: addCount, addFrom: () => undefined, finish: ({ a, count }) => a.set(count) },
    group: { add: addCount, addFrom: () => undefined, finish: ({ a }) => a.fill(1) },
    min: { add: addMin, addFrom: addMinFrom, empty: Number.NaN, finish: () => undefined },
    max: { add: addMax, addFrom: addMaxFrom, empty: Number.NaN, finish: () => undefined },
    stdvar: { add: addVariance, finish: finishVariance },
    stddev: {
      add: addVariance,
      finish: (group) => {
        finishVariance(group)
        for (let k = 0; k < group.a.length; k++) group.a[k] = Math.sqrt(group.a[k]!)
      },
    },
  }

function streamFolded(
  evaluation: Evaluation,
  expr: Aggregation,
  fold: Fold,
  steps: Steps,
  emit: Emit,
): void {
  const grouping = groupingOf(expr)
  const groups = new Map<string, Group>()
  evaluation.vector(expr.expr, steps, (labels, values, present) => {
    const key = grouping.key(labels)
    let group = groups.get(key)
    if (group === undefined) {
      evaluation.hold(steps.count * 4)
      group = {
        labels: grouping.labels(labels),
        count: new Float64Array(steps.count),
        a: new Float64Array(steps.count).fill(fold.empty ?? 0),
        b: new Float64Array(steps.count),
        begun: new Float64Array(steps.count),
        isMean: undefined,
      }
      groups.set(key, group)
    }
    const start = fold.addFrom === undefined ? -1 : beginning(present)
    if (start >= 0) {
      group.begun[start]!++
      fold.addFrom!(group, values, start)
    } else fold.add(group, values, present)
  })
  const present = new Uint8Array(steps.count)
  for (const group of groups.values()) {
    evaluation.release(steps.count * 4)
    let any = 0
    for (let k = 0, running = 0; k < steps.count; k++) {
      running += group.begun[k]!
      group.count[k]! += running
      any |= present[k] = group.count[k]! > 0 ? 1 : 0
    }
    if (any === 0) continue
    fold.finish(group)
    emit(group.labels, group.a, present)
  }
}

/** The step from which on a series is always present, -1 when there is none or it comes and goes. */
function beginning(present: Uint8Array): number {
  const start = present[0] === 1 ? 0 : present.indexOf(1)
  return start >= 0 && present.indexOf(0, start) < 0 ? start : -1
}

function addSum({ count, a, b }: Group, values: Float64Array, present: Uint8Array): void {
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    count[k]!++
    const sum = a[k]!
    const value = values[k]!
    const next = sum + value
    const big = sum < 0 ? -sum : sum
    const small = value < 0 ? -value : value
    // See compensated-sum.ts; written out, this is where a sum's time goes.
    if (next - next !== 0 && next === next) b[k] = 0
    else b[k]! += big >= small ? sum - next + value : value - next + sum
    a[k] = next
  }
}

/**
 * Knuth's TwoSum (1969) finds the same rounding error as Neumaier's choice, without a branch: half
 * the time. At an infinity it finds NaN, which {@link finishSum} passes over.
 */
function addSumFrom({ a, b }: Group, values: Float64Array, start: number): void {
  for (let k = start; k < a.length; k++) {
    const sum = a[k]!
    const value = values[k]!
    const next = sum + value
    const part = next - sum
    a[k] = next
    b[k]! += sum - (next - part) + (value - part)
  }
}

function finishSum({ a, b }: Group): void {
  for (let k = 0; k < a.length; k++) if (b[k] === b[k]) a[k]! += b[k]!
}

function addAverage(group: Group, values: Float64Array, present: Uint8Array): void {
  const { count, a, b } = group
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    const value = values[k]!
    const n = ++count[k]!
    if (n === 1) {
      a[k] = value
      continue
    }
    if (group.isMean === undefined || group.isMean[k] === 0) {
      const next = a[k]! + value
      if (next - next === 0 || next !== next) {
        b[k] = compensation(a[k]!, value, next, b[k]!)
        a[k] = next
        continue
      }
      group.isMean ??= new Uint8Array(count.length)
      group.isMean[k] = 1
      a[k]! /= n - 1
      b[k]! /= n - 1
    }
    const mean = a[k]!
    const isInfinite = mean === Number.POSITIVE_INFINITY || mean === Number.NEGATIVE_INFINITY
    // An infinite mean stays what it is until the opposite infinity or NaN comes.
    if (isInfinite && (Number.isFinite(value) || value === mean)) continue
    const q = (n - 1) / n
    const next = q * mean + value / n
    b[k] = compensation(q * mean, value / n, next, q * b[k]!)
    a[k] = next
  }
}

function finishAverage({ count, a, b, isMean }: Group): void {
  for (let k = 0; k < a.length; k++) {
    a[k] = isMean?.[k] === 1 ? a[k]! + b[k]! : a[k]! / count[k]! + b[k]! / count[k]!
  }
}

function addCount({ count }: Group, _values: Float64Array, present: Uint8Array): void {
  for (let k = 0; k < present.length; k++) count[k]! += present[k]!
}

/** NaN gives way to any number, so a group begins with it. */
function addMin({ count, a }: Group, values: Float64Array, present: Uint8Array): void {
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    count[k]!++
    const best = a[k]!
    if (best > values[k]! || best !== best) a[k] = values[k]!
  }
}

function addMinFrom({ a }: Group, values: Float64Array, start: number): void {
  for (let k = start; k < a.length; k++) {
    const best = a[k]!
    if (best > values[k]! || best !== best) a[k] = values[k]!
  }
}

function addMax({ count, a }: Group, values: Float64Array, present: Uint8Array): void {
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    count[k]!++
    const best = a[k]!
    if (best < values[k]! || best !== best) a[k] = values[k]!
  }
}

function addMaxFrom({ a }: Group, values: Float64Array, start: number): void {
  for (let k = start; k < a.length; k++) {
    const best = a[k]!
    if (best < values[k]! || best !== best) a[k] = values[k]!
  }
}

/** Welford (1962): the mean in `b`, the sum of squared distances in `a`. */
function addVariance({ count, a, b }: Group, values: Float64Array, present: Uint8Array): void {
  for (let k = 0; k < present.length; k++) {
    if (present[k] === 0) continue
    const value = values[k]!
    const n = ++count[k]!
    if (n === 1) {
      b[k] = value
      a[k] = value - value // 0, or NaN for infinities
      continue
    }
    const delta = value - b[k]!
    b[k]! += delta / n
    a[k]! += delta * (value - b[k]!)
  }
}

function finishVariance({ count, a }: Group): void {
  for (let k = 0; k < a.length; k++) a[k]! /= count[k]!
}

/** The values of a group's series, step after step. */
interface Pile {
  readonly labels: Labels
  readonly series: { readonly values: Float64Array; readonly present: Uint8Array }[]
}

function pilesOf(evaluation: Evaluation, expr: Aggregation, steps: Steps): Pile[] {
  const grouping = groupingOf(expr)
  const piles = new Map<string, Pile>()
  evaluation.vector(expr.expr, steps, (labels, values, present) => {
    const key = grouping.key(labels)
    let pile = piles.get(key)
    if (pile === undefined) {
      pile = { labels: grouping.labels(labels), series: [] }
      piles.set(key, pile)
    }
    evaluation.hold(steps.count)
    pile.series.push({ values: values.slice(), present: present.slice() })
  })
  return [...piles.values()]
}

function streamQuantile(evaluation: Evaluation, expr: Aggregation, steps: Steps, emit: Emit): void {
  const q = evaluation.scalar(expr.param!, steps)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  const piles = pilesOf(evaluation, expr, steps)
  for (const value of new Set(q)) warnOddQuantile(evaluation, value, expr.param!)
  for (const pile of piles) {
    evaluation.check()
    quantilesOf(pile, q, values, present)
    evaluation.release(pile.series.length * steps.count, pile.series.length)
    if (present.includes(1)) emit(pile.labels, values, present)
  }
}

/** Steps gathered in one walk over the series: neighbours in a cache line of each. */
const TILE = 8

/** The quantile over the series of a pile at each step. */
function quantilesOf(
  { series }: Pile,
  q: Float64Array,
  into: Float64Array,
  present: Uint8Array,
): void {
  const room = series.length
  const scratch = new Float64Array(TILE * room)
  const lengths = new Uint32Array(TILE)
  for (let from = 0; from < into.length; from += TILE) {
    const size = Math.min(TILE, into.length - from)
    lengths.fill(0)
    for (let i = 0; i < room; i++) {
      const { values, present: has } = series[i]!
      for (let t = 0; t < size; t++) {
        if (has[from + t] === 1) scratch[t * room + lengths[t]!++] = values[from + t]!
      }
    }
    for (let t = 0; t < size; t++) {
      const length = lengths[t]!
      present[from + t] = length > 0 ? 1 : 0
      into[from + t] = quantileOf(q[from + t]!, scratch.subarray(t * room, t * room + length))
    }
  }
}

function streamCountValues(
  evaluation: Evaluation,
  expr: Aggregation,
  steps: Steps,
  emit: Emit,
): void {
  const name = stringOf(expr.param!)
  if (name === '') throw executionError(`invalid label name ${name}`)
  const collector = new SeriesCollector(evaluation)
  const present = new Uint8Array(steps.count)
  // Grouped by the labels with the new one put in place first, so `without (new)` takes it away again.
  const inner = groupingOf(
    expr.without ? expr : { ...expr, grouping: expr.grouping.filter((label) => label !== name) },
  )
  const groups = new Map<string, { labels: Labels; count: Float64Array }>()
  evaluation.vector(expr.expr, steps, (labels, values, has) => {
    const base = inner.labels(labels)
    for (let k = 0; k < steps.count; k++) {
      if (has[k] === 0) continue
      const text = plainDecimal(values[k]!)
      const keepsLabel = !expr.without || !expr.grouping.includes(name)
      const grouped = keepsLabel ? Labels.fromFlat([...base.flat, name, text]) : base
      let group = groups.get(grouped.key())
      if (group === undefined) {
        evaluation.hold(steps.count)
        group = { labels: grouped, count: new Float64Array(steps.count) }
        groups.set(grouped.key(), group)
        evaluation.holdText(grouped.key())
      }
      group.count[k]!++
    }
  })
  for (const group of groups.values()) {
    for (let k = 0; k < steps.count; k++) present[k] = group.count[k]! > 0 ? 1 : 0
    evaluation.release(steps.count)
    collector.add(group.labels, group.count, present)
  }
  collector.flush(emit)
}
