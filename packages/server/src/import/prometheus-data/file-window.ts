import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { ReadAt } from '@weir/wire'

const WINDOW_BYTES = 2 ** 20

/** A file read from any place; what lies near is read along, since it is wanted next most of the time. */
export class FileWindow implements Disposable {
  readonly #fd: number
  readonly size: number
  #window: Buffer = Buffer.alloc(0)
  #at = 0

  constructor(path: string) {
    this.#fd = openSync(path, 'r')
    this.size = fstatSync(this.#fd).size
  }

  readonly read: ReadAt = (at, length) => {
    const from = at - this.#at
    if (from < 0 || from + length > this.#window.length) {
      this.#fill(at, length)
      return this.#window.subarray(0, length)
    }
    return this.#window.subarray(from, from + length)
  }

  #fill(at: number, length: number): void {
    const there = Math.max(0, this.size - at)
    const window = Buffer.allocUnsafe(Math.min(there, Math.max(length, WINDOW_BYTES)))
    let got = 0
    while (got < window.length) {
      const count = readSync(this.#fd, window, got, window.length - got, at + got)
      if (count === 0) break
      got += count
    }
    this.#window = window.subarray(0, got)
    this.#at = at
  }

  /** Gives back what was read along; the file stays open. */
  forget(): void {
    this.#window = Buffer.alloc(0)
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}
