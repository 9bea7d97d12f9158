/**
 * A file of `chunks_head`: chunks that Prometheus has taken out of its memory, before a block is made of them.
 *
 * ```
 * magic · version · 3 bytes │ { series · first time · last time · encoding · length · data · CRC-32C } … │ zeros
 *   8 bytes each but length, a varint, and encoding, a byte: its highest bit tells samples that came out of order
 * ```
 *
 * @see prometheus:tsdb/docs/format/head_chunks.md
 */
import { type ReadAt, bytesAt, damaged, uint32 } from '../prometheus-block/damage.ts'
import type { ChunkSamples } from '../prometheus-block/chunk-samples.ts'
import { CHUNK_BYTES_MAX, readChunkData } from '../prometheus-block/read-chunk.ts'
import { ProtoReader } from '../protobuf/reader.ts'
import { crc32c } from '../remote-read/crc32c.ts'
import { bigInteger } from './big-endian.ts'

const MAGIC = 0x0130bc91
const VERSION = 1
const HEAD_BYTES = 8
/** Series, times, encoding and length. */
const CHUNK_HEAD_BYTES_MAX = 3 * 8 + 1 + 5
const OUT_OF_ORDER = 0x80

export interface HeadChunk {
  readonly ref: number
  readonly minMs: number
  readonly maxMs: number
  readonly isOutOfOrder: boolean
  /** Reads its samples behind those that are there; only until the next chunk is asked for. */
  read(into: ChunkSamples): void
}

/**
 * All chunks, in the order in which they were written.
 *
 * @throws {WeirError} `IMPORT_DAMAGED` where it cannot go on, as at the end of a file that is being written
 */
export function* headChunks(read: ReadAt, size: number): Generator<HeadChunk> {
  const fileHead = bytesAt(read, 0, HEAD_BYTES)
  if (uint32(fileHead, 0) !== MAGIC || fileHead[4] !== VERSION) {
    throw damaged(`it is no file of chunks of version ${VERSION}`)
  }
  for (let at = HEAD_BYTES; at < size;) {
    const head = read(at, CHUNK_HEAD_BYTES_MAX)
    // The rest of a file is zeros until chunks are written there.
    if (head.every((byte) => byte === 0)) return
    const input = new ProtoReader(head)
    const ref = bigInteger(input)
    const minMs = bigInteger(input)
    const maxMs = bigInteger(input)
    const encoding = input.bytes[input.at++] ?? 0
    const length = input.u32()
    if (input.bad || length > CHUNK_BYTES_MAX) throw damaged(`a chunk at ${at} that breaks off`)
    const headBytes = input.at
    const bytes = bytesAt(read, at, headBytes + length + 4)
    const end = headBytes + length
    if (crc32c(bytes.subarray(0, end)) !== uint32(bytes, end)) {
      throw damaged(`a chunk at ${at} with a wrong checksum`)
    }
    yield {
      ref,
      minMs,
      maxMs,
      isOutOfOrder: (encoding & OUT_OF_ORDER) !== 0,
      read: (into) => readChunkData(encoding & ~OUT_OF_ORDER, bytes, headBytes, end, into),
    }
    at += end + 4
  }
}
