import {
  ClassicConverter,
  ExpositionPage,
  type MetadataLine,
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
  /** To be called by whoever has read it: its memory is used again. */
  readonly done?: () => void
}

const NOTHING = new Uint8Array(0)

/**
 * Reads the pages of one target, in whatever format they come, and makes of their histograms what its
 * job wants. Names of series stay known as long as format and wish stay.
 */
export class PageReader {
  readonly #read = new ExpositionPage()
  #table: SeriesTable | ProtoSeriesTable = new SeriesTable()
  #converter: ClassicConverter | undefined
  /** Changes when the numbers of series begin anew. */
  generation = 0

  /** The samples. */
  get page(): ExpositionPage {
    return this.#converter?.page ?? this.#read
  }

  get names(): SeriesNames {
    return this.#converter ?? this.#table
  }

  /** See {@link ExpositionPage.metadataHash}. */
  get metadataHash(): number {
    return this.#read.metadataHash
  }

  metadata(bytes: Uint8Array): MetadataLine[] {
    return this.#read.metadata(bytes)
  }

  /** Reads a page into {@link page}; what is wrong with it comes back. */
  read({ bytes, format }: FetchedPage, rules: FormatRules): PageFault | undefined {
    this.#prepare(format === 'protobuf', rules.convert)
    const fault = this.#parse(bytes, format, rules)
    this.#converter?.convert(this.#read, bytes, rules.classic)
    return fault
  }

  #prepare(isProtobuf: boolean, converts: boolean): void {
    const isTable = this.#table instanceof ProtoSeriesTable === isProtobuf
    if (isTable && (this.#converter !== undefined) === converts) return
    this.#table = isProtobuf ? new ProtoSeriesTable() : new SeriesTable()
    this.#converter = converts ? new ClassicConverter(this.#table) : undefined
    this.generation++
  }

  #parse(bytes: Uint8Array, format: PageFormat, rules: FormatRules): PageFault | undefined {
    const table = this.#table
    if (table instanceof ProtoSeriesTable) {
      const { native, classic } = rules
      return parseProtobuf(bytes, table, this.#read, { native, classic })
    }
    const parse = format === 'openmetrics' ? parseOpenMetrics : parseText
    const fault = parse(bytes, table, this.#read)
    table.lookInto(NOTHING)
    return fault
  }
}
