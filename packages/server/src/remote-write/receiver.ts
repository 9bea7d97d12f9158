import { type Appender, type Clock, Labels, type SeriesRef, WeirError } from '@weir/model'
import { SNAPPY_SLACK, WriteBatch, snappyHead, unpackSnappy } from '@weir/wire'
import { Generations } from '../push/generations.ts'
import type { LabelLimits } from '../push/label-limits.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { BothVersions, type KnownRefs } from './known-refs.ts'
import type { WriteVersion } from './protocol.ts'

export interface ReceiverLimits {
  readonly unpackedBytesMax: number
  readonly samplesMax: number
  /** Those of the store, so that what it would refuse is not even handed to it. */
  readonly labels: LabelLimits
}

/** Longest text that is kept for the next request to be unpacked into. */
const TEXT_KEPT_BYTES = 4 * 2 ** 20

/**
 * From the body of a request to samples in the store. Everything is read before anything is queued,
 * so a request that breaks off in the middle leaves nothing behind.
 */
export class RemoteWriteReceiver {
  readonly #appender: Appender
  readonly #limits: ReceiverLimits
  readonly #batch: WriteBatch
  #text = new Uint8Array(1 << 16)
  /** The appender's number of each sample. */
  #refs = new Uint32Array(1024)
  readonly #known: Generations<BothVersions>

  constructor(options: {
    readonly appender: Appender
    readonly limits: ReceiverLimits
    readonly clock: Clock
    /** For the hash of series: a number that senders cannot know. */
    readonly seed: number
  }) {
    const { appender, limits, clock, seed } = options
    this.#appender = appender
    this.#limits = limits
    this.#batch = new WriteBatch(limits.samplesMax)
    this.#known = new Generations(() => new BothVersions(appender, limits.labels, seed), clock)
  }

  /** Series that are known, those of the generation before not counted. */
  get seriesCount(): number {
    return this.#known.seriesCount
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `REMOTE_WRITE_INVALID`, `HTTP_TOO_LARGE`, `STORAGE_TOO_MANY_SAMPLES`: never to
   *   be sent again; `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(body: Uint8Array, version: WriteVersion): Promise<PushOutcome> {
    const known = this.#known.current()[version]
    this.#read(body, version, known)
    const rejected = new Map<string, number>()
    let example = this.#queue(known, rejected)
    for (const [reason, { count, series, why }] of this.#batch.refused) {
      rejected.set(reason, count)
      example ||= series < 0 ? why : known.tell(series, why)
    }
    const sent = this.#batch.exemplars.length
    try {
      const result = await this.#appender.commit()
      this.#known.refused(rejected, result.rejected)
      for (const [reason, count] of Object.entries(result.rejected)) {
        rejected.set(reason, (rejected.get(reason) ?? 0) + count)
      }
      const histograms = result.histograms ?? 0
      return {
        samples: result.appended - histograms,
        histograms,
        exemplars: sent === 0 ? 0 : (result.exemplars ?? 0),
        rejected: Object.fromEntries(rejected),
        example: example || result.example,
      }
    } catch (error) {
      known.reader.retell()
      throw error
    }
  }

  #read(body: Uint8Array, version: WriteVersion, { reader }: KnownRefs): void {
    const head = snappyHead(body)
    if (head === undefined) throw invalid('it is not packed by snappy (block format)')
    if (head.textBytes > this.#limits.unpackedBytesMax) {
      const want = `want at most ${this.#limits.unpackedBytesMax} (remote_write_receiver.max_unpacked_bytes)`
      const why = `Cannot unpack a remote write request to ${head.textBytes} bytes, ${want}`
      throw new WeirError('HTTP_TOO_LARGE', why)
    }
    const text = this.#room(head.textBytes + SNAPPY_SLACK)
    if (!unpackSnappy(body, head, text)) throw invalid('its snappy block breaks off, or lies')
    const fault = reader.read(text, head.textBytes, this.#batch)
    if (fault === 'malformed') throw invalid(`it is no whole message of remote write ${version}`)
    if (fault === 'too_many_samples') {
      const want = `want at most ${this.#limits.samplesMax} samples and as many descriptions of metrics (remote_write_receiver.max_samples)`
      throw new WeirError('HTTP_TOO_LARGE', `Cannot take a remote write request: ${want}`)
    }
  }

  /** Memory for a text; that of a large one is not kept. */
  #room(bytes: number): Uint8Array {
    if (bytes > TEXT_KEPT_BYTES) return new Uint8Array(bytes)
    if (bytes > this.#text.length) {
      this.#text = new Uint8Array(Math.max(bytes, this.#text.length * 2))
    }
    return this.#text
  }

  /** Queues what the batch holds; counts samples whose series cannot be kept, and gives one of those as text. */
  #queue(known: KnownRefs, rejected: Map<string, number>): string {
    const batch = this.#batch
    const appender = this.#appender
    const { series, length } = batch
    known.allow(4 * this.#limits.unpackedBytesMax)
    const numbers = known.column()
    const bad: number[] = []
    if (this.#refs.length < length) this.#refs = new Uint32Array(Math.ceil(length * 1.25))
    const refs = this.#refs
    let kept = 0
    for (let i = 0; i < length; i++) {
      let ref = numbers[series[i]!]!
      if (ref < 0) ref = known.find(series[i]!)
      if (ref < 0) {
        bad.push(series[i]!)
        continue
      }
      if (kept < i) batch.move(i, kept)
      refs[kept++] = ref
    }
    appender.appendColumns({ refs, times: batch.times, values: batch.values }, kept)
    for (const { series: of, timeMs, histogram } of batch.histograms) {
      const ref = known.find(of)
      if (ref >= 0) {
        appender.appendHistogram(ref as SeriesRef, timeMs, histogram)
      } else {
        bad.push(of)
      }
    }
    for (const { series: of, labels, value, timeMs } of batch.exemplars) {
      const ref = known.find(of)
      if (ref < 0) continue
      const exemplar = { labels: Labels.fromFlat(labels), value, timeMs }
      appender.appendExemplar(ref as SeriesRef, exemplar)
    }
    for (const [name, metadata] of batch.metadata) appender.describe(name, metadata)
    for (const of of bad) {
      const reason = known.reasonOf(of)
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    }
    return bad.length === 0 ? '' : known.tell(bad[0]!)
  }
}

function invalid(why: string): WeirError {
  return new WeirError('REMOTE_WRITE_INVALID', `Cannot read a remote write request: ${why}`)
}
