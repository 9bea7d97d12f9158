import type { NativeHistogram } from '@weir/model'

import { ByteWriter } from '../codec/bytes.ts'
import { admitHistogram } from './check.ts'
import { encodeHistogram } from './record.ts'

/**
 * The native histograms of a batch on their way to the writer's thread. Three buffers, which are handed
 * over: to clone a record at a time would cost more than to encode it (1.5 µs each).
 */
export interface QueuedHistograms {
  /** Which samples of the batch they are, ascending. */
  readonly at: Uint32Array<ArrayBuffer>
  /** Where the record of each ends; an empty one contradicts itself. */
  readonly ends: Uint32Array<ArrayBuffer>
  readonly records: Uint8Array<ArrayBuffer>
}

export class HistogramQueue {
  #at: number[] = []
  #ends: number[] = []
  readonly #records = new ByteWriter(256)

  /** Takes in the histogram that sample `at` of the batch is. */
  push(at: number, histogram: NativeHistogram): void {
    const admitted = admitHistogram(histogram)
    if (admitted !== undefined) encodeHistogram(admitted, this.#records)
    this.#at.push(at)
    this.#ends.push(this.#records.length)
  }

  /** Memory that it takes. */
  get bytes(): number {
    return this.#records.length + this.#at.length * 8
  }

  take(): QueuedHistograms {
    const { bytes, length } = this.#records
    const taken = {
      at: Uint32Array.from(this.#at),
      ends: Uint32Array.from(this.#ends),
      records: new Uint8Array(bytes.subarray(0, length)),
    }
    this.clear()
    return taken
  }

  clear(): void {
    this.#at = []
    this.#ends = []
    this.#records.clear()
  }
}

/** The record of histogram `i` of a batch. */
export function recordOf({ ends, records }: QueuedHistograms, i: number): Uint8Array {
  return records.subarray(i === 0 ? 0 : ends[i - 1]!, ends[i])
}
