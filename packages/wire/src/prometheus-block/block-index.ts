/**
 * The index of a block, as far as one needs it who wants everything: symbols and series, in order of labels.
 *
 * ```
 * magic · version │ symbols │ series … │ label indices, postings, their tables │ table of contents
 * symbols   length · count · { length, text } … · CRC-32C
 * series    length · labels { name, value } … · chunks { first and last time, place } … · CRC-32C
 * ```
 *
 * In version 2 a symbol is known by its number, and series lie at multiples of 16; in version 1 a symbol is
 * known by its place in the file.
 *
 * @see prometheus:tsdb/docs/format/index.md
 */
import { ProtoReader } from '../protobuf/reader.ts'
import { crc32c } from '../remote-read/crc32c.ts'
import { type ReadAt, bytesAt, damaged, uint32 } from './damage.ts'

const MAGIC = 0xbaaad700
const HEAD_BYTES = 5
const CONTENTS_BYTES = 6 * 8 + 4
const ALIGN = 16
/** A series of a hundred thousand chunks has less; a length beyond it is damage. */
const SERIES_BYTES_MAX = 2 ** 26

/** Where a chunk lies, and the times of its first and last sample. */
export interface ChunkPlace {
  readonly minMs: number
  readonly maxMs: number
  /** Number of its file, from 0. */
  readonly segment: number
  readonly at: number
}

export interface BlockSeries {
  /** By this number tombstones know it. */
  readonly ref: number
  /** `name, value, …` in order of name. */
  readonly pairs: readonly string[]
  readonly chunks: readonly ChunkPlace[]
}

export class BlockIndex {
  readonly #read: ReadAt
  readonly #version: number
  readonly #seriesAt: number
  readonly #seriesEnd: number
  readonly #symbols: Symbols

  /**
   * Reads the symbols, which stay in memory.
   *
   * @param size of the file, in bytes
   * @throws {WeirError} `IMPORT_DAMAGED`
   */
  constructor(read: ReadAt, size: number) {
    this.#read = read
    const head = bytesAt(read, 0, HEAD_BYTES)
    if (uint32(head, 0) !== MAGIC) throw damaged('it is no index of a block')
    this.#version = head[4]!
    if (this.#version !== 1 && this.#version !== 2) {
      throw damaged(`want version 1 or 2 of an index, got ${this.#version}`)
    }
    const contents = contentsOf(read, size)
    const [symbolsAt, seriesAt] = contents as [number, number]
    this.#symbols = new Symbols(read, symbolsAt, size, this.#version)
    this.#seriesAt = seriesAt
    // They end where the next section begins, whichever is there.
    this.#seriesEnd = Math.min(size - CONTENTS_BYTES, ...contents.filter((at) => at > seriesAt))
  }

  /** All series, in order of their labels. @param onDamage hears of one that cannot be read; it is left out */
  *series(onDamage: (error: unknown) => void): Generator<BlockSeries> {
    if (this.#seriesAt === 0) return
    for (let at = this.#seriesAt; at < this.#seriesEnd;) {
      if (this.#version === 2) at = Math.ceil(at / ALIGN) * ALIGN
      if (at >= this.#seriesEnd) return
      const head = new ProtoReader(this.#read(at, 5))
      const length = head.u32()
      if (length === 0 && !head.bad) {
        at++ // padding
        continue
      }
      const contentAt = at + head.at
      if (head.bad || length > SERIES_BYTES_MAX || contentAt + length + 4 > this.#seriesEnd) {
        onDamage(damaged(`a series at ${at} that is longer than it can be, and what follows it`))
        return
      }
      try {
        yield this.#seriesOf(at, bytesAt(this.#read, contentAt, length + 4))
      } catch (error) {
        onDamage(error)
      }
      at = contentAt + length + 4
    }
  }

  #seriesOf(at: number, bytes: Uint8Array): BlockSeries {
    const end = bytes.length - 4
    if (crc32c(bytes.subarray(0, end)) !== uint32(bytes, end)) {
      throw damaged(`a series at ${at} with a wrong checksum`)
    }
    const input = new ProtoReader(bytes, 0, end)
    const pairs: string[] = []
    for (let left = input.u32() * 2; left > 0 && !input.bad; left--) {
      pairs.push(this.#symbols.text(input.u32()))
    }
    const chunks = chunksOf(input)
    if (input.bad) throw damaged(`a series at ${at} that breaks off`)
    return { ref: this.#version === 2 ? at / ALIGN : at, pairs, chunks }
  }
}

function chunksOf(input: ProtoReader): ChunkPlace[] {
  const chunks: ChunkPlace[] = []
  let maxMs = 0
  let place = 0
  const count = input.u32()
  for (let i = 0; i < count && !input.bad; i++) {
    const minMs = i === 0 ? input.zigzag() : maxMs + input.i64()
    maxMs = minMs + input.i64()
    place = i === 0 ? input.i64() : place + input.zigzag()
    const segment = Math.floor(place / 2 ** 32)
    chunks.push({ minMs, maxMs, segment, at: place - segment * 2 ** 32 })
  }
  return chunks
}

/** Where the sections begin, in the order of the table of contents; 0 for what is not there. */
function contentsOf(read: ReadAt, size: number): readonly number[] {
  if (size < HEAD_BYTES + CONTENTS_BYTES) throw damaged('an index that breaks off')
  const bytes = bytesAt(read, size - CONTENTS_BYTES, CONTENTS_BYTES)
  if (crc32c(bytes.subarray(0, 48)) !== uint32(bytes, 48)) {
    throw damaged('a table of contents with a wrong checksum')
  }
  return [0, 8, 16, 24, 32, 40].map((at) => uint32(bytes, at) * 2 ** 32 + uint32(bytes, at + 4))
}

/** The texts of an index, as the bytes they are: an index of millions would be many strings. */
class Symbols {
  readonly #bytes: Buffer
  readonly #version: number
  /** Where `#bytes` begin in the file. */
  readonly #fileAt: number
  /** Where each begins in `#bytes`; version 1 tells by itself. */
  readonly #starts: Uint32Array

  constructor(read: ReadAt, at: number, size: number, version: number) {
    this.#version = version
    this.#fileAt = at + 4
    const length = uint32(bytesAt(read, at, 4), 0)
    if (length < 4 || at + 8 + length > size) throw damaged('symbols that break off')
    const bytes = Buffer.from(bytesAt(read, at + 4, length + 4))
    if (crc32c(bytes.subarray(0, length)) !== uint32(bytes, length)) {
      throw damaged('symbols with a wrong checksum')
    }
    this.#bytes = bytes.subarray(0, length)
    const count = uint32(bytes, 0)
    if (count > length) throw damaged('more symbols than there is room for')
    this.#starts = new Uint32Array(version === 2 ? count : 0)
    const input = new ProtoReader(this.#bytes, 4)
    for (let i = 0; i < this.#starts.length; i++) {
      this.#starts[i] = input.at
      input.at = input.lengthEnd()
    }
    if (input.bad) throw damaged('a symbol that breaks off')
  }

  text(ref: number): string {
    const at = this.#version === 2 ? this.#starts[ref] : ref - this.#fileAt
    if (at === undefined || at < 4) throw damaged(`a series with a symbol ${ref} that is not there`)
    const input = new ProtoReader(this.#bytes, at)
    const text = input.text()
    if (input.bad) throw damaged(`a series with a symbol ${ref} that breaks off`)
    return text
  }
}
