import { type NativeHistogram, STALE_MARKER, WeirError } from '@weir/model'
import type { MatrixColumns, VectorColumns } from '../query/job.ts'
import { type ShownHistogram, numberOf, readHistogram } from './read-histogram.ts'

/** Answers of Prometheus's query API, read into columns. What is no such answer is refused as a whole. */

type ShownSample = readonly [seconds: number, value: string]
type ShownHistogramSample = readonly [seconds: number, histogram: ShownHistogram]

export interface ShownSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: ShownSample
  readonly values?: readonly ShownSample[]
  readonly histogram?: ShownHistogramSample
  readonly histograms?: readonly ShownHistogramSample[]
}

export type QueryData =
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly ShownSeries[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: ShownSample }

/**
 * `{status: "success", data: …}`. Series are many: of each is looked at whether it is one, and at what is in it
 * where it is read.
 *
 * @throws {WeirError} `ENGINE_ANSWER`
 */
export function readQueryData(text: string): QueryData {
  const answer = parsed(text)
  if (isObject(answer) && answer['status'] === 'success' && isQueryData(answer['data'])) {
    return answer['data']
  }
  throw noAnswer(text)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isQueryData(data: unknown): data is QueryData {
  if (!isObject(data) || !Array.isArray(data['result'])) return false
  const result = data['result'] as readonly unknown[]
  switch (data['resultType']) {
    case 'vector':
    case 'matrix':
      return result.every((one) => isObject(one) && isObject(one['metric']))
    case 'scalar':
    case 'string':
      return result.length === 2 && typeof result[0] === 'number' && typeof result[1] === 'string'
    default:
      return false
  }
}

/** @throws {WeirError} `ENGINE_ANSWER` */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw noAnswer(text)
  }
}

function noAnswer(text: string): WeirError {
  const shown = JSON.stringify(text.slice(0, 100))
  return new WeirError(
    'ENGINE_ANSWER',
    `Cannot read the answer of the engine: want one of Prometheus's query API, got ${shown}; look at storage.metrics.read_url`,
  )
}

/** An instant query's answer. A scalar is one series without labels. */
export function vectorOf(data: QueryData, expr: string): VectorColumns {
  if (data.resultType === 'scalar') {
    return { kind: 'vector', labels: [[]], values: Float64Array.of(numberOf(data.result[1])) }
  }
  if (data.resultType !== 'vector') {
    const got = data.resultType === 'string' ? 'string' : 'range vector'
    throw new WeirError(
      'QUERY_EXECUTION',
      `Cannot use ${JSON.stringify(expr)} here: want an instant vector or a scalar, got a ${got}`,
    )
  }
  const { result } = data
  const values = new Float64Array(result.length)
  const histograms = new Array<NativeHistogram | undefined>(result.length)
  let hasHistograms = false
  for (const [i, { value, histogram }] of result.entries()) {
    values[i] = value === undefined ? 0 : numberOf(value[1])
    if (histogram === undefined) continue
    histograms[i] = readHistogram(histogram[1])
    hasHistograms = true
  }
  const labels = result.map(({ metric }) => flatOf(metric))
  return { kind: 'vector', labels, values, ...(hasHistograms && { histograms }) }
}

/** A range query's answer, laid out on its grid; what does not lie on it is left out. */
export function matrixOf(
  data: QueryData,
  {
    startMs,
    endMs,
    stepMs,
  }: { readonly startMs: number; readonly endMs: number; readonly stepMs: number },
): MatrixColumns {
  const series = data.resultType === 'matrix' ? data.result : []
  const stepCount = Math.floor((endMs - startMs) / stepMs) + 1
  const values = new Float64Array(series.length * stepCount).fill(STALE_MARKER)
  const histograms = new Map<number, NativeHistogram>()
  const place = (i: number, seconds: number): number | undefined => {
    const step = (Math.round(seconds * 1000) - startMs) / stepMs
    return Number.isInteger(step) && step >= 0 && step < stepCount
      ? i * stepCount + step
      : undefined
  }
  for (const [i, one] of series.entries()) {
    for (const [seconds, text] of one.values ?? []) {
      const at = place(i, seconds)
      if (at !== undefined) values[at] = numberOf(text)
    }
    for (const [seconds, shown] of one.histograms ?? []) {
      const at = place(i, seconds)
      const histogram = at === undefined ? undefined : readHistogram(shown)
      if (at === undefined || histogram === undefined) continue
      values[at] = Number.NaN
      histograms.set(at, histogram)
    }
  }
  const labels = series.map(({ metric }) => flatOf(metric))
  return { kind: 'matrix', startMs, stepMs, stepCount, labels, values, histograms }
}

/** `name, value, …`, sorted by name. */
export function flatOf(metric: Readonly<Record<string, string>>): string[] {
  return Object.entries(metric)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
}
