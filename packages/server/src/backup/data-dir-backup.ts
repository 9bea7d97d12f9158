import { statSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError, systemClock } from '@weir/model'
import { takeLock } from '@weir/tsdb'
import { backupHead } from './backups.ts'
import { sourcesIn } from './stage.ts'
import { packedArchive } from './write-archive.ts'

/**
 * A backup of a data directory that no Weir uses, as it lies there.
 *
 * @throws {WeirError} `STORAGE_LOCKED` when a Weir does; `BACKUP_INVALID` when it is no data directory
 */
export async function* backupOfDirectory(
  dataDir: string,
  known: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  if (statSync(join(dataDir, 'weir.mdb'), { throwIfNoEntry: false }) === undefined) {
    const why = 'it is no data directory of Weir: there is no weir.mdb in it'
    throw new WeirError('BACKUP_INVALID', `Cannot back up ${JSON.stringify(dataDir)}: ${why}`)
  }
  using _lock = takeLock(dataDir)
  yield* packedArchive(backupHead(systemClock.now()), sourcesIn(dataDir), known)
}
