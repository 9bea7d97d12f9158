import { statSync } from 'node:fs'

import { WeirError } from '@weir/model'

import type { Core } from '../core.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { droppedRecord } from '../index/dictionary.ts'
import { membersOf, removeWindow, seriesIn } from './compact.ts'

/** Drops windows that are too old or too much, oldest first, and the series that had nothing else. */
export function dropDue(core: Core): void {
  const due = dueWindows(core)
  if (due.length > 0) dropSeries(core, due)
}

/** Drops windows, and the series that nothing else has. */
export function dropSeries(core: Core, due: readonly WindowRecord[]): void {
  const { environment, dictionary } = core
  for (const window of due) core.windows.delete(window.id)
  try {
    const gone = seriesWithoutData(core)
    if (due.length === 0 && gone.length === 0) return
    core.requireRoom(gone.length * 8, true)
    environment.root.transactionSync(() => {
      for (const window of due) removeWindow(core, window)
      if (gone.length > 0) {
        environment.dictionary.putSync(++core.dictionaryRecord, droppedRecord(gone))
      }
      core.putHead()
    })
    core.forgetWindows(due)
    if (gone.length === 0) return
    dictionary.drop(gone)
    core.tell({ kind: 'dropped', series: Uint32Array.from(gone) })
  } catch (error) {
    for (const window of due) core.windows.set(window.id, window)
    throw error
  }
}

/** Pages of exemplars that are put together in one run of maintenance. */
const EXEMPLAR_TIDIES_MAX = 8

/** Exemplars go by age, as samples do that no rule is for; what is left is put together. */
export function maintainExemplars({ exemplars, retention, settings }: Core): void {
  const now = settings.clock.now()
  exemplars.drop((newestMs) => retention.levelOf(0, newestMs, now) === undefined)
  for (let left = EXEMPLAR_TIDIES_MAX; left > 0 && exemplars.tidy(); left--);
}

function dueWindows(core: Core): WindowRecord[] {
  const now = core.settings.clock.now()
  const { retention } = core
  const byAge = [...core.windows.values()].sort((a, b) => a.maxMs - b.maxMs)
  const bytesMax = retention.bytes > 0 ? windowBytesMax(core) : Number.POSITIVE_INFINITY
  let bytes = byAge.reduce((sum, window) => sum + window.bytes, 0)
  return byAge.filter((window) => {
    const isDue =
      bytes > bytesMax ||
      retention
        .classesIn(window, () => seriesIn(core, window))
        .every((klass) => retention.levelOf(klass, window.maxMs, now) === undefined)
    if (isDue) bytes -= window.bytes
    return isDue
  })
}

/**
 * What windows may take of the limit: all that the environment leaves, which holds the index and what
 * is not sealed yet. But half is always theirs, so that a large index does not eat all history.
 */
function windowBytesMax({ retention, environment }: Core): number {
  return Math.max(retention.bytes - statSync(environment.file).size, retention.bytes / 2)
}

function seriesWithoutData(core: Core): Float64Array {
  const { dictionary, head } = core
  const present = membersUnlessDamaged(core)
  const gone: number[] = []
  // One that was just told and waits for its first commit has nothing yet, and is not on disk either.
  const end = Math.min(present.length, dictionary.savedSeries)
  for (let series = 0; series < end; series++) {
    if (present[series] === 1 || !dictionary.isLive(series)) continue
    if (!head.arenas.some((arena) => arena.newest(series) > 0)) gone.push(series)
  }
  return Float64Array.from(gone)
}

/** One byte a series; none at all when a window cannot say which it has: it may have any. */
function membersUnlessDamaged(core: Core): Uint8Array {
  try {
    return membersOf(core, core.windows.values())
  } catch (error) {
    if (error instanceof WeirError && error.code === 'STORAGE_CORRUPT') return new Uint8Array(0)
    throw error
  }
}
