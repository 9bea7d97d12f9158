import { ProtoReader } from '../protobuf/reader.ts'
import { crc32c } from '../remote-read/crc32c.ts'
import { damaged, uint32 } from './damage.ts'

const MAGIC = 0x0130ba30
const VERSION = 1
const HEAD_BYTES = 5

/** What was deleted of a series, both ends included. */
export interface Deleted {
  readonly minMs: number
  readonly maxMs: number
}

/**
 * What was deleted and lies in the block still, by number of series.
 *
 * ```
 * magic · version │ { series, a varint · first and last time, zigzag } … │ CRC-32C of what is between
 * ```
 *
 * @throws {WeirError} `IMPORT_DAMAGED`
 * @see prometheus:tsdb/docs/format/tombstones.md
 */
export function readTombstones(bytes: Uint8Array): Map<number, Deleted[]> {
  const end = bytes.length - 4
  if (end < HEAD_BYTES || uint32(bytes, 0) !== MAGIC) throw damaged('it is no file of tombstones')
  if (bytes[4] !== VERSION) throw damaged(`want version ${VERSION} of tombstones, got ${bytes[4]}`)
  if (crc32c(bytes.subarray(HEAD_BYTES, end)) !== uint32(bytes, end)) {
    throw damaged('tombstones with a wrong checksum')
  }
  const found = new Map<number, Deleted[]>()
  const input = new ProtoReader(bytes, HEAD_BYTES, end)
  while (input.at < input.end) {
    const ref = input.u64()
    const deleted = { minMs: input.zigzag(), maxMs: input.zigzag() }
    const known = found.get(ref)
    if (known === undefined) found.set(ref, [deleted])
    else known.push(deleted)
  }
  if (input.bad) throw damaged('a tombstone that breaks off')
  return found
}
