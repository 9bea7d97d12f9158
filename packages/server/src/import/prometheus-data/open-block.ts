import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  BlockIndex,
  type ChunkPlace,
  type ChunkSamples,
  type Deleted,
  checkSegmentHead,
  damagedFile,
  readChunk,
  readTombstones,
} from '@weir/wire'
import { FileWindow } from './file-window.ts'
import type { FoundBlock } from './find-blocks.ts'

const NOTHING: readonly Deleted[] = []

/** A block whose files are open. */
export class OpenBlock implements Disposable {
  readonly name: string
  readonly index: BlockIndex
  readonly #indexFile: FileWindow
  readonly #deleted: ReadonlyMap<number, readonly Deleted[]>
  readonly #paths: readonly string[]
  /** Open once something is read of them. */
  readonly #segments: (FileWindow | undefined)[] = []

  /** @throws {WeirError} `IMPORT_DAMAGED`, and what opening files throws */
  constructor({ path, name }: FoundBlock) {
    this.name = name
    const tombstones = join(path, 'tombstones')
    this.#deleted = existsSync(tombstones) ? readTombstones(readFileSync(tombstones)) : new Map()
    const chunks = join(path, 'chunks')
    const files = readdirSync(chunks).filter((file) => /^\d+$/.test(file))
    this.#paths = files.toSorted((a, b) => Number(a) - Number(b)).map((file) => join(chunks, file))
    this.#indexFile = new FileWindow(join(path, 'index'))
    try {
      this.index = new BlockIndex(this.#indexFile.read, this.#indexFile.size)
    } catch (error) {
      this.#indexFile[Symbol.dispose]()
      throw error
    }
  }

  /** What was deleted of a series. */
  deleted(ref: number): readonly Deleted[] {
    return this.#deleted.get(ref) ?? NOTHING
  }

  /** @throws {WeirError} `IMPORT_DAMAGED` */
  read({ segment, at }: ChunkPlace, into: ChunkSamples): void {
    readChunk(this.#segment(segment).read, at, into)
  }

  #segment(number: number): FileWindow {
    const open = this.#segments[number]
    if (open !== undefined) return open
    const path = this.#paths[number]
    if (path === undefined) throw damagedFile(`file ${number + 1} of its chunks is not there`)
    const file = new FileWindow(path)
    this.#segments[number] = file
    checkSegmentHead(file.read)
    return file
  }

  [Symbol.dispose](): void {
    this.#indexFile[Symbol.dispose]()
    for (const file of this.#segments) file?.[Symbol.dispose]()
  }
}
