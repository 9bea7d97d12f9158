import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { WeirError } from '@weir/model'
import { holderOf, isAlive } from '@weir/tsdb'
import { requireKnownDataFormat } from './data-format.ts'
import { syncPath, writeFile } from './durable-file.ts'
import { type BackedFile, type BackupHead, type Manifest, noBackup } from './manifest.ts'
import { readArchive } from './read-archive.ts'
import { RESTORE_MARK, clearUnpacking, formerFolder, unpackingFolder } from './restore-mark.ts'

/** Puts the files of a backup into an empty folder, and gives what it says of itself when all are right. */
export type Unpack = (folder: string) => Promise<Manifest>

export interface Restored {
  readonly manifest: Manifest
  /** Where what was there before is now; '' when nothing was. */
  readonly before: string
}

/**
 * Makes a data directory of a backup. Until all of it is unpacked, right and on the disk, nothing in
 * `dataDir` changes; then one takes the place of the other by its name.
 *
 * @param isForced whether a directory that is not empty may be replaced; it is kept beside the new one
 * @throws {WeirError} `RESTORE_REFUSED`, `BACKUP_INVALID`, `STORAGE_FULL`, `STORAGE_LOCKED`
 */
export async function restore(
  unpack: Unpack,
  dataDir: string,
  isForced: boolean,
): Promise<Restored> {
  const target = resolve(dataDir)
  requireFree(target, isForced)
  clearUnpacking(target, isAlive)
  const beside = isMountPoint(target) ? join(target, RESTORE_MARK) : unpackingFolder(target)
  rmSync(beside, { recursive: true, force: true })
  let isMoving = false
  try {
    mkdirSync(beside, { recursive: true })
    const manifest = await unpack(beside)
    syncFolders(beside)
    requireFree(target, isForced) // a Weir may have been started meanwhile
    isMoving = dirname(beside) === target
    return { manifest, before: isMoving ? moveInto(beside, target) : swap(beside, target) }
  } catch (error) {
    // What has begun to move in leaves its mark, so that no Weir starts with half of it.
    if (!isMoving) rmSync(beside, { recursive: true, force: true })
    throw asRestoreError(error, target)
  }
}

/** Unpacks a packed archive. */
export function fromArchive(packed: AsyncIterable<Uint8Array>, what: string): Unpack {
  return async (folder) => {
    const manifest = await readArchive(packed, what, {
      begin: (head: BackupHead) => requireKnownDataFormat(head, what),
      file: async (path, _bytes, content) => writeFile(join(folder, path), content),
    })
    const absent = manifest.files.find(({ known }) => known)
    if (absent === undefined) return manifest
    throw noBackup(what, `it leaves out what a folder of backups has, such as "${absent.path}"`)
  }
}

/** How much a backup has in it. */
export function sizeOf(files: readonly BackedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0)
}

function requireFree(target: string, isForced: boolean): void {
  const holder = holderOf(target)
  const shown = JSON.stringify(target)
  if (holder !== undefined) {
    throw new WeirError(
      'STORAGE_LOCKED',
      `Cannot restore into ${shown}: process ${holder} has it, stop it first`,
    )
  }
  if (!existsSync(target)) return
  const content = readdirSync(target).filter(
    (name) => name !== RESTORE_MARK && name !== 'lost+found',
  )
  if (content.length === 0 || isForced) return
  throw new WeirError(
    'RESTORE_REFUSED',
    `Cannot restore into ${shown}: it is not empty; use another directory, or --force, which keeps what is there beside it`,
  )
}

/** A volume of its own, which has no name to be given away: what is restored must be moved into it. */
function isMountPoint(target: string): boolean {
  if (!existsSync(target)) return false
  return statSync(target).dev !== statSync(dirname(target)).dev
}

/** Two names change: should the process end in between, both directories are whole, and no Weir starts without one. */
function swap(beside: string, target: string): string {
  const isThere = existsSync(target)
  const isEmpty = isThere && readdirSync(target).length === 0
  const before = isThere && !isEmpty ? freeName(formerFolder(target)) : ''
  if (isEmpty) rmdirSync(target)
  else if (isThere) renameSync(target, before)
  renameSync(beside, target)
  syncPath(dirname(target))
  return before
}

function moveInto(beside: string, target: string): string {
  const old = readdirSync(target).filter(
    (name) => name !== basename(beside) && name !== 'lost+found' && !name.startsWith(OLD),
  )
  const before = old.length === 0 ? '' : freeName(join(target, OLD))
  if (before !== '') mkdirSync(before)
  for (const name of old) renameSync(join(target, name), join(before, name))
  // While the folder is there a start refuses: only when all have moved it goes.
  for (const name of readdirSync(beside)) renameSync(join(beside, name), join(target, name))
  syncPath(target)
  rmdirSync(beside)
  syncPath(target)
  return before
}

/** Copies of this name are no data: see `sourcesIn`. */
const OLD = 'damaged-before-restore'

function freeName(wanted: string): string {
  for (let i = 1; ; i++) {
    const name = i === 1 ? wanted : `${wanted}-${i}`
    if (!existsSync(name)) return name
  }
}

function syncFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) syncFolders(join(folder, entry.name))
  }
  syncPath(folder)
}

function asRestoreError(error: unknown, target: string): unknown {
  if (error instanceof WeirError) return error
  const { code, message } = error as NodeJS.ErrnoException
  const action = `Cannot restore into ${JSON.stringify(target)}`
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const advice = 'the disk is full; nothing was changed, make room or use another directory'
    return new WeirError('STORAGE_FULL', `${action}: ${advice}`, { cause: error })
  }
  if (code === undefined) return error
  return new WeirError('STORAGE_FAILED', `${action}: ${message}`, { cause: error })
}
