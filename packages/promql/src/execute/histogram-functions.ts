import type { Labels, NativeHistogram } from '@weir/model'
import { type Call, type Expr, stringOf } from '../ast.ts'
import { labelFloat } from '../value-text.ts'
import {
  type BucketAnswer,
  bucketFraction,
  bucketQuantile,
  readBound,
} from './classic-histograms.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { HistogramFunctionNotes } from './histogram-notes.ts'
import {
  type HistogramAnswer,
  nativeFraction,
  nativeQuantile,
} from './native-histograms/quantile.ts'
import { warnOddQuantile } from './quantile.ts'
import { SeriesCollector } from './series-stream.ts'

/**
 * `histogram_quantile(q, v)`, `histogram_quantiles(v, "label", q…)` and `histogram_fraction(lower,
 * upper, v)`, over classic buckets and native histograms alike. Where both have the same labels at a
 * step, neither is answered.
 */
export function streamHistogramAnswers(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
  emit: Emit,
): void {
  const { vector, questions } = questionsOf(evaluation, call, steps)
  const notes = new HistogramFunctionNotes(evaluation, vector.start)
  const input = collect(evaluation, vector, steps, notes)
  const collector = new SeriesCollector(evaluation)
  for (const question of questions) {
    const put = (labels: Labels, values: Float64Array, present: Uint8Array): void => {
      const rest = evaluation.withoutName(labels)
      const named = question.label === '' ? rest : rest.with(question.label, question.text)
      collector.add(named, values, present)
    }
    for (const histogram of input.native) {
      evaluation.check()
      answerNative(histogram, question, steps, notes, put)
    }
    for (const histogram of input.classic.values()) {
      evaluation.check()
      answerClassic(histogram, question, steps, notes, put)
    }
  }
  for (const { buckets } of input.classic.values()) {
    evaluation.release(buckets.length * steps.count, buckets.length)
  }
  for (const { histograms } of input.native) {
    evaluation.release(0)
    evaluation.releaseHistograms(histograms)
  }
  collector.flush(emit)
}

interface Question {
  /** A label of the result and its value, '' for none. */
  readonly label: string
  readonly text: string
  /** Whether it is asked at a step. */
  isAsked(k: number): boolean
  ofNative(k: number, histogram: NativeHistogram): HistogramAnswer
  /** Both columns may be changed. */
  ofClassic(k: number, bounds: Float64Array, counts: Float64Array, length: number): BucketAnswer
}

function questionsOf(
  evaluation: Evaluation,
  call: Call,
  steps: Steps,
): { vector: Expr; questions: Question[] } {
  switch (call.name) {
    case 'histogram_fraction': {
      const [from, to] = call.args.slice(0, 2).map((arg) => evaluation.scalar(arg, steps))
      const question: Question = {
        label: '',
        text: '',
        isAsked: () => true,
        ofNative: (k, histogram) => nativeFraction(from![k]!, to![k]!, histogram),
        ofClassic: (k, bounds, counts, length) =>
          bucketFraction({ lower: from![k]!, upper: to![k]! }, bounds, counts, length),
      }
      return { vector: call.args[2]!, questions: [question] }
    }
    case 'histogram_quantiles': {
      const label = stringOf(call.args[1]!)
      const questions = call.args.slice(2).flatMap((arg) => {
        const column = quantilesOf(evaluation, arg, steps)
        // One that changes from step to step makes a series for each value it takes.
        return [...new Set(column)].map((q) => quantileQuestion(column, { label, q }))
      })
      return { vector: call.args[0]!, questions }
    }
    default: {
      const column = quantilesOf(evaluation, call.args[0]!, steps)
      return { vector: call.args[1]!, questions: [quantileQuestion(column)] }
    }
  }
}

function quantilesOf(evaluation: Evaluation, arg: Expr, steps: Steps): Float64Array {
  const column = evaluation.scalar(arg, steps)
  for (const q of new Set(column)) warnOddQuantile(evaluation, q, arg)
  return column
}

function quantileQuestion(
  column: Float64Array,
  only?: { readonly label: string; readonly q: number },
): Question {
  return {
    label: only?.label ?? '',
    text: only === undefined ? '' : labelFloat(only.q),
    isAsked: (k) => only === undefined || Object.is(column[k], only.q),
    ofNative: (k, histogram) => nativeQuantile(column[k]!, histogram),
    ofClassic: (k, bounds, counts, length) => bucketQuantile(column[k]!, bounds, counts, length),
  }
}

interface Bucket {
  readonly bound: number
  readonly values: Float64Array
  readonly present: Uint8Array
}

interface ClassicHistogram {
  readonly labels: Labels
  readonly buckets: Bucket[]
}

interface NativeSeries {
  readonly labels: Labels
  readonly histograms: (NativeHistogram | undefined)[]
}

interface Input {
  readonly classic: ReadonlyMap<string, ClassicHistogram>
  readonly native: readonly NativeSeries[]
}

const LE: ReadonlySet<string> = new Set(['le'])

function collect(
  evaluation: Evaluation,
  vector: Expr,
  steps: Steps,
  notes: HistogramFunctionNotes,
): Input {
  const classic = new Map<string, ClassicHistogram>()
  const native: NativeSeries[] = []
  evaluation.vector(vector, steps, (labels, values, present, histograms) => {
    if (histograms !== undefined) {
      const kept = histograms.map((one, k) => (present[k] ? one : undefined))
      evaluation.hold(0)
      evaluation.holdHistograms(kept)
      native.push({ labels, histograms: kept })
      for (let k = 0; k < steps.count; k++) if (histograms[k] !== undefined) present[k] = 0
    }
    if (!present.includes(1)) return
    const le = labels.get('le')
    const bound = readBound(le)
    if (Number.isNaN(bound)) {
      notes.badBound(labels, le)
      return
    }
    const rest = labels.without(LE)
    let histogram = classic.get(rest.key())
    if (histogram === undefined) {
      histogram = { labels: rest, buckets: [] }
      classic.set(rest.key(), histogram)
    }
    evaluation.hold(values.length)
    histogram.buckets.push({ bound, values: values.slice(), present: present.slice() })
  })
  for (const { labels, histograms } of native) {
    const same = classic.get(labels.key())
    if (same === undefined) continue
    for (let k = 0; k < steps.count; k++) {
      const isBoth =
        histograms[k] !== undefined && same.buckets.some(({ present }) => present[k] === 1)
      if (!isBoth) continue
      notes.mixed(labels)
      histograms[k] = undefined
      for (const { present } of same.buckets) present[k] = 0
    }
  }
  return { classic, native }
}

type Put = (labels: Labels, values: Float64Array, present: Uint8Array) => void

function answerNative(
  { labels, histograms }: NativeSeries,
  question: Question,
  steps: Steps,
  notes: HistogramFunctionNotes,
  put: Put,
): void {
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  for (let k = 0; k < steps.count; k++) {
    const histogram = histograms[k]
    if (histogram === undefined || !question.isAsked(k)) continue
    const { value, note } = question.ofNative(k, histogram)
    if (note !== '') notes.nanObservations(note, labels)
    values[k] = value
    present[k] = 1
  }
  put(labels, values, present)
}

function answerClassic(
  { labels, buckets }: ClassicHistogram,
  question: Question,
  steps: Steps,
  notes: HistogramFunctionNotes,
  put: Put,
): void {
  buckets.sort((a, b) => a.bound - b.bound)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  const bounds = new Float64Array(buckets.length)
  const counts = new Float64Array(buckets.length)
  for (let k = 0; k < steps.count; k++) {
    if (!question.isAsked(k)) continue
    let length = 0
    for (const bucket of buckets) {
      if (bucket.present[k] === 0) continue
      bounds[length] = bucket.bound
      counts[length++] = bucket.values[k]!
    }
    if (length === 0) continue
    const answer = question.ofClassic(k, bounds, counts, length)
    values[k] = answer.value
    present[k] = 1
    if (answer.isForced) notes.forced(labels, answer, steps.times[k]!)
  }
  put(labels, values, present)
}
