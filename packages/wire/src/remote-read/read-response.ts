/**
 * Answers of remote read.
 *
 * ```
 * ReadResponse         1 results[] (QueryResult: 1 timeseries[], as remote write 1.0 has it)
 * ChunkedReadResponse  1 chunked_series[] (1 labels[] · 2 chunks[]) · 2 query_index
 * Chunk                1 min_time_ms · 2 max_time_ms · 3 type (1 XOR, 2 histogram, 3 float histogram) · 4 data
 * frame                varint length · CRC-32C, big end first · ChunkedReadResponse
 * ```
 *
 * @see prometheus:prompb/remote.proto, prompb/types.proto, storage/remote/chunked.go
 */
import type { SampleColumns } from '@weir/model'
import { ProtoWriter } from '../protobuf/writer.ts'
import { writeHistogram, writePairs, writeSample } from '../remote-write/encode.ts'
import { crc32c } from './crc32c.ts'
import { histogramChunk } from './histogram-chunk.ts'
import { XorChunk } from './xor-chunk.ts'

/** Samples in a chunk, as Prometheus cuts them. */
const CHUNK_SAMPLES = 120

const XOR = 1
const HISTOGRAM = 2
const FLOAT_HISTOGRAM = 3

/** Writes a series of a `QueryResult` with all its samples. */
export function writeResultSeries(
  out: ProtoWriter,
  labels: readonly string[],
  samples: SampleColumns,
): void {
  out.message(1, (series) => {
    writePairs(series, 1, labels)
    for (let i = 0; i < samples.length; i++) {
      const histogram = samples.histograms?.[i]
      const timeMs = samples.times[i]!
      if (histogram === undefined) {
        writeSample(series, 2, timeMs, samples.values[i]!)
      } else {
        series.message(4, (inner) => writeHistogram(inner, timeMs, histogram))
      }
    }
  })
}

/** Writes the frames of a stream, a series after the other. */
export class FrameWriter {
  readonly #frameBytesMax: number
  readonly #out = new ProtoWriter()
  readonly #chunk = new XorChunk()
  readonly #series = new ProtoWriter()
  readonly #one = new ProtoWriter()
  readonly #message = new ProtoWriter()
  readonly #labels = new ProtoWriter()
  #queryIndex = 0

  /** @param frameBytesMax a frame ends with the chunk that reaches it */
  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax
  }

  /** How many bytes of frames there are. */
  get byteLength(): number {
    return this.#out.length
  }

  /** The frames; a view. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#out.bytes
  }

  series(queryIndex: number, labels: readonly string[], samples: SampleColumns): void {
    this.#queryIndex = queryIndex
    writePairs(this.#labels.clear(), 1, labels)
    this.#series.clear().append(this.#labels.bytes)
    let from = 0
    for (let i = 0; i < samples.length; i++) {
      const histogram = samples.histograms?.[i]
      if (histogram === undefined) {
        if (this.#chunk.count === 0) from = i
        this.#chunk.push(samples.times[i]!, samples.values[i]!)
        if (this.#chunk.count === CHUNK_SAMPLES) this.#endXor(samples, from, i)
        continue
      }
      if (this.#chunk.count > 0) this.#endXor(samples, from, i - 1)
      const timeMs = samples.times[i]!
      const type = histogram.isFloat ? FLOAT_HISTOGRAM : HISTOGRAM
      this.#put({ minMs: timeMs, maxMs: timeMs, type }, histogramChunk(timeMs, histogram))
    }
    if (this.#chunk.count > 0) this.#endXor(samples, from, samples.length - 1)
    if (this.#series.length > this.#labels.length) this.#endFrame()
  }

  #endXor(samples: SampleColumns, from: number, to: number): void {
    const span = { minMs: samples.times[from]!, maxMs: samples.times[to]!, type: XOR }
    this.#put(span, this.#chunk.bytes)
    this.#chunk.next()
  }

  #put(
    chunk: { readonly minMs: number; readonly maxMs: number; readonly type: number },
    data: Uint8Array,
  ): void {
    const one = this.#one.clear()
    one.int(1, chunk.minMs).int(2, chunk.maxMs).int(3, chunk.type).raw(4, data)
    this.#series.raw(2, one.bytes)
    if (this.#series.length >= this.#frameBytesMax) this.#endFrame()
  }

  #endFrame(): void {
    const message = this.#message.clear().raw(1, this.#series.bytes).int(2, this.#queryIndex).bytes
    const sum = crc32c(message)
    this.#out.varint(message.length)
    this.#out.append(Uint8Array.of(sum >>> 24, sum >>> 16, sum >>> 8, sum))
    this.#out.append(message)
    this.#series.clear().append(this.#labels.bytes)
  }
}
