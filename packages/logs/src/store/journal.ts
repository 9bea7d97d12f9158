/**
 * The newest lines on disk: files `journal-N`, frames one behind the other. Lines are acknowledged when
 * their frame is synced; a file goes when the part that holds its lines is on disk. What follows the
 * last whole frame was never acknowledged: it was being written when the process ended.
 */
import {
  closeSync,
  fdatasync,
  fsyncSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  truncateSync,
  write,
} from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { WeirError } from '@weir/model'
import { readFrame } from './frame.ts'

const sync = promisify(fdatasync)
const writeOut = promisify(write)

function journalPath(folder: string, segment: number): string {
  return join(folder, `journal-${segment}`)
}

/** The segments that lie in a folder, oldest first. */
export function journalSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => /^journal-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** The bytes of a segment up to its last whole frame; what comes behind is cut off the file. */
export function replaySegment(folder: string, segment: number): Uint8Array {
  const path = journalPath(folder, segment)
  const file = readFileSync(path)
  // Frames are read in place, so they must begin at multiples of 8.
  const bytes = new Uint8Array(new SharedArrayBuffer(file.length))
  bytes.set(file)
  let end = 0
  for (let frame = readFrame(bytes, 0); frame !== undefined; frame = readFrame(bytes, end)) {
    end += frame.bytes
  }
  if (end < file.length) truncateSync(path, end)
  return bytes.subarray(0, end)
}

export function removeSegment(folder: string, segment: number): void {
  rmSync(journalPath(folder, segment), { force: true })
}

/** Makes the names in a folder survive a power loss. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The end of one segment, to which frames are added. */
export class JournalWriter {
  readonly segment: number
  readonly #folder: string
  readonly #reserveBytes: number
  readonly #descriptor: number
  /** Where the last synced frame ends. */
  #end = 0

  constructor(folder: string, segment: number, reserveBytes: number) {
    this.segment = segment
    this.#folder = folder
    this.#reserveBytes = reserveBytes
    this.#descriptor = openSync(journalPath(folder, segment), 'wx')
    syncFolder(folder)
  }

  get bytes(): number {
    return this.#end
  }

  /**
   * Adds frames; they survive power loss once this resolves. One call at a time.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`: the next call writes over what this one left
   */
  async append(frames: readonly Uint8Array[]): Promise<void> {
    const bytes = frames.reduce((sum, { length }) => sum + length, 0)
    this.#requireRoom(bytes)
    try {
      let at = this.#end
      for (const frame of frames) {
        for (let from = 0; from < frame.length;) {
          const done = await writeOut(this.#descriptor, frame, from, frame.length - from, at + from)
          from += done.bytesWritten
        }
        at += frame.length
      }
      await sync(this.#descriptor)
      this.#end = at
    } catch (cause) {
      const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
      throw new WeirError(
        full ? 'STORAGE_FULL' : 'STORAGE_FAILED',
        `Cannot write lines to "${this.#folder}": ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  close(): void {
    closeSync(this.#descriptor)
  }

  #requireRoom(bytes: number): void {
    const { bavail, bsize } = statfsSync(this.#folder)
    const want = bytes + this.#reserveBytes
    if (bavail * bsize >= want) return
    throw new WeirError(
      'STORAGE_FULL',
      `Cannot write to "${this.#folder}": want ${want} bytes free, got ${bavail * bsize}; intake goes on when there is room`,
    )
  }
}
