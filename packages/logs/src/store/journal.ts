/**
 * The newest lines on disk: files `journal-N`, frames one behind the other. Lines are acknowledged when
 * their frame is synced; a file goes when the part that holds its lines is on disk. What follows the
 * last whole frame was never acknowledged: it was being written when the process ended.
 */
import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
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
import { findFrames } from './frame.ts'

const sync = promisify(fdatasync)
const writeOut = promisify(write)

export function journalFile(segment: number): string {
  return `journal-${segment}`
}

function journalPath(folder: string, segment: number): string {
  return join(folder, journalFile(segment))
}

/** The segments that lie in a folder, oldest first. */
export function journalSegments(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => /^journal-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** What a segment holds. */
export interface Replay {
  /** Whole frames, one behind the other where they lie in shared memory. */
  readonly frames: readonly Uint8Array[]
  /** Bytes between them that are no frame: lines that were acknowledged, and cannot be read any more. */
  readonly damagedBytes: number
}

/**
 * Reads a segment. What lies behind its last whole frame is cut off the file.
 *
 * @throws {WeirError} `STORAGE_FAILED` when the file cannot be read at all
 */
export function replaySegment(folder: string, segment: number): Replay {
  const path = journalPath(folder, segment)
  const file = readWhole(path)
  // Frames are read in place, so they must begin at multiples of 8.
  const bytes = new Uint8Array(new SharedArrayBuffer(file.length))
  bytes.set(file)
  const { frames, damagedBytes, end } = findFrames(bytes)
  if (end < file.length) truncateSync(path, end)
  return { frames, damagedBytes }
}

function readWhole(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const advice =
      'let the user that Weir runs as read it, or move it away: its lines are lost then'
    throw new WeirError(
      'STORAGE_FAILED',
      `Cannot read "${path}": ${(cause as Error).message}; ${advice}`,
      { cause },
    )
  }
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
    const path = journalPath(folder, segment)
    this.#descriptor = openSync(path, 'wx')
    try {
      syncFolder(folder)
    } catch (error) {
      this.close()
      rmSync(path, { force: true }) // or the next try finds the name taken
      throw error
    }
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
      this.#forget()
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

  /** Takes whole frames off the file that nobody was told to be there: a shorter write leaves them standing. */
  #forget(): void {
    try {
      ftruncateSync(this.#descriptor, this.#end)
    } catch {
      // The next append writes over what it can.
    }
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
