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
  /** Every text of the labels once: series of an answer share most of theirs. */
  readonly words: readonly string[]
  /** Of each series found, behind each other: how many texts, and their places in `words`. */
  readonly labels: Uint32Array<ArrayBuffer>
  readonly values: Float64Array<ArrayBuffer>
  /** Answers that have series, by number of their question, in its order. */
  readonly found: readonly (readonly [
    at: number,
    count: number,
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
  const places = new Map<string, number>()
  const labels: number[] = []
  const values: number[] = []
  for (const [at, answer] of answers.entries()) {
    if (answer.kind === 'failure') {
      failed.push([at, answer.code, answer.message])
      continue
    }
    const { cost, histograms } = answer
    if (cost !== undefined) {
      for (const [k, name] of COSTS.entries()) costs[at * COSTS.length + k] = cost[name]
    }
    const count = answer.labels.length
    if (count === 0) continue
    found.push([at, count, histograms])
    for (let i = 0; i < count; i++) {
      const flat = answer.labels[i]!
      labels.push(flat.length)
      for (const word of flat) labels.push(placeOf(word, places))
      values.push(answer.values[i]!)
    }
  }
  return {
    costs,
    words: [...places.keys()],
    labels: Uint32Array.from(labels),
    values: Float64Array.from(values),
    found,
    failed,
  }
}

function placeOf(word: string, places: Map<string, number>): number {
  const known = places.get(word)
  if (known !== undefined) return known
  places.set(word, places.size)
  return places.size - 1
}

export function unpackVectors(packed: PackedVectors): (VectorRows | QueryFailure)[] {
  const { costs, words, labels, values, found, failed } = packed
  const answers: (VectorRows | QueryFailure)[] = []
  for (let at = 0; at * COSTS.length < costs.length; at++) {
    answers.push({ kind: 'vector', cost: costOf(costs, at * COSTS.length), labels: [], values: [] })
  }
  let word = 0
  let value = 0
  for (const [at, count, histograms] of found) {
    const all: string[][] = []
    for (let i = 0; i < count; i++) {
      const length = labels[word++]!
      const flat: string[] = []
      for (let k = 0; k < length; k++) flat.push(words[labels[word++]!]!)
      all.push(flat)
    }
    answers[at] = {
      ...(answers[at] as VectorRows),
      labels: all,
      values: values.subarray(value, (value += count)),
      ...(histograms && { histograms }),
    }
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
