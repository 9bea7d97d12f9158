/**
 * Lines on their way to somewhere else: a journal on disk that is read from its front.
 *
 *     journal-7          journal-8          journal-9
 *     ├ done ┼ out ┼───┤ ├────────────────┤ ├──────────┤◄ append
 *            ▲place     ▲ next
 *
 * Lines are acknowledged when their frame is synced, as in the store. Frames are handed out in their order
 * and done with in any; the place, kept in a file of its own, is where the first one that is not done with
 * begins. A segment goes when all of it is done with. Only the segments that are written to and read from are
 * in memory, so the queue may be as long as the disk is.
 */
import { mkdirSync } from 'node:fs'
import { type Clock, type LogBatch, type LogReport, type LogSink, WeirError } from '@weir/model'
import { Admission, type AdmissionLimits } from '../store/admission.ts'
import { frameBatch, planFrame, writeFrame } from '../store/frame.ts'
import { JournalWriter, journalFile, journalSegments, removeSegment } from '../store/journal.ts'
import {
  type QueuePlace,
  type QueuedFrame,
  type QueueSegment,
  leftSegment,
  linesOf,
  newSegment,
  readPlace,
  readSegment,
  writePlace,
} from './segments.ts'

export interface LogQueueOptions extends AdmissionLimits {
  /** The folder of the queue; made when it is not there. */
  readonly folder: string
  readonly clock: Clock
  /** Space that must stay free on the disk. */
  readonly reserveBytes: number
  /** Bytes of lines that may wait for their commit; more is told to come again. */
  readonly queuedBytesMax: number
  /** Bytes that may wait to be sent. */
  readonly bytesMax: number
  /** How long lines may wait; older ones are dropped, a segment at a time. */
  readonly waitMaxMs: number
  /** What becomes of lines that come when it is full: they are refused, or the oldest go. */
  readonly whenFull: 'refuse' | 'drop_oldest'
  /** Lines that will never be sent. */
  onDropped(lines: number, why: 'queue_full' | 'waited_too_long'): void
  /** Hears of damaged files. */
  onProblem(error: unknown): void
}

/** Some lines, and what to call when they are where they should be, or never will be. */
export interface QueuedBatch {
  readonly batch: LogBatch
  /** When they came, by the wall clock. */
  readonly atMs: number
  readonly done: () => void
}

export interface LogQueueStats {
  /** Lines since the queue was opened. */
  readonly appended: number
  readonly streams: number
  /** Bytes that wait for their commit. */
  readonly queuedBytes: number
  /** Bytes that wait to be sent, or are on their way. */
  readonly waitingBytes: number
  /** When the oldest of them came, by the wall clock; 0: nothing waits. */
  readonly oldestMs: number
}

interface Waiting {
  readonly frame: Uint8Array
  readonly bytes: number
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** A frame that was handed out. */
interface Out {
  readonly segment: QueueSegment
  readonly end: number
  readonly atMs: number
  isDone: boolean
}

const SEGMENT_BYTES = 8 * 2 ** 20
const LOOK_EVERY_MS = 1000

/** Opens the queue where a former life left it. */
export class LogQueue implements LogSink, AsyncDisposable {
  readonly #options: LogQueueOptions
  readonly #admission: Admission
  readonly #segmentBytes: number
  readonly #timer: NodeJS.Timeout
  /** The oldest first; the last one is written to. */
  readonly #segments: QueueSegment[]
  /** The frames that are out, in their order. */
  readonly #out: Out[] = []
  #journal: JournalWriter
  #commits: Waiting[] = []
  #queuedBytes = 0
  #committing: Promise<void> | undefined
  #appended = 0
  /** Which segment is handed out, and which of its frames is next. */
  #reading: { readonly segment: QueueSegment; next: number } | undefined
  /** Up to which segment all was handed out. */
  #readTo = 0
  #written: QueuePlace | undefined
  #wake: (() => void) | undefined

  constructor(options: LogQueueOptions) {
    this.#options = options
    const { folder, reserveBytes, clock, bytesMax } = options
    mkdirSync(folder, { recursive: true })
    this.#admission = new Admission(options, clock)
    this.#segmentBytes = Math.min(SEGMENT_BYTES, Math.ceil(bytesMax / 8))
    this.#written = readPlace(folder)
    const { segment: placeSegment = 0, end = 0 } = this.#written ?? {}
    const numbers = journalSegments(folder)
    for (const number of numbers) if (number < placeSegment) removeSegment(folder, number)
    this.#segments = numbers
      .filter((number) => number >= placeSegment)
      .map((number) => leftSegment(folder, number))
    const first = this.#segments[0]
    if (first?.number === placeSegment) first.doneEnd = end
    const last = Math.max(placeSegment, numbers.at(-1) ?? 0)
    this.#journal = new JournalWriter(folder, last + 1, reserveBytes)
    this.#segments.push(newSegment(last + 1))
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
    this.#timer.unref()
  }

  async append(batch: LogBatch): Promise<LogReport> {
    const { admitted, report } = this.#admission.admit(batch)
    if (admitted.count === 0) return report
    const plan = planFrame(admitted)
    this.#requirePlace(admitted.count, plan.bytes)
    const frame = new Uint8Array(plan.bytes)
    writeFrame(admitted, plan, frame)
    this.#queuedBytes += plan.bytes
    await new Promise<void>((done, failed) => {
      this.#commits.push({ frame, bytes: plan.bytes, done, failed })
      this.#committing ??= this.#commit()
    })
    return report
  }

  /** The next lines, as soon as there are some; rejects with the signal's reason. One call at a time. */
  async next(signal: AbortSignal): Promise<QueuedBatch> {
    for (;;) {
      signal.throwIfAborted()
      const found = this.#take()
      if (found !== undefined) return found
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal.removeEventListener('abort', wake)
          resolve()
        }
        this.#wake = wake
        signal.addEventListener('abort', wake)
      })
    }
  }

  stats(): LogQueueStats {
    return {
      appended: this.#appended,
      streams: this.#admission.streams,
      queuedBytes: this.#queuedBytes,
      waitingBytes: this.#waitingBytes(),
      oldestMs: this.#oldestMs(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#committing
    this.#journal.close()
    this.#savePlace()
    if (this.#waitingBytes() > 0) return
    for (const { number } of this.#segments) removeSegment(this.#options.folder, number)
  }

  #requirePlace(lines: number, bytes: number): void {
    const { queuedBytesMax, bytesMax, whenFull } = this.#options
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > queuedBytesMax) {
      throw new WeirError(
        'STORAGE_BUSY',
        `Cannot take ${lines} lines now: ${this.#queuedBytes} bytes wait for their commit; send them again later`,
      )
    }
    const isFull = (): boolean =>
      this.#waitingBytes() + this.#queuedBytes + bytes > bytesMax && this.#waitingBytes() > 0
    if (whenFull === 'drop_oldest') {
      while (isFull() && this.#dropOldest('queue_full'));
      return
    }
    if (!isFull()) return
    throw new WeirError(
      'STORAGE_BUSY',
      `Cannot take ${lines} lines now: ${this.#waitingBytes()} bytes wait to be sent on, want at most ${bytesMax} (storage.logs.queue.max_bytes); send them again later`,
    )
  }

  #waitingBytes(): number {
    let bytes = 0
    for (const segment of this.#segments) bytes += segment.bytes - segment.doneEnd
    return bytes
  }

  #oldestMs(): number {
    const { segment, next = 0 } = this.#reading ?? {}
    const first = this.#out[0] ?? segment?.frames?.[next]
    if (first !== undefined) return first.atMs
    const unread = this.#segments.find(
      ({ number, bytes, doneEnd }) => number > this.#readTo && bytes > doneEnd,
    )
    return unread?.frames?.[0]?.atMs ?? unread?.newestMs ?? 0
  }

  /** Writes what waits, all of it at once, and again what came meanwhile: a sync serves many senders. */
  async #commit(): Promise<void> {
    while (this.#commits.length > 0) {
      const batches = this.#commits.splice(0)
      const frames = batches.map(({ frame }) => frame)
      try {
        await this.#journal.append(frames)
        for (const frame of frames) this.#keep(frame)
        for (const { done } of batches) done()
        this.#wake?.()
        if (this.#journal.bytes >= this.#segmentBytes) this.#beginSegment()
      } catch (error) {
        for (const { failed } of batches) failed(error)
      }
      for (const { bytes } of batches) this.#queuedBytes -= bytes
    }
    this.#committing = undefined
  }

  #keep(frame: Uint8Array): void {
    const segment = this.#segments.at(-1)!
    segment.bytes += frame.length
    segment.newestMs = this.#options.clock.now()
    segment.frames!.push({ bytes: frame, end: segment.bytes, atMs: segment.newestMs })
    this.#appended += frameBatch(frame).count
  }

  #beginSegment(): void {
    const { folder, reserveBytes } = this.#options
    const ended = this.#segments.at(-1)!
    const next = new JournalWriter(folder, ended.number + 1, reserveBytes)
    this.#journal.close()
    this.#journal = next
    if (this.#reading?.segment !== ended) ended.frames = undefined
    this.#segments.push(newSegment(ended.number + 1))
  }

  #take(): QueuedBatch | undefined {
    for (;;) {
      const reading = (this.#reading ??= this.#beginReading())
      if (reading === undefined) return undefined
      const { segment } = reading
      const frame = segment.frames![reading.next]
      if (frame !== undefined) {
        reading.next++
        return this.#handOut(segment, frame)
      }
      if (segment === this.#segments.at(-1)) {
        segment.frames = []
        reading.next = 0
        return undefined
      }
      this.#endReading(segment)
    }
  }

  #handOut(segment: QueueSegment, { bytes, end, atMs }: QueuedFrame): QueuedBatch {
    const out = { segment, end, atMs, isDone: false }
    segment.out++
    this.#out.push(out)
    return {
      batch: frameBatch(bytes),
      atMs,
      done: () => {
        out.isDone = true
        segment.out--
        this.#advance()
      },
    }
  }

  /** The first segment that was not read yet. */
  #beginReading(): { readonly segment: QueueSegment; next: number } | undefined {
    const last = this.#readTo
    const segment = this.#segments.find(({ number }) => number > last)
    if (segment === undefined) return undefined
    if (segment.frames === undefined) this.#load(segment)
    return { segment, next: 0 }
  }

  #load(segment: QueueSegment): void {
    const { folder } = this.#options
    const onProblem = (error: unknown): void => this.#options.onProblem(error)
    try {
      const { frames, damagedBytes } = readSegment(folder, segment)
      segment.frames = frames
      // What was being written when a former life ended was never acknowledged, and is cut off.
      segment.bytes = Math.max(segment.doneEnd, frames.at(-1)?.end ?? 0)
      if (damagedBytes > 0) {
        const file = journalFile(segment.number)
        const what = `${damagedBytes} bytes are no lines; what lies before and behind them is sent`
        onProblem(new WeirError('STORAGE_CORRUPT', `Cannot read all of "${file}": ${what}`))
      }
    } catch (error) {
      segment.frames = []
      onProblem(error)
    }
  }

  #endReading(segment: QueueSegment): void {
    this.#readTo = segment.number
    this.#reading = undefined
    segment.frames = undefined
    this.#tidy()
  }

  /** Moves the place over what is done with. */
  #advance(): void {
    let passed = 0
    while (this.#out[passed]?.isDone === true) {
      const { segment, end } = this.#out[passed++]!
      segment.doneEnd = end
    }
    if (passed === 0) return
    this.#out.splice(0, passed)
    this.#tidy()
  }

  /** Takes away segments of which all was handed out and is done with. */
  #tidy(): void {
    for (let first = this.#segments[0]!; this.#segments.length > 1; first = this.#segments[0]!) {
      if (first.number > this.#readTo || first.out > 0) return
      this.#segments.shift()
      removeSegment(this.#options.folder, first.number)
    }
  }

  /** Whether something could be dropped. */
  #dropOldest(why: 'queue_full' | 'waited_too_long'): boolean {
    const first = this.#segments[0]!
    if (this.#segments.length === 1) {
      if (first.bytes === 0) return false
      this.#beginSegment()
    }
    const isRead = this.#reading?.segment === first
    if (!isRead && first.number > this.#readTo && first.frames === undefined) this.#load(first)
    const left = isRead ? first.frames!.slice(this.#reading!.next) : (first.frames ?? [])
    const lines = linesOf(left)
    if (lines > 0) this.#options.onDropped(lines, why)
    this.#readTo = Math.max(this.#readTo, first.number)
    if (isRead) this.#reading = undefined
    first.frames = undefined
    this.#segments.shift()
    removeSegment(this.#options.folder, first.number)
    return true
  }

  #look(): void {
    const tooOldMs = this.#options.clock.now() - this.#options.waitMaxMs
    for (let first = this.#segments[0]!; first.bytes > first.doneEnd; first = this.#segments[0]!) {
      if (first.newestMs > tooOldMs || !this.#dropOldest('waited_too_long')) break
    }
    this.#savePlace()
  }

  #savePlace(): void {
    const { number: segment, doneEnd: end } = this.#segments[0]!
    if (this.#written?.segment === segment && this.#written.end === end) return
    try {
      writePlace(this.#options.folder, { segment, end })
      this.#written = { segment, end }
    } catch (error) {
      this.#options.onProblem(error)
    }
  }
}
