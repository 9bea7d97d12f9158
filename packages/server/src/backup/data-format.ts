import { WeirError } from '@weir/model'
import { DATA_FORMAT } from '@weir/tsdb'
import type { BackupHead } from './manifest.ts'

/**
 * Older ones are brought up to date when they are opened; newer ones this Weir cannot read.
 *
 * @throws {WeirError} `BACKUP_INVALID`
 */
export function requireKnownDataFormat({ dataFormat, weir }: BackupHead, what: string): void {
  if (Number(dataFormat) <= Number(DATA_FORMAT)) return
  throw new WeirError(
    'BACKUP_INVALID',
    `Cannot restore ${what}: its data have format ${JSON.stringify(dataFormat)}, written by Weir ${weir}; want format ${DATA_FORMAT} or older, use that Weir or a newer one`,
  )
}
