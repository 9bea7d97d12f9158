/**
 * A frame: a batch of lines as bytes, the same on disk and in memory that threads share, so that it is
 * made once and read in place.
 *
 *     0        4        8        12       16       20       24       28       32
 *     ├ magic ─┼ length ┼ crc ───┼ count ─┼ streams┼ text ──┼ meta ──┼ 0 ─────┤
 *     ├ timesNs  8 × count ─────────────────────────────────────────────────────
 *     ├ streamOf 4 × count ├ ends 4 × count ├ metadataEnds 4 × count ├ severities 1 × count
 *     ├ text ├ metadata ├ streams: JSON, an array of flat label sets ├ padding to 8
 *
 * Numbers are little-endian; `length` counts all, padding too; `crc` is CRC-32 (IEEE) of everything
 * behind it. Frames follow each other in a file; behind one that fails its check the next is looked for.
 */
import { crc32 } from 'node:zlib'
import { Labels, type LogBatch } from '@weir/model'

const MAGIC = 0x314c4657 // "WFL1"
const HEAD_BYTES = 32
const CRC_AT = 8

/** How many bytes a frame of the batch takes, and the pieces that are known only when it is made. */
export interface FramePlan {
  readonly bytes: number
  readonly streams: Uint8Array
}

export function planFrame(batch: LogBatch): FramePlan {
  const streams = new TextEncoder().encode(JSON.stringify(batch.streams.map(({ flat }) => flat)))
  const body =
    batch.count * (8 + 4 + 4 + 4 + 1) + textBytes(batch) + metadataBytes(batch) + streams.length
  return { bytes: roundUp(HEAD_BYTES + body), streams }
}

/** Writes the frame into `into`, which has exactly the planned length and begins at a multiple of 8. */
export function writeFrame(batch: LogBatch, { bytes, streams }: FramePlan, into: Uint8Array): void {
  const { count } = batch
  const head = new DataView(into.buffer, into.byteOffset, HEAD_BYTES)
  const text = textBytes(batch)
  const metadata = metadataBytes(batch)
  head.setUint32(0, MAGIC, true)
  head.setUint32(4, bytes, true)
  head.setUint32(12, count, true)
  head.setUint32(16, streams.length, true)
  head.setUint32(20, text, true)
  head.setUint32(24, metadata, true)
  head.setUint32(28, 0, true)
  const columns = columnsAt(into, count)
  columns.timesNs.set(batch.timesNs.subarray(0, count))
  columns.streamOf.set(batch.streamOf.subarray(0, count))
  columns.ends.set(batch.ends.subarray(0, count))
  columns.metadataEnds.set(batch.metadataEnds.subarray(0, count))
  columns.severities.set(batch.severities.subarray(0, count))
  let at = columns.end
  into.set(batch.text.subarray(0, text), at)
  at += text
  into.set(batch.metadata.subarray(0, metadata), at)
  at += metadata
  into.set(streams, at)
  into.fill(0, at + streams.length, bytes)
  head.setUint32(CRC_AT, crc32(into.subarray(CRC_AT + 4)), true)
}

/** What a damaged file has may look like frames in many places: looking is over after so many times its bytes. */
const LOOK_TIMES_MAX = 8

/**
 * The whole frames in bytes, in place.
 *
 * @returns also how many bytes between them are none, and where the last one ends
 */
export function findFrames(bytes: Uint8Array): {
  readonly frames: readonly Uint8Array[]
  readonly damagedBytes: number
  readonly end: number
} {
  const frames: Uint8Array[] = []
  let damagedBytes = 0
  let end = 0
  let lookedAt = 0
  for (let at = 0; at < bytes.length;) {
    const length = frameLength(bytes, at)
    if (length !== undefined && isWhole(bytes.subarray(at, at + length))) {
      damagedBytes += at - end
      frames.push(bytes.subarray(at, at + length))
      at += length
      end = at
      continue
    }
    lookedAt += length ?? 0
    if (lookedAt > LOOK_TIMES_MAX * bytes.length) {
      return { frames, damagedBytes: damagedBytes + bytes.length - end, end: bytes.length }
    }
    // Mostly it is what a frame holds that is damaged, and not where it ends.
    const isBehind = length !== undefined && frameLength(bytes, at + length) !== undefined
    at = isBehind ? at + length : nextMagic(bytes, at)
  }
  return { frames, damagedBytes, end }
}

/** How long the frame at `at` says that it is; undefined where none can begin. */
function frameLength(bytes: Uint8Array, at: number): number | undefined {
  if (bytes.length - at < HEAD_BYTES) return undefined
  const head = new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES)
  const length = head.getUint32(4, true)
  const isOne =
    head.getUint32(0, true) === MAGIC &&
    length >= HEAD_BYTES &&
    length % 8 === 0 &&
    at + length <= bytes.length
  return isOne ? length : undefined
}

function isWhole(frame: Uint8Array): boolean {
  const head = new DataView(frame.buffer, frame.byteOffset, HEAD_BYTES)
  return crc32(frame.subarray(CRC_AT + 4)) === head.getUint32(CRC_AT, true)
}

/** Where a frame may begin behind `at`. */
function nextMagic(bytes: Uint8Array, at: number): number {
  for (let next = at + 8; next < bytes.length; next += 8) {
    if (bytes[next] === (MAGIC & 0xff) && frameLength(bytes, next) !== undefined) return next
  }
  return bytes.length
}

/** The batch of a frame that was checked before. */
export function frameBatch(frame: Uint8Array): LogBatch {
  const head = new DataView(frame.buffer, frame.byteOffset, HEAD_BYTES)
  const count = head.getUint32(12, true)
  const streamBytes = head.getUint32(16, true)
  const text = head.getUint32(20, true)
  const metadata = head.getUint32(24, true)
  const { end, ...columns } = columnsAt(frame, count)
  const streamsAt = end + text + metadata
  const flat = JSON.parse(
    new TextDecoder().decode(frame.subarray(streamsAt, streamsAt + streamBytes)),
  ) as string[][]
  return {
    count,
    streams: flat.map((labels) => Labels.fromFlat(labels)),
    ...columns,
    text: frame.subarray(end, end + text),
    metadata: frame.subarray(end + text, streamsAt),
  }
}

function columnsAt(frame: Uint8Array, count: number) {
  const { buffer, byteOffset } = frame
  const times = byteOffset + HEAD_BYTES
  const streams = times + 8 * count
  const ends = streams + 4 * count
  const metadataEnds = ends + 4 * count
  const severities = metadataEnds + 4 * count
  return {
    timesNs: new BigInt64Array(buffer, times, count),
    streamOf: new Uint32Array(buffer, streams, count),
    ends: new Uint32Array(buffer, ends, count),
    metadataEnds: new Uint32Array(buffer, metadataEnds, count),
    severities: new Uint8Array(buffer, severities, count),
    /** Where the columns are over, from the beginning of the frame. */
    end: severities + count - byteOffset,
  }
}

function textBytes({ count, ends }: LogBatch): number {
  return count === 0 ? 0 : ends[count - 1]!
}

function metadataBytes({ count, metadataEnds }: LogBatch): number {
  return count === 0 ? 0 : metadataEnds[count - 1]!
}

function roundUp(bytes: number): number {
  return (bytes + 7) & ~7
}
