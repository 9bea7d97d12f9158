/**
 * Makes of lines what DuckDB reads to write a part, and the part's index, in two passes: the first finds
 * the shape of every line, and so the columns that there are; the second writes a row a line. The rows are
 * text with values divided by 0x1F, which no JSON has in it: of the ways into DuckDB that were tried it is
 * the cheapest by far (1.6 µs a line of 500 bytes with 20 values, Parquet and all; lists of values as
 * parameters 6.9).
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { LogBatch } from '@weir/model'
import { BlockDraft } from './block-draft.ts'
import { CountTable } from './count-table.ts'
import { FewValues } from './few-values.ts'
import {
  BLOCK_ROWS,
  type PartBlock,
  type PartColumn,
  type PartCounts,
  type PartHeader,
} from './part-index.ts'
import { type ColumnUse, ShapedSide, integerAt } from './shaped-side.ts'
import type { SortedRows } from './sorted-rows.ts'
import { WordSet } from './words.ts'

/** In the rows: divides values, and stands around text that has such bytes in it. */
export const DIVIDER = 0x1f
export const QUOTE = 0x1e

/** A part has no more columns of values; lines that need others keep their text. */
export const COLUMNS_MAX = 200
const LINE_FEED = 0x0a
/** Bits of a column. */
const METADATA = 1
const INTEGER = 2
const OUT_BYTES = 1 << 20
/** Numbers in front of a row's values. */
const HEAD_BYTES = 100
/** Lines that a turn of the event loop works through: acknowledgements wait meanwhile. */
const TURN_ROWS = 4096

export interface WrittenRows {
  readonly header: PartHeader
  readonly counts: PartCounts | undefined
  readonly filters: readonly Uint8Array[]
  /** The longest row, in bytes: who reads them must know. */
  readonly rowBytesMax: number
}

/** @param firstBlock the number of the first block */
export async function writeRows(
  rows: SortedRows,
  path: string,
  { columnsMax, firstBlock }: { readonly columnsMax: number; readonly firstBlock: number },
): Promise<WrittenRows> {
  const writer = new RowsWriter(rows, path, firstBlock)
  try {
    for (let row = 0; row < rows.count; row += TURN_ROWS) {
      writer.scan(row, Math.min(rows.count, row + TURN_ROWS))
      await turn()
    }
    writer.chooseColumns(columnsMax)
    for (let row = 0; row < rows.count; row += TURN_ROWS) {
      writer.write(row, Math.min(rows.count, row + TURN_ROWS))
      await turn()
    }
    return writer.finish()
  } finally {
    writer.close()
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

class RowsWriter {
  readonly #rows: SortedRows
  readonly #firstBlock: number
  readonly #file: number
  readonly #line: ShapedSide
  readonly #metadata: ShapedSide
  #columns: readonly ColumnUse[] = []
  /** Of each column, {@link METADATA} and {@link INTEGER}. */
  #kinds = new Uint8Array(0)
  #few: readonly FewValues[] = []
  /** For each column, whether each byte stands in its values. */
  #seen: readonly Uint8Array[] = []
  /** For texts of which nobody asks that. */
  readonly #unseen = new Uint8Array(256)
  #out = new Uint8Array(OUT_BYTES)
  #used = 0
  #rowBytesMax = 0
  #block = new BlockDraft(0)
  readonly #blocks: PartBlock[] = []
  readonly #filters: Uint8Array[] = []
  readonly #words = new WordSet()
  readonly #counts = new CountTable()
  #textBytes = 0
  #looseLines = 0
  #hasLooseJson = false
  #hasLooseMetadata = false

  constructor(rows: SortedRows, path: string, firstBlock: number) {
    this.#rows = rows
    this.#firstBlock = firstBlock
    this.#file = openSync(path, 'w')
    this.#line = new ShapedSide(rows.count, false)
    this.#metadata = new ShapedSide(rows.count, true)
  }

  close(): void {
    closeSync(this.#file)
  }

  scan(from: number, to: number): void {
    const { batches, batchOf, placeIn } = this.#rows
    for (let row = from; row < to; row++) {
      const { text, ends, metadata, metadataEnds } = batches[batchOf[row]!]!
      const at = placeIn[row]!
      this.#line.scan(row, text, startOf(ends, at), ends[at]!, this.#rows)
      const metadataFrom = startOf(metadataEnds, at)
      this.#metadata.scan(row, metadata, metadataFrom, metadataEnds[at]!, this.#rows)
    }
  }

  /** Gives each path of the shapes a column; when there are too many, the most frequent ones. */
  chooseColumns(columnsMax: number): void {
    const uses = new Map<string, ColumnUse>()
    this.#metadata.count(uses)
    this.#line.count(uses)
    const frequent = [...uses.values()].toSorted((a, b) => b.lines - a.lines)
    const chosen = new Set(frequent.slice(0, columnsMax))
    this.#columns = [...uses.values()].filter((use) => chosen.has(use))
    this.#line.assign(this.#columns)
    this.#metadata.assign(this.#columns)
    this.#block = new BlockDraft(this.#columns.length)
    this.#kinds = Uint8Array.from(
      this.#columns,
      ({ isMetadata, isInteger }) => (isMetadata ? METADATA : 0) | (isInteger ? INTEGER : 0),
    )
    this.#few = this.#columns.map(() => new FewValues())
    this.#seen = this.#columns.map(() => new Uint8Array(256))
  }

  write(from: number, to: number): void {
    const { batches, batchOf, placeIn } = this.#rows
    for (let row = from; row < to; row++) {
      this.#row(row, batches[batchOf[row]!]!, placeIn[row]!)
      if (this.#block.rows === BLOCK_ROWS) this.#endBlock()
      if (this.#used > OUT_BYTES / 2) this.#flush()
    }
  }

  finish(): WrittenRows {
    this.#endBlock()
    this.#flush()
    const columns = this.#columns.map(
      ({ path, name, isMetadata, isInteger, hasEscapes }, number): PartColumn => {
        const values = isInteger ? undefined : this.#few[number]!.list()
        const characters = isInteger ? '-0123456789' : charactersOf(this.#seen[number]!)
        const column = { path, name, isMetadata, isInteger, hasEscapes, characters }
        return values === undefined ? column : { ...column, values }
      },
    )
    const minima = this.#blocks.map(({ minNs }) => BigInt(minNs))
    const maxima = this.#blocks.map(({ maxNs }) => BigInt(maxNs))
    const header: PartHeader = {
      rows: this.#rows.count,
      textBytes: this.#textBytes,
      minNs: String(minima.reduce((a, b) => (b < a ? b : a))),
      maxNs: String(maxima.reduce((a, b) => (b > a ? b : a))),
      streams: this.#rows.streams.map(({ flat }) => flat),
      columns,
      shapes: this.#line.partShapes(),
      metadataShapes: this.#metadata.partShapes(),
      looseLines: this.#looseLines,
      hasLooseJson: this.#hasLooseJson,
      hasLooseMetadata: this.#hasLooseMetadata,
      blocks: this.#blocks,
    }
    return {
      header,
      counts: this.#counts.finish(this.#rows.count),
      filters: this.#filters,
      rowBytesMax: this.#rowBytesMax,
    }
  }

  #row(row: number, batch: LogBatch, at: number): void {
    const stream = this.#rows.streamOf[row]!
    const day = this.#rows.days[row]!
    const inDay = this.#rows.inDay[row]!
    const severity = batch.severities[at]!
    const from = startOf(batch.ends, at)
    const to = batch.ends[at]!
    const shape = this.#line.shapeOf(row)
    const metadata = this.#metadata.shapeOf(row)
    const metadataBytes = batch.metadataEnds[at]! - startOf(batch.metadataEnds, at)
    const begin = this.#used
    // Text that must be quoted may double.
    this.#reserve(HEAD_BYTES + this.#columns.length + 2 * (to - from + metadataBytes))
    this.#textBytes += to - from
    this.#counts.add(stream, day, inDay, severity, to - from)
    this.#block.row(stream, day, inDay, severity)
    this.#number(this.#firstBlock + this.#blocks.length)
    this.#number(stream)
    this.#number(day)
    this.#number(inDay)
    this.#number(severity)
    this.#number(shape)
    this.#number(metadata)
    this.#used-- // a divider comes before each value
    this.#values(row, batch, shape, metadata)
    this.#out[this.#used++] = DIVIDER
    if (metadata === 0 && metadataBytes > 0) {
      const end = batch.metadataEnds[at]!
      this.#text(batch.metadata, end - metadataBytes, end)
      this.#hasLooseMetadata = true
    }
    this.#out[this.#used++] = DIVIDER
    if (shape === 0) {
      this.#looseLines++
      this.#text(batch.text, from, to)
      if (batch.text[from] === 0x7b || batch.text[from]! <= 0x20) this.#hasLooseJson = true
    }
    this.#out[this.#used++] = LINE_FEED
    this.#rowBytesMax = Math.max(this.#rowBytesMax, this.#used - begin)
  }

  #values(row: number, batch: LogBatch, shape: number, metadata: number): void {
    if (shape !== 0 && this.#block.isNewShape(shape)) {
      for (const literal of this.#line.shapes.shapes[shape - 1]!.literals) {
        this.#words.addText(literal, 0, literal.length, this.#unseen)
      }
    }
    const ofLine = this.#line.placesOf(shape)
    const ofMetadata = this.#metadata.placesOf(metadata)
    const kinds = this.#kinds
    const lineAt = this.#line.spanAt(row)
    for (let number = 0; number < kinds.length; number++) {
      this.#out[this.#used++] = DIVIDER
      const kind = kinds[number]!
      if ((kind & METADATA) === 0) {
        if (ofLine === undefined) continue
        const value = ofLine[number]!
        if (value < 0) continue
        const { spans } = this.#line
        const span = lineAt + value * 2
        this.#value(number, kind, batch.text, spans[span]!, spans[span + 1]!)
      } else if (ofMetadata !== undefined && ofMetadata[number]! >= 0) {
        const { spans } = this.#metadata
        const span = this.#metadata.spanAt(row) + ofMetadata[number]! * 2
        this.#value(number, kind, batch.metadata, spans[span]!, spans[span + 1]!)
      }
    }
  }

  #value(number: number, kind: number, bytes: Uint8Array, from: number, to: number): void {
    const out = this.#out
    let used = this.#used
    for (let at = from; at < to; at++) out[used++] = bytes[at]!
    this.#used = used
    if ((kind & INTEGER) !== 0) {
      this.#block.integer(number, integerAt(bytes, from, to))
    } else if (!this.#block.isRepeated(number, bytes, from, to)) {
      this.#words.addText(bytes, from, to, this.#seen[number]!)
      this.#few[number]!.add(bytes, from, to)
    }
  }

  /** A line, or what was said beside it, without a shape. */
  #text(bytes: Uint8Array, from: number, to: number): void {
    this.#words.addText(bytes, from, to, this.#unseen)
    const out = this.#out
    let isPlain = true
    for (let at = from; at < to && isPlain; at++) isPlain = bytes[at]! >= 0x20
    if (isPlain) {
      out.set(bytes.subarray(from, to), this.#used)
      this.#used += to - from
      return
    }
    out[this.#used++] = QUOTE
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) out[this.#used++] = QUOTE
      out[this.#used++] = byte
    }
    out[this.#used++] = QUOTE
  }

  /** A whole number in decimal, and a divider. */
  #number(value: number): void {
    const out = this.#out
    let rest = value
    if (rest < 0) {
      out[this.#used++] = 0x2d
      rest = -rest
    }
    let length = 1
    for (let power = 10; power <= rest; power *= 10) length++
    let at = this.#used + length
    this.#used = at
    for (let digit = 0; digit < length; digit++) {
      const tenth = Math.floor(rest / 10)
      out[--at] = 0x30 + rest - tenth * 10
      rest = tenth
    }
    out[this.#used++] = DIVIDER
  }

  #endBlock(): void {
    if (this.#block.rows === 0) return
    const filter = this.#words.finish()
    this.#filters.push(filter)
    this.#blocks.push(this.#block.finish(filter.length))
    this.#block = new BlockDraft(this.#columns.length)
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes <= this.#out.length) return
    this.#flush()
    if (bytes > this.#out.length) this.#out = new Uint8Array(bytes)
  }

  #flush(): void {
    for (let at = 0; at < this.#used;) at += writeSync(this.#file, this.#out, at, this.#used - at)
    this.#used = 0
  }
}

function startOf(ends: Uint32Array, at: number): number {
  return at === 0 ? 0 : ends[at - 1]!
}

function charactersOf(seen: Uint8Array): string {
  let text = ''
  for (let byte = 0; byte < 0x80; byte++) if (seen[byte] === 1) text += String.fromCharCode(byte)
  return seen.includes(1, 0x80) ? `${text}\u0080` : text
}
