import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { WeirError } from '@weir/model'
import { type Database, open } from 'lmdb'

import { checkedText } from './checked-values.ts'
import { FILE_NAME } from './environment.ts'

/** Written into every data directory; see docs/formats/data-dir.md. */
export const FORMAT = '4'

type Meta = Pick<Database<string, string>, 'get' | 'getBinary'>

/**
 * Looks at the format of a directory before anything in it is touched: what opens it to write makes tables that are
 * missing, and the copy that makes it smaller has only those that this Weir knows.
 *
 * @throws {WeirError} `STORAGE_CORRUPT` when it is not ours
 */
export async function requireKnownFormat(path: string): Promise<void> {
  const file = join(path, FILE_NAME)
  if (!existsSync(file)) return
  const root = open({ path: file, noSubdir: true, readOnly: true, maxDbs: 16, encoding: 'binary' })
  try {
    const options: object = { encoder: checkedText(file, 'meta') }
    const meta: Database<string, string> | undefined = root.openDB('meta', options)
    // A file that was being made when the process ended has no tables.
    if (meta !== undefined) requireFormat(meta, path)
  } finally {
    await root.close()
  }
}

/**
 * @returns the format; undefined for a directory that is new
 * @throws {WeirError} `STORAGE_CORRUPT` when it is not ours
 */
export function requireFormat(meta: Meta, path: string): string | undefined {
  // Formats 1 and 2 had no checksums: one digit, and nothing behind it.
  const stored = meta.getBinary('format')
  const isOld = stored !== undefined && stored.length < 4
  const format = isOld ? stored.toString('latin1') : meta.get('format')
  if (format === undefined || format === FORMAT) return format
  const advice =
    Number(format) > Number(FORMAT)
      ? 'a newer Weir wrote it: use that one, or restore a backup from before the upgrade'
      : 'use the version of Weir that wrote it, or another directory'
  const want = `want format ${FORMAT}, got ${JSON.stringify(format)}`
  throw new WeirError('STORAGE_CORRUPT', `Cannot read ${path}: ${want}; ${advice}`)
}

/**
 * Windows that no table names are taken away; when the tables are lost, that would be all of them.
 *
 * @throws {WeirError} `STORAGE_CORRUPT`
 */
export function requireNoWindows(windows: string, path: string): void {
  if (!existsSync(windows) || !readdirSync(windows).some((name) => /^\d+$/.test(name))) return
  const what = `${FILE_NAME} is new, and windows of another one are there`
  const advice = 'restore a backup, or move the folder windows away to begin anew'
  throw new WeirError('STORAGE_CORRUPT', `Cannot read ${path}: ${what}; ${advice}`)
}
