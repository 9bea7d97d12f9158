/**
 * Files in which damage was found, in the folder of the logs: nothing reads them any more, and nothing
 * removes them, so that whoever has a copy of the disk, or the patience, may save what is in them.
 */
import { copyFileSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'

const DAMAGED = 'damaged'

/** Puts a copy of a file there; gives its path. */
export function copyDamaged(folder: string, file: string): string {
  const kept = damagedPath(folder, file)
  copyFileSync(join(folder, file), kept)
  return kept
}

/** Moves files there, those that exist; gives the path of the last. */
export function moveDamaged(folder: string, files: readonly string[]): string {
  let kept = ''
  for (const file of files) {
    kept = damagedPath(folder, file)
    try {
      renameSync(join(folder, file), kept)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return kept
}

function damagedPath(folder: string, file: string): string {
  mkdirSync(join(folder, DAMAGED), { recursive: true })
  return join(folder, DAMAGED, file)
}
