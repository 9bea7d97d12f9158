import { type Appender, Labels, type RejectReason, type SeriesRef, WeirError } from '@weir/model'
import {
  KnownSeries,
  SNAPPY_SLACK,
  WriteBatch,
  labelPairsV1,
  parseWriteRequestV1,
  seriesLabels,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import type { WriteVersion } from './protocol.ts'

export interface ReceiverLimits {
  readonly unpackedBytesMax: number
  readonly samplesMax: number
}

/** What became of a request that could be read. */
export interface WriteOutcome {
  readonly samples: number
  readonly histograms: number
  readonly exemplars: number
  /** Samples and histograms that were not kept, by reason. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>
  /** One of those, for a person; '' when all were kept. */
  readonly example: string
}

/** In place of an appender's number: this series cannot be kept. */
const BAD = -1
/** Not looked at yet. */
const NEW = -2

/**
 * From the body of a request to samples in the store. Everything is read before anything is queued,
 * so a request that breaks off in the middle leaves nothing behind.
 *
 * Three numbers of one series: in {@link KnownSeries}, by its bytes; here, an index into `#refs`, the
 * same; and the appender's. A sender that changes how it writes a series gets a second number of the
 * first kind, which leads to the same series.
 */
export class RemoteWriteReceiver {
  readonly #newAppender: () => Appender
  readonly #limits: ReceiverLimits
  readonly #seed: number
  #appender: Appender
  #known: KnownSeries
  #refs = new Int32Array(1024).fill(NEW)
  readonly #batch: WriteBatch
  #text = new Uint8Array(1 << 16)

  constructor(options: {
    readonly newAppender: () => Appender
    readonly limits: ReceiverLimits
    /** For the hash of series: a number that senders cannot know. */
    readonly seed: number
  }) {
    this.#newAppender = options.newAppender
    this.#limits = options.limits
    this.#seed = options.seed
    this.#appender = this.#newAppender()
    this.#known = new KnownSeries(this.#seed)
    this.#batch = new WriteBatch(this.#limits.samplesMax)
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `REMOTE_WRITE_INVALID`, `HTTP_TOO_LARGE`: never to be sent again;
   *   `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(body: Uint8Array, version: WriteVersion): Promise<WriteOutcome> {
    this.#read(body, version)
    const batch = this.#batch
    const bad = this.#queue()
    const sent = { samples: batch.length, histograms: batch.histograms.length }
    const exemplars = batch.exemplars.length
    const { appended, rejected, example } = await this.#appender.commit()
    return {
      samples: Math.min(sent.samples, appended),
      histograms: Math.max(0, appended - sent.samples),
      exemplars,
      rejected:
        bad.count === 0
          ? rejected
          : { ...rejected, bad_labels: (rejected.bad_labels ?? 0) + bad.count },
      example: bad.example || example,
    }
  }

  close(): void {
    this.#appender.close()
  }

  #read(body: Uint8Array, version: WriteVersion): void {
    const head = snappyHead(body)
    if (head === undefined) throw invalid('it is not packed by snappy (block format)')
    if (head.textBytes > this.#limits.unpackedBytesMax) {
      const { unpackedBytesMax } = this.#limits
      const why = `Cannot read a remote write request of ${head.textBytes} bytes, want at most ${unpackedBytesMax} (remote_write_receiver.max_unpacked_bytes)`
      throw new WeirError('HTTP_TOO_LARGE', why)
    }
    const need = head.textBytes + SNAPPY_SLACK
    if (this.#text.length < need) this.#text = new Uint8Array(Math.max(need, this.#text.length * 2))
    if (!unpackSnappy(body, head, this.#text)) throw invalid('its snappy block breaks off or lies')
    const fault = parseWriteRequestV1(this.#text, head.textBytes, this.#known, this.#batch)
    if (fault === 'malformed') throw invalid(`it is no whole message of remote write ${version}`)
    if (fault === 'too_many_samples') {
      const want = `want at most ${this.#limits.samplesMax} samples (remote_write_receiver.max_samples)`
      throw new WeirError('HTTP_TOO_LARGE', `Cannot take a remote write request: ${want}`)
    }
  }

  /** Queues what the batch holds; counts samples whose series has bad labels. */
  #queue(): { readonly count: number; readonly example: string } {
    const batch = this.#batch
    const appender = this.#appender
    const { series, times, values, length } = batch
    let count = 0
    let example = ''
    this.#reserve()
    const refs = this.#refs
    for (let i = 0; i < length; i++) {
      let ref = refs[series[i]!]!
      if (ref < 0) {
        ref = this.#lookAt(series[i]!)
        if (ref < 0) {
          count++
          if (example === '') example = this.#whyBad(series[i]!)
          continue
        }
      }
      appender.append(ref as SeriesRef, times[i]!, values[i]!)
    }
    for (const { series: of, timeMs, histogram } of batch.histograms) {
      const ref = this.#lookAt(of)
      if (ref >= 0) appender.appendHistogram(ref as SeriesRef, timeMs, histogram)
      else {
        count++
        if (example === '') example = this.#whyBad(of)
      }
    }
    for (const { series: of, labels, value, timeMs } of batch.exemplars) {
      const ref = this.#lookAt(of)
      if (ref >= 0) {
        const exemplar = { labels: Labels.fromFlat(labels), value, timeMs }
        appender.appendExemplar(ref as SeriesRef, exemplar)
      }
    }
    for (const [name, metadata] of batch.metadata) appender.describe(name, metadata)
    return { count, example }
  }

  /** The appender's number of a series; decodes its labels if nobody has yet. */
  #lookAt(series: number): number {
    const known = this.#refs[series]!
    if (known !== NEW) return known
    const labels = this.#labelsOf(series)
    const ref = typeof labels === 'string' ? BAD : this.#appender.ref(labels)
    this.#refs[series] = ref
    return ref
  }

  #labelsOf(series: number): Labels | string {
    const pairs = labelPairsV1(this.#known.bytes(series))
    return pairs === undefined ? 'a label is no UTF-8' : seriesLabels(pairs)
  }

  #whyBad(series: number): string {
    const pairs = labelPairsV1(this.#known.bytes(series)) ?? []
    const shown = JSON.stringify(Object.fromEntries(pairsOf(pairs))).slice(0, 300)
    return `${shown}: ${String(this.#labelsOf(series))}`
  }

  #reserve(): void {
    if (this.#known.size <= this.#refs.length) return
    const refs = new Int32Array(this.#known.size * 2).fill(NEW)
    refs.set(this.#refs)
    this.#refs = refs
  }
}

function invalid(why: string): WeirError {
  return new WeirError('REMOTE_WRITE_INVALID', `Cannot read a remote write request: ${why}`)
}

function pairsOf(flat: readonly string[]): [name: string, value: string][] {
  return flat.flatMap((name, i): [string, string][] => (i % 2 === 0 ? [[name, flat[i + 1]!]] : []))
}
