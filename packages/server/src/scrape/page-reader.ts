import {
  ExpositionPage,
  type PageFault,
  ProtoSeriesTable,
  type SeriesNames,
  SeriesTable,
  parseOpenMetrics,
  parseProtobuf,
  parseText,
} from '@weir/wire'
import type { FormatRules, PageFormat } from './formats.ts'

/** A page as it arrived, unpacked. */
export interface FetchedPage {
  readonly bytes: Uint8Array
  readonly format: PageFormat
}

/** Reads the pages of one target, in whatever format they come; names of series stay known as long as the format stays. */
export class PageReader {
  readonly page = new ExpositionPage()
  #text = new SeriesTable()
  #protobuf = new ProtoSeriesTable()
  #isProtobuf = false
  /** Changes when the numbers of series begin anew. */
  generation = 0

  get names(): SeriesNames {
    return this.#isProtobuf ? this.#protobuf : this.#text
  }

  /** Reads a page into {@link page}; what is wrong with it comes back. */
  read({ bytes, format }: FetchedPage, rules: FormatRules): PageFault | undefined {
    const isProtobuf = format === 'protobuf'
    if (isProtobuf !== this.#isProtobuf) {
      this.#isProtobuf = isProtobuf
      this.#text = new SeriesTable()
      this.#protobuf = new ProtoSeriesTable()
      this.generation++
    }
    if (isProtobuf) {
      const { native, classic } = rules
      return parseProtobuf(bytes, this.#protobuf, this.page, { native, classic, created: false })
    }
    const parse = format === 'openmetrics' ? parseOpenMetrics : parseText
    return parse(bytes, this.#text, this.page)
  }
}
