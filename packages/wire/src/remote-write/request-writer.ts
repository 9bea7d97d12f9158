/**
 * Writes requests of remote write from columns: what a sender does two thousand times a request.
 *
 * ```
 * series   A  B  A  C        one TimeSeries each of A, B, C, with what they have in its order
 * times    1  1  2  1        1.0: the label messages of A, made ready once, then its samples
 * values   5  7  6  9        2.0: numbers of A's symbols; each symbol once for the whole request
 * ```
 *
 * The bytes are those of `encode.ts`, which writes the same from objects.
 */
import type { Exemplar, NativeHistogram } from '@weir/model'
import { LENGTH } from '../protobuf/reader.ts'
import { ProtoWriter, varintBytes } from '../protobuf/writer.ts'
import { writeHistogram, writePairs, writeSample } from './encode.ts'
import { type SentLabels, type SentMetadata, SentSymbol, typeNumber } from './sent-labels.ts'

/** What a request is written from. What is neither histogram nor exemplar is a sample. */
export interface SentColumns {
  readonly count: number
  readonly series: readonly SentLabels[]
  readonly times: Float64Array
  readonly values: Float64Array
  /** By place in the columns; these have no value there. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>
  readonly exemplars: ReadonlyMap<number, Exemplar>
}

export type RequestVersion = '1.0' | '2.0'

/** Of all writers together: series and symbols remember the last request that they were in. */
let requests = 0

export class RequestWriter {
  readonly #version: RequestVersion
  readonly #out = new ProtoWriter()
  readonly #symbols = new ProtoWriter()
  /** Scratch for a message within a series. */
  readonly #inner = new ProtoWriter()
  readonly #series: SentLabels[] = []
  /** By place in the columns: the next one of the same series, -1 for none. */
  #next = new Int32Array(0)
  /** Symbols of exemplars. */
  readonly #texts = new Map<string, SentSymbol>()
  #request = 0
  #symbolCount = 0

  constructor(version: RequestVersion) {
    this.#version = version
  }

  /** The message, not packed yet; good until the next one is written. */
  write(columns: SentColumns): Uint8Array<ArrayBuffer> {
    this.#group(columns)
    this.#out.clear()
    if (this.#version === '1.0') {
      for (const labels of this.#series) this.#writeSeriesV1(labels, columns)
      return this.#out.bytes
    }
    this.#symbols.clear().text(4, '')
    this.#symbolCount = 1
    this.#texts.clear()
    for (const labels of this.#series) this.#writeSeriesV2(labels, columns)
    return this.#symbols.append(this.#out.bytes).bytes
  }

  /** A request of 1.0 that only tells what metrics are. */
  writeMetadata(metadata: readonly SentMetadata[]): Uint8Array<ArrayBuffer> {
    this.#out.clear()
    for (const { type, name, help, unit } of metadata) {
      this.#out.message(3, (out) => {
        out.int(1, typeNumber(type)).text(2, name).text(4, help).text(5, unit)
      })
    }
    return this.#out.bytes
  }

  /** Chains what belongs to one series, and lists series as they come. */
  #group({ count, series }: SentColumns): void {
    this.#request = ++requests
    this.#series.length = 0
    if (this.#next.length < count) this.#next = new Int32Array(count)
    const next = this.#next
    for (let i = 0; i < count; i++) {
      const labels = series[i]!
      next[i] = -1
      if (labels.request === this.#request) {
        next[labels.last] = i
      } else {
        labels.request = this.#request
        labels.first = i
        this.#series.push(labels)
      }
      labels.last = i
    }
  }

  #writeSeriesV1(labels: SentLabels, columns: SentColumns): void {
    const out = this.#out
    const { messages } = labels
    const samples = this.#samplesBytes(labels, columns)
    const others = this.#others(labels, columns, { histogram: 4, exemplar: 3 })
    out.tag(1, LENGTH).varint(messages.length + samples + others.length)
    out.append(messages)
    this.#writeSamples(labels, columns)
    out.append(others)
  }

  #writeSeriesV2(labels: SentLabels, columns: SentColumns): void {
    const out = this.#out
    let refs = 0
    for (const symbol of labels.symbols) refs += varintBytes(this.#number(symbol))
    const samples = this.#samplesBytes(labels, columns)
    const others = this.#others(labels, columns, { histogram: 3, exemplar: 4 })
    const about = this.#about(labels)
    const bytes = 1 + varintBytes(refs) + refs + samples + others.length + about.length
    out.tag(5, LENGTH).varint(bytes)
    out.tag(1, LENGTH).varint(refs)
    for (const symbol of labels.symbols) out.varint(symbol.number)
    this.#writeSamples(labels, columns)
    out.append(others).append(about)
  }

  #isSample(i: number, { histograms, exemplars }: SentColumns): boolean {
    return !(histograms.size > 0 && histograms.has(i)) && !(exemplars.size > 0 && exemplars.has(i))
  }

  #samplesBytes(labels: SentLabels, columns: SentColumns): number {
    let bytes = 0
    for (let i = labels.first; i >= 0; i = this.#next[i]!) {
      if (!this.#isSample(i, columns)) continue
      const time = columns.times[i]!
      bytes += 2 + (Object.is(columns.values[i]!, 0) ? 0 : 9)
      bytes += time === 0 ? 0 : 1 + varintBytes(time)
    }
    return bytes
  }

  #writeSamples(labels: SentLabels, columns: SentColumns): void {
    for (let i = labels.first; i >= 0; i = this.#next[i]!) {
      if (!this.#isSample(i, columns)) continue
      writeSample(this.#out, 2, columns.times[i]!, columns.values[i]!)
    }
  }

  /** Histograms and exemplars of a series, finished fields of it. */
  #others(
    labels: SentLabels,
    { histograms, exemplars, times }: SentColumns,
    field: { readonly histogram: number; readonly exemplar: number },
  ): Uint8Array {
    if (histograms.size === 0 && exemplars.size === 0) return NOTHING
    const inner = this.#inner.clear()
    for (let i = labels.first; i >= 0; i = this.#next[i]!) {
      const histogram = histograms.get(i)
      if (histogram !== undefined) {
        inner.message(field.histogram, (out) => writeHistogram(out, times[i]!, histogram))
      }
      const exemplar = exemplars.get(i)
      if (exemplar !== undefined) {
        inner.message(field.exemplar, (out) => this.#writeExemplar(out, exemplar))
      }
    }
    return inner.bytes
  }

  #writeExemplar(out: ProtoWriter, { labels, value, timeMs }: Exemplar): void {
    if (this.#version === '1.0') {
      writePairs(out, 1, labels.flat)
    } else {
      const refs = new ProtoWriter()
      for (const text of labels.flat) refs.varint(this.#number(this.#symbolOf(text)))
      out.raw(1, refs.bytes)
    }
    out.double(2, value).int(3, timeMs)
  }

  #about({ about }: SentLabels): Uint8Array {
    if (about === undefined) return NOTHING
    const { type, help, unit } = about
    const inner = new ProtoWriter().int(1, type)
    inner.int(3, this.#number(help)).int(4, this.#number(unit))
    return new ProtoWriter().raw(5, inner.bytes).bytes
  }

  /** For texts that come once and never again: within a request each is one symbol all the same. */
  #symbolOf(text: string): SentSymbol {
    let symbol = this.#texts.get(text)
    if (symbol === undefined) this.#texts.set(text, (symbol = new SentSymbol(text)))
    return symbol
  }

  /** The number of a symbol in this request, which has it from now on. */
  #number(symbol: SentSymbol): number {
    if (symbol.request === this.#request) return symbol.number
    symbol.request = this.#request
    symbol.number = this.#symbolCount++
    this.#symbols.append(symbol.field)
    return symbol.number
  }
}

const NOTHING = new Uint8Array(0)
