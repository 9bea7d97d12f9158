import { WeirError } from '@weir/model'
import type { ImportTarget } from '@weir/server'
import { showBytes } from '../show/bytes.ts'

/**
 * Looks whether there is room for what a data directory has, before anything is sent.
 *
 * @param bytes as Prometheus has packed them; Weir needs no more
 * @throws {WeirError} `STORAGE_FULL`
 */
export async function requireSpace(
  folder: string,
  bytes: number,
  target: Pick<ImportTarget, 'freeBytes'>,
): Promise<void> {
  const free = await target.freeBytes()
  if (free === undefined || free >= bytes) return
  const why = `it has ${showBytes(bytes)} of samples, and where they go ${showBytes(free)} are free`
  const want = 'make room, or choose by --from, --until or --match'
  throw new WeirError('STORAGE_FULL', `Cannot import ${JSON.stringify(folder)}: ${why}; ${want}`)
}
