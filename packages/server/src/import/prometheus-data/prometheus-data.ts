import { type Labels, WeirError } from '@weir/model'
import { valueTest } from '@weir/promql'
import { matchersOf } from '../../query/selector.ts'
import { Damage } from './damage.ts'
import { type BlockGroup, blockFolders, chunkBytes, findBlocks } from './find-blocks.ts'
import { type FoundHead, findHead } from './find-head.ts'
import { OpenHead } from './open-head.ts'
import { readGroup } from './read-group.ts'
import { type HeadNotes, readHead } from './read-head.ts'
import type { Wanted } from './wanted.ts'

export interface PrometheusDataOptions {
  /** Both ends are included. */
  readonly fromMs: number
  readonly untilMs: number
  /** Selectors; a series is wanted when one of them matches. None: all are. */
  readonly selectors: readonly string[]
  readonly skipsDamage: boolean
}

/** For the progress, so much of the head counts as a series of a block. */
const ENTRY_BYTES = 1024

/** A data directory of Prometheus, read without one: what is not in blocks yet, and the blocks. */
export class PrometheusData {
  readonly #folder: string
  readonly #folders: readonly string[]
  readonly #head: FoundHead | undefined
  readonly #groups: readonly BlockGroup[]
  readonly #wanted: Wanted
  readonly #damage: Damage
  /** What is in order and older than this is in blocks. */
  readonly #afterMs: number
  readonly #notes: HeadNotes = { metrics: new Set(), breaksOff: false, nameless: 0 }
  /** How far it has come, in entries of {@link entryCount}. */
  entriesDone = 0
  readonly entryCount: number
  /** What is older has been given out, all of it; a run that broke off goes on from there. */
  doneMs: number

  /** @throws {WeirError} `IMPORT_DAMAGED`, `QUERY_PARSE` */
  constructor(folder: string, { fromMs, untilMs, selectors, skipsDamage }: PrometheusDataOptions) {
    this.#folder = folder
    this.#wanted = { fromMs, untilMs, matches: anyOf(selectors) }
    this.#damage = new Damage(skipsDamage)
    this.#folders = blockFolders(folder)
    this.#head = findHead(folder, this.#damage)
    if (this.#folders.length === 0 && this.#head === undefined) {
      const want = 'want what --storage.tsdb.path of Prometheus names, or a snapshot of it'
      const where = `Cannot import the folder ${JSON.stringify(folder)}`
      throw new WeirError('IMPORT_DAMAGED', `${where}: there is no block in it and no log; ${want}`)
    }
    const all = findBlocks(this.#folders, this.#damage)
    const inOrder = all.flat().filter(({ isOutOfOrder }) => !isOutOfOrder)
    this.#afterMs = Math.max(Number.NEGATIVE_INFINITY, ...inOrder.map(({ endMs }) => endMs))
    this.#groups = all
      .map((group) => group.filter(({ minMs, endMs }) => endMs > fromMs && minMs <= untilMs))
      .filter((group) => group.length > 0)
    const seriesCount = this.#groups.flat().reduce((sum, block) => sum + block.seriesCount, 0)
    this.entryCount = seriesCount + Math.ceil(bytesToRead(this.#head) / ENTRY_BYTES)
    this.doneMs = fromMs
  }

  get blockCount(): number {
    return this.#groups.flat().length
  }

  /** How long all its samples are, as Prometheus has packed them: those of the log take less once they are packed. */
  get bytes(): number {
    const blocks = this.#groups.flat().reduce((sum, block) => sum + chunkBytes(block), 0)
    const { log = [], outOfOrder = [] } = this.#head ?? {}
    return [...log, ...outOfOrder].reduce((sum, { bytes }) => sum + bytes, blocks)
  }

  /** Whether there is something beside the blocks. */
  get hasHead(): boolean {
    return this.#head !== undefined
  }

  /** Those that had samples. */
  get metrics(): ReadonlySet<string> {
    return this.#notes.metrics
  }

  get notes(): Omit<Readonly<HeadNotes>, 'metrics'> {
    return this.#notes
  }

  /** How much was left out for damage, and of the first of it what. */
  get damage(): { readonly count: number; readonly told: readonly string[] } {
    return this.#damage
  }

  /**
   * All of it as requests of remote write: what is not in blocks, then the oldest blocks first.
   *
   * @throws {WeirError} `IMPORT_DAMAGED`
   */
  *requests(): Generator<Uint8Array> {
    if (this.#head !== undefined) yield* this.#headRequests(this.#head)
    for (const group of this.#groups) {
      this.doneMs = Math.max(this.#wanted.fromMs, group[0]!.minMs)
      yield* readGroup(group, this.#wanted, this.#damage, (entries, metric) => {
        if (metric !== undefined) this.#notes.metrics.add(metric)
        this.entriesDone += entries
      })
    }
  }

  *#headRequests(found: FoundHead): Generator<Uint8Array> {
    const head = this.#open(found)
    try {
      let bytes = 0
      const before = this.entriesDone
      const onBytes = (more: number): void => {
        bytes += more
        this.entriesDone = before + Math.ceil(bytes / ENTRY_BYTES)
      }
      yield* readHead(head, this.#afterMs, this.#wanted, this.#damage, this.#notes, onBytes)
    } finally {
      head[Symbol.dispose]()
    }
  }

  /** Blocks and head are of one moment, or nothing is read: a block takes its samples out of the head. */
  #open(found: FoundHead): OpenHead {
    let head: OpenHead | undefined
    try {
      head = new OpenHead(found)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
    if (head !== undefined && String(blockFolders(this.#folder)) === String(this.#folders)) {
      return head
    }
    head?.[Symbol.dispose]()
    const why = 'the Prometheus that runs there has just made a block; run it again'
    const where = `Cannot import the folder ${JSON.stringify(this.#folder)}`
    throw new WeirError('IMPORT_DAMAGED', `${where}: ${why}`)
  }
}

/** The log is read twice: what is deleted stands behind what it deletes. */
function bytesToRead(head: FoundHead | undefined): number {
  if (head === undefined) return 0
  const { log, chunks, outOfOrder } = head
  return [...log, ...log, ...chunks, ...outOfOrder].reduce((sum, { bytes }) => sum + bytes, 0)
}

function anyOf(selectors: readonly string[]): (labels: Labels) => boolean {
  if (selectors.length === 0) return () => true
  const tests = selectors.map((selector) =>
    matchersOf(selector).map((matcher) => ({ name: matcher.name, test: valueTest(matcher) })),
  )
  return (labels) => tests.some((all) => all.every(({ name, test }) => test(labels.get(name))))
}
