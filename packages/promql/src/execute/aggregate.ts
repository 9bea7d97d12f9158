import { Labels } from '@weir/model'
import { type Aggregation, stringOf } from '../ast.ts'
import { histogramText, plainDecimal, quoted } from '../value-text.ts'
import { compensation } from './compensated-sum.ts'
import { DELAYED_NAME_REMOVAL } from '../features.ts'
import { type Evaluation, type Steps, executionError } from './evaluation.ts'
import { isValidName } from './label-functions.ts'
import { groupingOf } from './grouping.ts'
import { DROPS_NAME } from './metric-name.ts'
import { HistogramGroup, withoutHistograms } from './native-histograms/aggregate.ts'
import { quantileOf, warnOddQuantile } from './quantile.ts'
import { streamSelected } from './aggregate-select.ts'
import type { Emit } from './emit.ts'
import type { Histograms } from '../result.ts'
import { type Gathering, gather } from './gather.ts'
import { HeldParts } from './held-series.ts'
import { SeriesCollector } from './series-stream.ts'
import type { PartGroup } from './split.ts'

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
  labels: Labels
  /** Position of its first series. */
  first: number
  /** All columns below, one behind the other. */
  readonly columns: Float64Array<ArrayBuffer>
  readonly count: Float64Array
  readonly a: Float64Array
  readonly b: Float64Array
  /** How many of the series that {@link Fold.addFrom} took begin at each step; `count` leaves them out until the end. */
  readonly begun: Float64Array
  /** For `avg`: set where sums overflow and the mean is kept instead. */
  isMean: Uint8Array | undefined
  /** For `sum` and `avg`, once a native histogram has come. */
  histograms: HistogramGroup | undefined
}

interface Fold {
  add(group: Group, values: Float64Array, present: Uint8Array): void
  /** For series that are present from a step on to the last one, which most are. */
  addFrom?(group: Group, values: Float64Array, start: number): void
  /** What `a` holds at first. */
  readonly empty?: number
  /** Adds another group's state, its counts settled; absent where the order of series shows. */
  merge?(group: Group, other: Group): void
  /** Whether `merge` may be called; it may always where this is absent. */
  canMerge?(group: Group, other: Group): boolean
  /** Turns the state into the answer, left in `a`. */
  finish(group: Group): void
}

const FOLDS: Record<'sum' | 'avg' | 'count' | 'min' | 'max' | 'group' | 'stddev' | 'stdvar', Fold> =
  {
    sum: { add: addSum, addFrom: addSumFrom, merge: mergeSum, finish: finishSum },
    avg: { add: addAverage, merge: mergeSum, canMerge: isPlainSum, finish: finishAverage },
    count: {
      add: addCount,
      addFrom: () => undefined,
      merge: mergeCount,
      finish: ({ a, count }) => a.set(count),
    },
    group: {
      add: addCount,
      addFrom: () => undefined,
      merge: mergeCount,
      finish: ({ a }) => a.fill(1),
    },
    min: {
      add: addMin,
      addFrom: addMinFrom,
      empty: Number.NaN,
      merge: (group, other) => mergeExtreme(group, other, addMin),
      finish: () => undefined,
    },
    max: {
      add: addMax,
      addFrom: addMaxFrom,
      empty: Number.NaN,
      merge: (group, other) => mergeExtreme(group, other, addMax),
      finish: () => undefined,
    },
    stdvar: { add: addVariance, finish: finishVariance },
    stddev: {
      add: addVariance,
      finish: (group) => {
        finishVariance(group)
        for (let k = 0; k < group.a.length; k++) group.a[k] = Math.sqrt(group.a[k]!)
      },
    },
  }

const KNOWS_NUMBERS_ONLY: ReadonlySet<string> = new Set(['min', 'max', 'stddev', 'stdvar'])

/** Columns of a {@link Group}. */
const COLUMNS = 4

/** Groups into which series are folded, here or by helpers. */
class Folding implements Gathering {
  readonly #evaluation: Evaluation
  readonly #expr: Aggregation
  /** Where the expression below begins, for annotations. */
  readonly #start: number
  readonly #delaysNames: boolean
  readonly #grouping: ReturnType<typeof groupingOf>
  readonly #fold: Fold
  readonly #stepCount: number
  readonly #groups = new Map<string, Group>()

  constructor(evaluation: Evaluation, expr: Aggregation, fold: Fold, steps: Steps) {
    this.#evaluation = evaluation
    this.#expr = expr
    this.#start = expr.expr.start
    this.#delaysNames = evaluation.has(DELAYED_NAME_REMOVAL)
    this.#grouping = groupingOf(expr)
    this.#fold = fold
    this.#stepCount = steps.count
  }

  readonly add: Emit = (labels, values, present, histograms) => {
    if (
      histograms !== undefined &&
      KNOWS_NUMBERS_ONLY.has(this.#expr.op) &&
      !withoutHistograms(this.#evaluation, this.#expr.op, this.#start, present, histograms)
    ) {
      return
    }
    const key = this.#grouping.key(labels)
    const group = this.#groups.get(key) ?? this.#open(key, this.#grouping.labels(labels))
    // Blocks that are done again come late.
    const { position } = this.#evaluation
    if (position < group.first) group.first = position
    if (this.#delaysNames) group.labels = this.#grouping.joined(group.labels, labels)
    if (histograms !== undefined && (this.#expr.op === 'sum' || this.#expr.op === 'avg')) {
      const isAverage = this.#expr.op === 'avg'
      group.histograms ??= new HistogramGroup(this.#evaluation, this.#start, isAverage)
      group.histograms.add(labels, present, histograms)
    }
    const fold = this.#fold
    const start = fold.addFrom === undefined ? -1 : beginning(present)
    if (start >= 0) {
      group.begun[start]!++
      fold.addFrom!(group, values, start)
    } else fold.add(group, values, present)
  }

  #open(key: string, labels: Labels): Group {
    const count = this.#stepCount
    this.#evaluation.hold(count * COLUMNS)
    const group = groupOf(new Float64Array(count * COLUMNS), labels, this.#evaluation.position)
    const { empty } = this.#fold
    if (empty !== undefined) group.a.fill(empty)
    this.#groups.set(key, group)
    return group
  }

  part(): readonly PartGroup[] | undefined {
    if (this.#fold.merge === undefined) return undefined
    const groups = [...this.#groups.values()]
    // What columns alone cannot say is left to the owner.
    const isPlain = ({ isMean, histograms }: Group): boolean =>
      isMean === undefined && histograms === undefined
    if (!groups.every(isPlain)) return undefined
    return groups.map(({ labels, first, columns }) => ({ labels: labels.flat, first, columns }))
  }

  merge(parts: readonly PartGroup[]): boolean {
    const fold = this.#fold
    if (fold.merge === undefined) return false
    const pairs = parts.map(({ labels: flat, first, columns }) => {
      const labels = Labels.fromFlat(flat)
      const other = groupOf(columns, labels, first)
      return { other, key: this.#grouping.key(labels) }
    })
    for (const { other, key } of pairs) {
      const group = this.#groups.get(key)
      if (group !== undefined && fold.canMerge?.(group, other) === false) return false
    }
    for (const { other, key } of pairs) {
      const group = this.#groups.get(key)
      if (group === undefined) {
        this.#evaluation.hold(this.#stepCount * COLUMNS)
        this.#groups.set(key, other)
        continue
      }
      settleCounts(group)
      settleCounts(other)
      fold.merge(group, other)
      group.first = Math.min(group.first, other.first)
    }
    return true
  }

  /** Hands the groups on, those with the first series first. */
  flush(emit: Emit): void {
    const present = new Uint8Array(this.#stepCount)
    const groups = [...this.#groups.values()]
    groups.sort((a, b) => a.first - b.first)
    for (const group of groups) {
      this.#evaluation.release(this.#stepCount * COLUMNS)
      settleCounts(group)
      let any = 0
      for (let k = 0; k < present.length; k++) any |= present[k] = group.count[k]! > 0 ? 1 : 0
      if (any === 1) this.#fold.finish(group)
      const histograms = group.histograms?.finish(group.a, present)
      if (present.includes(1)) emit(group.labels, group.a, present, histograms)
    }
  }
}

function groupOf(columns: Float64Array<ArrayBuffer>, labels: Labels, first: number): Group {
  const count = columns.length / COLUMNS
  const column = (i: number): Float64Array => columns.subarray(i * count, (i + 1) * count)
  const [a, b, seen, begun] = [column(0), column(1), column(2), column(3)]
  return {
    labels,
    first,
    columns,
    a,
    b,
    count: seen,
    begun,
    isMean: undefined,
    histograms: undefined,
  }
}

/** Counts the series of `addFrom` too. */
function settleCounts({ count, begun }: Group): void {
  for (let k = 0, running = 0; k < count.length; k++) {
    running += begun[k]!
    count[k]! += running
  }
  begun.fill(0)
}

function streamFolded(
  evaluation: Evaluation,
  expr: Aggregation,
  fold: Fold,
  steps: Steps,
  emit: Emit,
): void {
  const folding = new Folding(evaluation, expr, fold, steps)
  if (fold.merge === undefined) evaluation.vector(expr.expr, steps, folding.add)
  else gather(evaluation, { node: expr, vector: expr.expr }, steps, folding)
  folding.flush(emit)
}

/** What a helper needs for its part in an aggregation; undefined for those that are not split. */
export function gatheringOf(
  evaluation: Evaluation,
  expr: Aggregation,
  steps: Steps,
): Gathering | undefined {
  if (expr.op === 'quantile') return new HeldParts(evaluation, () => undefined)
  if (!(expr.op in FOLDS)) return undefined
  return new Folding(evaluation, expr, FOLDS[expr.op as keyof typeof FOLDS], steps)
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

/** The sums of two groups with what rounding has lost in each, and in adding them. */
function mergeSum({ count, a, b }: Group, other: Group): void {
  for (let k = 0; k < a.length; k++) {
    const more = other.count[k]!
    if (more === 0) continue
    if (count[k] === 0) {
      a[k] = other.a[k]!
      b[k] = other.b[k]!
      count[k] = more
      continue
    }
    const sum = a[k]!
    const value = other.a[k]!
    const next = sum + value
    const part = next - sum
    a[k] = next
    b[k]! += other.b[k]! + (sum - (next - part) + (value - part))
    count[k]! += more
  }
}

function mergeCount({ count }: Group, other: Group): void {
  for (let k = 0; k < count.length; k++) count[k]! += other.count[k]!
}

function mergeExtreme(group: Group, other: Group, add: Fold['add']): void {
  const { count } = group
  const present = Uint8Array.from(other.count, (n) => (n > 0 ? 1 : 0))
  add(group, other.a, present)
  // `add` has counted one series at each step.
  for (let k = 0; k < count.length; k++) count[k]! += other.count[k]! - present[k]!
}

/** Averages are kept as sums until a sum overflows. */
function isPlainSum(group: Group, other: Group): boolean {
  if (group.isMean !== undefined) return false
  for (let k = 0; k < group.a.length; k++) {
    const sum = group.a[k]! + other.a[k]!
    if (sum === Number.POSITIVE_INFINITY || sum === Number.NEGATIVE_INFINITY) return false
  }
  return true
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
  labels: Labels
  /** Position of its first series. */
  first: number
  readonly series: { readonly values: Float64Array; readonly present: Uint8Array }[]
}

function pilesOf(evaluation: Evaluation, expr: Aggregation, steps: Steps): Pile[] {
  const grouping = groupingOf(expr)
  const piles = new Map<string, Pile>()
  const delays = evaluation.has(DELAYED_NAME_REMOVAL)
  const receive = (
    labels: Labels,
    values: Float64Array,
    present: Uint8Array,
    histograms: Histograms,
    position = evaluation.position,
  ): void => {
    if (
      histograms !== undefined &&
      !withoutHistograms(evaluation, expr.op, expr.expr.start, present, histograms)
    ) {
      return
    }
    const key = grouping.key(labels)
    let pile = piles.get(key)
    if (pile === undefined) {
      pile = { labels: grouping.labels(labels), first: position, series: [] }
      piles.set(key, pile)
    } else if (delays) pile.labels = grouping.joined(pile.labels, labels)
    pile.first = Math.min(pile.first, position)
    evaluation.hold(steps.count)
    pile.series.push({ values: values.slice(), present: present.slice() })
  }
  const parts = new HeldParts(undefined, receive)
  gather(evaluation, { node: expr, vector: expr.expr }, steps, parts)
  return [...piles.values()].sort((a, b) => a.first - b.first)
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
  if (!isValidName(name)) throw executionError(`invalid label name ${quoted(name)}`)
  const collector = new SeriesCollector(evaluation)
  const present = new Uint8Array(steps.count)
  // Grouped by the labels with the new one put in place first, so `without (new)` takes it away again.
  const inner = groupingOf(
    expr.without ? expr : { ...expr, grouping: expr.grouping.filter((label) => label !== name) },
  )
  const groups = new Map<string, { labels: Labels; count: Float64Array }>()
  const replaced = new Set([name, DROPS_NAME])
  evaluation.vector(expr.expr, steps, (labels, values, has, histograms) => {
    const base = inner.labels(labels).without(replaced)
    for (let k = 0; k < steps.count; k++) {
      if (has[k] === 0) continue
      const histogram = histograms?.[k]
      const text = histogram === undefined ? plainDecimal(values[k]!) : histogramText(histogram)
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
