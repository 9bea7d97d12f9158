import { statfsSync } from 'node:fs'

import { WeirError } from '@weir/model'

/** Space that must stay free on the disk, unless the options say otherwise. */
export const RESERVE_BYTES = 64 * 2 ** 20
/** LMDB copies each page that it changes, and the pages above it. */
const PAGES_FACTOR = 2

/**
 * Refuses to write when the disk is nearly full. Asked before every transaction, since lmdb does not
 * survive a write that the disk refuses: its native part ends the process (lmdb 3.5.6, "No space left
 * on device" on a full tmpfs, then heap corruption). Costs one system call.
 *
 * @throws {WeirError} `STORAGE_FULL`
 */
export function requireRoom(path: string, bytes: number, reserveBytes: number): void {
  const { bavail, bsize } = statfsSync(path)
  const want = bytes * PAGES_FACTOR + reserveBytes
  if (bavail * bsize >= want) return
  const got = `want ${want} bytes free, got ${bavail * bsize}`
  const advice = 'intake goes on when there is room'
  throw new WeirError('STORAGE_FULL', `Cannot write to ${JSON.stringify(path)}: ${got}; ${advice}`)
}
