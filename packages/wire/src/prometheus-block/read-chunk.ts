import { crc32c } from '../remote-read/crc32c.ts'
import { BitReader } from './bit-reader.ts'
import type { ChunkSamples } from './chunk-samples.ts'
import { type ReadAt, bytesAt, damaged, uint32 } from './damage.ts'
import { readHistogramSamples } from './histogram-samples.ts'
import { readXorSamples } from './xor-samples.ts'

const MAGIC = 0x85bd40dd
const VERSION = 1

const XOR = 1
const HISTOGRAM = 2
const FLOAT_HISTOGRAM = 3

/** Prometheus's own chunks have about a kilobyte; 65,535 samples that share nothing have 1.3 MB. */
export const CHUNK_BYTES_MAX = 2 ** 24

/** Looks at the head of a file of chunks. @throws {WeirError} `IMPORT_DAMAGED` */
export function checkSegmentHead(read: ReadAt): void {
  const head = bytesAt(read, 0, 8)
  if (uint32(head, 0) !== MAGIC) throw damaged('it is no file of chunks')
  if (head[4] !== VERSION)
    throw damaged(`want version ${VERSION} of a file of chunks, got ${head[4]}`)
}

/**
 * Reads the chunk at `at` of a file of chunks behind what is in `into` already.
 *
 * ```
 * length, a varint · encoding, a byte · data · CRC-32C of encoding and data
 * ```
 *
 * @throws {WeirError} `IMPORT_DAMAGED`; then nothing of it is there
 * @see prometheus:tsdb/docs/format/chunks.md
 */
export function readChunk(read: ReadAt, at: number, into: ChunkSamples): void {
  const head = read(at, 5)
  let length = 0
  let dataAt = at
  for (let i = 0, scale = 1; ; i++, scale *= 128) {
    const byte = head[i]
    if (byte === undefined) throw damaged('a chunk without a length')
    length += (byte & 127) * scale
    if (byte >= 128) continue
    dataAt += i + 1
    break
  }
  if (length > CHUNK_BYTES_MAX) throw damaged(`a chunk of ${length} bytes`)
  const bytes = bytesAt(read, dataAt, length + 5)
  const sum = crc32c(bytes.subarray(0, length + 1))
  if (sum !== uint32(bytes, length + 1)) throw damaged('a chunk with a wrong checksum')
  readChunkData(bytes[0]!, bytes, 1, length + 1, into)
}

/**
 * Reads the data of a chunk, `bytes[from, to)`, behind what is in `into` already.
 *
 * @throws {WeirError} `IMPORT_DAMAGED`; then nothing of it is there
 */
export function readChunkData(
  encoding: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  into: ChunkSamples,
): void {
  const before = into.length
  const input = new BitReader(bytes, from, to)
  try {
    readSamples(encoding, input, into)
    if (input.isOver) throw damaged('a chunk that ends within a sample')
  } catch (error) {
    for (let i = before; i < into.length; i++) into.histograms.delete(i)
    into.length = before
    throw error
  }
}

function readSamples(encoding: number, input: BitReader, into: ChunkSamples): void {
  switch (encoding) {
    case XOR:
      return readXorSamples(input, into)
    case HISTOGRAM:
      return readHistogramSamples(input, false, into)
    case FLOAT_HISTOGRAM:
      return readHistogramSamples(input, true, into)
    default:
      throw damaged(`a chunk of an encoding ${encoding} that is not known`)
  }
}
