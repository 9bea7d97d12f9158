/**
 * The head of a Prometheus, read as the requests of remote write that bring it over. It answers what Prometheus
 * itself would after its next start, which follows the same rules:
 *
 * ```
 * 1  log          all series, and what was deleted of them
 * 2  chunks_head  chunks of samples, in order and out of order
 * 3  log          of each series the samples behind its last chunk, each later than the one before
 * 4  wbl          samples that came out of order; what lies in chunks too goes over twice, which changes nothing
 * ```
 *
 * What is older than the last block is in blocks, or was deleted there; samples out of order are of any age. The logs
 * hold all that the chunks hold: a file of chunks that cannot be read, such as one that is being written, is no loss.
 */
import { WeirError } from '@weir/model'
import {
  ChunkSamples,
  type Deleted,
  type HeadEvents,
  SentLabels,
  damagedFile,
  headChunks,
  readLog,
  readRecord,
} from '@weir/wire'
import type { Damage } from './damage.ts'
import { type HeadSeries, HeadSeriesTable } from './head-series.ts'
import type { OpenFile, OpenHead } from './open-head.ts'
import { SeriesRows } from './series-rows.ts'
import { type Wanted, metricOf } from './wanted.ts'

/** What was found on the way. */
export interface HeadNotes {
  readonly metrics: Set<string>
  /** Whether the log ends within a record, as after a kill. */
  breaksOff: boolean
  /** Samples of series that the log does not name; Prometheus leaves them out too. */
  nameless: number
}

/**
 * @param afterMs what is in order and older is in a block
 * @param onBytes hears how far it has come, of twice the log and once the others
 */
export function* readHead(
  head: OpenHead,
  afterMs: number,
  wanted: Wanted,
  damage: Damage,
  notes: HeadNotes,
  onBytes: (bytes: number) => void,
): Generator<Uint8Array> {
  const reading = new Reading(afterMs, wanted, damage, notes, onBytes)
  reading.readSeries(head.log)
  yield* reading.chunks(head.chunks)
  yield* reading.log(head.log)
  yield* reading.outOfOrder(head.outOfOrder)
  yield* reading.drain()
}

class Reading {
  readonly #afterMs: number
  readonly #wanted: Wanted
  readonly #damage: Damage
  readonly #notes: HeadNotes
  readonly #onBytes: (bytes: number) => void
  readonly #series: HeadSeriesTable
  readonly #rows = new SeriesRows()
  /** Time of the last sample in order that the chunks have, by number of series. */
  readonly #inChunks = new Map<number, number>()

  constructor(
    afterMs: number,
    wanted: Wanted,
    damage: Damage,
    notes: HeadNotes,
    onBytes: (bytes: number) => void,
  ) {
    this.#afterMs = afterMs
    this.#wanted = wanted
    this.#damage = damage
    this.#notes = notes
    this.#onBytes = onBytes
    this.#series = new HeadSeriesTable(wanted.matches)
  }

  /** Finds all series. Whatever is damaged in the log is told here, and here only. */
  readSeries(files: readonly OpenFile[]): void {
    for (const [i, file] of files.entries()) {
      const { name } = file.found
      const events: HeadEvents = {
        series: (ref, pairs) => this.#series.add(ref, pairs),
        deleted: (ref, minMs, maxMs) => this.#series.get(ref)?.deleted.push({ minMs, maxMs }),
        unknown: (kind) =>
          this.#damage.tell(name, damagedFile(`a record of a kind ${kind} that is not known`)),
      }
      const onDamage = (error: unknown): void => this.#damage.tell(name, error)
      const records = readLog(file.window.read, file.window.size, onDamage)
      const breaksOff = this.#eachRecord(records, events, name)
      if (breaksOff && i === files.length - 1) this.#notes.breaksOff = true
      else if (breaksOff) this.#damage.tell(name, damagedFile('it breaks off within a record'))
      this.#end(file)
    }
    this.#series.seal()
  }

  #eachRecord(records: Generator<Uint8Array, boolean>, events: HeadEvents, name: string): boolean {
    for (;;) {
      const { done, value } = records.next()
      if (done === true) return value
      this.#read(value, events, name)
    }
  }

  #read(record: Uint8Array, events: HeadEvents, name: string): void {
    try {
      readRecord(record, events)
    } catch (error) {
      this.#damage.tell(name, error)
    }
  }

  *chunks(files: readonly OpenFile[]): Generator<Uint8Array> {
    const samples = new ChunkSamples()
    for (const file of files) {
      try {
        for (const chunk of headChunks(file.window.read, file.window.size)) {
          const { ref, minMs, maxMs, isOutOfOrder } = chunk
          const series = this.#series.get(ref)
          if (series === undefined || series.number < 0) continue
          if (!isOutOfOrder && maxMs < this.#afterMs) continue
          samples.clear()
          chunk.read(samples)
          if (!isOutOfOrder) this.#inChunks.set(ref, maxMs)
          if (maxMs < this.#wanted.fromMs || minMs > this.#wanted.untilMs) continue
          const afterMs = isOutOfOrder ? Number.NEGATIVE_INFINITY : this.#afterMs
          for (let i = 0; i < samples.length; i++) {
            const timeMs = samples.times[i]!
            if (timeMs >= afterMs && this.#isWanted(series, timeMs)) {
              this.#rows.copy(series.number, samples, i)
            }
          }
          if (this.#rows.isFull) yield* this.drain()
        }
      } catch (error) {
        // What follows is in the logs, and there only: of a series no chunk may be missing in the middle.
        if (error instanceof WeirError) return
        throw error
      } finally {
        this.#end(file)
      }
    }
  }

  *log(files: readonly OpenFile[]): Generator<Uint8Array> {
    const add = (ref: number, timeMs: number): HeadSeries | undefined => {
      if (timeMs < this.#afterMs) return undefined
      const series = this.#named(ref)
      if (series === undefined || timeMs <= series.lastMs) return undefined
      series.lastMs = timeMs
      return this.#isWanted(series, timeMs) ? series : undefined
    }
    const events = this.#rowsOf(add)
    const series = (ref: number): void => {
      const found = this.#series.get(ref)
      // A series that has come back: what the log had of it so far is in a block.
      if (found !== undefined) found.lastMs = this.#inChunks.get(ref) ?? Number.NEGATIVE_INFINITY
    }
    for (const file of files) {
      // Told already, when series were read.
      const records = readLog(file.window.read, file.window.size, () => undefined)
      yield* this.#rowsOfRecords(records, { ...events, series }, file)
    }
  }

  *outOfOrder(files: readonly OpenFile[]): Generator<Uint8Array> {
    const events = this.#rowsOf((ref, timeMs) => {
      const series = this.#named(ref)
      return series !== undefined && this.#isWanted(series, timeMs) ? series : undefined
    })
    for (const [i, file] of files.entries()) {
      const { name } = file.found
      const onDamage = (error: unknown): void => this.#damage.tell(name, error)
      const records = readLog(file.window.read, file.window.size, onDamage)
      const breaksOff = yield* this.#rowsOfRecords(records, events, file)
      if (breaksOff && i === files.length - 1) this.#notes.breaksOff = true
      else if (breaksOff) this.#damage.tell(name, damagedFile('it breaks off within a record'))
    }
  }

  /** @param add says to which series a sample goes; undefined for one that is left out */
  #rowsOf(add: (ref: number, timeMs: number) => HeadSeries | undefined): HeadEvents {
    return {
      sample: (ref, timeMs, high, low) => {
        const series = add(ref, timeMs)
        if (series !== undefined) this.#rows.push(series.number, timeMs, high, low)
      },
      histogram: (ref, timeMs, histogram) => {
        const series = add(ref, timeMs)
        if (series !== undefined) this.#rows.pushHistogram(series.number, timeMs, histogram)
      },
    }
  }

  *#rowsOfRecords(
    records: Generator<Uint8Array, boolean>,
    events: HeadEvents,
    file: OpenFile,
  ): Generator<Uint8Array, boolean> {
    try {
      for (;;) {
        const { done, value } = records.next()
        if (done === true) return value
        this.#read(value, events, file.found.name)
        if (this.#rows.isFull) yield* this.drain()
      }
    } finally {
      this.#end(file)
    }
  }

  #named(ref: number): HeadSeries | undefined {
    const series = this.#series.get(ref)
    if (series === undefined) this.#notes.nameless++
    return series === undefined || series.number < 0 ? undefined : series
  }

  #isWanted({ deleted }: HeadSeries, timeMs: number): boolean {
    const { fromMs, untilMs } = this.#wanted
    return timeMs >= fromMs && timeMs <= untilMs && !isWithin(deleted, timeMs)
  }

  #end({ found, window }: OpenFile): void {
    window.forget()
    this.#onBytes(found.bytes)
  }

  *drain(): Generator<Uint8Array> {
    yield* this.#rows.drain((number) => {
      const pairs = this.#series.pairs(number)
      this.#notes.metrics.add(metricOf(pairs))
      return new SentLabels(pairs)
    })
  }
}

function isWithin(deleted: readonly Deleted[], timeMs: number): boolean {
  return deleted.some(({ minMs, maxMs }) => timeMs >= minMs && timeMs <= maxMs)
}
