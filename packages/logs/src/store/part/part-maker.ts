/**
 * Turns lines into a part on disk. Its Parquet file is what a reader may open with anything: a row a
 * line, sorted by stream and time, in row groups of {@link BLOCK_ROWS}, zstd.
 *
 * The index is written before the Parquet file gets its name, and that name is the moment from which the
 * part is there: see `part-name` for what a start makes of one without the other.
 */
import { closeSync, fsync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DuckDBInstance } from '@duckdb/node-api'
import { type LogBatch, WeirError } from '@weir/model'
import { syncFolder } from '../journal.ts'
import { DAY_NS } from './day-time.ts'
import { BLOCK_ROWS, type PartColumn, encodeIndex } from './part-index.ts'
import { type PartName, firstBlock, indexFile, partFile } from './part-name.ts'
import { openDuckDb } from './open-duckdb.ts'
import { readPart } from './part-lines.ts'
import { COLUMNS_MAX, DIVIDER, QUOTE, writeRows } from './part-writer.ts'
import { crcOfFile, readIndex } from './read-index.ts'
import { sortRows } from './sorted-rows.ts'
import { sqlText } from './sql-text.ts'

const sync = promisify(fsync)

/** What dictionaries of texts may take of DuckDB's memory: it makes each column's at once, however few lines. */
const DICTIONARIES_SHARE = 0.2
const DICTIONARY_BYTES = [16 * 2 ** 10, 2 ** 20] as const

/** DuckDB reads the rows through a buffer of this size, or the longest row. */
const READ_BUFFER_BYTES = 4 * 2 ** 20

export interface MadePart {
  readonly name: PartName
  readonly rows: number
  /** Of both files. */
  readonly diskBytes: number
}

export class PartMaker implements Disposable {
  readonly #folder: string
  readonly #memoryBytes: number
  readonly #instance: DuckDBInstance

  private constructor(folder: string, memoryBytes: number, instance: DuckDBInstance) {
    this.#folder = folder
    this.#memoryBytes = memoryBytes
    this.#instance = instance
  }

  static async open(folder: string, memoryBytes: number): Promise<PartMaker> {
    const instance = await openDuckDb({ folder, threads: 1, memoryBytes })
    return new PartMaker(folder, memoryBytes, instance)
  }

  /**
   * Writes a part; it survives power loss once this resolves.
   *
   * @throws {WeirError} `STORAGE_FULL`, `STORAGE_FAILED`: nothing of the part is there
   */
  async make(name: PartName, batches: readonly LogBatch[]): Promise<MadePart> {
    try {
      return await this.#make(name, batches, COLUMNS_MAX)
    } catch (error) {
      if ((error as WeirError).code === 'STORAGE_FULL') throw error
      // Lines that will not go into columns, whatever the reason, must not keep all others waiting.
      return await this.#make(name, batches, 0)
    }
  }

  async #make(name: PartName, batches: readonly LogBatch[], columnsMax: number): Promise<MadePart> {
    const rowsPath = join(this.#folder, 'rows.tmp')
    const partPath = join(this.#folder, partFile(name))
    try {
      const written = await writeRows(sortRows(batches), rowsPath, {
        columnsMax,
        firstBlock: firstBlock(name),
      })
      await this.#copy(rowsPath, `${partPath}.tmp`, written.header.columns, written.rowBytesMax)
      const parquet = {
        bytes: statSync(`${partPath}.tmp`).size,
        crc: crcOfFile(`${partPath}.tmp`),
      }
      const index = encodeIndex(written.header, parquet, written.counts, written.filters)
      await this.#writeWhole(join(this.#folder, indexFile(name)), index)
      await this.#sync(`${partPath}.tmp`)
      renameSync(`${partPath}.tmp`, partPath)
      syncFolder(this.#folder)
      const diskBytes = parquet.bytes + index.length
      return { name, rows: written.header.rows, diskBytes }
    } catch (cause) {
      rmSync(`${partPath}.tmp`, { force: true })
      if (cause instanceof WeirError) throw cause
      const isFull = /ENOSPC|No space left/i.test((cause as Error).message)
      throw new WeirError(
        isFull ? 'STORAGE_FULL' : 'STORAGE_FAILED',
        `Cannot write "${partPath}": ${(cause as Error).message}`,
        { cause },
      )
    } finally {
      rmSync(rowsPath, { force: true })
    }
  }

  /** Reads the lines of parts back. */
  async read(names: readonly PartName[]): Promise<LogBatch[]> {
    const connection = await this.#instance.connect()
    try {
      const batches: LogBatch[] = []
      for (const name of names) {
        const index = readIndex(this.#folder, name)
        batches.push(await readPart(connection, join(this.#folder, partFile(name)), index))
      }
      return batches
    } finally {
      connection.closeSync()
    }
  }

  [Symbol.dispose](): void {
    this.#instance.closeSync()
  }

  async #copy(
    from: string,
    to: string,
    columns: readonly PartColumn[],
    rowBytesMax: number,
  ): Promise<void> {
    const fixed = {
      block: 'BIGINT',
      stream: 'INTEGER',
      day: 'INTEGER',
      inday: 'BIGINT',
      severity: 'UTINYINT',
      shape: 'USMALLINT',
      metashape: 'USMALLINT',
    }
    const values = columns.map(({ isInteger }, i): [string, string] => [
      `c${i}`,
      isInteger ? 'BIGINT' : 'VARCHAR',
    ])
    const types = [
      ...Object.entries(fixed),
      ...values,
      ['metadata', 'VARCHAR'] as const,
      ['line', 'VARCHAR'] as const,
    ]
    const buffer = Math.max(READ_BUFFER_BYTES, 2 * rowBytesMax)
    const options = [
      `delim=chr(${DIVIDER}), quote=chr(${QUOTE}), escape=chr(${QUOTE}), new_line='\\n'`,
      `header=false, auto_detect=false, max_line_size=${rowBytesMax + 1}, buffer_size=${buffer}`,
      `columns={${types.map(([name, type]) => `${name}: '${type}'`).join(', ')}}`,
    ]
    const share = (this.#memoryBytes * DICTIONARIES_SHARE) / types.length
    const [least, most] = DICTIONARY_BYTES
    const dictionary = Math.floor(Math.min(most, Math.max(least, share)))
    const connection = await this.#instance.connect()
    try {
      await connection.run(
        `COPY (SELECT * EXCLUDE (day, inday), day::BIGINT * ${DAY_NS} + inday AS time ` +
          `FROM read_csv(${sqlText(from)}, ${options.join(', ')})) TO ${sqlText(to)} ` +
          `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 2, PARQUET_VERSION v2, ROW_GROUP_SIZE ${BLOCK_ROWS}, STRING_DICTIONARY_PAGE_SIZE_LIMIT ${dictionary})`,
      )
    } finally {
      connection.closeSync()
    }
  }

  async #writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const file = openSync(path, 'w')
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
      await sync(file)
    } finally {
      closeSync(file)
    }
  }

  async #sync(path: string): Promise<void> {
    const file = openSync(path, 'r')
    try {
      await sync(file)
    } finally {
      closeSync(file)
    }
  }
}
