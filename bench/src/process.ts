/** What Linux tells about another process and about files. */
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Processor time of all threads that live, user and system, in ms. */
export function cpuMs(pid: number): number {
  let ns = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readIfThere(`/proc/${pid}/task/${task}/schedstat`).split(' ', 1)[0])
  }
  return ns / 1e6
}

export interface Resident {
  /** All that is in memory. */
  readonly allMiB: number
  /** The process's own: heaps, stacks. */
  readonly ownMiB: number
  /** Mapped files: the kernel may drop them. */
  readonly filesMiB: number
  /** Shared memory. */
  readonly sharedMiB: number
}

export function resident(pid: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const of = (key: string): number =>
    Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024
  return {
    allMiB: of('VmRSS'),
    ownMiB: of('RssAnon'),
    filesMiB: of('RssFile'),
    sharedMiB: of('RssShmem'),
  }
}

/** Resident memory now, as a person reads it. */
export function showResident({ allMiB, ownMiB, filesMiB, sharedMiB }: Resident): string {
  const parts = `own ${ownMiB.toFixed(0)}, shared ${sharedMiB.toFixed(0)}, files ${filesMiB.toFixed(0)}`
  return `${allMiB.toFixed(0)} MiB (${parts})`
}

/** Bytes that a file or a folder takes on the disk. */
export function bytesOnDisk(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + bytesOnDisk(join(path, name)), 0)
}

/** A thread may end between the list and the look. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '0'
  }
}
