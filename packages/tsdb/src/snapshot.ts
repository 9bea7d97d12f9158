import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import type { Core } from './core.ts'
import { FILE_NAME, openEnvironment, storageError, syncFile } from './disk/environment.ts'
import { windowPath } from './disk/window-file.ts'

const FOLDER = 'snapshots'
const UNFINISHED = '.unfinished'

/**
 * Copies the store as one read transaction sees it into a directory that another store may be opened
 * with. Commits go on meanwhile; room that they free is used again only after the copy, and files of
 * windows stay until it has names of its own for them.
 *
 * @param skipHead leaves out samples that are not sealed yet
 * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`
 */
export async function snapshot(core: Core, skipHead: boolean): Promise<string> {
  const { path } = core.settings
  const unfinished = await stage(core, skipHead)
  const name = basename(unfinished, UNFINISHED)
  try {
    renameSync(unfinished, join(path, FOLDER, name))
    syncFile(join(path, FOLDER))
    return name
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw storageError(`make a snapshot in ${JSON.stringify(dirname(unfinished))}`, error)
  }
}

/**
 * The same copy for somebody who takes it somewhere else at once, and then removes it. When he does not,
 * because the process ends, the next start does.
 *
 * @returns its folder
 */
export async function stage(core: Core, skipHead: boolean): Promise<string> {
  const { path, clock } = core.settings
  const stamp = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '')
  const name = `${stamp}-${randomBytes(8).toString('hex')}`
  const unfinished = join(path, FOLDER, `${name}${UNFINISHED}`)
  using _held = core.holdFiles()
  try {
    core.requireRoom(statSync(core.environment.file).size)
    mkdirSync(unfinished, { recursive: true })
    const file = join(unfinished, FILE_NAME)
    // Whole, free pages included: who writes to a compacted copy is aborted (see disk/shrink.ts).
    await core.environment.root.backup(file, false)
    await completeCopy(unfinished, core.environment.windowsFolder, skipHead)
    syncFile(file)
    syncFile(unfinished)
    return unfinished
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw storageError(`make a snapshot in ${JSON.stringify(dirname(unfinished))}`, error)
  }
}

/** Gives a copy of the tables the windows that it names: the same files, since they never change. */
async function completeCopy(path: string, windowsFrom: string, skipHead: boolean): Promise<void> {
  const { root, batches, windows, windowsFolder } = openEnvironment(path)
  try {
    mkdirSync(windowsFolder)
    for (const id of windows.getKeys()) {
      linkSync(windowPath(windowsFrom, id), windowPath(windowsFolder, id))
    }
    syncFile(windowsFolder)
    if (skipHead) root.transactionSync(() => batches.clearSync())
  } finally {
    await root.close()
  }
}

/** Takes away snapshots that a crash broke off. */
export function removeUnfinished(path: string): void {
  const folder = join(path, FOLDER)
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (name.endsWith(UNFINISHED)) rmSync(join(folder, name), { recursive: true, force: true })
  }
}
