import { SampleColumns, isStale } from '@weir/model'
import type { MatrixSelector, VectorSelector } from '../ast.ts'
import type { Histograms } from '../result.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { KnownTimes, type Windows, mark, newWindows, positions } from './windows.ts'

/**
 * Streams an instant selector: at each step the newest sample within lookback, unless it is a stale
 * marker.
 *
 * @param timestamps emit the samples' own times in seconds instead of their values
 */
export function streamSelector(
  evaluation: Evaluation,
  selector: VectorSelector,
  steps: Steps,
  timestamps: boolean,
  emit: Emit,
): void {
  const refs = evaluation.shifted(selector, steps)
  const minMs = refs[0]! - evaluation.lookbackMs + 1
  const maxMs = refs[refs.length - 1]!
  const set = evaluation.querier.select({ matchers: selector.matchers, minMs, maxMs })
  const columns = new SampleColumns(1024)
  const marked = new KnownTimes()
  const newest = new Int32Array(steps.count)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  for (let i = 0; i < set.count; i++) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    evaluation.countRead(columns.length)
    if (columns.length === 0) continue
    if (!marked.are(columns)) findNewest(columns, refs, evaluation.lookbackMs, newest)
    const { times, values: source } = columns
    let any = 0
    for (let k = 0; k < newest.length; k++) {
      const index = newest[k]!
      if (index < 0) {
        present[k] = 0
        continue
      }
      const value = source[index]!
      const has = value === value || !isStale(value) ? 1 : 0
      present[k] = has
      any |= has
      values[k] = timestamps ? times[index]! / 1000 : value
    }
    if (any === 0) continue
    evaluation.countSteps(present)
    const histograms =
      columns.histograms === undefined || timestamps
        ? undefined
        : newestHistograms(columns.histograms, newest)
    emit(set.labels(i), values, present, histograms)
  }
}

function newestHistograms(histograms: Histograms & object, newest: Int32Array): Histograms {
  return Array.from(newest, (index) => (index < 0 ? undefined : histograms[index]))
}

/** For each moment the newest sample within lookback, -1 for none. */
function findNewest(
  { times, length }: SampleColumns,
  refs: Float64Array,
  lookbackMs: number,
  into: Int32Array,
): void {
  positions(times, length, refs, 0, into)
  for (let k = 0; k < into.length; k++) {
    const index = into[k]! - 1
    into[k] = index >= 0 && times[index]! > refs[k]! - lookbackMs ? index : -1
  }
}

/** Streams a range selector: stale markers left out, windows marked. */
export function streamMatrixSelector(
  evaluation: Evaluation,
  expr: MatrixSelector,
  steps: Steps,
  emit: (windows: Windows) => void,
): void {
  const { selector, rangeMs } = expr
  const ends = evaluation.shifted(selector, steps)
  const minMs = ends[0]! - rangeMs + 1
  const maxMs = ends[ends.length - 1]!
  const set = evaluation.querier.select({ matchers: selector.matchers, minMs, maxMs })
  const columns = new SampleColumns(1024)
  const windows = newWindows(ends, rangeMs, steps)
  for (let i = 0; i < set.count; i++) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    evaluation.countRead(columns.length)
    mark(windows, columns)
    if (windows.length === 0) continue
    windows.labels = set.labels(i)
    evaluation.countSteps(windows.from, windows.to)
    emit(windows)
  }
}
