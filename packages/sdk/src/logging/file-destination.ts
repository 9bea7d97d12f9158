import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import type { DestinationStats, LogDestination } from './destination.ts'
import { prettyLine } from './pretty.ts'

const WAITING_CHARS_MAX = 16 * 1024 * 1024
const RETRY_MS = 1_000
const EXIT_WAIT_MS = 1_000
const LINE_FEED = 0x0a
const writeSome = promisify(write)

export interface FileOptions {
  readonly path: string
  /** A file that would grow beyond it is put aside first; 0: never. */
  readonly maxBytes: number
  /** Files put aside that are kept: `path.1` is the newest. 0: the file is never put aside. */
  readonly backupCount: number
  readonly isPretty?: boolean
  readonly levelMin?: number
}

/**
 * Lines into a file that is put aside when it is full, as Python's RotatingFileHandler does: `app.log`
 * becomes `app.log.1`, that `app.log.2`, and the oldest goes. No file is larger than `maxBytes`, but for
 * one that a single longer line fills.
 *
 * Writes do not wait for the disk. When it is full or the folder is away, lines wait in bounded memory
 * and are tried again each second. One process (and thread) to a file: two would each put it aside.
 */
export class FileDestination implements LogDestination {
  readonly #options: FileOptions
  #file: number | undefined
  #size = 0
  #waiting = ''
  /** What is being written now, and how much of the file will be there when it is. */
  #batch: Buffer | undefined
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #isClosed = false
  #written = 0
  #dropped = 0
  #failures = 0

  constructor(options: FileOptions) {
    this.#options = options
  }

  write(line: string, level: number): void {
    if (level < (this.#options.levelMin ?? 0)) return
    if (this.#isClosed || this.#waiting.length + line.length > WAITING_CHARS_MAX) {
      this.#dropped++
      return
    }
    this.#waiting += this.#options.isPretty ? prettyLine(line, false) : line
    if (this.#running === undefined && this.#timer === undefined) this.#running = this.#run()
  }

  async #run(): Promise<void> {
    await new Promise(setImmediate) // lines of one turn of the event loop go together
    try {
      while (this.#waiting !== '' || this.#batch !== undefined) {
        this.#batch ??= this.#take()
        await this.#writeBatch()
      }
    } catch (error) {
      this.#failed(error)
    }
    this.#running = undefined
  }

  #take(): Buffer {
    const bytes = Buffer.from(this.#waiting)
    this.#waiting = ''
    return bytes
  }

  async #writeBatch(): Promise<void> {
    const { file, bytes } = this.#nextPart()
    const batch = this.#batch
    const { bytesWritten } = await writeSome(file, bytes)
    // At the end of the process `flushSync` may have counted it already.
    if (this.#batch === batch) this.#advance(bytesWritten)
  }

  /** The beginning of the batch that still fits into the file, after putting it aside when none does. */
  #nextPart(): { readonly file: number; readonly bytes: Buffer } {
    const batch = this.#batch!
    const { maxBytes, backupCount } = this.#options
    const file = (this.#file ??= this.#open())
    if (maxBytes <= 0 || backupCount <= 0 || this.#size + batch.length <= maxBytes) {
      return { file, bytes: batch }
    }
    const room = maxBytes - this.#size
    const fitting = room > 0 ? batch.lastIndexOf(LINE_FEED, room - 1) + 1 : 0
    if (fitting > 0) return { file, bytes: batch.subarray(0, fitting) }
    if (this.#size > 0) {
      this.#putAside()
      return this.#nextPart()
    }
    const line = batch.indexOf(LINE_FEED) + 1
    return { file, bytes: line > 0 ? batch.subarray(0, line) : batch }
  }

  #advance(bytes: number): void {
    this.#size += bytes
    this.#written += countLines(this.#batch!.subarray(0, bytes))
    const rest = this.#batch!.subarray(bytes)
    this.#batch = rest.length > 0 ? rest : undefined
  }

  #open(): number {
    mkdirSync(dirname(this.#options.path), { recursive: true })
    const file = openSync(this.#options.path, 'a', 0o640)
    this.#size = fstatSync(file).size
    return file
  }

  #putAside(): void {
    const { path, backupCount } = this.#options
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    rmSync(`${path}.${backupCount}`, { force: true })
    for (let number = backupCount - 1; number >= 0; number--) {
      try {
        renameSync(number === 0 ? path : `${path}.${number}`, `${path}.${number + 1}`)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
    this.#file = this.#open()
  }

  #failed(error: unknown): void {
    if (this.#failures++ === 0) {
      const { path } = this.#options
      process.emitWarning(`Cannot write the log to "${path}", trying again: ${String(error)}`)
    }
    this.#letGo() // it is opened anew: the folder may have come back meanwhile
    if (this.#isClosed) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#running ??= this.#run()
    }, RETRY_MS)
    this.#timer.unref()
  }

  #letGo(): void {
    try {
      if (this.#file !== undefined) closeSync(this.#file)
    } catch {
      // It is gone either way.
    }
    this.#file = undefined
  }

  async flush(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#running ??= this.#run()
    }
    await this.#running
  }

  flushSync(): void {
    try {
      if (this.#running !== undefined && this.#batch !== undefined) this.#awaitBatch()
      while (this.#waiting !== '' || this.#batch !== undefined) {
        this.#batch ??= this.#take()
        const { file, bytes } = this.#nextPart()
        this.#advance(writeSync(file, bytes))
      }
    } catch {
      this.#failures++
      this.#dropped += countLines(this.#batch ?? Buffer.alloc(0)) + countLines(this.#take())
      this.#batch = undefined
    }
  }

  /** A write that another thread has begun cannot be taken back: its bytes come, or the wait ends. */
  #awaitBatch(): void {
    if (this.#file === undefined) return
    const { length } = this.#nextPart().bytes
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let waited = 0; waited < EXIT_WAIT_MS; waited++) {
      if (fstatSync(this.#file).size >= this.#size + length) {
        this.#advance(length)
        return
      }
      Atomics.wait(pause, 0, 0, 1)
    }
    this.#batch = undefined
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.flush()
    const left = countLines(this.#batch ?? Buffer.alloc(0)) + countLines(this.#take())
    this.#dropped += left
    this.#batch = undefined
    this.#letGo()
  }

  stats(): DestinationStats {
    const { path } = this.#options
    return { name: path, written: this.#written, dropped: this.#dropped, failures: this.#failures }
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++
  return count
}
