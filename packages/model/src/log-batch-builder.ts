import type { Labels } from './labels.ts'
import type { LogBatch, Severity } from './log.ts'

const encoder = new TextEncoder()

/**
 * Lines on their way into columns. Grows by doubling; `finish` gives columns of exact length that are
 * the caller's, and the builder begins anew.
 */
export class LogBatchBuilder {
  #count = 0
  #streams: Labels[] = []
  #places = new Map<string, number>()
  #streamOf = new Uint32Array(64)
  #timesNs = new BigInt64Array(64)
  #severities = new Uint8Array(64)
  #ends = new Uint32Array(64)
  #metadataEnds = new Uint32Array(64)
  readonly #text = new GrowingBytes()
  readonly #metadata = new GrowingBytes()

  get count(): number {
    return this.#count
  }

  /** Bytes of lines and metadata so far. */
  get bytes(): number {
    return this.#text.length + this.#metadata.length
  }

  /** The place of a stream in this batch; the same labels, the same place. */
  stream(labels: Labels): number {
    const key = labels.key()
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const place = this.#streams.push(labels) - 1
    this.#places.set(key, place)
    return place
  }

  /**
   * Adds a line.
   *
   * @param stream what {@link LogBatchBuilder.stream} gave
   * @param line UTF-8 bytes, or text; lone surrogates become U+FFFD
   * @param metadata a flat JSON object of strings, or '' for none
   */
  add(
    stream: number,
    timeNs: bigint,
    severity: Severity,
    line: Uint8Array | string,
    metadata: Uint8Array | string = '',
  ): void {
    const at = this.#count++
    if (at === this.#streamOf.length) this.#grow()
    this.#streamOf[at] = stream
    this.#timesNs[at] = timeNs
    this.#severities[at] = severity
    this.#ends[at] = this.#text.append(line)
    this.#metadataEnds[at] = this.#metadata.append(metadata)
  }

  finish(): LogBatch {
    return copyBatch(this.lend())
  }

  /**
   * The same without a copy: the columns are good until the next line is added. For who hands them on to what
   * is done with them at once, as a `LogSink` in the same thread may be; fresh buffers for each batch are
   * most of what V8 collects there.
   */
  lend(): LogBatch {
    const count = this.#count
    const batch: LogBatch = {
      count,
      streams: this.#streams,
      streamOf: this.#streamOf.subarray(0, count),
      timesNs: this.#timesNs.subarray(0, count),
      severities: this.#severities.subarray(0, count),
      text: this.#text.lend(),
      ends: this.#ends.subarray(0, count),
      metadata: this.#metadata.lend(),
      metadataEnds: this.#metadataEnds.subarray(0, count),
    }
    this.#count = 0
    this.#streams = []
    this.#places = new Map()
    return batch
  }

  #grow(): void {
    const length = this.#streamOf.length * 2
    this.#streamOf = grown(this.#streamOf, new Uint32Array(length))
    this.#severities = grown(this.#severities, new Uint8Array(length))
    this.#ends = grown(this.#ends, new Uint32Array(length))
    this.#metadataEnds = grown(this.#metadataEnds, new Uint32Array(length))
    const times = new BigInt64Array(length)
    times.set(this.#timesNs)
    this.#timesNs = times
  }
}

function grown<Column extends Uint32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from)
  return to
}

/** The same lines in columns of their own. */
export function copyBatch(batch: LogBatch): LogBatch {
  const { streamOf, timesNs, severities, text, ends, metadata, metadataEnds } = batch
  return {
    ...batch,
    streamOf: streamOf.slice(),
    timesNs: timesNs.slice(),
    severities: severities.slice(),
    text: text.slice(),
    ends: ends.slice(),
    metadata: metadata.slice(),
    metadataEnds: metadataEnds.slice(),
  }
}

/** A longer buffer is not kept for shorter batches. */
const KEPT_BYTES_MAX = 2 ** 23

class GrowingBytes {
  #bytes = new Uint8Array(4096)
  length = 0

  /** Gives the length afterwards. */
  append(what: Uint8Array | string): number {
    if (what.length === 0) return this.length
    this.#reserve(typeof what === 'string' ? what.length * 3 : what.length)
    if (typeof what === 'string') {
      this.length += encoder.encodeInto(what, this.#bytes.subarray(this.length)).written
    } else {
      this.#bytes.set(what, this.length)
      this.length += what.length
    }
    return this.length
  }

  /** What is there, until the next is added; begins anew. */
  lend(): Uint8Array {
    if (this.#bytes.length > KEPT_BYTES_MAX && this.length < KEPT_BYTES_MAX / 2) {
      // One long batch does not make all others dear.
      const lent = this.#bytes.slice(0, this.length)
      this.#bytes = new Uint8Array(4096)
      this.length = 0
      return lent
    }
    const lent = this.#bytes.subarray(0, this.length)
    this.length = 0
    return lent
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more))
    bytes.set(this.#bytes.subarray(0, this.length))
    this.#bytes = bytes
  }
}
