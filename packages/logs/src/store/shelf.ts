/**
 * The parts on disk, as the thread that writes knows them: which there are, how large and how old; and
 * which files wait for readers to let go of them.
 */
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { Labels } from '@weir/model'
import { removeSegment } from './journal.ts'
import type { LetGo, News } from './news.ts'
import { type PartHeader, decodeIndex } from './part/part-index.ts'
import { type PartName, indexFile, partFile, partOfFile, replaces } from './part/part-name.ts'

export interface ShelvedPart {
  readonly name: PartName
  readonly rows: number
  readonly textBytes: number
  readonly diskBytes: number
  readonly minNs: bigint
  readonly maxNs: bigint
  readonly streams: readonly Labels[]
}

interface Leaving {
  readonly number: number
  readonly names: readonly PartName[]
  readonly readers: Set<MessagePort>
}

export class Shelf {
  readonly #folder: string
  readonly #parts = new Map<string, ShelvedPart>()
  readonly #readers = new Set<MessagePort>()
  #leaving: Leaving[] = []
  #number = 0

  /** Removes what was being written, or was replaced, when the process ended; reads what is known of the rest. */
  constructor(folder: string) {
    this.#folder = folder
    const files = readdirSync(folder)
    for (const file of files) {
      if (/^part-.*\.tmp$|^rows\.tmp$/.test(file)) rmSync(join(folder, file), { force: true })
    }
    const names = files.filter((file) => file.endsWith('.parquet')).map((file) => partOfFile(file)!)
    const live = names.filter((name) => !names.some((other) => replaces(other, name)))
    const known = new Set(live.flatMap((name) => [partFile(name), indexFile(name)]))
    for (const file of files) {
      if (partOfFile(file) !== undefined && !known.has(file)) {
        rmSync(join(folder, file), { force: true })
      }
    }
    for (const name of live) this.#read(name)
  }

  /** Oldest lines first. */
  get parts(): readonly ShelvedPart[] {
    return [...this.#parts.values()].toSorted((a, b) => a.name.first - b.name.first)
  }

  get diskBytes(): number {
    return this.parts.reduce((sum, { diskBytes }) => sum + diskBytes, 0)
  }

  /** The highest segment that a part holds; 0 when there is none. */
  get lastSegment(): number {
    return this.parts.reduce((last, { name }) => Math.max(last, name.last), 0)
  }

  holds(segment: number): boolean {
    return this.parts.some(({ name }) => name.first <= segment && name.last >= segment)
  }

  /** Puts a part in the place of segments and of other parts; without one, takes parts away. */
  change(
    added: PartName | undefined,
    segments: readonly number[],
    replaced: readonly PartName[],
  ): void {
    if (added !== undefined) this.#read(added)
    for (const name of replaced) this.#parts.delete(partFile(name))
    for (const segment of segments) removeSegment(this.#folder, segment)
    const number = ++this.#number
    const news: News = {
      kind: 'parts',
      number,
      added: added === undefined ? [] : [added],
      segments,
      replaced,
    }
    for (const reader of this.#readers) reader.postMessage(news)
    this.#leaving.push({ number, names: replaced, readers: new Set(this.#readers) })
    this.#sweep()
  }

  /** Tells a reader what is there; from now on it is told what changes. */
  connect(reader: MessagePort): void {
    const added = this.parts.map(({ name }) => name)
    reader.postMessage({
      kind: 'parts',
      number: 0,
      added,
      segments: [],
      replaced: [],
    } satisfies News)
    reader.on('message', ({ letGo }: LetGo) => {
      for (const { number, readers } of this.#leaving) if (number <= letGo) readers.delete(reader)
      this.#sweep()
    })
    reader.on('close', () => {
      this.#readers.delete(reader)
      for (const { readers } of this.#leaving) readers.delete(reader)
      this.#sweep()
    })
    this.#readers.add(reader)
  }

  /** Removes the files that nobody reads any more. */
  #sweep(): void {
    this.#leaving = this.#leaving.filter(({ readers, names }) => {
      if (readers.size > 0) return true
      for (const name of names) {
        // A part is there as long as its Parquet file is.
        rmSync(join(this.#folder, partFile(name)), { force: true })
        rmSync(join(this.#folder, indexFile(name)), { force: true })
      }
      return false
    })
  }

  #read(name: PartName): void {
    const path = join(this.#folder, indexFile(name))
    const bytes = readFileSync(path)
    const index = decodeIndex(bytes, (flat) => Labels.fromFlat(flat))
    if (index === undefined) throw new Error(`Cannot read "${path}": it is no index of a part`)
    const header: PartHeader = index.header
    this.#parts.set(partFile(name), {
      name,
      rows: header.rows,
      textBytes: header.textBytes,
      diskBytes: bytes.length + statSync(join(this.#folder, partFile(name))).size,
      minNs: BigInt(header.minNs),
      maxNs: BigInt(header.maxNs),
      streams: index.labels,
    })
  }
}
