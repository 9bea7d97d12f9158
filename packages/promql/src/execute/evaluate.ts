import {
  Labels,
  type NativeHistogram,
  SampleColumns,
  type SampleView,
  WeirError,
  invariant,
} from '@weir/model'
import {
  type Call,
  type Expr,
  type MatrixSelector,
  type Subquery,
  type Unary,
  childrenOf,
  unwrapped,
} from '../ast.ts'
import { exprType } from '../check.ts'
import { streamAggregation } from './aggregate.ts'
import { streamBinary } from './binary.ts'
import { scalarOperation } from './scalar-operation.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import { larger, smaller, streamFunction } from './elementwise.ts'
import { type Evaluation, type Steps, type Walk, stepsBetween } from './evaluation.ts'
import { streamHistogramAnswers } from './histogram-functions.ts'
import {
  checkEdges,
  streamExtendedFunction,
  streamExtendedRange,
  streamSmoothed,
} from './extended-ranges.ts'
import { streamInfo } from './info-function.ts'
import { streamLabelJoin, streamLabelReplace } from './label-functions.ts'
import { warnOddQuantile } from './quantile.ts'
import {
  RANGE_KERNELS,
  type RangeKernel,
  doubleExponentialSmoothing,
  quantileOverTime,
} from './range-functions.ts'
import { countFirstValue } from './first-value.ts'
import { type StepWindows, shareOf } from './step-windows.ts'
import { viewOf } from './sample-views.ts'
import { streamMatrixSelector, streamSelector } from './select.ts'
import type { Histograms } from '../result.ts'
import { quoted } from '../value-text.ts'
import type { Emit } from './emit.ts'
import { predictLinear } from './regression.ts'
import { hasOwnNames } from './series-wise.ts'
import { TYPE_AND_UNIT } from '../features.ts'
import { withoutName } from './metric-name.ts'
import { HISTOGRAM_NUMBERS, negated, onlyNumbers } from './native-histograms/elementwise.ts'
import { overHistograms } from './native-histograms/range-functions.ts'
import { SeriesCollector, sameLabelsError } from './series-stream.ts'
import { streamSorted, streamSortedByLabel } from './sort.ts'
import { type Windows, mark, newWindows } from './windows.ts'

/**
 * The walk over the tree: each operator is evaluated once, for all steps. Vectors stream (see
 * series-stream.ts), scalars are columns, strings are constants.
 */
function streamVector(evaluation: Evaluation, expr: Expr, steps: Steps, emit: Emit): void {
  if (steps.count > 1 && isStepInvariant(expr) && expr.kind !== 'call') {
    streamOnce(evaluation, expr, steps, emit)
    return
  }
  switch (expr.kind) {
    case 'paren':
      streamVector(evaluation, expr.expr, steps, emit)
      return
    case 'selector':
      if (expr.edges === 'smoothed') streamSmoothed(evaluation, expr, steps, emit)
      else streamSelector(evaluation, expr, steps, false, emit)
      return
    case 'unary':
      streamUnary(evaluation, expr, steps, emit)
      return
    case 'aggregation':
      streamAggregation(evaluation, expr, steps, emit)
      return
    case 'binary':
      streamBinary(evaluation, expr, steps, emit)
      return
    case 'call':
      streamCall(evaluation, expr, steps, emit)
      return
    case 'number':
    case 'string':
    case 'range':
    case 'subquery':
      throw new WeirError('BUG', `BUG: a ${expr.kind} is no instant vector`)
    default:
      expr satisfies never
  }
}

export const WALK: Walk = { vector: streamVector, scalar: evalScalar }

/** Evaluates at one step what every step would repeat. */
function streamOnce(evaluation: Evaluation, expr: Expr, steps: Steps, emit: Emit): void {
  const first = stepsBetween(steps.times[0]!, steps.times[0]!, steps.stepMs)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  const counts = evaluation.swapCounts(undefined)
  const once = counts && new Float64Array(1)
  evaluation.swapCounts(once)
  streamVector(evaluation, expr, first, (labels, value, has, histogram) => {
    if (has[0] === 0) return
    const one = histogram?.[0]
    const histograms = one && Array.from({ length: steps.count }, () => one)
    emit(labels, values.fill(value[0]!), present.fill(1), histograms)
  })
  evaluation.swapCounts(counts)
  // What was read once counts at every step, as if each had read it.
  if (counts !== undefined) for (let k = 0; k < counts.length; k++) counts[k]! += once![0]!
}

/** Functions that look at the evaluation time itself, not only at samples. */
const READS_TIME = new Set(['time', 'timestamp', 'predict_linear', ...DATE_FUNCTIONS.keys()])

/** Whether every selector below is pinned by `@`, so that all steps see the same. */
function isStepInvariant(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
      return expr.at !== undefined
    case 'subquery':
      return expr.at !== undefined
    case 'number':
    case 'string':
      return true
    case 'call':
      return !READS_TIME.has(expr.name) && childrenOf(expr).every(isStepInvariant)
    case 'range':
    case 'aggregation':
    case 'binary':
    case 'unary':
    case 'paren':
      return childrenOf(expr).every(isStepInvariant)
    default:
      return expr satisfies never
  }
}

/** A scalar expression's value at each step; the caller's to keep. */
function evalScalar(evaluation: Evaluation, expr: Expr, steps: Steps): Float64Array {
  switch (expr.kind) {
    case 'number':
      return new Float64Array(steps.count).fill(expr.value)
    case 'paren':
      return evalScalar(evaluation, expr.expr, steps)
    case 'unary': {
      const values = evalScalar(evaluation, expr.expr, steps)
      return expr.op === '-' ? values.map((value) => -value) : values
    }
    case 'binary': {
      const left = evalScalar(evaluation, expr.left, steps)
      evaluation.holdColumns(1, steps)
      const right = evalScalar(evaluation, expr.right, steps)
      evaluation.releaseColumns(1, steps)
      const operation = scalarOperation(expr.op)
      for (let k = 0; k < steps.count; k++) left[k] = operation(left[k]!, right[k]!)
      return left
    }
    case 'call':
      return scalarCall(evaluation, expr, steps)
    case 'string':
    case 'selector':
    case 'range':
    case 'subquery':
    case 'aggregation':
      throw new WeirError('BUG', `BUG: a ${expr.kind} is no scalar`)
    default:
      return expr satisfies never
  }
}

function scalarCall(evaluation: Evaluation, expr: Call, steps: Steps): Float64Array {
  const values = new Float64Array(steps.count)
  switch (expr.name) {
    case 'pi':
      return values.fill(Math.PI)
    case 'time':
      return steps.times.map((time) => time / 1000)
    case 'min_of':
    case 'max_of': {
      const left = evalScalar(evaluation, expr.args[0]!, steps)
      const right = evalScalar(evaluation, expr.args[1]!, steps)
      const choose = expr.name === 'min_of' ? smaller : larger
      return left.map((value, k) => choose(value, right[k]!))
    }
    case 'scalar': {
      const found = new Uint8Array(steps.count)
      streamVector(evaluation, expr.args[0]!, steps, (_labels, column, present, histograms) => {
        if (histograms !== undefined) onlyNumbers(present, histograms)
        for (let k = 0; k < steps.count; k++) {
          if (present[k] === 0) continue
          if (found[k]! < 2) found[k]!++
          values[k] = column[k]!
        }
      })
      for (let k = 0; k < steps.count; k++) if (found[k] !== 1) values[k] = Number.NaN
      return values
    }
    default:
      throw new WeirError('BUG', `BUG: ${expr.name}() is no scalar function`)
  }
}

function streamUnary(evaluation: Evaluation, expr: Unary, steps: Steps, emit: Emit): void {
  if (expr.op === '+') {
    streamVector(evaluation, expr.expr, steps, emit)
    return
  }
  const drop = nameDropper(evaluation, expr.expr)
  streamVector(evaluation, expr.expr, steps, (labels, values, present, histograms) => {
    for (let k = 0; k < steps.count; k++) values[k] = -values[k]!
    drop.add(labels, values, present, emit, histograms?.map(negated))
  })
  drop.flush(emit)
}

/** Drops metric names behind range functions: two series that are then the same are an error, whether they meet or not. */
function strictNameDropper(evaluation: Evaluation, expr: Expr): (labels: Labels) => Labels {
  if (hasOwnNames(evaluation, expr)) return withoutName
  const seen = new Set<string>()
  return (labels) => {
    const rest = evaluation.withoutName(labels)
    if (seen.has(rest.key())) throw sameLabelsError()
    seen.add(rest.key())
    evaluation.holdText(rest.key())
    return rest
  }
}

/** Streams the samples under a range selector or a sub-query, windows marked, series by series. */
export function streamRange(
  evaluation: Evaluation,
  expr: Expr,
  steps: Steps,
  emit: (windows: Windows) => void,
  view: SampleView = 'samples',
): void {
  const inner = unwrapped(expr)
  if (inner.kind === 'range' && inner.selector.edges !== undefined) {
    streamExtendedRange(evaluation, inner, steps, emit)
  } else if (inner.kind === 'range') streamMatrixSelector(evaluation, inner, steps, view, emit)
  else if (inner.kind === 'subquery') streamSubquery(evaluation, inner, steps, emit)
  else throw new WeirError('BUG', `BUG: a ${inner.kind} is no range vector`)
}

function streamSubquery(
  evaluation: Evaluation,
  expr: Subquery,
  steps: Steps,
  emit: (windows: Windows) => void,
): void {
  const ends = evaluation.shifted(expr, steps)
  const stepMs = expr.stepMs || evaluation.defaultSubqueryStepMs
  const leftMs = ends[0]! - expr.rangeMs
  // The grid lies on multiples of the step since 1970, whatever the query's own steps are.
  let firstMs = Math.trunc(leftMs / stepMs) * stepMs
  if (firstMs <= leftMs) firstMs += stepMs
  const lastMs = ends[ends.length - 1]!
  // Before any column of that length is made.
  const count = Math.floor((lastMs - firstMs) / stepMs) + 1
  if (count > SUBQUERY_STEPS_MAX) {
    throw new WeirError(
      'QUERY_TOO_MANY_SAMPLES',
      `Cannot evaluate sub-query: want at most ${SUBQUERY_STEPS_MAX} steps, got ${count}; use a longer step`,
    )
  }
  const grid = stepsBetween(firstMs, lastMs, stepMs)
  if (grid.count === 0) return
  evaluation.holdColumns(SUBQUERY_COLUMNS, grid)
  const columns = new SampleColumns(grid.count)
  const windows = newWindows(ends, expr.rangeMs, steps)
  // What the inner steps look at does not count, the windows over their answer do; but where the
  // sub-query is the whole question, it is the other way round.
  const counts = evaluation.swapCounts(undefined)
  const isWhole = unwrapped(evaluation.root) === expr
  const inner = counts !== undefined && isWhole ? new Float64Array(grid.count) : undefined
  evaluation.swapCounts(inner)
  streamVector(evaluation, expr.expr, grid, (labels, values, present, histograms) => {
    columns.clear()
    for (let k = 0; k < grid.count; k++) {
      if (present[k] === 0) continue
      const histogram = histograms?.[k]
      if (histogram === undefined) columns.push(grid.times[k]!, values[k]!)
      else columns.pushHistogram(grid.times[k]!, withoutResetHint(histogram))
    }
    if (columns.length === 0) return
    windows.labels = labels
    mark(windows, columns)
    evaluation.swapCounts(counts)
    if (!isWhole) evaluation.countWindows(windows)
    emit(windows)
    evaluation.swapCounts(inner)
  })
  evaluation.swapCounts(counts)
  if (inner !== undefined) for (const count of inner) counts![0]! += count
  evaluation.releaseColumns(SUBQUERY_COLUMNS, grid)
}

/** Times, values and presence twice: those of what is below, and those that windows run over. */
const SUBQUERY_COLUMNS = 5

/**
 * A sub-query may leave samples out or repeat them, so what a sample said about the one before it
 * holds no more.
 */
function withoutResetHint(histogram: NativeHistogram): NativeHistogram {
  const { resetHint } = histogram
  return resetHint === 'reset' || resetHint === 'not_reset'
    ? { ...histogram, resetHint: 'unknown' }
    : histogram
}

/** Most steps of a sub-query's own grid: its columns must fit in memory. */
const SUBQUERY_STEPS_MAX = 10_000_000

const KEEPS_NAME = new Set(['last_over_time', 'first_over_time'])
const COUNTER_FUNCTIONS = new Set(['rate', 'increase'])
const COUNTER_SUFFIX = /_(?:total|sum|count|bucket)$/

function streamCall(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  if (steps.count > 1 && isStepInvariant(expr)) {
    streamOnce(evaluation, expr, steps, emit)
    return
  }
  const { name, args } = expr
  const rangeArg = args.find((arg) => exprType(arg) === 'range vector')
  const range = rangeArg === undefined ? undefined : unwrapped(rangeArg)
  if (range?.kind === 'range' && range.selector.edges !== undefined) {
    checkEdges(expr, range.selector.edges)
    streamExtended(evaluation, expr, range, steps, emit)
    return
  }
  if (name === 'absent_over_time') {
    streamAbsentOverTime(evaluation, expr, steps, emit)
    return
  }
  if (rangeArg !== undefined) {
    streamRangeFunction(evaluation, expr, rangeArg, steps, emit)
    return
  }
  switch (name) {
    case 'absent':
      streamAbsent(evaluation, expr, steps, emit)
      return
    case 'vector':
      emit(
        Labels.EMPTY,
        evalScalar(evaluation, args[0]!, steps),
        new Uint8Array(steps.count).fill(1),
      )
      return
    case 'timestamp':
      streamTimestamp(evaluation, expr, steps, emit)
      return
    case 'label_replace':
      streamLabelReplace(evaluation, expr, steps, emit)
      return
    case 'label_join':
      streamLabelJoin(evaluation, expr, steps, emit)
      return
    case 'histogram_quantile':
    case 'histogram_quantiles':
    case 'histogram_fraction':
      streamHistogramAnswers(evaluation, expr, steps, emit)
      return
    case 'sort':
    case 'sort_desc':
      streamSorted(evaluation, expr, steps, emit)
      return
    case 'sort_by_label':
    case 'sort_by_label_desc':
      streamSortedByLabel(evaluation, expr, steps, emit)
      return
    case 'histogram_avg':
    case 'histogram_count':
    case 'histogram_stddev':
    case 'histogram_stdvar':
    case 'histogram_sum':
      streamHistogramNumbers(evaluation, expr, steps, emit)
      return
    case 'start_timestamp':
      // The store keeps no start timestamps, so no series has one.
      streamVector(evaluation, args[0]!, steps, () => undefined)
      return
    case 'info':
      streamInfo(evaluation, expr, steps, emit)
      return
    default:
      streamElementwise(evaluation, expr, steps, emit)
  }
}

function streamElementwise(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  const compute = streamFunction(expr.name)
  invariant(compute !== undefined, `no function ${expr.name}`)
  const [first, ...rest] = expr.args
  const parameters = rest.map((arg) => evalScalar(evaluation, arg, steps))
  if (first === undefined) {
    // Date functions without an argument look at the evaluation time.
    const values = steps.times.map((time) => time / 1000)
    const present = new Uint8Array(steps.count).fill(1)
    compute(values, present, parameters)
    emit(Labels.EMPTY, values, present)
    return
  }
  const drop = nameDropper(evaluation, first)
  streamVector(evaluation, first, steps, (labels, values, present, histograms) => {
    if (histograms !== undefined && !onlyNumbers(present, histograms)) return
    compute(values, present, parameters)
    drop.add(labels, values, present, emit)
  })
  drop.flush(emit)
}

/** Functions that read one number out of each native histogram; of numbers they make nothing. */
function streamHistogramNumbers(
  evaluation: Evaluation,
  expr: Call,
  steps: Steps,
  emit: Emit,
): void {
  const read = HISTOGRAM_NUMBERS.get(expr.name)!
  const drop = nameDropper(evaluation, expr.args[0]!)
  streamVector(evaluation, expr.args[0]!, steps, (labels, values, present, histograms) => {
    if (histograms === undefined) return
    for (let k = 0; k < steps.count; k++) {
      const histogram = histograms[k]
      if (histogram === undefined) present[k] = 0
      else if (present[k] === 1) values[k] = read(histogram)
    }
    if (present.includes(1)) drop.add(labels, values, present, emit)
  })
  drop.flush(emit)
}

/**
 * Drops metric names behind functions of instant vectors, where series that become equal may be
 * joined as long as they do not meet.
 */
function nameDropper(
  evaluation: Evaluation,
  expr: Expr,
): {
  add(
    labels: Labels,
    values: Float64Array,
    present: Uint8Array,
    emit: Emit,
    histograms?: Histograms,
  ): void
  flush(emit: Emit): void
} {
  if (hasOwnNames(evaluation, expr)) {
    return {
      add: (labels, values, present, emit, histograms) =>
        emit(withoutName(labels), values, present, histograms),
      flush: () => undefined,
    }
  }
  const collector = new SeriesCollector(evaluation)
  return {
    add: (labels, values, present, _emit, histograms) =>
      collector.add(evaluation.withoutName(labels), values, present, histograms),
    flush: (emit) => collector.flush(emit),
  }
}

function streamRangeFunction(
  evaluation: Evaluation,
  expr: Call,
  rangeArg: Expr,
  steps: Steps,
  emit: Emit,
): void {
  const kernel = kernelOf(evaluation, expr, steps)
  const drop = KEEPS_NAME.has(expr.name)
    ? (labels: Labels) => labels
    : strictNameDropper(evaluation, rangeArg)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  let needsName = COUNTER_FUNCTIONS.has(expr.name)
  const inner = unwrapped(rangeArg)
  // Of a sub-query Prometheus forgets the place.
  const start = inner.kind === 'range' ? inner.start : 0
  const compute: RangeKernel = (windows, into, has) => {
    kernel(windows, into, has)
    if (windows.isNew && COUNTER_FUNCTIONS.has(expr.name)) {
      countFirstValue(windows, expr.name === 'rate', into, has)
    }
  }
  const takeStep = (standIn: StepWindows, rangeMs: number): void => {
    const own = new Float64Array(steps.count)
    const has = new Uint8Array(steps.count)
    compute(standIn.windows, own, has)
    const share = shareOf(expr.name, rangeMs, standIn.windows.rangeMs)
    for (let k = 0; k < steps.count; k++) {
      if (standIn.covers[k] === 0) continue
      present[k] = has[k]!
      values[k] = own[k]! * share
    }
  }
  const visit = (windows: Windows): void => {
    present.fill(0)
    let histograms: Histograms
    if (windows.histograms === undefined) {
      compute(windows, values, present)
      for (const standIn of windows.byStep ?? []) takeStep(standIn, windows.rangeMs)
    } else {
      const { name } = expr
      const argumentStart = expr.args[0] === rangeArg ? start : expr.args[0]!.start
      histograms = overHistograms({
        evaluation,
        name,
        kernel,
        windows,
        values,
        present,
        start,
        argumentStart,
      })
    }
    if (!present.includes(1)) return
    if (needsName && (histograms === undefined || hasNumber(present, histograms))) {
      checkCounter(evaluation, windows.labels, start)
      // One look is enough where all series have one name.
      needsName = !hasOwnNames(evaluation, rangeArg)
    }
    emit(drop(windows.labels), values, present, histograms)
  }
  streamRange(evaluation, rangeArg, steps, visit, viewOf(expr.name))
}

/** The same over a range whose ends are anchored or smoothed. */
function streamExtended(
  evaluation: Evaluation,
  expr: Call,
  range: MatrixSelector,
  steps: Steps,
  emit: Emit,
): void {
  const drop = strictNameDropper(evaluation, range)
  streamExtendedFunction(evaluation, expr, range, steps, (labels, values, present, histograms) => {
    const isCounted = histograms === undefined || hasNumber(present, histograms)
    if (COUNTER_FUNCTIONS.has(expr.name) && isCounted) {
      checkCounter(evaluation, labels, range.start)
    }
    emit(drop(labels), values, present, histograms)
  })
}

function hasNumber(present: Uint8Array, histograms: Histograms & object): boolean {
  return present.some((has, k) => has === 1 && histograms[k] === undefined)
}

/** Tells that `rate` and `increase` are for counters, where the metric does not look like one. */
function checkCounter(evaluation: Evaluation, labels: Labels, start: number): void {
  const name = labels.metricName
  if (name === '') return
  const shown = quoted(name)
  if (evaluation.has(TYPE_AND_UNIT)) {
    const type = labels.get('__type__')
    if (type === 'counter' || type === 'histogram') return
    evaluation.inform(
      `metric might not be a counter, __type__ label is not set to "counter" or "histogram", got ${quoted(type)}: ${shown}`,
      start,
    )
  } else if (!COUNTER_SUFFIX.test(name)) {
    evaluation.inform(
      `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${shown}`,
      start,
    )
  }
}

function kernelOf(evaluation: Evaluation, expr: Call, steps: Steps): RangeKernel {
  const { name, args } = expr
  switch (name) {
    case 'quantile_over_time': {
      const q = evalScalar(evaluation, args[0]!, steps)
      return quantileOverTime(q, (value) => warnOddQuantile(evaluation, value, args[0]!))
    }
    case 'predict_linear':
      return predictLinear(evalScalar(evaluation, args[1]!, steps))
    case 'double_exponential_smoothing': {
      const sf = evalScalar(evaluation, args[1]!, steps)
      const tf = evalScalar(evaluation, args[2]!, steps)
      return doubleExponentialSmoothing(sf, tf)
    }
    default: {
      const kernel = RANGE_KERNELS.get(name)
      invariant(kernel !== undefined, `no function ${name}`)
      return kernel
    }
  }
}

function streamTimestamp(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  const arg = expr.args[0]!
  const inner = unwrapped(arg)
  const drop = nameDropper(evaluation, arg)
  if (inner.kind === 'selector') {
    // Beside `@` Prometheus forgets the offset here, but what it reads is moved by it: of the lookbacks
    // from both moments only what they share is seen.
    const pinned =
      inner.at === undefined ? inner : { ...inner, offsetMs: Math.max(0, inner.offsetMs) }
    const late = inner.at === undefined ? undefined : evaluation.pinned(inner)
    const reach = evaluation.lookbacks.reachOf(inner)
    streamSelector(evaluation, pinned, steps, true, (labels, values, present) => {
      if (late !== undefined && inner.offsetMs !== 0) {
        const afterMs = late + Math.max(0, -inner.offsetMs) - reach.of(() => labels)
        for (let k = 0; k < steps.count; k++) {
          if (Math.round(values[k]! * 1000) <= afterMs) present[k] = 0
        }
      }
      drop.add(labels, values, present, emit)
    })
  } else {
    streamVector(evaluation, inner, steps, (labels, values, present) => {
      for (let k = 0; k < steps.count; k++) values[k] = steps.times[k]! / 1000
      drop.add(labels, values, present, emit)
    })
  }
  drop.flush(emit)
}

function streamAbsent(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  const missing = new Uint8Array(steps.count).fill(1)
  streamVector(evaluation, expr.args[0]!, steps, (_labels, _values, present) => {
    for (let k = 0; k < steps.count; k++) if (present[k] === 1) missing[k] = 0
  })
  emitAbsent(expr, missing, emit)
}

function streamAbsentOverTime(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  const missing = new Uint8Array(steps.count).fill(1)
  const visit = ({ from, to, byStep = [] }: Windows): void => {
    for (let k = 0; k < steps.count; k++) if (to[k]! > from[k]!) missing[k] = 0
    for (const { windows, covers } of byStep) {
      for (let k = 0; k < steps.count; k++) {
        if (covers[k] === 1 && windows.to[k]! > windows.from[k]!) missing[k] = 0
      }
    }
  }
  streamRange(evaluation, expr.args[0]!, steps, visit, viewOf(expr.name))
  emitAbsent(expr, missing, emit)
}

function emitAbsent(expr: Call, missing: Uint8Array, emit: Emit): void {
  if (missing.includes(1)) {
    emit(absentLabels(expr.args[0]!), new Float64Array(missing.length).fill(1), missing)
  }
}

/** What is known about a series that is not there: labels that exactly one `=` speaks of. */
function absentLabels(arg: Expr): Labels {
  const inner = unwrapped(arg)
  const selector = inner.kind === 'range' ? inner.selector : inner
  if (selector.kind !== 'selector') return Labels.EMPTY
  const flat = selector.matchers
    .filter(
      (matcher) =>
        matcher.name !== '__name__' &&
        matcher.operator === '=' &&
        selector.matchers.filter((other) => other.name === matcher.name).length === 1,
    )
    .flatMap((matcher) => [matcher.name, matcher.value])
  return Labels.fromFlat(flat)
}
