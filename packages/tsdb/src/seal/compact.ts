/**
 * Small windows become large ones: 5 minutes → 30 minutes → 4 hours → a day. A chunk of a day costs
 * its header once, and its times often nothing. With steps of 6, 8 and 6 a query of a day never
 * meets more than 6 + 7 + 6 windows and the head, and a sample is written four times in its life.
 */
import { SampleColumns } from '@weir/model'

import type { SheetView } from '../codec/sheet.ts'
import type { Core } from '../core.ts'
import { decodeSeries } from '../disk/series-list.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { MetricOrder } from '../index/metric-order.ts'
import { RunMerger } from '../read/merge.ts'
import { SealedWindow } from '../read/sealed.ts'
import { CHUNKS_PER_SERIES, COUNTER, KEPT, chunkNumber } from '../steps/chunks.ts'
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
/** When nothing was added for this long, windows that overlap become one: settled data is sorted data. */
export const OVERLAP_SETTLE_MS = HOUR_MS / 4

interface Job {
  readonly startMs: number
  readonly endMs: number
  readonly windows: readonly WindowRecord[]
}

/** The next windows that should become one; `undefined` when all is well. */
export function nextJob(core: Core): Job | undefined {
  for (const windows of byStep(core.readableWindows())) {
    const job = nextSlot(core, windows) ?? settledOverlap(core, windows)
    if (job !== undefined) return job
  }
  return undefined
}

/** Windows that can become one: those with whole samples, and those of each step. */
function byStep(all: Iterable<WindowRecord>): Iterable<readonly WindowRecord[]> {
  const found = new Map<number, WindowRecord[]>()
  for (const window of all) {
    const { stepMs = 0 } = window
    const list = found.get(stepMs)
    if (list === undefined) found.set(stepMs, [window])
    else list.push(window)
  }
  return found.values()
}

function nextSlot(core: Core, all: readonly WindowRecord[]): Job | undefined {
  for (const { spanMs, settleMs } of LEVELS) {
    for (const [startMs, windows] of slots(all, spanMs)) {
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

/**
 * Windows whose samples overlap in time, once no more of them come. Late samples lie in windows of a
 * day beside those that were sealed in time; until they are one, a query has to merge them.
 */
function settledOverlap(core: Core, all: readonly WindowRecord[]): Job | undefined {
  const now = core.settings.clock.now()
  let group: WindowRecord[] = []
  let maxMs = Number.NEGATIVE_INFINITY
  for (const window of [...byOldest(all), undefined]) {
    if (window !== undefined && window.minMs <= maxMs) {
      group.push(window)
    } else {
      const writtenMs = Math.max(...group.map((each) => each.writtenMs ?? 0))
      if (group.length > 1 && now - writtenMs >= OVERLAP_SETTLE_MS) return jobOf(group)
      group = window === undefined ? [] : [window]
    }
    maxMs = Math.max(maxMs, window?.maxMs ?? maxMs)
  }
  return undefined
}

function byOldest(windows: Iterable<WindowRecord>): WindowRecord[] {
  return [...windows].sort((a, b) => a.minMs - b.minMs)
}

function jobOf(windows: readonly WindowRecord[]): Job {
  const startMs = Math.min(...windows.map((window) => window.startMs))
  const endMs = Math.max(...windows.map((window) => window.endMs))
  return { startMs, endMs, windows }
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
  const { stepMs } = job.windows[0]!
  const writer = new WindowWriter(core, job.endMs - job.startMs, order, stepMs)
  let record: WindowRecord | undefined
  try {
    await mergeInto(writer, core, job, pause)
    const replace = (): void => {
      for (const window of job.windows) removeWindow(core, window)
      core.putHead()
    }
    if (writer.isEmpty) {
      writer.abandon()
      core.environment.root.transactionSync(replace)
    } else record = await writer.publish(job, replace)
  } catch (error) {
    writer.abandon()
    throw error
  }
  if (record !== undefined) core.windows.set(record.id, record)
  core.forgetWindows(job.windows)
}

async function mergeInto(writer: WindowWriter, core: Core, job: Job, pause: Pause): Promise<void> {
  const sources = byOldest(job.windows).map(
    (window) => new SealedWindow(window, core.environment, core.dictionary),
  )
  const transaction = core.environment.root.useReadTransaction()
  const merger = new RunMerger()
  const columns = new SampleColumns(8192)
  const free: SheetView[] = []
  try {
    const chunks = chunksOf(core, job.windows)
    const perSeries = job.windows[0]!.stepMs === undefined ? 1 : CHUNKS_PER_SERIES
    const order = new MetricOrder(core.dictionary)
    for (let series = 0; series * perSeries < chunks.length; series++) {
      if (chunks.subarray(series * perSeries, (series + 1) * perSeries).includes(1)) {
        order.add(series)
      }
      if (pause.isDue) await pause.wait()
    }
    for (const series of order.finish()) {
      for (let kind = 0; kind < perSeries; kind++) {
        const chunk = series * perSeries + kind
        if (chunks[chunk] === 0) continue
        columns.clear()
        merger.begin(columns)
        for (const source of sources) {
          const from = columns.length
          const hasOwn = kind !== COUNTER || source.hasChunk(chunk, transaction)
          // Where a window has none, what was kept is what counter functions read.
          const number = hasOwn ? chunk : chunkNumber(series, KEPT)
          source.read(number, -Infinity, Infinity, columns, transaction, free)
          core.tombstones.cutWindow(series, source.record.id, columns, from)
          merger.add(columns, source.record.order, true)
        }
        merger.finish(columns)
        if (columns.length > 0) writer.add(chunk, columns)
      }
      if (pause.isDue) await pause.wait()
    }
  } finally {
    transaction.done()
    for (const source of sources) source.release(free)
  }
}

/** Takes a window out of all tables, inside an open transaction; after it: `Core.forgetWindows`. */
export function removeWindow({ environment }: Core, { id }: WindowRecord): void {
  environment.windows.removeSync(id)
  environment.members.removeSync(id)
  environment.sheets.removeSync(id)
}

/** One byte a series: whether any of the windows has it. */
export function membersOf(core: Core, windows: Iterable<WindowRecord>): Uint8Array {
  const present = new Uint8Array(core.dictionary.allSeries)
  for (const window of windows) for (const series of seriesIn(core, window)) present[series] = 1
  return present
}

/** The series of a window, ascending. */
export function* seriesIn(core: Core, { id, stepMs = 0 }: WindowRecord): Iterable<number> {
  const record = core.environment.members.get(id)
  if (record === undefined) return
  let before = -1
  for (const number of decodeSeries(record)) {
    const series = stepMs > 0 ? Math.floor(number / CHUNKS_PER_SERIES) : number
    if (series !== before) yield series
    before = series
  }
}

/** One byte a chunk number (of windows with one step: mostly that is the series'): whether it is there. */
function chunksOf(core: Core, windows: readonly WindowRecord[]): Uint8Array {
  const isStepped = windows[0]!.stepMs !== undefined
  const size = core.dictionary.allSeries * (isStepped ? CHUNKS_PER_SERIES : 1)
  const present = new Uint8Array(size)
  for (const { id } of windows) {
    const record = core.environment.members.get(id)
    if (record !== undefined) for (const number of decodeSeries(record)) present[number] = 1
  }
  return present
}
