import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

import type { Core } from './core.ts'
import { FILE_NAME, openEnvironment, storageError } from './disk/environment.ts'

const FOLDER = 'snapshots'

/**
 * Copies the store as one read transaction sees it into a directory that another store may be opened
 * with. Commits go on meanwhile; room that they free is used again only after the copy.
 *
 * @param skipHead leaves out samples that are not sealed yet
 * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`
 */
export async function snapshot(core: Core, skipHead: boolean): Promise<string> {
  const { path, clock } = core.settings
  const stamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const name = `${stamp}-${randomBytes(8).toString('hex')}`
  const unfinished = join(path, FOLDER, `${name}.unfinished`)
  try {
    core.requireRoom(statSync(core.environment.file).size / 2)
    mkdirSync(unfinished, { recursive: true })
    const file = join(unfinished, FILE_NAME)
    await core.environment.root.backup(file, true)
    if (skipHead) await dropHead(unfinished)
    syncFile(file)
    syncFile(unfinished)
    renameSync(unfinished, join(path, FOLDER, name))
    syncFile(join(path, FOLDER))
    return name
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw storageError(`make a snapshot in ${JSON.stringify(dirname(unfinished))}`, error)
  }
}

async function dropHead(path: string): Promise<void> {
  const { root, batches } = openEnvironment(path)
  try {
    root.transactionSync(() => batches.clearSync())
  } finally {
    await root.close()
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
