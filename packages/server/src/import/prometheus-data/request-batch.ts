import type { NativeHistogram } from '@weir/model'
import { type ChunkSamples, RequestWriter, type SentLabels, packSnappy } from '@weir/wire'

/** Smaller than the longest body that Weir takes unless told otherwise. */
const REQUEST_BYTES = 2 ** 20
/** A sample with its time, as a request has it. */
const SAMPLE_BYTES = 18
const HISTOGRAM_BYTES = 64
const BUCKET_BYTES = 4
const SAMPLES_MAX = Math.ceil(REQUEST_BYTES / SAMPLE_BYTES)

/** Collects samples until they are a request of remote write. */
export class RequestBatch {
  readonly #writer = new RequestWriter('1.0')
  readonly #series: SentLabels[] = []
  readonly #times = new Float64Array(SAMPLES_MAX)
  readonly #values = new Float64Array(SAMPLES_MAX)
  readonly #histograms = new Map<number, NativeHistogram>()
  readonly #exemplars = new Map<number, never>()
  #count = 0
  #bytes = 0;

  /** The requests that are full by now. */
  *add(labels: SentLabels, samples: ChunkSamples): Generator<Uint8Array> {
    if (this.#count === 0 || this.#series[this.#count - 1] !== labels) {
      this.#bytes += labels.messages.length
    }
    for (let i = 0; i < samples.length; i++) {
      if (this.#count === SAMPLES_MAX || this.#bytes >= REQUEST_BYTES) {
        yield* this.end()
        this.#bytes = labels.messages.length
      }
      const at = this.#count++
      this.#series[at] = labels
      this.#times[at] = samples.times[i]!
      this.#values[at] = samples.values[i]!
      this.#bytes += SAMPLE_BYTES
      const histogram = samples.histograms.size > 0 ? samples.histograms.get(i) : undefined
      if (histogram === undefined) continue
      this.#histograms.set(at, histogram)
      const buckets = histogram.positive.length + histogram.negative.length
      this.#bytes += HISTOGRAM_BYTES + BUCKET_BYTES * buckets
    }
  }

  /** What is left. */
  *end(): Generator<Uint8Array> {
    if (this.#count === 0) return
    const message = this.#writer.write({
      count: this.#count,
      series: this.#series,
      times: this.#times,
      values: this.#values,
      histograms: this.#histograms,
      exemplars: this.#exemplars,
    })
    this.#count = 0
    this.#bytes = 0
    this.#histograms.clear()
    yield packSnappy(message)
  }
}
