import { compressSync } from 'snappy'
import type { BenchSeries } from './pipeline-series.ts'

/**
 * Remote write 1.0 bodies, as far as the benches send them: `WriteRequest { repeated TimeSeries {
 * repeated Label = 1, repeated Sample = 2 } = 1 }`, snappy block format.
 */
export class RemoteWriter {
  readonly #url: string
  readonly #labels: Uint8Array[]
  readonly #series: readonly BenchSeries[]

  constructor(url: string, series: readonly BenchSeries[]) {
    this.#url = url
    this.#series = series
    this.#labels = series.map(({ labels }) => encodeLabels(labels))
  }

  /** Sends the samples `from <= k < to` of series `first <= i < last`. */
  async send(
    range: {
      readonly first: number
      readonly last: number
      readonly from: number
      readonly to: number
    },
    timeOf: (k: number) => number,
  ): Promise<void> {
    const parts: Uint8Array[] = []
    for (let i = range.first; i < range.last; i++) {
      const body: Uint8Array[] = [this.#labels[i]!]
      for (let k = range.from; k < range.to; k++)
        body.push(encodeSample(this.#series[i]!.at(k), timeOf(k)))
      parts.push(field(1, Buffer.concat(body)))
    }
    const answer = await fetch(this.#url, {
      method: 'POST',
      headers: {
        'content-encoding': 'snappy',
        'content-type': 'application/x-protobuf',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: new Uint8Array(compressSync(Buffer.concat(parts))),
    })
    if (!answer.ok)
      throw new Error(`${this.#url} answered ${answer.status}: ${await answer.text()}`)
  }
}

function encodeLabels(labels: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(labels).toSorted()
  return Buffer.concat(
    names.map((name) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name]!))])),
    ),
  )
}

function encodeSample(value: number, timeMs: number): Uint8Array {
  const sample = Buffer.alloc(9)
  sample[0] = 0x09 // field 1, 64 bits
  sample.writeDoubleLE(value, 1)
  return field(2, Buffer.concat([sample, Buffer.from([0x10]), varint(timeMs)])) // field 2, varint
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(bytes.length), bytes])
}

function varint(n: number): Uint8Array {
  const bytes: number[] = []
  let rest = n
  while (rest >= 128) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}
