/**
 * A folder of backups that share what they have in common: a file by the checksum of its bytes, once,
 * and a list for each backup.
 *
 *     2026-11-29T001500Z.json           which files, under which names
 *     files/3f/3f9a…                    bytes, as they are in the data directory
 *
 * Windows and parts of logs never change, so of a second backup little more than the tables is new.
 */
import { randomBytes } from 'node:crypto'
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { WeirError } from '@weir/model'
import { takeLock } from '@weir/tsdb'
import { requireKnownDataFormat } from './data-format.ts'
import { syncPath, writeFile } from './durable-file.ts'
import { type BackedFile, type Manifest, noBackup, readManifest } from './manifest.ts'
import { readArchive } from './read-archive.ts'
import type { Unpack } from './restore.ts'
import { checksumOf } from './write-archive.ts'

const FILES = 'files'
const ARRIVING = /^arriving-.*\.unfinished$/
const NAME = /^\d{4}-\d\d-\d\dT\d{6}Z(-\d+)?$/

export interface Added {
  readonly name: string
  readonly manifest: Manifest
  /** Bytes that were not there before. */
  readonly newBytes: number
}

/**
 * Keeps others out of a folder of backups: what one leaves out since it is there already, another one must not take
 * away as too old. What those left who were killed goes.
 *
 * @throws {WeirError} `BACKUP_BUSY` while another process writes there
 */
export function lockRepository(folder: string): Disposable {
  try {
    const lock = takeLock(folder)
    for (const name of readdirSync(folder).filter((found) => ARRIVING.test(found))) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
    return lock
  } catch (error) {
    if (!(error instanceof WeirError) || error.code !== 'STORAGE_LOCKED') throw error
    const where = `Cannot back up into ${JSON.stringify(folder)}`
    const why = 'another backup is being added there; come again later'
    throw new WeirError('BACKUP_BUSY', `${where}: ${why}`, { cause: error })
  }
}

/** Checksums of the files that the newest backup has: of older ones, little is likely to come again. */
export function knownChecksums(folder: string): ReadonlySet<string> {
  const newest = backupsIn(folder).at(-1)
  if (newest === undefined) return new Set()
  const { files } = manifestOf(folder, newest)
  const whole = files.filter(({ sha256 }) => existsSync(fileOf(folder, sha256)))
  return new Set(whole.map(({ sha256 }) => sha256))
}

/** The names of the backups in a folder, oldest first. */
export function backupsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .filter((name) => NAME.test(name))
    .toSorted()
}

/** Adds the backup that an archive holds, whose files in `known` are there already; see {@link lockRepository}. */
export async function addBackup(folder: string, packed: AsyncIterable<Uint8Array>): Promise<Added> {
  const arriving = join(folder, `arriving-${randomBytes(4).toString('hex')}.unfinished`)
  mkdirSync(arriving, { recursive: true })
  try {
    const files: string[] = []
    const manifest = await readArchive(packed, 'what comes', {
      file: async (path, _bytes, content) => {
        await writeFile(join(arriving, String(files.length)), content)
        files.push(path)
      },
    })
    const byPath = new Map(manifest.files.map((file) => [file.path, file]))
    let newBytes = 0
    for (const [i, path] of files.entries()) {
      const { sha256, bytes } = byPath.get(path)!
      const kept = fileOf(folder, sha256)
      if (existsSync(kept)) continue
      mkdirSync(dirname(kept), { recursive: true })
      renameSync(join(arriving, String(i)), kept)
      syncPath(dirname(kept))
      newBytes += bytes
    }
    const name = freeName(folder, manifest.createdMs)
    const written = join(arriving, 'list')
    await writeFile(written, one(Buffer.from(`${JSON.stringify(asWhole(manifest), null, 1)}\n`)))
    renameSync(written, join(folder, `${name}.json`))
    syncPath(folder)
    return { name, manifest, newBytes }
  } finally {
    rmSync(arriving, { recursive: true, force: true })
  }
}

/** Looks at every byte of a backup in a folder: that it is there, and is what it was. */
export async function verifyBackup(folder: string, name: string): Promise<Manifest> {
  const manifest = manifestOf(folder, name)
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = fileOf(folder, sha256)
    const whatIsWrong = existsSync(file)
      ? (await checksumOf({ file, bytes }).catch(() => '')) === sha256
        ? ''
        : 'is not what was backed up'
      : 'is missing'
    if (whatIsWrong === '') continue
    throw noBackup(shown(folder, name), `${JSON.stringify(path)} ${whatIsWrong} (${file})`)
  }
  return manifest
}

/** Unpacks a backup of a folder of them. */
export function fromRepository(folder: string, name: string): Unpack {
  return async (into) => {
    const manifest = await verifyBackup(folder, name)
    requireKnownDataFormat(manifest, shown(folder, name))
    for (const { path, sha256 } of manifest.files) {
      await writeFile(join(into, path), createReadStream(fileOf(folder, sha256)))
    }
    return manifest
  }
}

/**
 * Lets go of all backups but the newest, and of the files that only they have.
 *
 * @returns the names of those that went
 */
export function keepNewest(folder: string, count: number): string[] {
  const all = backupsIn(folder)
  const gone = all.slice(0, Math.max(0, all.length - count))
  for (const name of gone) rmSync(join(folder, `${name}.json`))
  const wanted = new Set(
    backupsIn(folder).flatMap((name) => manifestOf(folder, name).files.map(({ sha256 }) => sha256)),
  )
  for (const beginning of readdirSync(join(folder, FILES))) {
    for (const file of readdirSync(join(folder, FILES, beginning))) {
      if (!wanted.has(file)) rmSync(join(folder, FILES, beginning, file))
    }
  }
  return gone
}

/** @throws {WeirError} `BACKUP_INVALID` when there is no backup, or none of this name */
export function chooseBackup(folder: string, name: string | undefined): string {
  const all = backupsIn(folder)
  const chosen = name === undefined ? all.at(-1) : all.find((other) => other === name)
  if (chosen !== undefined) return chosen
  const there = all.length === 0 ? 'there is none in it' : `there are ${all.join(', ')}`
  const wanted = name === undefined ? 'a backup' : JSON.stringify(name)
  throw new WeirError(
    'BACKUP_INVALID',
    `Cannot find ${wanted} in ${JSON.stringify(folder)}: ${there}`,
  )
}

function manifestOf(folder: string, name: string): Manifest {
  return readManifest(readFileSync(join(folder, `${name}.json`), 'utf8'), shown(folder, name))
}

function shown(folder: string, name: string): string {
  return JSON.stringify(join(folder, name))
}

function asWhole(manifest: Manifest): Manifest {
  const files = manifest.files.map(({ path, bytes, sha256 }): BackedFile => ({
    path,
    bytes,
    sha256,
  }))
  return { ...manifest, files }
}

function fileOf(folder: string, sha256: string): string {
  return join(folder, FILES, sha256.slice(0, 2), sha256)
}

/** `2026-11-29T001500Z`; two of one second are told apart by a number. */
function freeName(folder: string, createdMs: number): string {
  const stamp = new Date(createdMs).toISOString().replace(/\.\d+/, '').replaceAll(':', '')
  for (let i = 1; ; i++) {
    const name = i === 1 ? stamp : `${stamp}-${i}`
    if (!existsSync(join(folder, `${name}.json`))) return name
  }
}

async function* one(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece
}
