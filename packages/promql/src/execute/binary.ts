import type { NativeHistogram } from '@weir/model'
import { type Binary, isComparison, isSetOperator, isTrim } from '../ast.ts'
import { exprType } from '../check.ts'
import type { Histograms } from '../result.ts'
import type { Emit } from './emit.ts'
import { hasOwnNames } from './series-wise.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import { PairOperation } from './pair-operation.ts'
import { scalarOperation } from './scalar-operation.ts'
import { SeriesCollector } from './series-stream.ts'
import { streamMatched, streamSet } from './vector-matching.ts'

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
  const pair = new PairOperation(evaluation, expr)
  if (keepsMetric(expr)) {
    const isFast = isComparison(expr.op)
    const operation = isFast ? scalarOperation(expr.op) : undefined
    evaluation.vector(vector, steps, (labels, values, present, histograms) => {
      let any = 0
      if (operation === undefined || histograms !== undefined) {
        const kept = withScalar(pair, scalar, leftIsScalar, values, present, histograms)
        if (present.includes(1)) emit(labels, values, present, kept)
        return
      }
      for (let k = 0; k < steps.count; k++) {
        const value = values[k]!
        const holds = leftIsScalar ? operation(scalar[k]!, value) : operation(value, scalar[k]!)
        any |= present[k]! &= holds
      }
      if (any) emit(labels, values, present)
    })
    return
  }
  const operation = scalarOperation(expr.op)
  const collector = hasOwnNames(evaluation, vector) ? undefined : new SeriesCollector(evaluation)
  evaluation.vector(vector, steps, (labels, values, present, histograms) => {
    let kept: Histograms
    if (histograms !== undefined) {
      kept = withScalar(pair, scalar, leftIsScalar, values, present, histograms)
      if (!present.includes(1)) return
    } else if (leftIsScalar) {
      for (let k = 0; k < steps.count; k++) values[k] = operation(scalar[k]!, values[k]!)
    } else {
      for (let k = 0; k < steps.count; k++) values[k] = operation(values[k]!, scalar[k]!)
    }
    const rest = evaluation.withoutName(labels)
    if (collector === undefined) emit(rest, values, present, kept)
    else collector.add(rest, values, present, kept)
  })
  collector?.flush(emit)
}

/** Whether an operator chooses among samples, or trims them, and leaves a metric what it was. */
function keepsMetric({ op, returnBool }: Binary): boolean {
  return isTrim(op) || (isComparison(op) && !returnBool)
}

/** A series against a scalar where some samples are histograms; returns the histograms of the result. */
function withScalar(
  pair: PairOperation,
  scalar: Float64Array,
  leftIsScalar: boolean,
  values: Float64Array,
  present: Uint8Array,
  histograms: Histograms,
): Histograms {
  const kept: (NativeHistogram | undefined)[] = Array.from({ length: values.length })
  for (let k = 0; k < values.length; k++) {
    if (present[k] === 0) continue
    const histogram = histograms?.[k]
    const own = { number: values[k]!, histogram }
    const other = { number: scalar[k]!, histogram: undefined }
    const result = leftIsScalar ? pair.run(other, own) : pair.run(own, other)
    if (result === undefined || !result.holds) {
      present[k] = 0
      continue
    }
    // A comparison keeps the sample, on whichever side it stands.
    values[k] = pair.filters ? own.number : result.number
    kept[k] = pair.filters ? histogram : result.histogram
  }
  return kept
}
