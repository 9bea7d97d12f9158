/**
 * The LMDB file of a data directory, and what its tables are called. Every thread of the process
 * opens it by this function, with the same options: lmdb then shares the mapping between them.
 */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'

import { WeirError } from '@weir/model'

import { checkedBytes, checkedText } from './checked-values.ts'
import { windowsFolder } from './window-file.ts'
import { type Database, type RootDatabase, open } from 'lmdb'

export const FILE_NAME = 'weir.mdb'
/** Address space for the file, not its size on disk. */
const MAP_BYTES = 256 * 2 ** 30
/** Query threads, each with one read transaction, and the rest of the process. */
const READERS_MAX = 512

type BinaryTable = Database<Uint8Array, Uint8Array>
type NumberedTable = Database<Uint8Array, number>
type TextTable = Database<string, string>

export interface Environment {
  readonly root: RootDatabase
  /** `format`, `head`, `outgoing`: see docs/formats/data-dir.md. */
  readonly meta: TextTable
  readonly dictionary: NumberedTable
  /** Key: arena number, batch number. */
  readonly batches: BinaryTable
  readonly windows: Database<string, number>
  /** Series numbers in each window, ascending. */
  readonly members: NumberedTable
  /** Where the sheets of a window are. */
  readonly sheets: NumberedTable
  /** Deletes that are not carried out in the windows yet. */
  readonly tombstones: NumberedTable
  /** Pages of exemplars, by age. */
  readonly exemplars: NumberedTable
  /** What leaves, a record a commit; see `outgoing/outgoing.ts`. */
  readonly outgoing: BinaryTable
  readonly metadata: TextTable
  readonly keyValue: TextTable
  readonly file: string
  /** Where the files of sealed windows are. */
  readonly windowsFolder: string
}

/** Opens (or makes) the file. Commits are durable when they return: data and root are both synced. */
export function openEnvironment(path: string): Environment {
  const file = join(path, FILE_NAME)
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    // lmdb's own default would return from a commit before the disk has it.
    const root = open({
      path: file,
      noSubdir: true,
      overlappingSync: false,
      maxDbs: 16,
      mapSize: MAP_BYTES,
      maxReaders: READERS_MAX,
      noMemInit: true,
      encoding: 'binary',
    })
    const bytes = (name: string, keyEncoding: 'uint32' | 'binary'): object => {
      return { keyEncoding, encoder: checkedBytes(file, name) }
    }
    const text = (name: string): object => ({ encoder: checkedText(file, name) })
    const numbered = (name: string): NumberedTable => root.openDB(name, bytes(name, 'uint32'))
    return {
      root,
      file,
      windowsFolder: windowsFolder(path),
      meta: root.openDB('meta', text('meta')),
      dictionary: numbered('dictionary'),
      batches: root.openDB('batches', bytes('batches', 'binary')),
      windows: root.openDB('windows', { ...text('windows'), keyEncoding: 'uint32' }),
      members: numbered('members'),
      sheets: numbered('sheets'),
      tombstones: numbered('tombstones'),
      exemplars: numbered('exemplars'),
      outgoing: root.openDB('outgoing', bytes('outgoing', 'binary')),
      metadata: root.openDB('metadata', text('metadata')),
      keyValue: root.openDB('keyValue', text('keyValue')),
    }
  } catch (error) {
    throw storageError(`open ${JSON.stringify(file)}`, error)
  }
}

/** Makes a file's bytes, or a folder's names, survive a power loss. */
export function syncFile(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** A key of two numbers that sorts by the first, then the second. */
export function pairKey(first: number, second: number): Uint8Array {
  const key = Buffer.allocUnsafe(8)
  key.writeUInt32BE(first, 0)
  key.writeUInt32BE(second, 4)
  return key
}

export function readPairKey(key: Uint8Array): [first: number, second: number] {
  const view = new DataView(key.buffer, key.byteOffset, 8)
  return [view.getUint32(0), view.getUint32(4)]
}

const FULL = [28 /* ENOSPC */, -28, 122 /* EDQUOT */, -122, -30792 /* MDB_MAP_FULL */]
const CORRUPT = [-30796 /* MDB_CORRUPTED */, -30793 /* MDB_INVALID */, -30797, -30794]
const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'])

/** Turns what lmdb or the file system says into an error that says what to do. */
export function storageError(action: string, error: unknown): WeirError {
  if (error instanceof WeirError) return error
  const { code, message } = error as { code?: unknown; message: string }
  const options = { cause: error }
  const has = (codes: readonly number[], words: RegExp): boolean =>
    codes.includes(Number(code)) || words.test(message)
  if (has(FULL, /No space left|MAP_FULL|quota exceeded/i)) {
    const advice = 'want free disk space; intake goes on when there is room'
    return new WeirError('STORAGE_FULL', `Cannot ${action}: the disk is full, ${advice}`, options)
  }
  if (has(CORRUPT, /CORRUPTED|not an LMDB file|VERSION_MISMATCH|PANIC/i)) {
    const advice = 'want a whole file; weir check data says what is damaged and what can be done'
    return new WeirError('STORAGE_CORRUPT', `Cannot ${action}: ${message}, ${advice}`, options)
  }
  if (NOT_WRITABLE.has(String(code)) || /Permission denied|Read-only file/i.test(message)) {
    const advice = 'want a directory that this user may write'
    return new WeirError('STORAGE_NOT_WRITABLE', `Cannot ${action}: ${message}, ${advice}`, options)
  }
  return new WeirError('STORAGE_FAILED', `Cannot ${action}: ${message}`, options)
}
