import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { frameBatch } from '../store/frame.ts'
import { journalFile, replaySegment } from '../store/journal.ts'

/** A frame and where it ends in its segment. */
export interface QueuedFrame {
  readonly bytes: Uint8Array
  readonly end: number
  /** When it came, by the wall clock; of what a former life left, when the last of its segment did. */
  readonly atMs: number
}

/** One file of the queue. */
export interface QueueSegment {
  readonly number: number
  bytes: number
  /** When the newest of its lines came, by the wall clock. */
  newestMs: number
  /** Its frames while they are in memory: as long as it is written to, or read. */
  frames: QueuedFrame[] | undefined
  /** Frames that are handed out and not done with. */
  out: number
  /** Where the last frame that all before are done with ends. */
  doneEnd: number
}

/** A segment that a former life of Weir left. */
export function leftSegment(folder: string, number: number): QueueSegment {
  const { size, mtimeMs } = statSync(join(folder, journalFile(number)))
  return { number, bytes: size, newestMs: mtimeMs, frames: undefined, out: 0, doneEnd: 0 }
}

export function newSegment(number: number): QueueSegment {
  return { number, bytes: 0, newestMs: 0, frames: [], out: 0, doneEnd: 0 }
}

/**
 * Reads a segment back.
 *
 * @returns also how many bytes of it are no lines any more
 * @throws {WeirError} `STORAGE_FAILED`
 */
export function readSegment(
  folder: string,
  { number, doneEnd, newestMs }: QueueSegment,
): { readonly frames: QueuedFrame[]; readonly damagedBytes: number } {
  const { frames, damagedBytes } = replaySegment(folder, number)
  const all = frames.map((bytes) => ({
    bytes,
    end: bytes.byteOffset + bytes.length,
    atMs: newestMs,
  }))
  return { frames: all.filter(({ end }) => end > doneEnd), damagedBytes }
}

export function linesOf(frames: readonly QueuedFrame[]): number {
  return frames.reduce((sum, { bytes }) => sum + frameBatch(bytes).count, 0)
}

/** How far the queue has come: all before it is done with. */
export interface QueuePlace {
  readonly segment: number
  readonly end: number
}

const PLACE_FILE = 'sent'

/** Where a former life had come; undefined when that is not known: then all is sent again. */
export function readPlace(folder: string): QueuePlace | undefined {
  try {
    const [segment, end] = readFileSync(join(folder, PLACE_FILE), 'utf8').split(' ').map(Number)
    if (!Number.isSafeInteger(segment) || !Number.isSafeInteger(end)) return undefined
    return { segment: segment!, end: end! }
  } catch {
    return undefined
  }
}

/** Not synced: after a power loss some lines are sent twice, which nobody sees. */
export function writePlace(folder: string, { segment, end }: QueuePlace): void {
  const path = join(folder, PLACE_FILE)
  writeFileSync(`${path}.new`, `${segment} ${end}`)
  renameSync(`${path}.new`, path)
}
