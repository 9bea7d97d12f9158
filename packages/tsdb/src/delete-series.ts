/**
 * Deleting series, as Prometheus's admin API does: at once for queries, later on disk.
 *
 * ```
 * delete ─► matchers → series ─► arenas that hold them are closed ─► tombstone on disk ─► acknowledged
 * clean  ─► what is closed is sealed without the deleted ─► windows are written anew ─► tombstone gone
 *           └► series that have nothing left leave the dictionary
 * ```
 *
 * A tombstone is about what was there when it was made. Prometheus cuts its intervals at the last
 * sample of each series to the same end; here the number of the window and the arena tell, so samples
 * that are sent again for a deleted time are seen again.
 */
import { type Matcher, WeirError } from '@weir/model'

import type { Core } from './core.ts'
import { type Tombstone, encodeTombstone } from './disk/tombstone-record.ts'
import { SeriesTest } from './index/series-test.ts'
import { Tombstones } from './read/tombstones.ts'
import { compact, membersOf } from './seal/compact.ts'
import type { Pause } from './seal/pause.ts'
import { dropSeries } from './seal/retention.ts'

/** Deletes that may wait for `cleanTombstones`: each costs every read of its series a little. */
const TOMBSTONES_MAX = 1000

/**
 * Marks samples within [minMs, maxMs] as deleted, of all series for which the matchers hold.
 *
 * @throws {WeirError} `STORAGE_BUSY`, `STORAGE_FULL`, `MATCHER_BAD_REGEX`
 */
export async function deleteSeries(
  core: Core,
  matchers: readonly Matcher[],
  times: { readonly minMs: number; readonly maxMs: number },
  pause: Pause,
): Promise<void> {
  const series = await findSeries(core, matchers, pause)
  if (series.length === 0 || times.minMs > times.maxMs) return
  const waiting = core.tombstones.all
  if (waiting.length >= TOMBSTONES_MAX) {
    const advice = 'clean the tombstones first'
    const message = `Cannot delete series: ${waiting.length} deletes wait to be carried out; ${advice}`
    throw new WeirError('STORAGE_BUSY', message)
  }
  const { head, environment } = core
  const holders = head.arenas.filter(
    (arena) =>
      arena.startMs <= times.maxMs &&
      arena.endMs > times.minMs &&
      series.some((number) => arena.newest(number) > 0),
  )
  const tombstone: Tombstone = {
    ...times,
    id: (waiting.at(-1)?.id ?? 0) + 1,
    windowMax: core.windowMax,
    arenas: holders.map(({ id }) => id),
    series,
  }
  core.requireRoom(series.length * 8, true)
  environment.root.transactionSync(() => {
    environment.tombstones.putSync(tombstone.id, encodeTombstone(tombstone))
    core.putHead()
  })
  for (const arena of holders) head.close(arena)
  core.tombstones = new Tombstones([...waiting, tombstone])
}

async function findSeries(
  core: Core,
  matchers: readonly Matcher[],
  pause: Pause,
): Promise<Float64Array> {
  const { dictionary } = core
  const test = new SeriesTest(matchers, dictionary)
  const found: number[] = []
  for (let series = 0; series < dictionary.allSeries; series++) {
    if (dictionary.isLive(series) && test.holds(series)) found.push(series)
    if (pause.isDue) await pause.wait()
  }
  return Float64Array.from(found)
}

/** Writes every window anew that holds deleted samples, and forgets the tombstones that are done. */
export async function cleanTombstones(core: Core, pause: Pause): Promise<void> {
  const { all } = core.tombstones
  for (const window of core.readableWindows()) {
    if (core.closed) return
    const members = membersOf(core, [window])
    if (!core.tombstones.touches(window, (series) => members[series] === 1)) continue
    await compact(core, { startMs: window.startMs, endMs: window.endMs, windows: [window] }, pause)
  }
  // An arena that could not be sealed yet keeps its tombstone, and so does a damaged window.
  const left = [...core.windows.values()].filter(({ id }) => core.damaged.has(id))
  const done = all.filter(({ arenas, windowMax }) => {
    const isHeld = core.head.arenas.some((arena) => arenas.includes(arena.id))
    return !isHeld && !left.some(({ id }) => id <= windowMax)
  })
  forget(core, done)
  dropSeries(core, [])
}

/** Forgets tombstones whose windows and arenas are all gone, and series that have nothing left. */
export function forgetIdle(core: Core): void {
  const idle = core.tombstones.all.filter(({ arenas, windowMax, minMs, maxMs }) => {
    const isHeld = core.head.arenas.some((arena) => arenas.includes(arena.id))
    const windows = [...core.windows.values()]
    return (
      !isHeld && !windows.some((w) => w.id <= windowMax && w.minMs <= maxMs && w.maxMs >= minMs)
    )
  })
  if (idle.length === 0) return
  forget(core, idle)
  dropSeries(core, [])
}

function forget(core: Core, done: readonly Tombstone[]): void {
  if (done.length === 0) return
  const { root, tombstones } = core.environment
  core.requireRoom(0, true)
  root.transactionSync(() => {
    for (const { id } of done) tombstones.removeSync(id)
    core.putHead()
  })
  core.tombstones = new Tombstones(core.tombstones.all.filter((each) => !done.includes(each)))
}
