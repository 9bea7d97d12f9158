import { withoutChecksum } from '../disk/checked-values.ts'
import { FREE_PAGES, type MdbEntry, type MdbPages } from './mdb-pages.ts'
import type { Problem, Remedy } from './report.ts'

/** A value whose checksum is right, under its key as the file has it. */
export interface StoredRecord {
  readonly key: Buffer
  readonly value: Uint8Array
}

/** The tables of a data directory, as far as they can be read. */
export type StoredTables = ReadonlyMap<string, StoredRecord[]>

/** Tables whose keys are one number. */
export const NUMBERED_TABLES: ReadonlySet<string> = new Set([
  'dictionary',
  'exemplars',
  'members',
  'sheets',
  'tombstones',
  'windows',
])

/** What is lost with a record of a table, and what can be done about it. */
const LOSS: Readonly<Record<string, readonly [meaning: string, remedy: Remedy]>> = {
  '': ['whole tables cannot be found', 'restore'],
  [FREE_PAGES]: ['new data could be written over old', 'drop'],
  batches: ['samples that were acknowledged and not sealed yet cannot be read', 'drop'],
  dictionary: ['labels of series cannot be read, so no sample can be named', 'restore'],
  exemplars: ['exemplars cannot be read', 'drop'],
  keyValue: ['state of an alert, a notification or a dashboard cannot be read', 'drop'],
  members: ['the samples of a window cannot be found', 'drop'],
  meta: ['where the head ends cannot be read', 'restore'],
  metadata: ['type and help of a metric cannot be read', 'drop'],
  outgoing: ['samples that wait to be sent on cannot be read', 'drop'],
  sheets: ['the samples of a window cannot be found', 'drop'],
  tombstones: ['samples that were deleted would be seen again', 'drop'],
  windows: ['the samples of a window cannot be found', 'drop'],
}

export function lossOf(table: string): readonly [meaning: string, remedy: Remedy] {
  return LOSS[table] ?? ['it is nothing that Weir knows', 'drop']
}

/** Reads everything that can be reached; what cannot is told. */
export function readTables(pages: MdbPages, tell: (problem: Problem) => void): StoredTables {
  const tables = new Map<string, StoredRecord[]>()
  const file = 'weir.mdb'
  pages.walk(({ table, key, value }: MdbEntry) => {
    const good = withoutChecksum(value())
    if (good === undefined) {
      const [meaning, remedy] = lossOf(table)
      const what = 'its checksum is wrong'
      tell({ file, table, key: showKey(table, key), what, meaning, remedy })
      return
    }
    const records = tables.get(table)
    const record = { key: Buffer.from(key), value: good }
    if (records === undefined) tables.set(table, [record])
    else records.push(record)
  })
  for (const { table, what } of pages.damages) {
    const [meaning, remedy] = lossOf(table)
    tell({ file, table, key: '', what: `it ${what}`, meaning, remedy })
  }
  return tables
}

/** A key as people and scripts read it: `12`, `3/17`, `alert/x`. */
export function showKey(table: string, key: Buffer): string {
  if (NUMBERED_TABLES.has(table) && key.length === 4) return String(key.readUInt32LE(0))
  if (table === 'batches' && key.length === 8)
    return key.readUInt32BE(0) + '/' + key.readUInt32BE(4)
  if (table === 'outgoing' && key.length === 8) return String(key.readBigUInt64BE(0))
  return textKey(key)
}

/** A key of a table whose keys are text. */
export function textKey(key: Buffer): string {
  return key.toString('utf8')
}
