import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { WeirError } from '@weir/model'

import { storageError } from './environment.ts'

const FILE_NAME = 'weir.lock'

/** The process that has a data directory; undefined when none has. */
export function holderOf(path: string): string | undefined {
  try {
    const content = readFileSync(join(path, FILE_NAME), 'utf8')
    return isHeld(content) ? content.split(' ', 1)[0] : undefined
  } catch {
    return undefined // there is no lock, or nothing that says who has it
  }
}

/**
 * Keeps a second process out of a data directory. The file holds `pid start`; where the system tells
 * when a process started (Linux), a lock of a dead process is told from one whose number was given
 * to somebody else, which in a container is the rule: everything there is process 1.
 */
export function takeLock(path: string): Disposable {
  const file = join(path, FILE_NAME)
  const mine = `${process.pid} ${startOf(process.pid)}\n`
  try {
    // It holds what only Weir may read: logs, notifications that wait, hashes of tokens.
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (!create(file, mine)) {
      const theirs = readFileSync(file, 'utf8')
      if (isHeld(theirs)) throw lockedBy(path, theirs)
      // Of several that find the same stale lock only one can rename it away and still see it there.
      const stale = `${file}.${process.pid}`
      renameSync(file, stale)
      const moved = readFileSync(stale, 'utf8')
      rmSync(stale)
      if (moved !== theirs) create(file, moved) // somebody was faster: theirs again
      if (moved !== theirs || !create(file, mine)) throw lockedBy(path, readFileSync(file, 'utf8'))
    }
  } catch (error) {
    throw storageError(`use the data directory ${JSON.stringify(path)}`, error)
  }
  return {
    [Symbol.dispose]: () => {
      rmSync(file, { force: true })
    },
  }
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function isHeld(content: string): boolean {
  const [pidText = '', start = ''] = content.trim().split(' ')
  const pid = Number(pidText)
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) && startOf(pid) === start
}

function lockedBy(path: string, content: string): WeirError {
  const advice = 'stop it first, or use another directory'
  const holder = `process ${content.split(' ', 1)[0]} has it`
  const message = `Cannot use the data directory ${JSON.stringify(path)}: ${holder}, ${advice}`
  return new WeirError('STORAGE_LOCKED', message)
}

/** Whether a process of this number runs, whoever started it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started, in the kernel's clock ticks; `ended` for one that only waits to be
 * reaped; `-` where that cannot be known. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, second field, may hold anything; what follows its last bracket is fields 3, 4, …
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '-')
  } catch {
    return '-'
  }
}
