import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { WeirError } from '@weir/model'

/** What is restored into a volume of its own lies in this folder of it until it is moved in. */
export const RESTORE_MARK = 'restore.unfinished'

/** Where a restore puts what it unpacks, beside the directory whose place it takes. */
export function unpackingFolder(dataDir: string): string {
  return `${dataDir}.restoring-${process.pid}`
}

/** Where what was there before is kept. */
export function formerFolder(dataDir: string): string {
  return `${dataDir}.before-restore`
}

/** Takes away what killed restores left beside a directory; `isAlive` tells whether a process still runs. */
export function clearUnpacking(dataDir: string, isAlive: (pid: number) => boolean): void {
  const beginning = `${basename(dataDir)}.restoring-`
  for (const name of siblings(dataDir)) {
    if (!name.startsWith(beginning) || !/^\d+$/.test(name.slice(beginning.length))) continue
    if (isAlive(Number(name.slice(beginning.length)))) continue
    rmSync(join(dirname(dataDir), name), { recursive: true, force: true })
  }
}

/**
 * A directory that is not there because a restore was killed between its two renames would be made anew, and all
 * data seem lost.
 *
 * @throws {WeirError} `STORAGE_CORRUPT` when only a part of a backup is there, or a restore has not ended
 */
export function requireWholeRestore(dataDir: string): void {
  const path = resolve(dataDir)
  const isCut = !existsSync(path) && hasFormer(path)
  if (!isCut && !existsSync(join(path, RESTORE_MARK))) return
  const force = isCut ? '' : ', with --force'
  throw new WeirError(
    'STORAGE_CORRUPT',
    `Cannot use the data directory ${JSON.stringify(dataDir)}: a restore into it was not finished; run weir restore again${force}`,
  )
}

function hasFormer(path: string): boolean {
  const names = siblings(path)
  const name = basename(path)
  return (
    names.some((other) => other.startsWith(basename(formerFolder(name)))) &&
    names.some((other) => other.startsWith(`${name}.restoring-`))
  )
}

function siblings(path: string): string[] {
  return existsSync(dirname(path)) ? readdirSync(dirname(path)) : []
}
