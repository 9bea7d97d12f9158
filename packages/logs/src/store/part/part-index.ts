/**
 * What is known of a part without reading it: `part-….index` beside `part-….parquet`.
 *
 *     ├ magic "WLI2" ├ header bytes, uint32 ├ header: JSON, deflated
 *     ├ counts: deflated columns, uint32 each: stream, minute, severity, lines, bytes
 *     ├ the word filters of the blocks, one behind the other
 *     ├ CRC-32 of all this
 *
 * Filters are read where they lie, 32 bytes a word and block; the rest is kept in memory.
 */
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Labels } from '@weir/model'

const MAGIC = 'WLI2'
const HEAD_BYTES = 8
const CRC_BYTES = 4

/** Rows of a block: what a search reads or leaves out as a whole. */
export const BLOCK_ROWS = 8_192

/** Column `c0`, `c1`, … of a part. */
export interface PartColumn {
  /** For people: keys joined with a dot. */
  readonly path: string
  /** The name under which a line has it; '' for arrays, which are no fields. */
  readonly name: string
  /** Said beside the line, not by it. */
  readonly isMetadata: boolean
  /** Held as 64-bit numbers: each value is the shortest text of one. */
  readonly isInteger: boolean
  /** Some values have JSON's escapes in them. */
  readonly hasEscapes: boolean
  /** All values there are, where these are few; rows without one are not counted. */
  readonly values?: readonly string[]
  /** Every character that stands in its values; all beyond ASCII are told as `\u0080`. */
  readonly characters: string
}

export interface PartShape {
  readonly literals: readonly string[]
  readonly kinds: readonly number[]
  /** The column of each value; -1 for the line's time. */
  readonly columns: readonly number[]
  /** Under which names lines of this shape have their time. */
  readonly times: readonly PartTime[]
}

/** A field whose value is the line's time as text. */
export interface PartTime {
  readonly name: string
  readonly kind: number
  /** What comes behind the digits: `Z` or `+00:00`. */
  readonly zone: string
}

export interface PartBlock {
  readonly rows: number
  readonly minNs: string
  readonly maxNs: string
  /** Bit `s` for severity `s`. */
  readonly severities: number
  /** Its streams are among these, both included. */
  readonly firstStream: number
  readonly lastStream: number
  /** Least and greatest of each column of integers: column, min, max. */
  readonly integers: readonly (readonly [column: number, min: number, max: number])[]
  readonly filterBytes: number
}

export interface PartHeader {
  readonly rows: number
  readonly textBytes: number
  readonly minNs: string
  readonly maxNs: string
  /** `name, value, …` of each stream, sorted. */
  readonly streams: readonly (readonly string[])[]
  readonly columns: readonly PartColumn[]
  /** Shape `i` is called `i + 1` in the part; 0 is a line without one. */
  readonly shapes: readonly PartShape[]
  readonly metadataShapes: readonly PartShape[]
  /** Lines without a shape, whose text is kept whole. */
  readonly looseLines: number
  /** Lines without a shape that may be JSON objects: their fields are in no column. */
  readonly hasLooseJson: boolean
  /** The same of what was said beside lines. */
  readonly hasLooseMetadata: boolean
  readonly blocks: readonly PartBlock[]
}

/** Lines by stream, minute and severity; a minute has its end in it and not its beginning. */
export interface PartCounts {
  readonly streams: Uint32Array
  /** Minutes since 1970, by their beginning. */
  readonly minutes: Uint32Array
  readonly severities: Uint32Array
  readonly lines: Uint32Array
  readonly bytes: Uint32Array
}

export interface PartIndex {
  readonly header: PartHeader
  readonly parquet: PartSeal
  readonly labels: readonly Labels[]
  /** Undefined where minutes would have been nearly as many as lines. */
  readonly counts: PartCounts | undefined
  /** Where in the file the filter of each block begins. */
  readonly filtersAt: Float64Array
}

/** What the Parquet file must be. */
export interface PartSeal {
  readonly bytes: number
  readonly crc: number
}

interface StoredHeader extends PartHeader {
  readonly parquet: PartSeal
  readonly countsBytes: number
  readonly countsRows: number
}

export function encodeIndex(
  header: PartHeader,
  parquet: PartSeal,
  counts: PartCounts | undefined,
  filters: readonly Uint8Array[],
): Buffer {
  const columns =
    counts === undefined
      ? []
      : [counts.streams, deltas(counts.minutes), counts.severities, counts.lines, counts.bytes]
  const packedCounts = deflateRawSync(
    Buffer.concat(
      columns.map((column) => new Uint8Array(column.buffer, column.byteOffset, column.byteLength)),
    ),
  )
  const stored: StoredHeader = {
    ...header,
    parquet,
    countsBytes: packedCounts.length,
    countsRows: counts?.streams.length ?? 0,
  }
  const packed = deflateRawSync(JSON.stringify(stored))
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC, 'latin1')
  head.writeUInt32LE(packed.length, 4)
  const bytes = Buffer.concat([head, packed, packedCounts, ...filters, Buffer.alloc(CRC_BYTES)])
  const end = bytes.length - CRC_BYTES
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end)
  return bytes
}

/** @returns undefined when the bytes are not an index's */
export function decodeIndex(
  bytes: Buffer,
  labelsOf: (flat: readonly string[]) => Labels,
): PartIndex | undefined {
  const end = bytes.length - CRC_BYTES
  if (end < HEAD_BYTES || bytes.toString('latin1', 0, 4) !== MAGIC) return undefined
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return undefined
  const countsAt = HEAD_BYTES + bytes.readUInt32LE(4)
  const header = JSON.parse(
    inflateRawSync(bytes.subarray(HEAD_BYTES, countsAt)).toString(),
  ) as StoredHeader
  const filtersFrom = countsAt + header.countsBytes
  const filtersAt = new Float64Array(header.blocks.length)
  let at = filtersFrom
  header.blocks.forEach(({ filterBytes }, i) => {
    filtersAt[i] = at
    at += filterBytes
  })
  return {
    header,
    parquet: header.parquet,
    labels: header.streams.map(labelsOf),
    counts: decodeCounts(bytes.subarray(countsAt, filtersFrom), header.countsRows),
    filtersAt,
  }
}

function decodeCounts(packed: Uint8Array, rows: number): PartCounts | undefined {
  if (rows === 0) return undefined
  const plain = Uint8Array.from(inflateRawSync(packed))
  const column = (i: number): Uint32Array => new Uint32Array(plain.buffer, i * rows * 4, rows)
  const minutes = column(1)
  for (let i = 1; i < rows; i++) minutes[i]! += minutes[i - 1]!
  return {
    streams: column(0),
    minutes,
    severities: column(2),
    lines: column(3),
    bytes: column(4),
  }
}

/** Differences, as unsigned numbers that wrap. */
function deltas(column: Uint32Array): Uint32Array {
  return column.map((value, i) => value - (i === 0 ? 0 : column[i - 1]!))
}
