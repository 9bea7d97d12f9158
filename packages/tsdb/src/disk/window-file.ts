/**
 * The file of a sealed window: its sheets, one behind the other, in `windows/NUMBER`.
 *
 * It is written once, synced, and only then named in a transaction; never changed; and removed when
 * no reader may still have it open. A file that no record names was being written, or removed, when
 * the process ended: the next start takes it away. Beside LMDB and not in it, because there a value
 * takes whole pages, every compaction leaves its room behind as free pages that the file keeps, and
 * a reader that touches a page has it counted as memory of the process.
 */
import {
  closeSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const sync = promisify(fsync)

/** Where windows lie in a data directory. */
export function windowsFolder(path: string): string {
  return join(path, 'windows')
}

export function windowPath(folder: string, id: number): string {
  return join(folder, String(id))
}

/** Takes away the files of windows that `isKnown` does not know; says the greatest number it met. */
export function removeStrangers(folder: string, isKnown: (id: number) => boolean): number {
  mkdirSync(folder, { recursive: true })
  let greatest = 0
  for (const name of readdirSync(folder)) {
    const id = /^\d+$/.test(name) ? Number(name) : Number.NaN
    if (Number.isNaN(id)) continue // whatever it is, it is not ours
    greatest = Math.max(greatest, id)
    if (!isKnown(id)) rmSync(join(folder, name), { force: true })
  }
  return greatest
}

/** Writes a window's file from front to back. */
export class WindowFileWriter {
  readonly #folder: string
  readonly #path: string
  #descriptor: number

  constructor(folder: string, id: number) {
    this.#folder = folder
    this.#path = windowPath(folder, id)
    this.#descriptor = openSync(this.#path, 'wx')
  }

  write(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += writeSync(this.#descriptor, part, at)
    }
  }

  /** Everything that was written, and the name, survive a power loss once this resolves. */
  async finish(): Promise<void> {
    await sync(this.#descriptor)
    this.#close()
    const folder = openSync(this.#folder, 'r')
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }

  abandon(): void {
    this.#close()
    rmSync(this.#path, { force: true })
  }

  #close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}

/** Reads a window's file; opened by the first read. */
export class WindowFile {
  readonly path: string
  #descriptor = -1

  constructor(folder: string, id: number) {
    this.path = windowPath(folder, id)
  }

  /** Fills `into` from a position on; false when the file ends before. */
  read(into: Uint8Array, position: number): boolean {
    if (this.#descriptor < 0) this.#descriptor = openSync(this.path, 'r')
    for (let at = 0; at < into.length;) {
      const got = readSync(this.#descriptor, into, at, into.length - at, position + at)
      if (got === 0) return false
      at += got
    }
    return true
  }

  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor)
    this.#descriptor = -1
  }
}
