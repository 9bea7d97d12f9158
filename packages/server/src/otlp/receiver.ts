import { isDeepStrictEqual } from 'node:util'
import { type Appender, type Clock, WeirError } from '@weir/model'
import { KEY_SLACK, OtlpBatch, type OtlpEncoding, OtlpReader, protobufOfJson } from '@weir/wire'
import type { InstanceLabel } from '../engine/instance.ts'
import { Generations } from '../push/generations.ts'
import type { LabelLimits } from '../push/label-limits.ts'
import type { PushOutcome } from '../push/outcome.ts'
import { unpackBody } from '../push/unpack.ts'
import type { OtlpTranslation } from './config.ts'
import { DeltaSums } from './delta-sums.ts'
import { KnownSeries } from './known-series.ts'
import { QueuedPoints } from './queue-points.ts'

export interface OtlpLimits {
  readonly unpackedBytesMax: number
  readonly samplesMax: number
  readonly depthMax: number
  readonly deltaStreamsMax: number
  readonly deltaStaleMs: number
  readonly labels: LabelLimits
}

/** One request as it came. */
export interface OtlpRequest {
  readonly body: Uint8Array<ArrayBuffer>
  readonly encoding: OtlpEncoding
  readonly contentEncoding: string
  /** The configuration of this moment: a reload may have changed it. */
  readonly translation: OtlpTranslation
}

export interface OtlpOutcome extends PushOutcome {
  /** Data points that were not kept, for the sender. */
  readonly rejectedPoints: number
  readonly deltaStreams: number
}

/**
 * From the body of a request to samples in the store. Everything is read before anything is queued, so
 * a request that breaks off in the middle leaves nothing behind.
 */
export class OtlpReceiver {
  readonly #appender: Appender
  readonly #limits: OtlpLimits
  readonly #clock: Clock
  readonly #seed: number
  readonly #instance: InstanceLabel | undefined
  readonly #batch: OtlpBatch
  readonly #deltas: DeltaSums
  #translation: OtlpTranslation | undefined
  #known: Generations<KnownSeries> | undefined

  constructor(options: {
    readonly appender: Appender
    readonly limits: OtlpLimits
    readonly clock: Clock
    /** For the hash of series: a number that senders cannot know. */
    readonly seed: number
    /** On series of increments, which are added up here. */
    readonly instance?: InstanceLabel | undefined
  }) {
    const { appender, limits, clock, seed } = options
    this.#instance = options.instance
    this.#appender = appender
    this.#limits = limits
    this.#clock = clock
    this.#seed = seed
    this.#batch = new OtlpBatch(limits.samplesMax)
    this.#deltas = new DeltaSums({
      streamsMax: limits.deltaStreamsMax,
      staleMs: limits.deltaStaleMs,
    })
  }

  /**
   * Takes a request in; resolves when what could be kept is durable.
   *
   * @throws {WeirError} `OTLP_INVALID`, `HTTP_BODY_BROKEN`, `HTTP_BODY_TYPE`, `HTTP_TOO_LARGE`,
   *   `STORAGE_TOO_MANY_SAMPLES`: never to be sent again; `STORAGE_FULL`, `STORAGE_FAILED`,
   *   `STORAGE_BUSY`: nothing was kept, try again
   */
  async take(request: OtlpRequest): Promise<OtlpOutcome> {
    const known = this.#generation(request.translation)
    this.#read(request, known)
    const batch = this.#batch
    known.allow(4 * this.#limits.unpackedBytesMax)
    const queue = new QueuedPoints(known, this.#appender)
    const touched = this.#deltas.sum(batch, known, queue, this.#clock.monotonicMs())
    queue.all(batch)
    const { points } = queue
    try {
      const result = await this.#appender.commit()
      const rejected = new Map(queue.rejected)
      this.#known?.refused(rejected, result.rejected)
      let lost = 0
      for (const [reason, count] of Object.entries(result.rejected)) {
        rejected.set(reason, (rejected.get(reason) ?? 0) + count)
        lost += count
      }
      const histograms = result.histograms ?? 0
      return {
        samples: result.appended - histograms,
        histograms,
        exemplars: queue.exemplars === 0 ? 0 : (result.exemplars ?? 0),
        rejected: Object.fromEntries(rejected),
        example: queue.example || result.example,
        // The store counts samples; a histogram is many of one point.
        rejectedPoints: queue.rejectedPoints + Math.min(lost, points),
        deltaStreams: this.#deltas.size,
      }
    } catch (error) {
      known.retell()
      this.#deltas.unstored(touched)
      throw error
    }
  }

  /** Another translation makes other series of the same bytes. */
  #generation(translation: OtlpTranslation): KnownSeries {
    if (this.#known === undefined || !isDeepStrictEqual(translation, this.#translation)) {
      this.#known?.end()
      this.#translation = translation
      const { labels, depthMax } = this.#limits
      this.#known = new Generations(
        () =>
          new KnownSeries(
            new OtlpReader(this.#seed, depthMax),
            translation,
            this.#appender,
            labels,
            this.#instance,
          ),
        this.#clock,
      )
    }
    return this.#known.current()
  }

  #read({ body, encoding, contentEncoding }: OtlpRequest, { reader }: KnownSeries): void {
    const { unpackedBytesMax, depthMax, samplesMax } = this.#limits
    const limit = { bytesMax: unpackedBytesMax, key: 'otlp_receiver.max_unpacked_bytes' }
    const isJson = encoding === 'json'
    const text = unpackBody(body, contentEncoding, limit, KEY_SLACK)
    let message = text
    if (isJson) {
      const json = text.bytes.subarray(0, text.length)
      const rewritten = protobufOfJson(json, { slack: KEY_SLACK, depthMax })
      if ('why' in rewritten) throw invalid(`byte ${rewritten.at} of its JSON: ${rewritten.why}`)
      message = rewritten
    }
    const fault = reader.read(message.bytes, message.length, this.#batch)
    if (fault === 'malformed') throw invalid('it is no whole ExportMetricsServiceRequest')
    if (fault === 'too_deep') {
      throw invalid(
        `an attribute is nested deeper than ${depthMax} (otlp_receiver.max_attribute_depth)`,
      )
    }
    if (fault === 'too_many_samples') {
      const want = `want at most ${samplesMax} samples and exemplars (otlp_receiver.max_samples)`
      throw new WeirError('HTTP_TOO_LARGE', `Cannot take an OTLP request: ${want}`)
    }
  }
}

function invalid(why: string): WeirError {
  return new WeirError('OTLP_INVALID', `Cannot read an OTLP request: ${why}`)
}
