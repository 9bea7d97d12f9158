/**
 * Looks at a data directory that nobody uses: every page of the tables, every record and its
 * checksum, every sample of every window, and whether they fit together. LMDB is not asked, because a
 * damaged file can end the process in it; the pages are read by `mdb-pages.ts`.
 */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { WeirError } from '@weir/model'

import { decodeBatch } from '../disk/batch-record.ts'
import { FILE_NAME } from '../disk/environment.ts'
import { holderOf } from '../disk/lock-file.ts'
import { decodeTombstone } from '../disk/tombstone-record.ts'
import { PageView } from '../exemplars/page.ts'
import { Dictionary } from '../index/dictionary.ts'
import { decodeOutgoing } from '../outgoing/record.ts'
import { FORMAT } from '../disk/format.ts'
import { WindowCheck } from './check-windows.ts'
import { MdbPages } from './mdb-pages.ts'
import type { DataReport, Problem } from './report.ts'
import {
  type StoredRecord,
  type StoredTables,
  lossOf,
  readTables,
  showKey,
  textKey,
} from './tables.ts'

/** What {@link checkData} found, and the records that are good. */
export interface CheckedData extends DataReport {
  readonly tables: StoredTables
  /** Numbers of the windows of which every sample was read. */
  readonly wholeWindows: readonly number[]
  /** Records that are whole and still must not be kept: a batch of unknown series, say. */
  readonly unusable: ReadonlySet<StoredRecord>
}

/**
 * @throws {WeirError} `STORAGE_LOCKED` when a process has the directory, `STORAGE_VALUE` when there is none
 */
export function checkData(path: string): CheckedData {
  if (!existsSync(path)) {
    const message = `Cannot check ${JSON.stringify(path)}: there is no such directory`
    throw new WeirError('STORAGE_VALUE', message)
  }
  const holder = holderOf(path)
  if (holder !== undefined) {
    const advice = 'stop it first, or check a snapshot'
    const message = `Cannot check ${JSON.stringify(path)}: process ${holder} uses it; ${advice}`
    throw new WeirError('STORAGE_LOCKED', message)
  }
  return inspect(path)
}

/** {@link checkData} for whoever has the lock. */
export function inspect(path: string): CheckedData {
  return new DataCheck(path).run()
}

class DataCheck {
  readonly #path: string
  readonly #problems: Problem[] = []
  readonly #unusable = new Set<StoredRecord>()
  readonly #dictionary = new Dictionary(NO_LIMITS, () => undefined)

  constructor(path: string) {
    this.#path = path
  }

  run(): CheckedData {
    const tables = this.#readTables()
    this.#checkMeta(tables)
    this.#checkEach(tables, 'dictionary', ({ value }) => this.#dictionary.load(value))
    const { whole, samples, leftovers } = new WindowCheck(
      this.#path,
      tables,
      this.#dictionary,
      this.#tell,
    ).run()
    const head = this.#checkBatches(tables)
    this.#checkEach(tables, 'exemplars', ({ value }) => new PageView(value).rest())
    this.#checkEach(tables, 'outgoing', ({ value }) => checkOutgoing(value))
    this.#checkEach(tables, 'tombstones', ({ value }) => decodeTombstone(0, value))
    for (const table of ['metadata', 'keyValue']) {
      this.#checkEach(tables, table, ({ value }) => JSON.parse(Buffer.from(value).toString()))
    }
    return {
      path: this.#path,
      problems: this.#problems,
      leftovers,
      series: this.#dictionary.liveCount,
      windows: whole.length,
      sealedSamples: samples,
      batches: head.batches,
      headSamples: head.samples,
      tables,
      wholeWindows: whole,
      unusable: this.#unusable,
    }
  }

  readonly #tell = (problem: Problem): void => {
    this.#problems.push(problem)
  }

  #readTables(): StoredTables {
    const file = join(this.#path, FILE_NAME)
    const problem = { file: FILE_NAME, table: '', key: '', remedy: 'restore' } as const
    if (!existsSync(file) || statSync(file).size === 0) {
      const meaning = 'this is no data directory, or its tables are lost'
      this.#tell({ ...problem, what: 'there is no such file, or nothing in it', meaning })
      return new Map()
    }
    try {
      using pages = new MdbPages(file)
      return readTables(pages, this.#tell)
    } catch (error) {
      const what = (error as Error).message.replace('CORRUPTED: ', '')
      this.#tell({ ...problem, what, meaning: 'nothing in it can be found' })
      return new Map()
    }
  }

  /** Decodes every record of a table. */
  #checkEach(tables: StoredTables, table: string, decode: (record: StoredRecord) => unknown): void {
    for (const record of tables.get(table) ?? []) {
      try {
        decode(record)
      } catch (error) {
        this.#tellRecord(table, record, (error as Error).message)
      }
    }
  }

  #tellRecord(table: string, record: StoredRecord, what: string): void {
    const [meaning, remedy] = lossOf(table)
    this.#unusable.add(record)
    this.#tell({ file: FILE_NAME, table, key: showKey(table, record.key), what, meaning, remedy })
  }

  #checkMeta(tables: StoredTables): void {
    const meta = new Map((tables.get('meta') ?? []).map((record) => [textKey(record.key), record]))
    const format = meta.get('format')
    const found = format === undefined ? 'nothing' : Buffer.from(format.value).toString()
    if (found !== FORMAT && this.#problems.length === 0) {
      const meaning = 'it was written by another version of Weir'
      this.#tell({
        file: FILE_NAME,
        table: 'meta',
        key: 'format',
        what: `want format ${FORMAT}, got ${found}`,
        meaning,
        remedy: 'restore',
      })
    }
    this.#checkEach(tables, 'meta', ({ value }) => JSON.parse(Buffer.from(value).toString()))
  }

  #checkBatches(tables: StoredTables): { batches: number; samples: number } {
    const newest = new Map<number, number>()
    let batches = 0
    let samples = 0
    this.#checkEach(tables, 'batches', (record) => {
      const arena = record.key.readUInt32BE(0)
      const number = record.key.readUInt32BE(4)
      const batch = decodeBatch(record.value)
      for (let i = 0; i < batch.count; i++) {
        const time = batch.times[i]!
        if (!this.#dictionary.isLive(batch.series[i]!)) {
          throw new Error(`series ${batch.series[i]!} has no labels`)
        }
        if (!(time >= batch.startMs && time < batch.endMs)) {
          throw new Error('it has a time outside of its window')
        }
      }
      const before = newest.get(arena) ?? 0
      newest.set(arena, number)
      batches++
      samples += batch.count
      if (number === before + 1) return
      const [meaning, remedy] = lossOf('batches')
      const what = `batch ${before + 1} of arena ${arena} is not there`
      const key = showKey('batches', record.key)
      this.#tell({ file: FILE_NAME, table: 'batches', key, what, meaning, remedy })
    })
    return { batches, samples }
  }
}

function checkOutgoing(value: Uint8Array): void {
  const { batches, pages } = decodeOutgoing(value)
  for (const batch of batches) decodeBatch(batch)
  for (const page of pages) new PageView(page).rest()
}

const NO_LIMITS = {
  seriesMax: Number.POSITIVE_INFINITY,
  metricSeriesMax: 0,
  labelsPerSeriesMax: Number.POSITIVE_INFINITY,
  labelNameBytesMax: Number.POSITIVE_INFINITY,
  labelValueBytesMax: Number.POSITIVE_INFINITY,
}
