import { randomFillSync } from 'node:crypto'
import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { RESERVE_BYTES } from './room.ts'

/**
 * Room that is held while there is plenty, and let go of when somebody else has filled the disk to its last byte:
 * a full disk is what people want to be told of, and a notification is on the disk before it is sent.
 */
const FILE_NAME = 'ballast'
const BYTES = 8 * 2 ** 20

/** Takes the room again, once there is `reserveBytes` besides; to be called now and then by the store's writer. */
export function takeBallast(path: string, reserveBytes = RESERVE_BYTES): void {
  const file = join(path, FILE_NAME)
  if (existsSync(file)) return
  const { bavail, bsize } = statfsSync(path)
  if (bavail * bsize < reserveBytes + 2 * BYTES) return
  try {
    writeFileSync(file, randomFillSync(Buffer.alloc(BYTES))) // a file of zeros may take no room
  } catch {
    rmSync(file, { force: true }) // somebody was faster
  }
}

/** Lets go of it, from any thread; whether there was something to let go of. */
export function dropBallast(path: string): boolean {
  const file = join(path, FILE_NAME)
  if (!existsSync(file)) return false
  rmSync(file, { force: true })
  return true
}
