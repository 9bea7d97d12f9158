import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Labels, WeirError } from '@weir/model'
import { type PartIndex, decodeIndex } from './part-index.ts'
import { type PartName, indexFile, partFile } from './part-name.ts'

/**
 * Reads a part's index.
 *
 * @throws {WeirError} `STORAGE_CORRUPT` when there is none or it is damaged, `STORAGE_FAILED` when it cannot be read
 */
export function readIndex(folder: string, name: PartName): PartIndex {
  const path = join(folder, indexFile(name))
  const bytes = orFail(path, () => readFileSync(path))
  let index: PartIndex | undefined
  try {
    index = decodeIndex(bytes, (flat) => Labels.fromFlat(flat))
  } catch (cause) {
    throw corrupt(path, (cause as Error).message, cause)
  }
  if (index === undefined) throw corrupt(path, 'it is no index of a part, or not as it was written')
  return index
}

/**
 * Looks whether a part is whole as far as its index and the sizes of its files tell.
 *
 * @returns the index, and bytes of both files
 * @throws {WeirError} `STORAGE_CORRUPT`, `STORAGE_FAILED`
 */
export function openPart(
  folder: string,
  name: PartName,
): { readonly index: PartIndex; readonly diskBytes: number } {
  const index = readIndex(folder, name)
  const path = join(folder, partFile(name))
  const { size } = orFail(path, () => statSync(path))
  const want = index.parquet.bytes
  if (size !== want) throw corrupt(path, `it has ${size} bytes, want ${want}`)
  return { index, diskBytes: size + statSync(join(folder, indexFile(name))).size }
}

/**
 * Reads the whole of a part's Parquet file and compares it with what was written.
 *
 * @throws {WeirError} `STORAGE_CORRUPT`, `STORAGE_FAILED`
 */
export function checkPart(folder: string, name: PartName): PartIndex {
  const { index } = openPart(folder, name)
  const path = join(folder, partFile(name))
  const crc = orFail(path, () => crcOfFile(path))
  if (crc !== index.parquet.crc) throw corrupt(path, 'it is not as it was written (CRC)')
  return index
}

const READ_BYTES = 2 ** 20

/** CRC-32 of a file. */
export function crcOfFile(path: string): number {
  const file = openSync(path, 'r')
  try {
    const piece = Buffer.allocUnsafe(READ_BYTES)
    let crc = 0
    for (;;) {
      const bytes = readSync(file, piece)
      if (bytes === 0) return crc
      crc = crc32(piece.subarray(0, bytes), crc)
    }
  } finally {
    closeSync(file)
  }
}

function orFail<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') throw corrupt(path, 'it is not there', cause)
    throw new WeirError('STORAGE_FAILED', `Cannot read "${path}": ${message}`, { cause })
  }
}

function corrupt(path: string, what: string, cause?: unknown): WeirError {
  return new WeirError('STORAGE_CORRUPT', `Cannot read "${path}": ${what}`, { cause })
}
