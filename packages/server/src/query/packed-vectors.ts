import type { ErrorCode, NativeHistogram } from '@weir/model'
import type { QueryCost } from './cost.ts'
import type { QueryFailure, VectorRows } from './job.ts'

/**
 * Answers to many small questions, in the shape that costs least on the way between threads: most
 * rules find nothing, and then there is nothing to clone but a row of numbers.
 */
export interface PackedVectors {
  /** Of each question, {@link COSTS} after each other. */
  readonly costs: Float64Array<ArrayBuffer>
  /** Answers that have series, by number of their question. */
  readonly found: readonly (readonly [
    at: number,
    labels: readonly (readonly string[])[],
    values: readonly number[],
    histograms: readonly (NativeHistogram | undefined)[] | undefined,
  ])[]
  readonly failed: readonly (readonly [at: number, code: ErrorCode, message: string])[]
}

const COSTS = [
  'queuedMs',
  'preparedMs',
  'evaluatedMs',
  'sortedMs',
  'samplesQueried',
  'samplesRead',
  'seriesRead',
  'peakSamples',
  'peakBytes',
  'partsHelped',
] as const satisfies readonly (keyof QueryCost)[]

export function packVectors(answers: readonly (VectorRows | QueryFailure)[]): PackedVectors {
  const costs = new Float64Array(answers.length * COSTS.length)
  const found: PackedVectors['found'][number][] = []
  const failed: PackedVectors['failed'][number][] = []
  for (const [at, answer] of answers.entries()) {
    if (answer.kind === 'failure') {
      failed.push([at, answer.code, answer.message])
      continue
    }
    const { cost, labels, values, histograms } = answer
    if (cost !== undefined) {
      for (const [k, name] of COSTS.entries()) costs[at * COSTS.length + k] = cost[name]
    }
    if (labels.length > 0) found.push([at, labels, Array.from(values), histograms])
  }
  return { costs, found, failed }
}

export function unpackVectors({
  costs,
  found,
  failed,
}: PackedVectors): (VectorRows | QueryFailure)[] {
  const answers: (VectorRows | QueryFailure)[] = []
  for (let at = 0; at * COSTS.length < costs.length; at++) {
    answers.push({ kind: 'vector', cost: costOf(costs, at * COSTS.length), labels: [], values: [] })
  }
  for (const [at, labels, values, histograms] of found) {
    const answer = answers[at] as VectorRows
    answers[at] = { ...answer, labels, values, ...(histograms && { histograms }) }
  }
  for (const [at, code, message] of failed) answers[at] = { kind: 'failure', code, message }
  return answers
}

function costOf(costs: Float64Array, at: number): QueryCost {
  return {
    queuedMs: costs[at]!,
    preparedMs: costs[at + 1]!,
    evaluatedMs: costs[at + 2]!,
    sortedMs: costs[at + 3]!,
    samplesQueried: costs[at + 4]!,
    samplesRead: costs[at + 5]!,
    seriesRead: costs[at + 6]!,
    peakSamples: costs[at + 7]!,
    peakBytes: costs[at + 8]!,
    partsHelped: costs[at + 9]!,
  }
}
