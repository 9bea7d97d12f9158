/**
 * The parts on disk, as the thread that writes knows them: which there are, how large and how old; and
 * which files wait for readers to let go of them.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { MessagePort } from 'node:worker_threads'
import { type Labels, WeirError } from '@weir/model'
import { moveDamaged } from './damaged.ts'
import { removeSegment } from './journal.ts'
import type { LetGo, News } from './news.ts'
import { type PartName, indexFile, partFile, partOfFile, replaces } from './part/part-name.ts'
import { openPart } from './part/read-index.ts'

export interface ShelvedPart {
  readonly name: PartName
  readonly rows: number
  readonly textBytes: number
  readonly diskBytes: number
  readonly minNs: bigint
  readonly maxNs: bigint
  readonly streams: readonly Labels[]
}

/** What was being written when a process ended. */
const LEFT_BEHIND = /^part-.*\.tmp$|^rows\.tmp$|^export-.*\.parquet$|^sql-\d+\.tmp$/

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
  #lastSegment = 0

  /**
   * Removes what was being written, or was replaced, when the process ended; reads what is known of the rest.
   *
   * @param onDamage hears of a part that is not as it was written: it is moved away, the others are there
   * @throws {WeirError} `STORAGE_FAILED` when a file cannot be read
   */
  constructor(folder: string, onDamage: (error: unknown) => void) {
    this.#folder = folder
    const files = readdirSync(folder)
    for (const file of files) {
      if (LEFT_BEHIND.test(file)) rmSync(join(folder, file), { force: true, recursive: true })
    }
    const names = files
      .filter((file) => file.endsWith('.parquet'))
      .flatMap((file) => partOfFile(file) ?? [])
    const live = names.filter((name) => !names.some((other) => replaces(other, name)))
    const known = new Set(live.flatMap((name) => [partFile(name), indexFile(name)]))
    for (const file of files) {
      if (partOfFile(file) !== undefined && !known.has(file)) {
        rmSync(join(folder, file), { force: true })
      }
    }
    for (const name of live) this.#readOrMove(name, onDamage)
  }

  /** Oldest lines first. */
  get parts(): readonly ShelvedPart[] {
    return [...this.#parts.values()].toSorted((a, b) => a.name.first - b.name.first)
  }

  get diskBytes(): number {
    return this.parts.reduce((sum, { diskBytes }) => sum + diskBytes, 0)
  }

  /** The highest segment that a part ever held; 0 when there is none. */
  get lastSegment(): number {
    return this.#lastSegment
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

  #readOrMove(name: PartName, onDamage: (error: unknown) => void): void {
    this.#lastSegment = Math.max(this.#lastSegment, name.last)
    try {
      this.#read(name)
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'STORAGE_CORRUPT') throw error
      const kept = moveDamaged(this.#folder, [indexFile(name), partFile(name)])
      const what = `${error.message}; its lines are missing, and the part is now "${kept}"`
      onDamage(new WeirError('STORAGE_CORRUPT', what, { cause: error }))
    }
  }

  #read(name: PartName): void {
    const { index, diskBytes } = openPart(this.#folder, name)
    const { rows, textBytes, minNs, maxNs } = index.header
    this.#lastSegment = Math.max(this.#lastSegment, name.last)
    this.#parts.set(partFile(name), {
      name,
      rows,
      textBytes,
      diskBytes,
      minNs: BigInt(minNs),
      maxNs: BigInt(maxNs),
      streams: index.labels,
    })
  }
}
