import { ByteKeys, KEY_SLACK } from '../keys/byte-keys.ts'
import type { ProtoReader } from '../protobuf/reader.ts'
import { readAttributes } from './attributes.ts'
import type { OtlpBatch } from './otlp-batch.ts'
import { readExemplar } from './read-exemplar.ts'
import type { PointPlace } from './read-points.ts'

/**
 * Series by the bytes of their attributes inside of their metric. The bytes of a point's attributes are
 * first compared with those of the series that came after the one before, last time; mostly that is all.
 */
export class PointKeys implements PointPlace {
  kind = 0
  isTooDeep = false
  readonly keys: ByteKeys
  readonly #depthMax: number
  #batch: OtlpBatch | undefined
  #metric = 0
  #tag = 0
  #previous = -1
  /** The series of this point, or -1 while only its bytes are known. */
  #series = -1
  #from = 0
  #to = 0
  /** Attributes of this point that do not stand behind each other. */
  #pieces: Uint8Array[] = []

  constructor(seed: number, depthMax: number) {
    this.keys = new ByteKeys(seed)
    this.#depthMax = depthMax
  }

  /** A new request. */
  begin(batch: OtlpBatch): void {
    this.#batch = batch
    this.#previous = -1
    this.#series = -1
    this.#from = 0
    this.#to = 0
    this.#pieces = []
    this.isTooDeep = false
  }

  /** The points that come are of this metric, their attributes have this tag. */
  enter(metric: number, kind: number, tag: number): void {
    this.#metric = metric
    this.kind = kind
    this.#tag = tag
  }

  attributes(input: ProtoReader, from: number): void {
    const { bytes, end } = input
    const tag = this.#tag
    if (this.#series >= 0 || this.#to > 0) {
      this.#setAside(bytes)
    } else {
      const guess = this.keys.expected(this.#previous)
      if (guess >= 0 && this.keys.contextOf(guess) === this.#metric) {
        const after = from + this.keys.byteLength(guess)
        const isWhole = after < end ? bytes[after] !== tag : after === end
        if (isWhole && this.keys.stands(guess, input.view, from)) {
          this.#series = guess
          this.#from = from
          this.#to = after
          input.at = after
          return
        }
      }
    }
    input.at = from
    while (input.at < end && bytes[input.at] === tag) {
      input.at++
      input.at = input.lengthEnd()
    }
    this.#from = from
    this.#to = input.at
  }

  exemplar(input: ProtoReader): void {
    if (readExemplar(input, this.#batch!, this.#depthMax)) this.isTooDeep = true
  }

  /** The series of the point that was read; -1 when its attributes are none. */
  finish(input: ProtoReader): number {
    let series = this.#series
    if (this.#pieces.length > 0) {
      this.#setAside(input.bytes)
      const copy = Buffer.concat([...this.#pieces, new Uint8Array(KEY_SLACK)])
      this.#pieces = []
      const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength)
      series = this.#find(copy, view, 0, copy.length - KEY_SLACK)
    } else if (series < 0) {
      series = this.#find(input.bytes, input.view, this.#from, this.#to)
    }
    this.#series = -1
    this.#from = 0
    this.#to = 0
    if (series >= 0) this.#previous = series
    return series
  }

  #setAside(bytes: Uint8Array): void {
    this.#pieces.push(bytes.slice(this.#from, this.#to))
    this.#series = -1
    this.#from = 0
    this.#to = 0
  }

  #find(bytes: Uint8Array, view: DataView, from: number, to: number): number {
    const before = this.keys.size
    const series = this.keys.find(view, from, to, this.#previous, this.#metric)
    if (series < before || from === to) return series
    const found = readAttributes(bytes.subarray(from, to), this.#tag, this.#depthMax)
    if (typeof found !== 'string') return series
    if (found === 'too_deep') this.isTooDeep = true
    return -1
  }
}
