import { Labels, SampleColumns, isStale } from '@weir/model'
import type { MatrixSelector, VectorSelector } from '../ast.ts'
import type { Evaluation, Steps } from './evaluation.ts'
import type { Emit } from './emit.ts'
import { type Windows, positions } from './windows.ts'

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
  const last = new Int32Array(steps.count)
  const values = new Float64Array(steps.count)
  const present = new Uint8Array(steps.count)
  for (let i = 0; i < set.count; i++) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    evaluation.countRead(columns.length)
    if (columns.length === 0) continue
    positions(columns.times, columns.length, refs, 0, last)
    const source = columns.values
    const { times } = columns
    let any = 0
    for (let k = 0; k < steps.count; k++) {
      const index = last[k]! - 1
      if (index < 0 || times[index]! <= refs[k]! - evaluation.lookbackMs) {
        present[k] = 0
        continue
      }
      const value = source[index]!
      const has = value === value || !isStale(value) ? 1 : 0
      present[k] = has
      any |= has
      values[k] = timestamps ? times[index]! / 1000 : value
    }
    if (any) emit(set.labels(i), values, present)
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
  let windows: Windows | undefined
  for (let i = 0; i < set.count; i++) {
    columns.clear()
    set.read(i, minMs, maxMs, columns)
    evaluation.countRead(columns.length)
    dropStale(columns)
    if (columns.length === 0) continue
    const labels = set.labels(i)
    windows ??= newWindows(columns, ends, rangeMs, steps)
    windows.labels = labels
    mark(windows, columns)
    emit(windows)
  }
}

export function newWindows(
  columns: SampleColumns,
  ends: Float64Array,
  rangeMs: number,
  steps: Steps,
): Windows {
  return {
    labels: Labels.EMPTY,
    times: columns.times,
    values: columns.values,
    length: columns.length,
    from: new Int32Array(steps.count),
    to: new Int32Array(steps.count),
    ends,
    rangeMs,
    stepTimes: steps.times,
    count: steps.count,
  }
}

/** Points the windows at the samples of another series. */
export function mark(windows: Windows, columns: SampleColumns): void {
  windows.times = columns.times
  windows.values = columns.values
  windows.length = columns.length
  positions(columns.times, columns.length, windows.ends, windows.rangeMs, windows.from)
  positions(columns.times, columns.length, windows.ends, 0, windows.to)
}

/** Takes stale markers out, in place. */
function dropStale(columns: SampleColumns): void {
  const { times, values, length } = columns
  let i = 0
  while (i < length && (values[i] === values[i] || !isStale(values[i]!))) i++
  if (i === length) return
  let kept = i
  for (; i < length; i++) {
    const value = values[i]!
    if (value !== value && isStale(value)) continue
    times[kept] = times[i]!
    values[kept++] = value
  }
  columns.length = kept
}
