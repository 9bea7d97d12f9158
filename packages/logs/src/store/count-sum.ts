import type { LogCounts, LogStream } from '../source.ts'

interface Row {
  readonly streamId: number
  readonly step: number
  readonly values: readonly string[]
  lines: number
  bytes: number
}

/** Adds up counts by step, values and, when asked for, stream. */
export class CountSum {
  readonly #names: number
  readonly #byStream: boolean
  readonly #rows = new Map<string, Row>()

  constructor(by: readonly string[], byStream: boolean) {
    this.#names = by.length
    this.#byStream = byStream
  }

  add(
    stream: LogStream,
    step: number,
    values: readonly string[],
    lines: number,
    bytes: number,
  ): void {
    const streamId = this.#byStream ? stream.id : 0
    const key =
      values.length === 0 ? `${streamId} ${step}` : `${streamId} ${step} ${values.join('\0')}`
    const row = this.#rows.get(key)
    if (row === undefined) this.#rows.set(key, { streamId, step, values, lines, bytes })
    else {
      row.lines += lines
      row.bytes += bytes
    }
  }

  finish(): LogCounts {
    const rows = [...this.#rows.values()]
    return {
      count: rows.length,
      streamIds: Uint32Array.from(rows, ({ streamId }) => streamId),
      values: Array.from({ length: this.#names }, (_, k) => rows.map(({ values }) => values[k]!)),
      steps: Uint32Array.from(rows, ({ step }) => step),
      lines: Float64Array.from(rows, ({ lines }) => lines),
      bytes: Float64Array.from(rows, ({ bytes }) => bytes),
    }
  }
}
