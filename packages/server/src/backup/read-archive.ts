import { createHash } from 'node:crypto'
import { Readable, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { WeirError } from '@weir/model'
import { ByteReader } from './byte-reader.ts'
import {
  type BackupHead,
  HEAD_FILE,
  MANIFEST_FILE,
  type Manifest,
  brokenOff,
  noBackup,
  readHead,
  readManifest,
  requireSafePath,
} from './manifest.ts'
import { BLOCK_BYTES, type TarHeader, padding, paxPath, readTarHeader } from './tar.ts'

/** Longest manifest: two million files. */
const MANIFEST_BYTES_MAX = 512 * 2 ** 20
const PAX_BYTES_MAX = 8192

/** Who takes the files of an archive. */
export interface Taker {
  /** What the archive says of itself, before its first file. */
  begin?(head: BackupHead): Promise<void> | void
  /** Takes all of a file's content; what is not consumed is passed over. */
  file(path: string, bytes: number, content: AsyncIterable<Uint8Array>): Promise<void> | void
}

/**
 * Reads a packed archive from front to back and holds each file against the manifest, which comes last.
 *
 * Whatever `taker` was given is good only when this has returned: until then it may be anything.
 *
 * @param what what to call it in errors
 * @throws {WeirError} `BACKUP_INVALID` when it breaks off, was changed, or is none
 */
export async function readArchive(
  packed: AsyncIterable<Uint8Array>,
  what: string,
  taker: Taker,
): Promise<Manifest> {
  const gunzip = createGunzip()
  let cause: Error | undefined
  pipeline(Readable.from(packed), gunzip, (error) => {
    cause = error ?? undefined
  })
  try {
    return await readTar(new ByteReader(gunzip), what, taker)
  } catch (error) {
    const { code = '' } = (error ?? {}) as { readonly code?: string }
    if (code === 'Z_BUF_ERROR' || code === 'ERR_STREAM_PREMATURE_CLOSE') throw brokenOff(what)
    if (code.startsWith('Z_')) throw noBackup(what, 'it is damaged, or not packed by gzip')
    throw cause instanceof WeirError ? cause : error
  } finally {
    gunzip.destroy()
  }
}

/** Looks at every byte of an archive; keeps nothing. */
export async function verifyArchive(
  packed: AsyncIterable<Uint8Array>,
  what: string,
): Promise<Manifest> {
  return readArchive(packed, what, { file: () => undefined })
}

interface Found {
  readonly bytes: number
  readonly sha256: string
}

async function readTar(reader: ByteReader, what: string, taker: Taker): Promise<Manifest> {
  const found = new Map<string, Found>()
  let manifest: Manifest | undefined
  let isFirst = true
  for (;;) {
    const header = await nextHeader(reader, what)
    if (header === undefined) break
    if (manifest !== undefined) throw noBackup(what, 'something stands behind its manifest')
    const { path, bytes } = header
    if (isFirst !== (path === HEAD_FILE))
      throw noBackup(what, `it does not begin with ${HEAD_FILE}`)
    if (path === HEAD_FILE || path === MANIFEST_FILE) {
      const text = (await content(reader, bytes, what)).toString()
      if (path === HEAD_FILE) await taker.begin?.(readHead(text, what))
      else manifest = readManifest(text, what)
    } else {
      requireSafePath(path, what)
      if (found.has(path)) throw noBackup(what, `it has ${JSON.stringify(path)} twice`)
      found.set(path, await takeFile(reader, header, what, taker))
    }
    isFirst = false
    await skip(reader, padding(bytes).length, what)
  }
  if (manifest === undefined) throw brokenOff(what)
  // Behind the end of the tar there are zeros; reading them proves the checksum of the whole, too.
  for await (const _rest of reader.rest()) continue
  compare(manifest, found, what)
  return manifest
}

/** The next file's header, its path from the pax header before it where there is one. */
async function nextHeader(reader: ByteReader, what: string): Promise<TarHeader | undefined> {
  const header = await oneHeader(reader, what)
  if (header?.type !== 'x') return header
  if (header.bytes > PAX_BYTES_MAX) throw noBackup(what, 'a path in it is too long')
  const path = paxPath(await content(reader, header.bytes, what))
  await skip(reader, padding(header.bytes).length, what)
  const next = await oneHeader(reader, what)
  if (next === undefined || path === undefined) throw brokenOff(what)
  return { ...next, path }
}

async function oneHeader(reader: ByteReader, what: string): Promise<TarHeader | undefined> {
  const block = await reader.exactly(BLOCK_BYTES)
  if (block === undefined) throw brokenOff(what)
  const header = readTarHeader(block)
  if (header === 'damaged') throw noBackup(what, 'it is damaged, or no tar of Weir')
  if (header !== undefined && header.type !== '0' && header.type !== 'x') {
    throw noBackup(what, `${JSON.stringify(header.path)} in it is no file`)
  }
  return header
}

async function content(reader: ByteReader, bytes: number, what: string): Promise<Buffer> {
  if (bytes > MANIFEST_BYTES_MAX) throw noBackup(what, 'what describes it is too long')
  const read = await reader.exactly(bytes)
  if (read === undefined) throw brokenOff(what)
  return read
}

async function skip(reader: ByteReader, bytes: number, what: string): Promise<void> {
  if ((await reader.exactly(bytes)) === undefined) throw brokenOff(what)
}

async function takeFile(
  reader: ByteReader,
  { path, bytes }: TarHeader,
  what: string,
  taker: Taker,
): Promise<Found> {
  const hash = createHash('sha256')
  let left = bytes
  async function* pieces(): AsyncGenerator<Uint8Array> {
    while (left > 0) {
      const piece = await reader.some(left)
      if (piece === undefined) throw brokenOff(what)
      hash.update(piece)
      left -= piece.length
      yield piece
    }
  }
  await taker.file(path, bytes, pieces())
  for await (const _piece of pieces()) continue
  return { bytes, sha256: hash.digest('hex') }
}

function compare(manifest: Manifest, found: ReadonlyMap<string, Found>, what: string): void {
  const inside = manifest.files.filter(({ known }) => known === undefined)
  for (const { path, bytes, sha256 } of inside) {
    const file = found.get(path)
    const shown = JSON.stringify(path)
    if (file === undefined) throw noBackup(what, `${shown} is missing`)
    if (file.bytes !== bytes || file.sha256 !== sha256) {
      throw noBackup(what, `${shown} is not what was backed up; use another copy`)
    }
  }
  if (found.size === inside.length) return
  const named = new Set(inside.map(({ path }) => path))
  const strange = [...found.keys()].find((path) => !named.has(path))
  throw noBackup(what, `${JSON.stringify(strange)} was put into it later`)
}
