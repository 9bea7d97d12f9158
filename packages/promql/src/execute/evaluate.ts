import { Labels, SampleColumns, type SampleView, WeirError, invariant } from '@weir/model'
import { type Call, type Expr, type Subquery, type Unary, childrenOf, unwrapped } from '../ast.ts'
import { exprType } from '../check.ts'
import { streamAggregation } from './aggregate.ts'
import { scalarOperation, streamBinary } from './binary.ts'
import { DATE_FUNCTIONS } from './date-functions.ts'
import { streamFunction } from './elementwise.ts'
import {
  type Evaluation,
  type Steps,
  type Walk,
  executionError,
  stepsBetween,
} from './evaluation.ts'
import { streamClassicHistograms } from './classic-histograms.ts'
import { streamLabelJoin, streamLabelReplace } from './label-functions.ts'
import { warnOddQuantile } from './quantile.ts'
import {
  RANGE_KERNELS,
  type RangeKernel,
  doubleExponentialSmoothing,
  quantileOverTime,
} from './range-functions.ts'
import { viewOf } from './sample-views.ts'
import { streamMatrixSelector, streamSelector } from './select.ts'
import type { Emit } from './emit.ts'
import { predictLinear } from './regression.ts'
import { SeriesCollector, sameLabelsError, withoutName } from './series-stream.ts'
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
      streamSelector(evaluation, expr, steps, false, emit)
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
  streamVector(evaluation, expr, first, (labels, value, has) => {
    if (has[0] === 0) return
    emit(labels, values.fill(value[0]!), present.fill(1))
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
    case 'scalar': {
      const found = new Uint8Array(steps.count)
      streamVector(evaluation, expr.args[0]!, steps, (_labels, column, present) => {
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
  const check = nameDropper(evaluation, expr.expr)
  streamVector(evaluation, expr.expr, steps, (labels, values, present) => {
    for (let k = 0; k < steps.count; k++) values[k] = -values[k]!
    emit(check(labels), values, present)
  })
}

/** Drops metric names; two series that are then the same are an error, whether they meet or not. */
function nameDropper(evaluation: Evaluation, expr: Expr): (labels: Labels) => Labels {
  const inner = unwrapped(expr)
  const selector = inner.kind === 'range' ? inner.selector : inner
  // Under one metric name, dropping it cannot make two series equal.
  if (selector.kind === 'selector' && selector.metricName !== '') return withoutName
  const seen = new Set<string>()
  return (labels) => {
    const rest = withoutName(labels)
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
  if (inner.kind === 'range') streamMatrixSelector(evaluation, inner, steps, view, emit)
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
  // What the inner steps look at does not count, the windows over their answer do.
  const counts = evaluation.swapCounts(undefined)
  streamVector(evaluation, expr.expr, grid, (labels, values, present) => {
    columns.clear()
    for (let k = 0; k < grid.count; k++) {
      if (present[k] === 1) columns.push(grid.times[k]!, values[k]!)
    }
    if (columns.length === 0) return
    windows.labels = labels
    mark(windows, columns)
    evaluation.swapCounts(counts)
    evaluation.countWindows(windows)
    emit(windows)
    evaluation.swapCounts(undefined)
  })
  evaluation.swapCounts(counts)
  evaluation.releaseColumns(SUBQUERY_COLUMNS, grid)
}

/** Times, values and presence twice: those of what is below, and those that windows run over. */
const SUBQUERY_COLUMNS = 5

/** Most steps of a sub-query's own grid: its columns must fit in memory. */
const SUBQUERY_STEPS_MAX = 10_000_000

const KEEPS_NAME = new Set(['last_over_time', 'first_over_time'])
const COUNTER_FUNCTIONS = new Set(['rate', 'increase'])
const COUNTER_SUFFIX = /_(?:total|sum|count|bucket)$/

function streamCall(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  if (
    steps.count > 1 &&
    isStepInvariant(expr) &&
    expr.name !== 'sort' &&
    expr.name !== 'sort_desc'
  ) {
    streamOnce(evaluation, expr, steps, emit)
    return
  }
  const { name, args } = expr
  if (name === 'absent_over_time') {
    streamAbsentOverTime(evaluation, expr, steps, emit)
    return
  }
  const rangeArg = args.find((arg) => exprType(arg) === 'range vector')
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
    case 'histogram_fraction':
      streamClassicHistograms(evaluation, expr, steps, emit)
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
      // These read native histograms; float samples give nothing.
      for (const arg of args) {
        if (exprType(arg) === 'instant vector')
          streamVector(evaluation, arg, steps, () => undefined)
      }
      return
    case 'info':
      throw new WeirError('QUERY_NOT_SUPPORTED', 'Cannot evaluate info(): not supported yet')
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
  const drop = functionNameDropper(evaluation, first)
  streamVector(evaluation, first, steps, (labels, values, present) => {
    compute(values, present, parameters)
    drop.add(labels, values, present, emit)
  })
  drop.flush(emit)
}

/**
 * Drops metric names behind functions of instant vectors, where series that become equal may be
 * joined as long as they do not meet.
 */
function functionNameDropper(
  evaluation: Evaluation,
  expr: Expr,
): {
  add(labels: Labels, values: Float64Array, present: Uint8Array, emit: Emit): void
  flush(emit: Emit): void
} {
  const inner = unwrapped(expr)
  if (inner.kind === 'selector' && inner.metricName !== '') {
    return {
      add: (labels, values, present, emit) => emit(withoutName(labels), values, present),
      flush: () => undefined,
    }
  }
  const collector = new SeriesCollector(evaluation)
  return {
    add: (labels, values, present) => collector.add(withoutName(labels), values, present),
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
    : nameDropper(evaluation, rangeArg)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  let needsName = COUNTER_FUNCTIONS.has(expr.name)
  streamRange(
    evaluation,
    rangeArg,
    steps,
    (windows) => {
      present.fill(0)
      kernel(windows, values, present)
      if (!present.includes(1)) return
      if (needsName) {
        const name = windows.labels.metricName
        if (name !== '' && !COUNTER_SUFFIX.test(name)) {
          evaluation.inform(
            `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(name)}`,
            // Of a sub-query Prometheus 3.5 forgets the place.
            rangeArg.kind === 'range' ? rangeArg.start : 0,
          )
        }
        // One look is enough where all series have one name.
        needsName = !(rangeArg.kind === 'range' && rangeArg.selector.metricName !== '')
      }
      emit(drop(windows.labels), values, present)
    },
    viewOf(expr.name),
  )
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
      checkFactor('smoothing', 'sf', sf)
      checkFactor('trend', 'tf', tf)
      return doubleExponentialSmoothing(sf, tf)
    }
    default: {
      const kernel = RANGE_KERNELS.get(name)
      invariant(kernel !== undefined, `no function ${name}`)
      return kernel
    }
  }
}

function checkFactor(what: string, sign: string, factors: Float64Array): void {
  const bad = factors.find((factor) => factor <= 0 || factor >= 1)
  if (bad === undefined) return
  throw executionError(`invalid ${what} factor. Expected: 0 < ${sign} < 1, got: ${bad.toFixed(6)}`)
}

function streamTimestamp(evaluation: Evaluation, expr: Call, steps: Steps, emit: Emit): void {
  const arg = expr.args[0]!
  const inner = unwrapped(arg)
  const drop = functionNameDropper(evaluation, arg)
  if (inner.kind === 'selector') {
    // Beside `@` Prometheus 3.5 forgets the offset, in this function only.
    const pinned = inner.at === undefined ? inner : { ...inner, offsetMs: 0 }
    streamSelector(evaluation, pinned, steps, true, (labels, values, present) => {
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
  streamRange(evaluation, expr.args[0]!, steps, ({ from, to }) => {
    for (let k = 0; k < steps.count; k++) if (to[k]! > from[k]!) missing[k] = 0
  })
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
