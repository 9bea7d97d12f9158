import { Labels } from '@weir/model'
import { SCANNED } from '@weir/wire'
import type { JsonRecord } from '../recognise/json-record.ts'
import { labelName } from './label-name.ts'
import type { KnownStream, LineBatch } from './line-batch.ts'
import { UNKNOWN_SERVICE } from './service-name.ts'

/** The values by which a stream was found, one behind the other as they stand in the line. */
interface Found {
  readonly stream: KnownStream
  readonly values: Uint8Array
  /** The end of each slot's value in `values`. */
  readonly ends: Uint32Array
}

/** When more are known, all are forgotten: the active ones are soon met again. */
const KNOWN_MAX = 50_000
/** Longer values become no labels: they are no names. */
const VALUE_BYTES_MAX = 256

/**
 * Streams of lines that are JSON objects, by the values in them that become labels. A known one is found
 * by its bytes, without a string made of them: a number from the bytes, and then all of them compared.
 */
export class RecordStreams {
  readonly #record: JsonRecord
  readonly #lines: LineBatch
  readonly #known = new Map<number, Found>()
  readonly #seed: number

  /** @param seed for the numbers of values: one that senders cannot know */
  constructor(record: JsonRecord, lines: LineBatch, seed: number) {
    this.#record = record
    this.#lines = lines
    this.#seed = seed
  }

  /** The stream of the line that the record has just read. */
  find(bytes: Uint8Array): KnownStream {
    const hash = this.#hash(bytes)
    const found = this.#known.get(hash)
    if (found !== undefined && this.#stands(found, bytes)) return found.stream
    const pairs = this.#pairs(bytes)
    const stream = this.#lines.stream(Labels.fromFlat(pairs))
    if (stream.refused === undefined) {
      this.#remember(hash, stream, bytes)
      return stream
    }
    // What a line says of itself is no reason to lose it: it goes to the stream of those that say nothing.
    return this.#lines.stream(Labels.fromFlat(pairs.slice(0, 2)))
  }

  #hash(bytes: Uint8Array): number {
    const { scanner, firstLabel } = this.#record
    const { kind, from, to } = scanner
    let hash = this.#seed
    for (let slot = firstLabel; slot < kind.length; slot++) {
      hash = Math.imul(hash ^ slot, 0x01000193)
      if (kind[slot] === SCANNED.absent) continue
      const end = to[slot]!
      for (let at = from[slot]!; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193)
    }
    return hash
  }

  #stands({ values, ends }: Found, bytes: Uint8Array): boolean {
    const { scanner, firstLabel } = this.#record
    const { kind, from, to } = scanner
    let known = 0
    for (let slot = firstLabel; slot < kind.length; slot++) {
      const isThere = kind[slot] !== SCANNED.absent
      const begin = isThere ? from[slot]! : 0
      const end = isThere ? to[slot]! : 0
      if (ends[slot - firstLabel]! - known !== end - begin) return false
      for (let at = begin; at < end; at++) if (values[known++] !== bytes[at]) return false
    }
    return true
  }

  #pairs(bytes: Uint8Array): string[] {
    const { labelNames, firstLabel, scanner } = this.#record
    const pairs = ['service_name', UNKNOWN_SERVICE]
    for (const [i, name] of labelNames.entries()) {
      const slot = firstLabel + i
      const isNamed = scanner.to[slot]! - scanner.from[slot]! <= VALUE_BYTES_MAX
      const text = isNamed ? this.#text(bytes, slot) : undefined
      if (text !== undefined && text !== '') pairs.push(labelName(name), text)
    }
    return pairs
  }

  /** Numbers become labels where the sender named the field. */
  #text(bytes: Uint8Array, slot: number): string | undefined {
    const { scanner } = this.#record
    if (scanner.kind[slot] !== SCANNED.bare) return scanner.text(bytes, slot)
    return Buffer.from(bytes.subarray(scanner.from[slot], scanner.to[slot])).toString('latin1')
  }

  #remember(hash: number, stream: KnownStream, bytes: Uint8Array): void {
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    const { scanner, firstLabel, labelNames } = this.#record
    const ends = new Uint32Array(labelNames.length)
    const pieces: Uint8Array[] = []
    let length = 0
    for (let slot = firstLabel; slot < scanner.kind.length; slot++) {
      if (scanner.kind[slot] !== SCANNED.absent) {
        const piece = bytes.subarray(scanner.from[slot], scanner.to[slot])
        if (piece.length > VALUE_BYTES_MAX) return
        pieces.push(piece)
        length += piece.length
      }
      ends[slot - firstLabel] = length
    }
    this.#known.set(hash, { stream, values: Buffer.concat(pieces), ends })
  }
}
