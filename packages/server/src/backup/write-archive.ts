import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { Readable, pipeline } from 'node:stream'
import { createGzip } from 'node:zlib'
import { WeirError } from '@weir/model'
import { type BackedFile, type BackupHead, HEAD_FILE, MANIFEST_FILE } from './manifest.ts'
import { TAR_END, padding, tarHeader } from './tar.ts'

/** A file that goes into an archive. */
export interface Source {
  /** As it is called in the archive. */
  readonly path: string
  /** Where it lies. */
  readonly file: string
  /** Its first so many bytes: the end of a journal grows. */
  readonly bytes: number
  readonly mtimeMs: number
}

/** Read at a time: long enough that the disk is busy, short enough that others get their turn. */
const PIECE_BYTES = 256 * 1024

/**
 * The archive as bytes, packed, made as fast as they are taken.
 *
 * @param known checksums of files that whoever asks has already: these are named and left out
 */
export function packedArchive(
  head: BackupHead,
  sources: readonly Source[],
  known: ReadonlySet<string>,
): AsyncIterable<Uint8Array> {
  // Windows and Parquet are packed as they are: what level 1 wins, it wins at the tables, the journals and lists.
  const gzip = createGzip({ level: 1, chunkSize: PIECE_BYTES })
  // A failure ends the iteration of the last stream with it.
  pipeline(Readable.from(archive(head, sources, known)), gzip, () => undefined)
  return gzip
}

/** The same as a plain tar. */
async function* archive(
  head: BackupHead,
  sources: readonly Source[],
  known: ReadonlySet<string>,
): AsyncGenerator<Uint8Array> {
  yield* textFile(HEAD_FILE, head, head.createdMs)
  const files: BackedFile[] = []
  for (const source of sources) {
    const { path, bytes, mtimeMs } = source
    // Who keeps what he has must know its checksum before he gets it: it is read twice then.
    const checksum = known.size === 0 ? undefined : await checksumOf(source)
    if (checksum !== undefined && known.has(checksum)) {
      files.push({ path, bytes, sha256: checksum, known: true })
      continue
    }
    yield tarHeader(path, bytes, mtimeMs)
    const hash = createHash('sha256')
    for await (const piece of piecesOf(source)) {
      hash.update(piece)
      yield piece
    }
    yield padding(bytes)
    files.push({ path, bytes, sha256: hash.digest('hex') })
  }
  yield* textFile(MANIFEST_FILE, { ...head, files }, head.createdMs)
  yield TAR_END
}

function* textFile(path: string, value: object, mtimeMs: number): Generator<Uint8Array> {
  const bytes = Buffer.from(`${JSON.stringify(value, null, 1)}\n`)
  yield tarHeader(path, bytes.length, mtimeMs)
  yield bytes
  yield padding(bytes.length)
}

/** The SHA-256 of a file's bytes. */
export async function checksumOf(source: Pick<Source, 'file' | 'bytes'>): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of piecesOf(source)) hash.update(piece)
  return hash.digest('hex')
}

async function* piecesOf({
  file,
  bytes,
}: Pick<Source, 'file' | 'bytes'>): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r')
  try {
    for (let at = 0; at < bytes;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, bytes - at))
      const { bytesRead } = await handle.read(piece, 0, piece.length, at)
      if (bytesRead === 0) {
        const message = `Cannot back up ${JSON.stringify(file)}: it has become shorter than ${bytes} bytes`
        throw new WeirError('STORAGE_FAILED', message)
      }
      yield piece.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await handle.close()
  }
}
