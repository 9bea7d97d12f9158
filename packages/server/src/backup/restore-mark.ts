import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '@weir/model'

/** What is restored into a volume of its own lies in this folder of it until it is moved in. */
export const RESTORE_MARK = 'restore.unfinished'

/** @throws {WeirError} `STORAGE_CORRUPT` when only a part of a backup is there */
export function requireWholeRestore(dataDir: string): void {
  if (!existsSync(join(dataDir, RESTORE_MARK))) return
  throw new WeirError(
    'STORAGE_CORRUPT',
    `Cannot use the data directory ${JSON.stringify(dataDir)}: a restore into it was not finished; run weir restore again, with --force`,
  )
}
