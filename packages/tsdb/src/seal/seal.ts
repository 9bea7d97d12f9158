import { SampleColumns } from '@weir/model'

import type { Core } from '../core.ts'
import { pairKey } from '../disk/environment.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import type { Arena } from '../head/arena.ts'
import { newestCommit, stepEpoch } from '../head/epochs.ts'
import { readArena } from '../head/layout.ts'
import { MetricOrder } from '../index/metric-order.ts'
import { RunMerger } from '../read/merge.ts'
import type { Pause } from './pause.ts'
import { WindowWriter } from './window-writer.ts'

/**
 * After the end of a head window this much time goes by before it is sealed, so that a scrape or a
 * flush that began in it still finds it open.
 */
const SEAL_DELAY_MS = 60_000
/** Late arenas with so many samples in all are sealed at once: an import fills hundreds of days. */
const LATE_SAMPLES_MAX = 4_000_000

/** Closes the arenas whose time is over. */
export function closeDue(core: Core): void {
  const { head, settings } = core
  const now = settings.clock.now()
  const until = Math.floor((now - SEAL_DELAY_MS) / settings.headWindowMs) * settings.headWindowMs
  head.sealedUntilMs = Math.max(head.sealedUntilMs, until)
  const late = head.arenas.filter(({ isLate, closing }) => isLate && !closing)
  const lateSamples = late.reduce((sum, { sampleCount }) => sum + sampleCount, 0)
  for (const arena of head.arenas) {
    const isDue = arena.isLate
      ? now - arena.createdMs >= settings.headWindowMs || lateSamples >= LATE_SAMPLES_MAX
      : arena.endMs <= head.sealedUntilMs
    if (isDue && !arena.closing) head.close(arena)
  }
}

/** Moves a closed arena's samples into sheets, and its memory back to the pool. */
export async function seal(core: Core, arena: Arena, pause: Pause): Promise<void> {
  const spanMs = arena.endMs - arena.startMs
  const writer = new WindowWriter(core, spanMs, ++core.orderMax)
  let record: WindowRecord | undefined
  try {
    await copySamples(core, arena, writer, pause)
    if (writer.isEmpty) {
      writer.abandon()
      core.environment.root.transactionSync(() => forgetBatches(core, arena))
    } else record = await writer.publish(arena, () => forgetBatches(core, arena))
  } catch (error) {
    writer.abandon()
    throw error
  }
  if (record !== undefined) core.windows.set(record.id, record)
  core.tell({ kind: 'arenaGone', id: arena.id })
  core.head.remove(arena, stepEpoch(core.epochs))
}

async function copySamples(
  core: Core,
  arena: Arena,
  writer: WindowWriter,
  pause: Pause,
): Promise<void> {
  const columns = new SampleColumns(4096)
  const merger = new RunMerger()
  const newest = newestCommit(core.epochs)
  const order = new MetricOrder(core.dictionary)
  for (let series = 0; series < arena.seriesEnd; series++) {
    if (arena.newest(series) !== 0) order.add(series)
    if (pause.isDue) await pause.wait()
  }
  for (const series of order.finish()) {
    columns.clear()
    merger.begin(columns)
    const { startMs, endMs } = arena
    const isAscending = readArena(arena, series, startMs, endMs, columns, newest)
    core.tombstones.cutArena(series, arena.id, columns, 0)
    merger.add(columns, 0, isAscending)
    merger.finish(columns)
    if (columns.length > 0) writer.add(series, columns)
    if (pause.isDue) await pause.wait()
  }
}

function forgetBatches(core: Core, arena: Arena): void {
  for (let batch = 1; batch <= arena.batchSequence; batch++) {
    core.environment.batches.removeSync(pairKey(arena.id, batch))
  }
  core.putHead(arena.id)
}
