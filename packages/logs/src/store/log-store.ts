import { mkdirSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'
import { type Clock, type LogBatch, type LogReport, type LogSink, WeirError } from '@weir/model'
import { Admission, type AdmissionLimits } from './admission.ts'
import { Arenas } from './arena.ts'
import { frameBatch, planFrame, readFrame, writeFrame } from './frame.ts'
import { JournalWriter, journalSegments, replaySegment } from './journal.ts'
import type { News } from './news.ts'

export interface LogStoreOptions extends AdmissionLimits {
  /** The folder of the logs; made when it is not there. */
  readonly folder: string
  readonly clock: Clock
  /** Space that must stay free on the disk. */
  readonly reserveBytes: number
  /** Bytes of lines that may wait for their commit; more is told to come again. */
  readonly queuedBytesMax: number
}

/** The log store, on the one thread that writes. */
export interface LogStore extends LogSink, AsyncDisposable {
  /** Tells a reader on another thread ({@link openLogReader} has the other end) what is there and what comes. */
  connectReader(port: MessagePort): void
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
}

interface Waiting {
  readonly batch: LogBatch
  readonly bytes: number
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** Opens the store and reads back what the journal holds. */
export async function openLogStore(options: LogStoreOptions): Promise<LogStore> {
  mkdirSync(options.folder, { recursive: true })
  return new Store(options)
}

class Store implements LogStore {
  readonly #options: LogStoreOptions
  readonly #admission: Admission
  readonly #arenas = new Arenas()
  readonly #readers = new Set<MessagePort>()
  /** Frames of each segment that no part holds yet, oldest segment first. */
  readonly #segments = new Map<number, Uint8Array[]>()
  #journal: JournalWriter
  #queue: Waiting[] = []
  #queuedBytes = 0
  #committing: Promise<void> | undefined
  #appended = 0
  #recentLines = 0
  #recentBytes = 0

  constructor(options: LogStoreOptions) {
    this.#options = options
    this.#admission = new Admission(options, options.clock)
    const { folder, reserveBytes } = options
    const segments = journalSegments(folder)
    for (const segment of segments) this.#replay(segment)
    this.#journal = new JournalWriter(folder, (segments.at(-1) ?? 0) + 1, reserveBytes)
  }

  async append(batch: LogBatch): Promise<LogReport> {
    const { admitted, report } = this.#admission.admit(batch)
    if (admitted.count === 0) return report
    const bytes = admitted.text.length + admitted.metadata.length
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#options.queuedBytesMax) {
      throw new WeirError(
        'STORAGE_BUSY',
        `Cannot take ${admitted.count} lines now: ${this.#queuedBytes} bytes wait for their commit; send them again later`,
      )
    }
    this.#queuedBytes += bytes
    await new Promise<void>((done, failed) => {
      this.#queue.push({ batch: admitted, bytes, done, failed })
      this.#committing ??= this.#commit()
    })
    return report
  }

  connectReader(port: MessagePort): void {
    for (const [segment, frames] of this.#segments) {
      for (const bytes of frames) port.postMessage({ kind: 'frame', segment, bytes } satisfies News)
    }
    port.postMessage({ kind: 'ready' } satisfies News)
    port.on('close', () => this.#readers.delete(port))
    port.unref()
    this.#readers.add(port)
  }

  stats(): LogStoreStats {
    return {
      appended: this.#appended,
      streams: this.#admission.streams,
      recentLines: this.#recentLines,
      recentBytes: this.#recentBytes,
      queuedBytes: this.#queuedBytes,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#committing
    this.#journal.close()
    for (const port of this.#readers) port.close()
  }

  /** Writes what waits, all of it at once, and again what came meanwhile: a sync serves many senders. */
  async #commit(): Promise<void> {
    while (this.#queue.length > 0) {
      const batches = this.#queue
      this.#queue = []
      const frames = batches.map(({ batch }) => {
        const plan = planFrame(batch)
        const bytes = this.#arenas.take(plan.bytes)
        writeFrame(batch, plan, bytes)
        return bytes
      })
      try {
        await this.#journal.append(frames)
        for (const bytes of frames) this.#keep(this.#journal.segment, bytes)
        for (const { done } of batches) done()
      } catch (error) {
        for (const { failed } of batches) failed(error)
      }
      for (const { bytes } of batches) this.#queuedBytes -= bytes
    }
    this.#committing = undefined
  }

  #keep(segment: number, bytes: Uint8Array): void {
    const frames = this.#segments.get(segment) ?? []
    if (frames.length === 0) this.#segments.set(segment, frames)
    frames.push(bytes)
    const { count, text } = frameBatch(bytes)
    this.#appended += count
    this.#recentLines += count
    this.#recentBytes += text.length
    for (const port of this.#readers) {
      port.postMessage({ kind: 'frame', segment, bytes } satisfies News)
    }
  }

  #replay(segment: number): void {
    const bytes = replaySegment(this.#options.folder, segment)
    for (let at = 0; at < bytes.length;) {
      const frame = readFrame(bytes, at)!
      this.#admission.know(frame.batch.streams)
      this.#keep(segment, bytes.subarray(at, at + frame.bytes))
      at += frame.bytes
    }
    this.#appended = 0
  }
}
