import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { SampleColumns } from '@weir/model'

import { SheetView } from '../codec/sheet.ts'
import { type SheetList, decodeSeries, decodeSheetList } from '../disk/series-list.ts'
import { windowsFolder } from '../disk/window-file.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import type { Dictionary } from '../index/dictionary.ts'
import { CHUNKS_PER_SERIES } from '../steps/chunks.ts'
import type { Problem } from './report.ts'
import type { StoredTables } from './tables.ts'

const MEANING = 'queries that need this window fail, others go on'

interface Found {
  /** Windows of which every sample was read. */
  readonly whole: readonly number[]
  readonly samples: number
  readonly leftovers: readonly string[]
}

/** Reads every sample of every sealed window, and tells what does not fit together. */
export class WindowCheck {
  readonly #folder: string
  readonly #dictionary: Dictionary
  readonly #members: ReadonlyMap<number, Uint8Array>
  readonly #sheets: ReadonlyMap<number, Uint8Array>
  readonly #records: readonly { readonly id: number; readonly text: string }[]
  readonly #tell: (problem: Problem) => void
  readonly #view = new SheetView()
  readonly #columns = new SampleColumns()

  constructor(
    path: string,
    tables: StoredTables,
    dictionary: Dictionary,
    tell: (problem: Problem) => void,
  ) {
    const numbered = (table: string): Map<number, Uint8Array> =>
      new Map((tables.get(table) ?? []).map(({ key, value }) => [key.readUInt32LE(0), value]))
    this.#folder = windowsFolder(path)
    this.#dictionary = dictionary
    this.#members = numbered('members')
    this.#sheets = numbered('sheets')
    this.#records = [...numbered('windows')].map(([id, value]) => {
      return { id, text: Buffer.from(value).toString() }
    })
    this.#tell = tell
  }

  run(): Found {
    const whole: number[] = []
    let samples = 0
    for (const { id, text } of this.#records) {
      try {
        const record = JSON.parse(text) as WindowRecord
        if (record.id !== id) throw new Error(`it says that it is window ${record.id}`)
        const read = this.#read(record)
        if (read !== record.samples)
          throw new Error(`it has ${read} samples, want ${record.samples}`)
        samples += read
        whole.push(id)
      } catch (error) {
        const what = (error as Error).message
        this.#tell({
          file: `windows/${id}`,
          table: 'windows',
          key: String(id),
          what,
          meaning: MEANING,
          remedy: 'drop',
        })
      }
    }
    return { whole, samples, leftovers: this.#leftovers() }
  }

  #read(record: WindowRecord): number {
    const members = decoded(this.#members.get(record.id), decodeSeries, 'list of series')
    const sheets = decoded(this.#sheets.get(record.id), decodeSheetList, 'list of sheets')
    const file = this.#file(record.id)
    const end = sheets.starts.at(-1)!
    if (file.length !== end) throw new Error(`its file has ${file.length} bytes, want ${end}`)
    const left = new Set(members)
    let samples = 0
    for (let sheet = 0; sheet < sheets.firsts.length; sheet++) {
      this.#open(file, sheets, sheet)
      for (const chunk of this.#view.ids) {
        const series = record.stepMs === undefined ? chunk : Math.floor(chunk / CHUNKS_PER_SERIES)
        if (!left.delete(chunk)) throw new Error(`series ${series} is not in its list of series`)
        if (!this.#dictionary.isLive(series)) throw new Error(`series ${series} has no labels`)
        samples += this.#readChunk(record, chunk)
      }
    }
    if (left.size > 0) throw new Error(`${left.size} series of its list are missing`)
    return samples
  }

  #file(id: number): Buffer {
    try {
      return readFileSync(join(this.#folder, String(id)))
    } catch (error) {
      throw new Error(`its file cannot be read (${(error as Error).message})`, { cause: error })
    }
  }

  #open(file: Buffer, { firsts, starts }: SheetList, sheet: number): void {
    const start = starts[sheet]!
    const bytes = file.subarray(start, starts[sheet + 1])
    this.#view.room(bytes.length).set(bytes)
    const isWhole = this.#view.open(bytes.length, true) && this.#view.ids[0] === firsts[sheet]
    if (!isWhole) throw new Error(`the sheet at byte ${start} is damaged`)
  }

  #readChunk({ minMs, maxMs }: WindowRecord, chunk: number): number {
    const view = this.#view
    const columns = this.#columns
    const index = view.find(chunk)
    const times = view.times(index)
    const count = times.length
    columns.clear()
    columns.reserve(count)
    if (view.hasHistograms(index)) view.histograms(index, { from: 0, to: count }, columns, 0)
    else view.values(index, columns.values, 0)
    for (let i = 0; i < count; i++) {
      const isRight =
        times[i]! >= minMs && times[i]! <= maxMs && (i === 0 || times[i]! > times[i - 1]!)
      if (!isRight) throw new Error(`times of chunk ${chunk} are out of order`)
    }
    return count
  }

  #leftovers(): string[] {
    const named = new Set(this.#records.map(({ id }) => String(id)))
    try {
      closeSync(openSync(this.#folder, 'r'))
      return readdirSync(this.#folder)
        .filter((name) => !named.has(name))
        .map((name) => `windows/${name}`)
    } catch {
      return [] // a store that never sealed anything
    }
  }
}

function decoded<T>(
  record: Uint8Array | undefined,
  decode: (record: Uint8Array) => T,
  name: string,
): T {
  if (record === undefined) throw new Error(`its ${name} is missing`)
  return decode(record)
}
