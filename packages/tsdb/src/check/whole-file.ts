import { statSync } from 'node:fs'

import { storageError } from '../disk/environment.ts'
import { MdbPages } from './mdb-pages.ts'

/**
 * Refuses a file in which LMDB would lose its way. Only its pages' structure is read, so it takes a
 * few milliseconds for a store of a million series.
 *
 * @throws {WeirError} `STORAGE_CORRUPT`
 */
export function requireWholeFile(file: string): void {
  // LMDB makes one of nothing, and of nothing in it.
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) return
  try {
    using pages = new MdbPages(file)
    pages.walk()
    const [first] = pages.damages
    if (first === undefined) return
    const table = first.table === '' ? 'the list of tables' : `"${first.table}"`
    const more = pages.damages.length > 1 ? ` (and ${pages.damages.length - 1} more)` : ''
    throw new Error(`CORRUPTED: ${table} ${first.what}${more}`)
  } catch (error) {
    throw storageError(`open ${JSON.stringify(file)}`, error)
  }
}
