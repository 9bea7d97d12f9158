import { type RecordingRuleSpec, recordedLabels } from '@weir/alerting'
import {
  type Appender,
  Labels,
  type NativeHistogram,
  STALE_MARKER,
  type SeriesRef,
  WeirError,
  isStale,
} from '@weir/model'
import type { MatrixColumns } from '../query/job.ts'

/** A series that a rule had at the last step of a slice: when it is gone at the next, it ends there. */
export type OpenSeries = ReadonlyMap<string, Labels>

export const NOTHING_OPEN: OpenSeries = new Map()

/**
 * Writes a rule's answers over a slice of time as its live evaluations would have: a sample a step,
 * and a stale marker at the first step without one.
 *
 * @param open what the slice before left
 * @param limit most series at a step; 0 is no limit
 * @returns what was appended (or was there already), and what is open now
 * @throws {WeirError} `RULE_FAILED`; what the appender throws
 */
export async function writeSlice(
  rule: RecordingRuleSpec,
  columns: MatrixColumns,
  open: OpenSeries,
  limit: number,
  appender: Appender,
): Promise<{ readonly samples: number; readonly open: OpenSeries }> {
  const rows = rowsOf(rule, columns)
  checkLimit(rule, rows, limit, columns.stepCount)
  const refs: SeriesRef[] = []
  const left = new Map<string, Labels>()
  let samples = 0
  for (const [key, { labels, values, histograms }] of rows) {
    const ref = appender.ref(labels)
    refs.push(ref)
    let wasThere = open.has(key)
    for (let k = 0; k < columns.stepCount; k++) {
      const value = values[k]!
      const isThere = !isStale(value)
      const timeMs = columns.startMs + k * columns.stepMs
      const histogram = histograms.get(k)
      if (histogram !== undefined) appender.appendHistogram(ref, timeMs, histogram)
      else if (isThere || wasThere) appender.append(ref, timeMs, value)
      if (isThere) samples++
      wasThere = isThere
    }
    if (wasThere) left.set(key, labels)
  }
  for (const [key, labels] of open) {
    if (rows.has(key)) continue
    const ref = appender.ref(labels)
    refs.push(ref)
    appender.append(ref, columns.startMs, STALE_MARKER)
  }
  await appender.commit()
  for (const ref of refs) appender.release(ref)
  return { samples, open: left }
}

interface Row {
  readonly labels: Labels
  /** The stale marker where there is none. */
  readonly values: Float64Array
  /** By step: where it is no number. */
  readonly histograms: Map<number, NativeHistogram>
}

/** By the series they become. Two that become one may take turns, but not meet. */
function rowsOf(
  rule: RecordingRuleSpec,
  { labels, values, histograms, stepCount }: MatrixColumns,
): Map<string, Row> {
  const rows = new Map<string, Row>()
  const histogramsOf = new Map<number, Map<number, NativeHistogram>>()
  for (const [at, histogram] of histograms) {
    const i = Math.floor(at / stepCount)
    const own = histogramsOf.get(i) ?? new Map<number, NativeHistogram>()
    histogramsOf.set(i, own.set(at - i * stepCount, histogram))
  }
  for (const [i, flat] of labels.entries()) {
    const named = recordedLabels(rule, Labels.fromFlat(flat))
    const own = values.subarray(i * stepCount, (i + 1) * stepCount)
    const ownHistograms = histogramsOf.get(i) ?? new Map<number, NativeHistogram>()
    const known = rows.get(named.key())
    if (known === undefined) {
      rows.set(named.key(), { labels: named, values: own, histograms: ownHistograms })
      continue
    }
    for (let k = 0; k < stepCount; k++) {
      if (isStale(own[k]!)) continue
      if (!isStale(known.values[k]!)) throw sameLabels(rule)
      known.values[k] = own[k]!
    }
    for (const [k, histogram] of ownHistograms) known.histograms.set(k, histogram)
  }
  return rows
}

function sameLabels({ name }: RecordingRuleSpec): WeirError {
  const why = 'vector contains metrics with the same labelset after applying rule labels'
  return new WeirError('RULE_FAILED', `${name}: ${why}`)
}

function checkLimit(
  { name }: RecordingRuleSpec,
  rows: ReadonlyMap<string, Row>,
  limit: number,
  stepCount: number,
): void {
  if (limit === 0 || rows.size <= limit) return
  for (let k = 0; k < stepCount; k++) {
    let count = 0
    for (const { values } of rows.values()) if (!isStale(values[k]!)) count++
    if (count <= limit) continue
    const why = `exceeded limit of ${limit} with ${count} series`
    throw new WeirError('RULE_FAILED', `${name}: ${why}`)
  }
}
