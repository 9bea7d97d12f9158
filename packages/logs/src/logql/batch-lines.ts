import type { Labels, LogBatch } from '@weir/model'
import { jsonFields } from '../json-fields.ts'
import type { LogLines, LogStream } from '../source.ts'

const decoder = new TextDecoder()

/** A batch as it is kept, looked at as a source would give it. Streams are numbered in the batch only. */
export class BatchLines implements LogLines {
  readonly count: number
  readonly #batch: LogBatch
  readonly #streams: readonly LogStream[]
  #parsedAt = -1
  #parsed: ReadonlyMap<string, string> | undefined

  constructor(batch: LogBatch) {
    this.count = batch.count
    this.#batch = batch
    this.#streams = batch.streams.map((labels: Labels, id) => ({ id, labels }))
  }

  timeNs(i: number): bigint {
    return this.#batch.timesNs[i]!
  }

  stream(i: number): LogStream {
    return this.#streams[this.#batch.streamOf[i]!]!
  }

  severity(i: number): number {
    return this.#batch.severities[i]!
  }

  line(i: number): string {
    return textAt(this.#batch.text, this.#batch.ends, i)
  }

  metadata(i: number): readonly string[] {
    const json = textAt(this.#batch.metadata, this.#batch.metadataEnds, i)
    return json === '' ? [] : Object.entries(JSON.parse(json) as Record<string, string>).flat()
  }

  field(i: number, name: string): string | undefined {
    if (this.#parsedAt !== i) {
      this.#parsed = jsonFields(this.line(i))
      this.#parsedAt = i
    }
    return this.#parsed?.get(name)
  }
}

function textAt(text: Uint8Array, ends: Uint32Array, i: number): string {
  return decoder.decode(text.subarray(i === 0 ? 0 : ends[i - 1], ends[i]))
}
