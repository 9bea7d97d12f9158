import { compressSync } from 'snappy'

import type { BenchSeries } from './pipeline-series.ts'

/** Which samples go into one body: `from <= k < to` of series `first <= i < last`. */
export interface BodyRange {
  readonly first: number
  readonly last: number
  readonly from: number
  readonly to: number
}

/**
 * Remote write 1.0 bodies, as far as the benches send them: `WriteRequest { repeated TimeSeries {
 * repeated Label = 1, repeated Sample = 2 } = 1 }`, snappy block format.
 */
export class RemoteWriteBodies {
  readonly #labels: Uint8Array[]
  readonly #series: readonly BenchSeries[]
  #out = Buffer.alloc(1 << 20)
  #at = 0

  constructor(series: readonly BenchSeries[]) {
    this.#series = series
    this.#labels = series.map(({ labels }) => encodeLabels(labels))
  }

  encode({ first, last, from, to }: BodyRange, timeOf: (k: number) => number): Uint8Array {
    this.#at = 0
    for (let i = first; i < last; i++) {
      const labels = this.#labels[i]!
      let length = labels.length
      for (let k = from; k < to; k++) length += 12 + varintBytes(timeOf(k))
      this.#reserve(length + 16)
      this.#byte(0x0a) // field 1, a series
      this.#varint(length)
      this.#out.set(labels, this.#at)
      this.#at += labels.length
      for (let k = from; k < to; k++) this.#sample(this.#series[i]!.at(k), timeOf(k))
    }
    return compressSync(this.#out.subarray(0, this.#at))
  }

  #sample(value: number, timeMs: number): void {
    this.#byte(0x12) // field 2, a sample
    this.#byte(10 + varintBytes(timeMs))
    this.#byte(0x09) // field 1, 64 bits
    this.#at = this.#out.writeDoubleLE(value, this.#at)
    this.#byte(0x10) // field 2, varint
    this.#varint(timeMs)
  }

  #byte(byte: number): void {
    this.#out[this.#at++] = byte
  }

  #varint(n: number): void {
    let rest = n
    while (rest >= 128) {
      this.#byte((rest % 128) | 128)
      rest = Math.floor(rest / 128)
    }
    this.#byte(rest)
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return
    const grown = Buffer.alloc((this.#at + bytes) * 2)
    grown.set(this.#out.subarray(0, this.#at))
    this.#out = grown
  }
}

/** Sends one body to a server. */
export async function sendBody(url: string, body: Uint8Array): Promise<void> {
  const answer = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-encoding': 'snappy',
      'content-type': 'application/x-protobuf',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`)
}

function encodeLabels(labels: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(labels).toSorted()
  return Buffer.concat(
    names.map((name) =>
      field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name]!))])),
    ),
  )
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2]
  let rest = bytes.length
  for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) | 128)
  return Buffer.concat([Buffer.from([...head, rest]), bytes])
}

function varintBytes(n: number): number {
  let bytes = 1
  for (let rest = n; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
