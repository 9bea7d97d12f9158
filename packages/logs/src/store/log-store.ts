import { linkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { type Clock, type LogBatch, type LogReport, type LogSink, WeirError } from '@weir/model'
import { Admission, type AdmissionLimits } from './admission.ts'
import { Arenas } from './arena.ts'
import { copyDamaged } from './damaged.ts'
import { frameBatch, planFrame, writeFrame } from './frame.ts'
import {
  JournalWriter,
  journalFile,
  journalSegments,
  removeSegment,
  replaySegment,
} from './journal.ts'
import { type DeleteRequest, Keeper, type KeeperOptions } from './keeper.ts'
import type { News } from './news.ts'
import { indexFile, partFile } from './part/part-name.ts'
import { Shelf } from './shelf.ts'

export interface LogStoreOptions extends AdmissionLimits, KeeperOptions {
  /** The folder of the logs; made when it is not there. */
  readonly folder: string
  readonly clock: Clock
  /** Space that must stay free on the disk. */
  readonly reserveBytes: number
  /** Bytes of lines that may wait for their commit; more is told to come again. */
  readonly queuedBytesMax: number
  /** The newest lines are written as a part when they are so many bytes, or so old. */
  readonly recentBytes: number
  readonly recentAgeMs: number
}

/** The log store, on the one thread that writes. */
export interface LogStore extends LogSink, AsyncDisposable {
  /** Tells a reader on another thread ({@link openLogReader} has the other end) what is there and what comes. */
  connectReader(port: MessagePort): void
  /** Writes the newest lines as a part now; resolves when they are one. */
  seal(): Promise<void>
  /** Takes lines out for good, wherever they lie; resolves with how many went. */
  delete(request: DeleteRequest): Promise<number>
  /**
   * Gives all files that hold lines second names in a folder on the same disk: what is acknowledged at
   * this moment is in them.
   *
   * @returns how long those are that still grow, by name: what comes behind is not to be read
   */
  link(into: string): ReadonlyMap<string, number>
  stats(): LogStoreStats
}

export interface LogStoreStats {
  /** Lines since the store was opened. */
  readonly appended: number
  readonly streams: number
  /** Lines, and bytes of them, that are in memory and in the journal only. */
  readonly recentLines: number
  readonly recentBytes: number
  readonly queuedBytes: number
  readonly parts: number
  readonly partLines: number
  /** Bytes of their lines as they came. */
  readonly partTextBytes: number
  readonly diskBytes: number
}

interface Waiting {
  readonly frame: Uint8Array
  readonly bytes: number
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** How often age is looked at. */
const LOOK_EVERY_MS = 2500
/** When nobody sends, there is time to write a part; not for fewer bytes than these. */
const QUIET_MS = 5000
const QUIET_BYTES_MIN = 2 ** 20
/** After a part could not be written, the next try waits: each reads and sorts all of these lines. */
const RETRY_MS = 10_000
/** A part gets so many times `recentBytes` at most when more has come. */
const SEALED_MAX = 2
/** Lines that no part holds yet may be so many times `recentBytes` before senders are told to wait. */
const RECENT_MAX = 6

/** Opens the store and reads back what the journal holds. */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  mkdirSync(options.folder, { recursive: true })
  const shelf = new Shelf(options.folder, options.onProblem)
  return new Store(options, shelf, await Keeper.open(options, shelf))
}

interface Segment {
  readonly frames: Uint8Array[]
  lines: number
  textBytes: number
  /** When its first line came, by the clock that only ever grows. */
  readonly sinceMs: number
}

class Store implements LogStore {
  readonly #options: LogStoreOptions
  readonly #admission: Admission
  readonly #shelf: Shelf
  readonly #keeper: Keeper
  readonly #arenas = new Arenas()
  readonly #readers = new Set<MessagePort>()
  /** Segments that no part holds yet, oldest first; the last one is being written. */
  readonly #segments = new Map<number, Segment>()
  readonly #timer: NodeJS.Timeout
  #journal: JournalWriter
  #queue: Waiting[] = []
  #queuedBytes = 0
  #committing: Promise<void> | undefined
  #sealing: Promise<void> | undefined
  #appended = 0
  /** When the last lines came. */
  #lastMs = 0
  /** Before this no part is begun. */
  #retryAtMs = 0
  /** The last try to write a part failed: the next is of one segment alone. */
  #isTroubled = false

  constructor(options: LogStoreOptions, shelf: Shelf, keeper: Keeper) {
    this.#options = options
    this.#shelf = shelf
    this.#keeper = keeper
    this.#admission = new Admission(options, options.clock)
    for (const { streams } of shelf.parts) this.#admission.know(streams)
    const { folder, reserveBytes } = options
    const segments = journalSegments(folder)
    for (const segment of segments) {
      if (shelf.holds(segment)) removeSegment(folder, segment)
      else this.#replay(segment)
    }
    const next = Math.max(shelf.lastSegment, segments.at(-1) ?? 0) + 1
    this.#journal = new JournalWriter(folder, next, reserveBytes)
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  async append(batch: LogBatch): Promise<LogReport> {
    const { admitted, report } = this.#admission.admit(batch)
    if (admitted.count === 0) return report
    const bytes = admitted.text.length + admitted.metadata.length
    this.#requirePlace(admitted.count, bytes)
    this.#queuedBytes += bytes
    this.#lastMs = this.#options.clock.monotonicMs()
    await new Promise<void>((done, failed) => {
      this.#queue.push({ frame: this.#frameOf(admitted), bytes, done, failed })
      this.#committing ??= this.#commit()
    })
    return report
  }

  connectReader(port: MessagePort): void {
    this.#shelf.connect(port)
    for (const [segment, { frames }] of this.#segments) {
      for (const bytes of frames) port.postMessage({ kind: 'frame', segment, bytes } satisfies News)
    }
    port.postMessage({ kind: 'ready' } satisfies News)
    port.on('close', () => this.#readers.delete(port))
    port.unref()
    this.#readers.add(port)
  }

  async seal(): Promise<void> {
    await this.#committing
    await this.#sealing
    const last = this.#journal.segment
    do {
      this.#rotate()
      await this.#sealing
    } while (!this.#isTroubled && this.#isHeld(last))
  }

  async delete(request: DeleteRequest): Promise<number> {
    await this.seal()
    return this.#keeper.delete(request)
  }

  link(into: string): ReadonlyMap<string, number> {
    mkdirSync(into, { recursive: true })
    const { folder } = this.#options
    const growing = new Map<string, number>()
    // All in one turn: no part takes the place of segments in between.
    const parts = this.#shelf.parts.flatMap(({ name }) => [partFile(name), indexFile(name)])
    const journals = [...this.#segments.keys()].map(journalFile)
    for (const file of [...parts, ...journals]) linkSync(join(folder, file), join(into, file))
    if (this.#segments.has(this.#journal.segment)) {
      growing.set(journalFile(this.#journal.segment), this.#journal.bytes)
    }
    return growing
  }

  stats(): LogStoreStats {
    const recent = [...this.#segments.values()]
    const { parts } = this.#shelf
    return {
      appended: this.#appended,
      streams: this.#admission.streams,
      recentLines: recent.reduce((sum, { lines }) => sum + lines, 0),
      recentBytes: this.#recentBytes(),
      queuedBytes: this.#queuedBytes,
      parts: parts.length,
      partLines: parts.reduce((sum, { rows }) => sum + rows, 0),
      partTextBytes: parts.reduce((sum, { textBytes }) => sum + textBytes, 0),
      diskBytes: this.#shelf.diskBytes,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#committing
    await this.#sealing
    this.#journal.close()
    await this.#keeper[Symbol.asyncDispose]()
    for (const port of this.#readers) port.close()
  }

  #requirePlace(lines: number, bytes: number): void {
    const isQueueFull =
      this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#options.queuedBytesMax
    const isBehind = this.#recentBytes() > this.#options.recentBytes * RECENT_MAX
    if (!isQueueFull && !isBehind) return
    const why = isQueueFull
      ? `${this.#queuedBytes} bytes wait for their commit`
      : `${this.#recentBytes()} bytes wait to be written as a part`
    throw new WeirError(
      'STORAGE_BUSY',
      `Cannot take ${lines} lines now: ${why}; send them again later`,
    )
  }

  /** Whether a segment up to this one is in no part. */
  #isHeld(last: number): boolean {
    const [oldest] = this.#segments.keys()
    return oldest !== undefined && oldest <= last
  }

  #recentBytes(): number {
    let bytes = 0
    for (const { textBytes } of this.#segments.values()) bytes += textBytes
    return bytes
  }

  #frameOf(batch: LogBatch): Uint8Array {
    const plan = planFrame(batch)
    const frame = this.#arenas.take(plan.bytes)
    writeFrame(batch, plan, frame)
    return frame
  }

  /** Writes what waits, all of it at once, and again what came meanwhile: a sync serves many senders. */
  async #commit(): Promise<void> {
    while (this.#queue.length > 0) {
      const batches = this.#takeWaiting()
      const frames = batches.map(({ frame }) => frame)
      try {
        await this.#journal.append(frames)
        for (const bytes of frames) this.#keep(this.#journal.segment, bytes)
        for (const { done } of batches) done()
      } catch (error) {
        for (const { failed } of batches) failed(error)
      }
      for (const { bytes } of batches) this.#queuedBytes -= bytes
      this.#look()
    }
    this.#committing = undefined
  }

  /** What waits, as much as a segment should get at once. */
  #takeWaiting(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < this.#queue.length && bytes < this.#options.recentBytes) {
      bytes += this.#queue[count++]!.bytes
    }
    return this.#queue.splice(0, count)
  }

  #keep(segment: number, bytes: Uint8Array): void {
    let held = this.#segments.get(segment)
    if (held === undefined) {
      held = { frames: [], lines: 0, textBytes: 0, sinceMs: this.#options.clock.monotonicMs() }
      this.#segments.set(segment, held)
    }
    const { count, text, metadata } = frameBatch(bytes)
    held.frames.push(bytes)
    held.lines += count
    held.textBytes += text.length + metadata.length
    this.#appended += count
    for (const port of this.#readers) {
      port.postMessage({ kind: 'frame', segment, bytes } satisfies News)
    }
  }

  #replay(segment: number): void {
    const { folder, onProblem } = this.#options
    const { frames, damagedBytes } = replaySegment(folder, segment)
    if (damagedBytes > 0) {
      const kept = copyDamaged(folder, journalFile(segment))
      const what = `${damagedBytes} bytes are no lines; what lies before and behind them is used`
      onProblem(new WeirError('STORAGE_CORRUPT', `Cannot read all of "${kept}": ${what}`))
    }
    if (frames.length === 0) removeSegment(folder, segment)
    for (const bytes of frames) {
      this.#admission.know(frameBatch(bytes).streams)
      this.#keep(segment, bytes)
    }
    this.#appended = 0
  }

  /** Begins what is due: a part of the newest lines, and what the keeper has to do. */
  #look(): void {
    const { clock, recentBytes, recentAgeMs, onProblem } = this.#options
    const oldest = [...this.#segments.values()][0]
    const nowMs = clock.monotonicMs()
    if (oldest === undefined || nowMs < this.#retryAtMs) return
    const isOld = nowMs - oldest.sinceMs >= recentAgeMs
    const bytes = this.#recentBytes()
    const isQuiet = bytes >= QUIET_BYTES_MIN && nowMs - this.#lastMs >= QUIET_MS
    try {
      if (this.#sealing !== undefined) {
        // Segments stay as large as a part should be while parts are written more slowly than lines come.
        if (this.#journal.bytes >= recentBytes) this.#beginSegment()
      } else if (isOld || isQuiet || bytes >= recentBytes) {
        this.#rotate()
      }
    } catch (error) {
      this.#retryAtMs = nowMs + RETRY_MS
      onProblem(error)
    }
  }

  /** Ends the segment that is being written, and makes those that no part holds into one, the oldest first. */
  #rotate(): void {
    if (this.#segments.size === 0) return
    if (this.#journal.bytes > 0) this.#beginSegment()
    this.#sealing = this.#seal(this.#dueSegments()).finally(() => {
      this.#sealing = undefined
    })
  }

  #beginSegment(): void {
    const { folder, reserveBytes } = this.#options
    const next = new JournalWriter(folder, this.#journal.segment + 1, reserveBytes)
    this.#journal.close()
    this.#journal = next
    this.#arenas.renew()
  }

  /** As many of the oldest segments as make a part of a size that DuckDB's memory is made for; one at least. */
  #dueSegments(): (readonly [number, Segment])[] {
    const bytesMax = this.#isTroubled ? 0 : this.#options.recentBytes * SEALED_MAX
    const due: (readonly [number, Segment])[] = []
    let bytes = 0
    for (const [segment, held] of this.#segments) {
      bytes += held.textBytes
      if (segment === this.#journal.segment || (due.length > 0 && bytes > bytesMax)) break
      due.push([segment, held])
    }
    return due
  }

  async #seal(sealed: readonly (readonly [number, Segment])[]): Promise<void> {
    const segments = sealed.map(([segment]) => segment)
    const batches = sealed.flatMap(([, { frames }]) => frames.map(frameBatch))
    if (await this.#keeper.seal(segments, batches)) {
      for (const segment of segments) this.#segments.delete(segment)
      this.#isTroubled = false
    } else {
      this.#isTroubled = true
      this.#retryAtMs = this.#options.clock.monotonicMs() + RETRY_MS
    }
  }
}
