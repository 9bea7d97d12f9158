import type {
  Exemplar,
  Labels,
  MetricMetadata,
  NativeHistogram,
  SampleRun,
  SeriesRef,
} from '@weir/model'
import { STALE_MARKER, WeirError } from '@weir/model'

import { ByteWriter } from './codec/bytes.ts'
import { isStaleHistogram } from './histogram/check.ts'
import { HistogramQueue, type QueuedHistograms } from './histogram/queue.ts'
import { writeLabels } from './index/label-bytes.ts'

/** Bytes of batches that may wait for their commit, per appender. */
const WAITING_BYTES_MAX = 64 * 2 ** 20
const SAMPLE_BYTES = 20
/** Columns that come back from a commit are used again when they are not larger than this. */
const COLUMNS_KEPT_BYTES = 2 ** 20
/** So many sets of them wait at most. */
const COLUMNS_KEPT = 2
/** What a queued exemplar takes beside its labels. */
const EXEMPLAR_BYTES = 100
const NO_BYTES = new Uint8Array(0)

/** Characters that names and values of an exemplar's labels may have together, as OpenMetrics says. */
const EXEMPLAR_RUNES_MAX = 128

export interface QueuedExemplar {
  readonly ref: number
  readonly timeMs: number
  readonly value: number
  /** As `writeLabels` writes them; nothing when they are longer than an exemplar's may be. */
  readonly labels: Uint8Array | undefined
}

/** What the queue must hear again when a batch is done. */
export interface TakenBatch {
  /** Numbers that mean nothing any more once this batch is committed. */
  readonly released: readonly number[]
  /** Memory that it takes until it is committed, about. */
  readonly bytes: number
}

/** Samples, a column each for series, times and values. */
export interface QueuedColumns {
  readonly refs: Uint32Array<ArrayBuffer>
  readonly times: Float64Array<ArrayBuffer>
  readonly values: Float64Array<ArrayBuffer>
}

/** What a commit takes away from a queue. Its columns may lie in longer buffers, which come back. */
export interface QueuedSamples extends TakenBatch, QueuedColumns {
  /** Series of which there are samples for the first time, behind each other: number (varint), labels. */
  readonly labels: Uint8Array
  readonly histograms: QueuedHistograms
  readonly exemplars: QueuedExemplar[]
  readonly metadata: (readonly [name: string, metadata: MetricMetadata])[]
}

/**
 * The sender's half of every appender: numbers series and gathers samples in columns. The store hears of a series
 * with its first sample: senders number what they then refuse (a page past its limit, a token with too many
 * series), and what the store has heard of once it keeps for long.
 */
export class SampleQueue {
  readonly #numbers = new Map<string, number>()
  /** By number: the key of its labels, or the labels themselves while the store has not heard of them. */
  #names: (string | Labels)[] = []
  /** How many of those are labels. */
  #unheard = 0
  /** By number: how often it was asked for and not given back. */
  #uses: number[] = []
  /** Numbers given back: since the last batch, and those that no batch under way uses any more. */
  #released: number[] = []
  #free: number[] = []
  #refs = new Uint32Array(256)
  #times = new Float64Array(256)
  #values = new Float64Array(256)
  /** Columns that came back: a sender of many batches makes no garbage that way. */
  readonly #spare: QueuedColumns[] = []
  #metadata: (readonly [name: string, metadata: MetricMetadata])[] = []
  readonly #histograms = new HistogramQueue()
  #exemplars: QueuedExemplar[] = []
  #count = 0
  #exemplarBytes = 0
  #waitingBytes = 0
  readonly #tellRefused: (samples: number) => void

  /** @param tellRefused hears of samples that `STORAGE_BUSY` refused, so that the store counts them */
  constructor(tellRefused: (samples: number) => void) {
    this.#tellRefused = tellRefused
  }

  ref(labels: Labels): SeriesRef {
    const key = labels.key()
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#free.pop() ?? this.#names.length
      this.#numbers.set(key, number)
      this.#names[number] = labels
      this.#unheard++
      this.#uses[number] = 0
    }
    this.#uses[number]!++
    return number as SeriesRef
  }

  release(ref: SeriesRef): void {
    if (!(this.#uses[ref]! > 0) || --this.#uses[ref]! > 0) return
    const name = this.#names[ref]!
    this.#numbers.delete(typeof name === 'string' ? name : name.key())
    // What is queued under it still needs its labels.
    if (typeof name === 'string') this.#names[ref] = ''
    this.#released.push(ref)
  }

  append(ref: SeriesRef, timeMs: number, value: number): void {
    if (this.#count === this.#refs.length) this.#grow()
    this.#refs[this.#count] = ref
    this.#times[this.#count] = timeMs
    this.#values[this.#count] = value
    if (value !== value) this.#restoreMarker()
    this.#count++
  }

  appendColumns({ refs, times, values }: SampleRun, count: number): void {
    while (this.#count + count > this.#refs.length) this.#grow()
    this.#refs.set(refs.subarray(0, count), this.#count)
    this.#times.set(times.subarray(0, count), this.#count)
    this.#values.set(values.subarray(0, count), this.#count)
    this.#count += count
  }

  appendHistogram(ref: SeriesRef, timeMs: number, histogram: NativeHistogram): void {
    if (isStaleHistogram(histogram)) {
      this.append(ref, timeMs, STALE_MARKER)
      return
    }
    this.#histograms.push(this.#count, histogram)
    this.append(ref, timeMs, Number.NaN)
  }

  appendExemplar(ref: SeriesRef, { labels, value, timeMs }: Exemplar): void {
    const bytes = exemplarLabels(labels)
    this.#exemplars.push({ ref, timeMs, value, labels: bytes })
    this.#exemplarBytes += (bytes?.length ?? 0) + EXEMPLAR_BYTES
  }

  describe(metricName: string, metadata: MetricMetadata): void {
    this.#metadata.push([metricName, metadata])
  }

  /**
   * Takes what is queued and counts it as waiting until {@link done}.
   *
   * @throws {WeirError} `STORAGE_BUSY` when too much waits already; the samples are gone then
   */
  take(): QueuedSamples {
    const count = this.#count
    const bytes = count * SAMPLE_BYTES + this.#histograms.bytes + this.#exemplarBytes
    this.#count = 0
    this.#exemplarBytes = 0
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      this.#histograms.clear()
      this.#exemplars = []
      this.#tellRefused(count)
      const waiting = `${this.#waitingBytes} bytes wait for their commit`
      throw new WeirError('STORAGE_BUSY', `Cannot commit ${count} samples: ${waiting}, want fewer`)
    }
    this.#waitingBytes += bytes
    const queued = {
      labels: this.#unheard === 0 ? NO_BYTES : this.#tell(count),
      released: this.#released,
      refs: this.#refs.subarray(0, count),
      times: this.#times.subarray(0, count),
      values: this.#values.subarray(0, count),
      histograms: this.#histograms.take(),
      exemplars: this.#exemplars,
      metadata: this.#metadata,
      bytes,
    }
    const next = this.#spare.pop()
    this.#refs = next?.refs ?? new Uint32Array(256)
    this.#times = next?.times ?? new Float64Array(256)
    this.#values = next?.values ?? new Float64Array(256)
    this.#metadata = []
    this.#released = []
    this.#exemplars = []
    return queued
  }

  /** A batch was committed, or was refused; so were all before it. Nobody uses its columns any more. */
  done({ bytes, released }: TakenBatch, columns: QueuedColumns): void {
    this.#waitingBytes -= bytes
    this.#keep(columns)
    for (const number of released) this.#free.push(number)
  }

  /** The labels of series that have their first sample among the first `count`, or an exemplar. */
  #tell(count: number): Uint8Array {
    const out = new ByteWriter(256)
    for (let i = 0; i < count; i++) this.#tellOf(this.#refs[i]!, out)
    for (const { ref } of this.#exemplars) this.#tellOf(ref, out)
    for (const ref of this.#released) {
      if (typeof this.#names[ref] !== 'string') this.#unheard--
      this.#names[ref] = ''
    }
    return out.copy()
  }

  #tellOf(ref: number, out: ByteWriter): void {
    const name = this.#names[ref]
    if (name === undefined || typeof name === 'string') return
    this.#names[ref] = name.key()
    this.#unheard--
    out.varint(ref)
    writeLabels(name, out)
  }

  #keep({ refs, times, values }: QueuedColumns): void {
    const size = refs.buffer.byteLength / refs.BYTES_PER_ELEMENT
    if (this.#spare.length >= COLUMNS_KEPT || size * SAMPLE_BYTES > COLUMNS_KEPT_BYTES) return
    this.#spare.push({
      refs: new Uint32Array(refs.buffer),
      times: new Float64Array(times.buffer),
      values: new Float64Array(values.buffer),
    })
  }

  close(): void {
    this.#spare.length = 0
    this.#numbers.clear()
    this.#names = []
    this.#unheard = 0
    this.#uses = []
    this.#released = []
    this.#free = []
    this.#metadata = []
    this.#histograms.clear()
    this.#exemplars = []
    this.#count = 0
    this.#exemplarBytes = 0
  }

  /**
   * V8 keeps an array of numbers as doubles in which every NaN is made quiet, so a stale marker that
   * a caller kept in one arrives as 0x7ff8000000000002. Nothing else makes that NaN: it is one again.
   */
  #restoreMarker(): void {
    const words = new Uint32Array(this.#values.buffer, this.#count * 8, 2)
    if (words[0] === 2 && (words[1]! & 0x7ff7ffff) === 0x7ff00000) words[1] = 0x7ff00000
  }

  #grow(): void {
    const size = this.#refs.length * 2
    const refs = new Uint32Array(size)
    const times = new Float64Array(size)
    const values = new Float64Array(size)
    refs.set(this.#refs)
    times.set(this.#times)
    values.set(this.#values)
    this.#refs = refs
    this.#times = times
    this.#values = values
  }
}

/** The bytes of an exemplar's labels; `undefined` when they are too long. */
function exemplarLabels(labels: Labels): Uint8Array | undefined {
  let runes = 0
  for (const text of labels.flat) for (const _ of text) runes++
  if (runes > EXEMPLAR_RUNES_MAX) return undefined
  const out = new ByteWriter(EXEMPLAR_RUNES_MAX)
  writeLabels(labels, out)
  return out.copy()
}
