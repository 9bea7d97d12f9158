import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { type Environment, FILE_NAME, openEnvironment } from './environment.ts'
import { requireRoom } from './room.ts'

/** A file below this is left as it is. */
const BYTES_MIN = 256 * 2 ** 10
/**
 * So many times what is in it the file must be. The batches of a living store go from one window of the
 * head, just sealed, to two, so twice is what it needs again in minutes; to copy 34 MB of 90 delayed the
 * start with 1,000,000 series by 0.3 s.
 */
const TIMES_MIN = 4
const PAGE_BYTES = 4096
/** Where the smaller file is made; LMDB puts its table of readers beside it. */
const FOLDER = 'smaller'

/**
 * Makes `weir.mdb` as small as what it holds, when less than a quarter of it is in use. LMDB uses freed
 * pages again but never gives them back, and the batches of ten minutes, all sealed since, can be ten
 * times what else is in it. Done at a start, when nobody else has the file open.
 *
 * Table by table, since lmdb's own compacting copy is not to be trusted: the process that writes to
 * one later is aborted (lmdb 3.5.6, "Assertion 'key.mv_size > 0' failed in mdb_page_alloc").
 */
export async function shrink(path: string): Promise<void> {
  const folder = join(path, FOLDER)
  rmSync(folder, { recursive: true, force: true }) // one that was being written when the process ended
  const from = openEnvironment(path)
  try {
    const bytes = usedPages(from) * PAGE_BYTES
    const { size } = statSync(from.file)
    if (size < BYTES_MIN || bytes * TIMES_MIN > size) return
    requireRoom(path, bytes, 0)
    await copyTables(from, folder)
  } finally {
    await from.root.close()
  }
  renameSync(join(folder, FILE_NAME), from.file)
  sync(path)
  rmSync(folder, { recursive: true })
}

/** All that the commands below need of a table, whatever its keys and values are. */
interface AnyTable {
  getRange(options: object): Iterable<{ readonly key: unknown; readonly value: unknown }>
  putSync(key: unknown, value: unknown): unknown
  getStats(): object
}

function tablesOf(environment: Environment): AnyTable[] {
  const tables: AnyTable[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (name !== 'root' && isTable(value)) tables.push(value)
  }
  return tables
}

function isTable(value: unknown): value is AnyTable {
  return typeof value === 'object' && value !== null && 'getRange' in value
}

async function copyTables(from: Environment, folder: string): Promise<void> {
  const to = openEnvironment(folder)
  try {
    const copies = tablesOf(to)
    to.root.transactionSync(() => {
      for (const [i, table] of tablesOf(from).entries()) {
        for (const { key, value } of table.getRange({})) copies[i]!.putSync(key, value)
      }
    })
  } finally {
    await to.root.close()
  }
}

interface TableStats {
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

function usedPages(environment: Environment): number {
  let pages = 0
  for (const table of [environment.root, ...tablesOf(environment)]) {
    const stats = table.getStats() as TableStats
    pages += stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages
  }
  return pages
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
