import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Position } from './positions.ts'

const LINE_FEED = 0x0a
const READ_BYTES = 256 * 1024
/** A longer line is passed on in pieces. */
const LINE_BYTES_MAX = 256 * 1024
/** So many files of a folder are looked at for one that was renamed. */
const LOOKED_AT_MAX = 1000

/** A line and where it begins in its file. */
export interface TailedLine {
  readonly text: string
  readonly offset: number
}

/** What a look at a file found. */
export interface TailedLines {
  readonly lines: readonly TailedLine[]
  /** What comes next is of another file, or of the same after it was emptied. */
  readonly isOver: boolean
}

const NOTHING: TailedLines = { lines: [], isOver: false }

/**
 * A file that grows, by its name. When another file takes the name (rotation by rename), the rest of the
 * first is read before; when the file becomes shorter (rotation by copy and truncate), it is read from its beginning.
 */
export class TailedFile {
  readonly path: string
  #fd: number | undefined
  #inode = ''
  #read = 0
  #rest = Buffer.alloc(0)
  #position: Position | undefined
  #isFromStart: boolean

  /**
   * @param position where it went on to the last time; undefined: never
   * @param isFromStart whether what is there already counts, when it is new to us
   */
  constructor(path: string, position: Position | undefined, isFromStart: boolean) {
    this.path = path
    this.#position = position
    this.#isFromStart = isFromStart
  }

  /** Behind the last whole line that was read. */
  get position(): Position | undefined {
    return this.#inode === ''
      ? this.#position
      : { inode: this.#inode, offset: this.#read - this.#rest.length }
  }

  /** Lines that have come; none: there is nothing new. */
  next(): TailedLines {
    if (this.#fd === undefined && !this.#open()) return NOTHING
    if (fstatSync(this.#fd!).size < this.#read) {
      this.#read = 0
      this.#rest = Buffer.alloc(0)
      return { lines: [], isOver: true }
    }
    const lines = this.#readLines()
    if (lines.length > 0 || !this.#isReplaced()) return { lines, isOver: false }
    // The last line of a file that nobody writes to any more ends with it.
    const offset = this.#read - this.#rest.length
    const last = this.#rest.length > 0 ? [{ text: text(this.#rest), offset }] : []
    this.close()
    return { lines: last, isOver: true }
  }

  close(): void {
    if (this.#fd === undefined) return
    closeSync(this.#fd)
    this.#fd = undefined
    this.#position = undefined
    this.#isFromStart = true // whatever comes under this name is new
    this.#rest = Buffer.alloc(0)
  }

  #open(): boolean {
    const place = this.#placeToOpen()
    if (place === undefined) {
      this.#isFromStart = true // once it comes, all in it is new
      return false
    }
    try {
      this.#fd = openSync(place, 'r')
    } catch {
      return false // it went in the meantime, or may not be read yet
    }
    const { ino, size } = fstatSync(this.#fd, { bigint: true })
    this.#inode = String(ino)
    const known = this.#position?.inode === this.#inode ? this.#position.offset : undefined
    this.#read = known ?? (this.#isFromStart || this.#position !== undefined ? 0 : Number(size))
    return true
  }

  /** The file by its name; or by its inode, when it was renamed while nobody looked and has not been read to its end. */
  #placeToOpen(): string | undefined {
    const current = inodeAt(this.path)
    const wanted = this.#position?.inode
    if (wanted === undefined || wanted === current)
      return current === undefined ? undefined : this.path
    const folder = dirname(this.path)
    for (const name of readdirSync(folder).slice(0, LOOKED_AT_MAX)) {
      if (inodeAt(join(folder, name)) === wanted) return join(folder, name)
    }
    return current === undefined ? undefined : this.path
  }

  #readLines(): TailedLine[] {
    const buffer = Buffer.alloc(READ_BYTES)
    const count = readSync(this.#fd!, buffer, 0, READ_BYTES, this.#read)
    if (count === 0) return []
    const begin = this.#read - this.#rest.length
    this.#read += count
    const bytes = Buffer.concat([this.#rest, buffer.subarray(0, count)])
    const lines: TailedLine[] = []
    let from = 0
    for (;;) {
      const feed = bytes.indexOf(LINE_FEED, from)
      if (feed < 0) break
      lines.push({ text: text(bytes.subarray(from, feed)), offset: begin + from })
      from = feed + 1
    }
    this.#rest = bytes.subarray(from)
    if (this.#rest.length > LINE_BYTES_MAX) {
      lines.push({ text: text(this.#rest), offset: begin + from })
      this.#rest = Buffer.alloc(0)
    }
    return lines
  }

  #isReplaced(): boolean {
    const now = inodeAt(this.path)
    return now !== undefined && now !== this.#inode
  }
}

function text(line: Buffer): string {
  return line.toString().replace(/\r$/, '')
}

function inodeAt(path: string): string | undefined {
  try {
    const { ino } = statSync(path, { bigint: true })
    return String(ino)
  } catch {
    return undefined
  }
}
