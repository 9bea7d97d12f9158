/** What happens when a data directory is opened: everything that must be in memory is read back. */
import type { MetricMetadata, WeirError } from '@weir/model'

import type { Core } from './core.ts'
import { BatchRoom, decodeBatch } from './disk/batch-record.ts'
import { readPairKey, storageError } from './disk/environment.ts'
import { FORMAT, requireFormat, requireNoWindows } from './disk/format.ts'
import { decodeTombstone } from './disk/tombstone-record.ts'
import { removeStrangers } from './disk/window-file.ts'
import type { HeadRecord, WindowRecord } from './disk/window-record.ts'
import type { Arena } from './head/arena.ts'
import { putWholeDictionary } from './renew-dictionary.ts'
import { publishCommit } from './head/epochs.ts'
import { Tombstones } from './read/tombstones.ts'

/** More dictionary records than this are written together into one. */
const DICTIONARY_RECORDS_MAX = 256

export function load(core: Core): void {
  checkFormat(core)
  loadDictionary(core)
  loadWindows(core)
  loadTombstones(core)
  removeOrphans(core)
  loadBatches(core)
  core.exemplars.load()
  core.outgoing.load()
  for (const { key, value } of core.environment.metadata.getRange({})) {
    core.metadata.set(key, JSON.parse(value) as MetricMetadata)
  }
  core.dictionary.publish()
}

function checkFormat({ environment, settings }: Core): void {
  if (requireFormat(environment.meta, settings.path) !== undefined) return
  requireNoWindows(environment.windowsFolder, settings.path)
  environment.root.transactionSync(() => environment.meta.putSync('format', FORMAT))
}

function loadDictionary(core: Core): void {
  const { environment, dictionary } = core
  let records = 0
  for (const { key, value } of environment.dictionary.getRange({})) {
    dictionary.load(value)
    core.dictionaryRecord = key
    records++
  }
  if (records <= DICTIONARY_RECORDS_MAX) return
  environment.root.transactionSync(() => putWholeDictionary(core, dictionary))
}

function loadWindows(core: Core): void {
  const { environment, head, settings } = core
  for (const { value } of environment.windows.getRange({})) {
    const record = JSON.parse(value) as WindowRecord
    core.windows.set(record.id, record)
    head.maxTimeMs = Math.max(head.maxTimeMs, record.maxMs)
  }
  const text = environment.meta.get('head')
  const windowMs = settings.headWindowMs
  // What is older than the window before this one is history, and is gathered by days.
  let sealedUntilMs = (Math.floor(settings.clock.now() / windowMs) - 1) * windowMs
  if (text !== undefined) {
    const record = JSON.parse(text) as HeadRecord
    core.version = record.version
    core.windowMax = record.windowMax
    core.orderMax = record.orderMax
    if (record.commit !== undefined) publishCommit(core.epochs, record.commit)
    head.arenaMax = record.arenaMax
    const before = record.sealedUntilMs ?? Number.NEGATIVE_INFINITY
    sealedUntilMs = Math.max(sealedUntilMs, Math.ceil(before / windowMs) * windowMs)
  }
  head.sealedUntilMs = sealedUntilMs
}

function loadTombstones(core: Core): void {
  const records = [...core.environment.tombstones.getRange({})]
  core.tombstones = new Tombstones(records.map(({ key, value }) => decodeTombstone(key, value)))
}

/** Files of windows that were being written or removed when the process ended. */
function removeOrphans(core: Core): void {
  const greatest = removeStrangers(core.environment.windowsFolder, (id) => core.windows.has(id))
  core.windowMax = Math.max(core.windowMax, greatest)
}

function lostBatch({ environment }: Core, arena: number, batch: number): WeirError {
  const what = new Error(`CORRUPTED: batch ${batch} of arena ${arena} is not there`)
  return storageError(`read ${JSON.stringify(environment.file)}`, what)
}

/** Samples that were acknowledged and not sealed yet. */
function loadBatches(core: Core): void {
  const { head } = core
  const arenas = new Map<number, Arena>()
  const room = new BatchRoom()
  const closed = new Set(core.tombstones.all.flatMap((tombstone) => tombstone.arenas))
  for (const { key, value } of core.environment.batches.getRange({})) {
    const [id, sequence] = readPairKey(key)
    const batch = decodeBatch(value, room)
    let arena = arenas.get(id)
    if (arena === undefined) {
      const { startMs, endMs, isLate } = batch
      arena = head.add({ startMs, endMs, isLate, id })
      arenas.set(id, arena)
      if (sequence !== 1) throw lostBatch(core, id, 1)
      if (closed.has(id)) head.close(arena) // what comes after a delete is not to be mixed with it
    }
    if (sequence > 1 && sequence !== arena.batchSequence + 1) {
      throw lostBatch(core, id, arena.batchSequence + 1)
    }
    arena.batchSequence = sequence
    head.maxTimeMs = Math.max(head.maxTimeMs, arena.load(batch))
  }
  for (const arena of arenas.values()) {
    if (!arena.isLate && arena.endMs <= head.sealedUntilMs) head.close(arena)
  }
}
