import { type Appender, type Clock, Labels, type SeriesRef, WeirError } from '@weir/model'
import {
  SNAPPY_SLACK,
  WriteBatch,
  WriteReaderV1,
  WriteReaderV2,
  snappyHead,
  unpackSnappy,
} from '@weir/wire'
import { KnownRefs, type LabelLimits } from './known-refs.ts'
import type { WriteVersion } from './protocol.ts'

export interface ReceiverLimits {
  readonly unpackedBytesMax: number
  readonly samplesMax: number
  /** Those of the store, so that what it would refuse is not even handed to it. */
  readonly labels: LabelLimits
}

/** What became of a request that could be read. */
export interface WriteOutcome {
  readonly samples: number
  readonly histograms: number
  readonly exemplars: number
  /** How much was not kept, by reason: samples and histograms, or series where none could be told. */
  readonly rejected: Readonly<Record<string, number>>
  /** One of those, for a person; '' when all were kept. */
  readonly example: string
}

/** After this long a generation of series holds what is alive; more than twice that is mostly dead. */
const SETTLED_MS = 10 * 60_000
const ALWAYS_KEPT = 50_000
/** Past so many bytes of labels, and so many more for each series, a generation ends whatever its age: somebody writes monsters. */
const HELD_BYTES_MAX = 64 * 2 ** 20
const HELD_BYTES_A_SERIES = 512
/** Longest text that is kept for the next request to be unpacked into. */
const TEXT_KEPT_BYTES = 4 * 2 ** 20

/**
 * From the body of a request to samples in the store. Everything is read before anything is queued,
 * so a request that breaks off in the middle leaves nothing behind.
 *
 * Series that have ended would pile up: senders do not say so. When more than twice as many are known
 * as a young generation had, a new generation begins, in which those that live are met again; the old
 * one's numbers go back to the appender a while later, so that the living ones keep theirs.
 */
export class RemoteWriteReceiver {
  readonly #appender: Appender
  readonly #limits: ReceiverLimits
  readonly #seed: number
  readonly #clock: Clock
  readonly #batch: WriteBatch
  #text = new Uint8Array(1 << 16)
  #known: Readonly<Record<WriteVersion, KnownRefs>>
  #knownSinceMs: number
  /** How many series this generation had when it was settled; 0 before. */
  #settled = 0
  #before: Readonly<Record<WriteVersion, KnownRefs>> | undefined

  constructor(options: {
    readonly appender: Appender
    readonly limits: ReceiverLimits
    readonly clock: Clock
    /** For the hash of series: a number that senders cannot know. */
    readonly seed: number
  }) {
    this.#appender = options.appender
    this.#limits = options.limits
    this.#seed = options.seed
    this.#clock = options.clock
    this.#batch = new WriteBatch(options.limits.samplesMax)
    this.#known = this.#newGeneration()
    this.#knownSinceMs = options.clock.monotonicMs()
  }

  /** Series that are known, those of the generation before not counted. */
  get seriesCount(): number {
    return this.#known['1.0'].reader.seriesCount + this.#known['2.0'].reader.seriesCount
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `REMOTE_WRITE_INVALID`, `HTTP_TOO_LARGE`, `STORAGE_TOO_MANY_SAMPLES`: never to
   *   be sent again; `STORAGE_FULL`, `STORAGE_FAILED`, `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(body: Uint8Array, version: WriteVersion): Promise<WriteOutcome> {
    this.#age()
    const known = this.#known[version]
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

  close(): void {
    this.#appender.close()
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
    const { series, times, values, length } = batch
    const refs = known.column()
    known.allow(4 * this.#limits.unpackedBytesMax)
    const bad: number[] = []
    for (let i = 0; i < length; i++) {
      let ref = refs[series[i]!]!
      if (ref < 0) ref = known.find(series[i]!)
      if (ref >= 0) {
        appender.append(ref as SeriesRef, times[i]!, values[i]!)
      } else {
        bad.push(series[i]!)
      }
    }
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

  #age(): void {
    const ageMs = this.#clock.monotonicMs() - this.#knownSinceMs
    const count = this.seriesCount
    if (ageMs >= SETTLED_MS && this.#settled === 0) {
      this.#settled = count + 1
      this.#releaseBefore()
    }
    const isFull = this.#heldBytes() > HELD_BYTES_MAX + HELD_BYTES_A_SERIES * count
    const isStale = this.#settled > 0 && count > 2 * this.#settled + ALWAYS_KEPT
    if (!isFull && !isStale) return
    this.#releaseBefore()
    this.#before = this.#known
    if (isFull) this.#releaseBefore() // memory first: the living are named anew
    this.#known = this.#newGeneration()
    this.#knownSinceMs = this.#clock.monotonicMs()
    this.#settled = 0
  }

  #heldBytes(): number {
    const [one, two] = [this.#known['1.0'], this.#known['2.0']]
    return one.reader.heldBytes + two.reader.heldBytes + two.textBytes
  }

  #releaseBefore(): void {
    if (this.#before === undefined) return
    for (const known of Object.values(this.#before)) known.release()
    this.#before = undefined
  }

  #newGeneration(): Readonly<Record<WriteVersion, KnownRefs>> {
    return {
      '1.0': new KnownRefs(new WriteReaderV1(this.#seed), this.#appender, this.#limits.labels),
      '2.0': new KnownRefs(new WriteReaderV2(this.#seed), this.#appender, this.#limits.labels),
    }
  }
}

function invalid(why: string): WeirError {
  return new WeirError('REMOTE_WRITE_INVALID', `Cannot read a remote write request: ${why}`)
}
