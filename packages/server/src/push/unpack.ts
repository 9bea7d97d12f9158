import * as zlib from 'node:zlib'
import { WeirError } from '@weir/model'
import { SNAPPY_SLACK, snappyHead, unpackSnappy } from '@weir/wire'

/** How much a body may become, and the key of weir.yml that says so. */
export interface UnpackLimit {
  readonly bytesMax: number
  readonly key: string
}

/**
 * The text of a body that is packed as `Content-Encoding` says: gzip, deflate (with zlib's frame or
 * without), snappy (a block), zstd where this Node has it, or nothing. Stops as soon as the text is
 * longer than allowed: a bomb costs no more than the limit.
 *
 * Runs to its end on the thread that calls: bodies are read on the push thread, which has nothing
 * better to do.
 *
 * @param slack bytes that must be readable behind the text; they hold anything
 * @throws {WeirError} `HTTP_TOO_LARGE`, `HTTP_BODY_BROKEN`, `HTTP_BODY_TYPE` for other encodings
 */
export function unpackBody(
  body: Uint8Array,
  contentEncoding: string,
  limit: UnpackLimit,
  slack = 0,
): { readonly bytes: Uint8Array; readonly length: number } {
  const encoding = contentEncoding.trim().toLowerCase()
  if (encoding === '' || encoding === 'identity') {
    if (body.length > limit.bytesMax) throw tooLarge(limit)
    return padded(body, slack)
  }
  if (encoding === 'snappy') return unpackBlock(body, limit, slack)
  const unpack = UNPACK.get(encoding)
  if (unpack === undefined) {
    const wanted = ['identity', ...UNPACK.keys(), 'snappy'].join(', ')
    const given = JSON.stringify(contentEncoding.slice(0, 100))
    const why = `Cannot unpack a body of encoding ${given}: want ${wanted}`
    throw new WeirError('HTTP_BODY_TYPE', why)
  }
  try {
    return padded(unpack(body, limit.bytesMax), slack)
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    const why = `Cannot unpack a body by ${encoding}: ${(cause as Error).message}`
    throw new WeirError('HTTP_BODY_BROKEN', why, { cause })
  }
}

type Unpack = (body: Uint8Array, bytesMax: number) => Uint8Array

const ZSTD = zstd(zlib)

/** Names come from senders: `constructor` is none. */
const UNPACK: ReadonlyMap<string, Unpack> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', inflate],
  ...(ZSTD === undefined ? [] : ([['zstd', ZSTD]] as const)),
])

function gunzip(body: Uint8Array, bytesMax: number): Uint8Array {
  return zlib.gunzipSync(body, { maxOutputLength: bytesMax, chunkSize: gzipChunk(body, bytesMax) })
}

const CHUNK_MIN = 16 * 1024
/** Behind the text: what a parser wants to read there, and the byte by which zlib sees that all is out. */
const SPARE = 64
/** Deflate makes at most this much of a byte. */
const RATIO_MAX = 1032

/**
 * Room for the whole text, so that it comes in one piece and is not copied together: the last four
 * bytes of a gzip body say how long it is. A lie costs no more memory than such a text would.
 */
function gzipChunk(body: Uint8Array, bytesMax: number): number {
  if (body.length < 18) return CHUNK_MIN
  const said = new DataView(body.buffer, body.byteOffset + body.length - 4).getUint32(0, true)
  if (said > bytesMax || said > body.length * RATIO_MAX) return CHUNK_MIN
  return Math.max(CHUNK_MIN, said + SPARE)
}

/** By RFC 9110 deflate has zlib's frame; many senders leave it out. */
function inflate(body: Uint8Array, bytesMax: number): Uint8Array {
  const options = { maxOutputLength: bytesMax, chunkSize: 64 * 1024 }
  const isFramed =
    body.length >= 2 && (body[0]! & 0x0f) === 8 && ((body[0]! << 8) | body[1]!) % 31 === 0
  return isFramed ? zlib.inflateSync(body, options) : zlib.inflateRawSync(body, options)
}

/** Node has it from 22.15 on; the types are those of the oldest Node that Weir runs on. */
function zstd(has: object): Unpack | undefined {
  const { zstdDecompressSync } = has as { zstdDecompressSync?: typeof zlib.gunzipSync }
  if (zstdDecompressSync === undefined) return undefined
  return (body, maxOutputLength) => zstdDecompressSync(body, { maxOutputLength })
}

function unpackBlock(
  body: Uint8Array,
  limit: UnpackLimit,
  slack: number,
): { readonly bytes: Uint8Array; readonly length: number } {
  const head = snappyHead(body)
  if (head !== undefined && head.textBytes > limit.bytesMax) throw tooLarge(limit)
  const bytes = new Uint8Array((head?.textBytes ?? 0) + Math.max(slack, SNAPPY_SLACK))
  if (head !== undefined && unpackSnappy(body, head, bytes)) {
    return { bytes, length: head.textBytes }
  }
  const why = 'Cannot unpack a body by snappy: it is no block, breaks off, or lies'
  throw new WeirError('HTTP_BODY_BROKEN', why)
}

/** The text with `slack` bytes behind it, where its memory reaches so far; else a copy. */
function padded(
  text: Uint8Array,
  slack: number,
): { readonly bytes: Uint8Array; readonly length: number } {
  const { length, buffer, byteOffset } = text
  if (byteOffset + length + slack <= buffer.byteLength) {
    return { bytes: new Uint8Array(buffer, byteOffset, length + slack), length }
  }
  const bytes = new Uint8Array(length + slack)
  bytes.set(text)
  return { bytes, length }
}

function tooLarge({ bytesMax, key }: UnpackLimit): WeirError {
  const why = `Cannot unpack a body to more than ${bytesMax} bytes (${key})`
  return new WeirError('HTTP_TOO_LARGE', why)
}
