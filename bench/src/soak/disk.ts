/** A disk of its own that can be full: a tmpfs, where this user may mount one. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TRIES = 50

export interface SmallDisk {
  readonly path: string
  fill(): void
  empty(): void
  unmount(): void
}

export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'weir-soak-'))
  try {
    mount(['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path])
  } catch {
    rmSync(path, { recursive: true })
    return undefined
  }
  return {
    path,
    // It shrinks to what is on it: full to the last page, and no memory is spent on a file that fills it.
    fill() {
      for (let i = 0; i < TRIES; i++) {
        const { blocks, bfree, bsize } = statfsSync(path)
        try {
          mount(['-o', `remount,size=${(blocks - bfree) * bsize}`, path])
          return
        } catch {
          // Something was written between the look and the call: less than there is, it cannot become.
        }
      }
      throw new Error(`Cannot fill ${path}: it grows faster than it can be shrunk`)
    },
    empty: () => mount(['-o', `remount,size=${bytes}`, path]),
    unmount() {
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

function mount(args: readonly string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' })
}
