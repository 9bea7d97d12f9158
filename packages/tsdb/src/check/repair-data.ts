import { linkSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { WeirError, systemClock } from '@weir/model'
import { open } from 'lmdb'

import { addChecksum } from '../disk/checked-values.ts'
import { FILE_NAME, pairKey, storageError, syncFile } from '../disk/environment.ts'
import { takeLock } from '../disk/lock-file.ts'
import { type CheckedData, inspect } from './check-data.ts'
import type { DataReport } from './report.ts'
import { NUMBERED_TABLES, type StoredRecord } from './tables.ts'

/** What a repair did. */
interface Repair {
  /** What was wrong, and is left out now. */
  readonly report: DataReport
  /** Where everything lies as it was; '' when nothing had to be done. */
  readonly before: string
}

/**
 * Leaves out what is damaged: windows that cannot be read whole, batches and small records. The tables
 * are written anew from what is good, and take the place of the damaged file in one step; that file
 * and the damaged windows stay in `damaged-<time>` of the data directory.
 *
 * @throws {WeirError} `STORAGE_LOCKED`; `STORAGE_CORRUPT` when so much is lost that the rest means nothing
 */
export async function repairData(path: string): Promise<Repair> {
  using _lock = takeLock(path)
  const checked = inspect(path)
  if (checked.problems.length === 0) return { report: checked, before: '' }
  const hopeless = checked.problems.find(({ remedy }) => remedy === 'restore')
  if (hopeless !== undefined) {
    const what = `${hopeless.what}, and ${hopeless.meaning}`
    const advice = 'want a snapshot or another copy to start with'
    throw new WeirError(
      'STORAGE_CORRUPT',
      `Cannot repair ${JSON.stringify(path)}: ${what}; ${advice}`,
    )
  }
  const stamp = new Date(systemClock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const before = join(path, `damaged-${stamp}`)
  const repaired = join(path, `${FILE_NAME}.repaired`)
  try {
    removeFile(repaired)
    await writeTables(repaired, checked)
    syncFile(repaired)
    const dropped = keepDamaged(path, before, checked)
    renameSync(repaired, join(path, FILE_NAME))
    removeFile(`${repaired}-lock`)
    removeFile(join(path, `${FILE_NAME}-lock`))
    for (const id of dropped) removeFile(join(path, 'windows', `${id}`))
    syncFile(path)
    return { report: checked, before }
  } catch (error) {
    throw storageError(`repair ${JSON.stringify(path)}`, error)
  }
}

/** Gives everything that is left out a second name; says which windows that are. */
function keepDamaged(
  path: string,
  before: string,
  { wholeWindows, tables }: CheckedData,
): Set<number> {
  mkdirSync(join(before, 'windows'), { recursive: true })
  linkSync(join(path, FILE_NAME), join(before, FILE_NAME))
  const whole = new Set(wholeWindows)
  const keys = [...OF_WINDOWS].flatMap((table) => tables.get(table) ?? [])
  const dropped = new Set(keys.map(({ key }) => key.readUInt32LE(0)).filter((id) => !whole.has(id)))
  for (const id of dropped) {
    linkIfThere(join(path, 'windows', `${id}`), join(before, 'windows', `${id}`))
  }
  syncFile(before)
  return dropped
}

function linkIfThere(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

function removeFile(path: string): void {
  rmSync(path, { force: true })
}

async function writeTables(file: string, checked: CheckedData): Promise<void> {
  const root = open({ path: file, noSubdir: true, overlappingSync: false, maxDbs: 16 })
  try {
    root.transactionSync(() => {
      for (const [name, records] of checked.tables) {
        const isNumbered = NUMBERED_TABLES.has(name)
        const table = root.openDB<Uint8Array, number | Uint8Array>(name, {
          keyEncoding: isNumbered ? 'uint32' : 'binary',
          encoding: 'binary',
        })
        for (const { key, value } of kept(name, records, checked)) {
          table.putSync(isNumbered ? Buffer.from(key).readUInt32LE(0) : key, addChecksum(value))
        }
      }
    })
  } finally {
    await root.close()
  }
}

const OF_WINDOWS = new Set(['windows', 'members', 'sheets'])

/** The records of a table that stay. */
function* kept(
  table: string,
  records: readonly StoredRecord[],
  { unusable, wholeWindows }: CheckedData,
): Iterable<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
  const windows = new Set(wholeWindows)
  const batches = new Map<number, number>()
  for (const record of records) {
    if (unusable.has(record)) continue
    if (OF_WINDOWS.has(table) && !windows.has(record.key.readUInt32LE(0))) continue
    if (table === 'batches') {
      // They are counted without a gap: one that is missing is how a lost one is noticed.
      const arena = record.key.readUInt32BE(0)
      const number = (batches.get(arena) ?? 0) + 1
      batches.set(arena, number)
      yield { key: pairKey(arena, number), value: record.value }
    } else {
      yield record
    }
  }
}
