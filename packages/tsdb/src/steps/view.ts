import { type SampleColumns, type SampleView, isStale } from '@weir/model'

import type { SheetView } from '../codec/sheet.ts'
import type { ReadTransaction, SealedWindow } from '../read/sealed.ts'
import { COUNT, COUNTER, KEPT, SUM, chunkNumber } from './chunks.ts'

/** Which chunk a view reads, when the series has it; otherwise what was kept. */
const CHUNK = {
  samples: KEPT,
  instant: KEPT,
  range: KEPT,
  counter: COUNTER,
  sum: SUM,
  count: COUNT,
} as const satisfies Record<SampleView, number>

/**
 * Appends what a view wants of a series from a window that is kept at a step. All but a view of samples
 * take what is up to a step beyond the times, and note the stretch in which it stands so long.
 */
export function readStepped(
  window: SealedWindow,
  view: SampleView,
  series: number,
  { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  into: SampleColumns,
  transaction: ReadTransaction,
  free: SheetView[],
): void {
  const { record } = window
  const stepMs = record.stepMs ?? 0
  const wanted = chunkNumber(series, CHUNK[view])
  const isThere = window.hasChunk(wanted, transaction)
  const chunk = isThere ? wanted : chunkNumber(series, KEPT)
  const beyondMs = view === 'samples' ? 0 : stepMs
  const before = into.length
  window.read(chunk, minMs - beyondMs, maxMs + beyondMs, into, transaction, free)
  if (into.length === before) return
  if (view === 'count' && !isThere) countEach(into, before)
  if (view === 'samples') return
  into.stretches ??= []
  into.stretches.push({ minMs: record.minMs, maxMs: record.maxMs, stepMs })
}

/** A whole sample counts as one; stale markers stay. */
export function countEach(columns: SampleColumns, from: number): void {
  const { values, length } = columns
  columns.neverFalls = false
  for (let i = from; i < length; i++) if (!isStale(values[i]!)) values[i] = 1
}
