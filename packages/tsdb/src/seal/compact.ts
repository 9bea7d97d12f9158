/**
 * Small windows become large ones: 5 minutes → 30 minutes → 4 hours → a day. A chunk of a day costs
 * its header once, and its times often nothing. With steps of 6, 8 and 6 a query of a day never
 * meets more than 6 + 7 + 6 windows and the head, and a sample is written four times in its life.
 */
import { SampleColumns } from '@weir/model'

import type { SheetView } from '../codec/sheet.ts'
import type { Core } from '../core.ts'
import { pairKey } from '../disk/environment.ts'
import { decodeSeries } from '../disk/series-list.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { type Run, mergeRuns } from '../read/merge.ts'
import { SealedWindow } from '../read/sealed.ts'
import type { Pause } from './pause.ts'
import { WindowWriter } from './window-writer.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Spans of compacted windows, and how long after a slot's end it is thought complete. */
const LEVELS = [
  { spanMs: HOUR_MS / 2, settleMs: 0 },
  { spanMs: 4 * HOUR_MS, settleMs: 0 },
  { spanMs: DAY_MS, settleMs: HOUR_MS },
] as const
/** So many windows of late samples in one day are merged even when the day is not over. */
const LATE_WINDOWS_MAX = 8

interface Job {
  readonly startMs: number
  readonly endMs: number
  readonly windows: readonly WindowRecord[]
}

/** The next windows that should become one; `undefined` when all is well. */
export function nextJob(core: Core): Job | undefined {
  for (const { spanMs, settleMs } of LEVELS) {
    for (const [startMs, windows] of slots(core.windows.values(), spanMs)) {
      const endMs = startMs + spanMs
      const isOpen = core.head.arenas.some(
        (arena) => !arena.isLate && arena.startMs < endMs && arena.endMs > startMs,
      )
      const isComplete = !isOpen && endMs + settleMs <= core.head.sealedUntilMs
      const chosen = isComplete ? worthMerging(windows, spanMs) : manyLate(windows, spanMs)
      if (chosen.length > 1) return { startMs, endMs, windows: chosen }
    }
  }
  return undefined
}

function slots(windows: Iterable<WindowRecord>, spanMs: number): Map<number, WindowRecord[]> {
  const found = new Map<number, WindowRecord[]>()
  for (const window of windows) {
    if (window.endMs - window.startMs > spanMs) continue
    const startMs = Math.floor(window.startMs / spanMs) * spanMs
    if (window.endMs > startMs + spanMs) continue
    const slot = found.get(startMs)
    if (slot === undefined) found.set(startMs, [window])
    else slot.push(window)
  }
  return found
}

/** All windows of a complete slot; but a large one is not written again for a few late samples. */
function worthMerging(windows: readonly WindowRecord[], spanMs: number): readonly WindowRecord[] {
  const whole = windows.filter(({ startMs, endMs }) => endMs - startMs === spanMs)
  if (whole.length < windows.length || windows.length >= LATE_WINDOWS_MAX) return windows
  const sizes = whole.map(({ samples }) => samples)
  const largest = Math.max(...sizes)
  const others = sizes.reduce((sum, size) => sum + size, 0) - largest
  return others * 4 >= largest ? windows : []
}

function manyLate(windows: readonly WindowRecord[], spanMs: number): readonly WindowRecord[] {
  const late = windows.filter(({ startMs, endMs }) => endMs - startMs === spanMs)
  return spanMs === DAY_MS && late.length >= LATE_WINDOWS_MAX ? late : []
}

/** Makes one window of several, and removes those. */
export async function compact(core: Core, job: Job, pause: Pause): Promise<void> {
  const order = Math.min(...job.windows.map((window) => window.order))
  const writer = new WindowWriter(core, job.endMs - job.startMs, order)
  let record: WindowRecord
  try {
    await mergeInto(writer, core, job, pause)
    record = writer.publish(job, () => {
      for (const window of job.windows) removeWindow(core, window)
      core.putHead()
    })
  } catch (error) {
    writer.abandon()
    throw error
  }
  for (const window of job.windows) core.windows.delete(window.id)
  core.windows.set(record.id, record)
}

async function mergeInto(writer: WindowWriter, core: Core, job: Job, pause: Pause): Promise<void> {
  const sources = job.windows
    .toSorted((a, b) => a.minMs - b.minMs)
    .map((window) => new SealedWindow(window, core.environment, true))
  const transaction = core.environment.root.useReadTransaction()
  const range = { minMs: Number.NEGATIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY }
  const columns = new SampleColumns(8192)
  const free: SheetView[] = []
  try {
    const members = membersOf(core, job.windows)
    for (let series = 0; series < members.length; series++) {
      if (members[series] === 0) continue
      columns.clear()
      const runs: Run[] = []
      let isSorted = true
      for (const source of sources) {
        const from = columns.length
        source.read(series, range, columns, transaction, free)
        if (columns.length === from) continue
        if (from > 0 && columns.times[from]! <= columns.times[from - 1]!) isSorted = false
        runs.push({ from, to: columns.length, order: source.record.order })
      }
      if (!isSorted) mergeRuns(columns, runs)
      if (columns.length > 0) writer.add(series, columns.times, columns.values, columns.length)
      if (pause.isDue) await pause.wait()
    }
  } finally {
    transaction.done()
  }
}

/** Takes a window's values out of all tables, inside an open transaction. */
export function removeWindow(core: Core, { id }: WindowRecord): void {
  const { environment } = core
  const firsts = environment.firsts.get(id)
  if (firsts !== undefined) {
    for (const first of decodeSeries(firsts)) environment.sheets.removeSync(pairKey(id, first))
  }
  environment.windows.removeSync(id)
  environment.members.removeSync(id)
  environment.firsts.removeSync(id)
}

/** One byte a series: whether any of the windows has it. */
export function membersOf(core: Core, windows: Iterable<WindowRecord>): Uint8Array {
  const present = new Uint8Array(core.dictionary.allSeries)
  for (const window of windows) {
    const record = core.environment.members.get(window.id)
    if (record === undefined) continue
    for (const series of decodeSeries(record)) present[series] = 1
  }
  return present
}
