import { rmSync } from 'node:fs'
import type { MessagePort } from 'node:worker_threads'

import type { Clock, MetricMetadata, RejectReason } from '@weir/model'

import type { Environment } from './disk/environment.ts'
import { requireRoom } from './disk/room.ts'
import { windowPath } from './disk/window-file.ts'
import type { HeadRecord, WindowRecord } from './disk/window-record.ts'
import { ExemplarRing } from './exemplars/ring.ts'
import { newEpochs, newestCommit, stepEpoch } from './head/epochs.ts'
import { Head } from './head/head.ts'
import { Dictionary, type LabelLimits } from './index/dictionary.ts'
import type { TableTell } from './index/shared-table.ts'
import type { News } from './news.ts'
import { Outgoing } from './outgoing/outgoing.ts'
import { Tombstones } from './read/tombstones.ts'
import type { SenderSeries } from './sender-series.ts'
import { type Retention, RetentionPolicy } from './steps/policy.ts'

/** Options with their defaults filled in. */
export interface Settings extends LabelLimits {
  readonly path: string
  readonly clock: Clock
  readonly outOfOrderWindowMs: number
  readonly futureMs: number
  readonly retention: Retention
  readonly headWindowMs: number
  readonly diskReserveBytes: number
  readonly samplesPerCommitMax: number
  readonly exemplarsMax: number
}

type DictionaryTables = Map<string, Parameters<TableTell>>

/** A dictionary and its segments by table and index. */
interface NewDictionary {
  readonly dictionary: Dictionary
  readonly tables: DictionaryTables
}

/** The writer's state: what commits, sealing and statistics share. Owned by one thread. */
export class Core {
  readonly settings: Settings
  readonly environment: Environment
  dictionary: Dictionary
  /** What senders' own numbers mean. */
  readonly senders = new Set<SenderSeries>()
  readonly head: Head
  readonly exemplars: ExemplarRing
  readonly outgoing: Outgoing
  readonly windows = new Map<number, WindowRecord>()
  /** Windows that could not be read when they should be merged: they stay as they are until they expire. */
  readonly damaged = new Set<number>()
  readonly metadata = new Map<string, MetricMetadata>()
  readonly epochs = newEpochs()
  /** Who is kept how long; replaced when the rules change. */
  retention: RetentionPolicy
  /** Ports to readers, by seat number. */
  readonly seats = new Map<number, MessagePort>()
  readonly rejected: Partial<Record<RejectReason, number>> = {}
  /** Every dictionary segment a reader must know, by table and index. */
  #tables: DictionaryTables
  tombstones = Tombstones.NONE
  #retired: { readonly epoch: number; readonly windows: readonly WindowRecord[] }[] = []
  #filesHeld = 0
  samplesAppended = 0
  commits = 0
  commitsFailed = 0
  windowsThinned = 0
  commitsRefused = 0
  samplesRefused = 0
  metadataRefused = 0
  lastCommitMs = 0
  dictionaryRecord = 0
  version = 0
  windowMax = 0
  orderMax = 0
  closed = false

  constructor(settings: Settings, environment: Environment) {
    this.settings = settings
    this.environment = environment
    this.exemplars = new ExemplarRing(environment, settings.exemplarsMax)
    this.outgoing = new Outgoing(this)
    const tell = (news: News): void => this.tell(news)
    const newest = (): number => newestCommit(this.epochs)
    this.head = new Head(settings.headWindowMs, settings.clock, tell, newest)
    const { dictionary, tables } = this.newDictionary()
    this.dictionary = dictionary
    this.#tables = tables
    this.retention = this.newPolicy(settings.retention)
  }

  newPolicy(retention: Retention): RetentionPolicy {
    return new RetentionPolicy(retention, (series) => this.dictionary.labels(series))
  }

  /** An empty dictionary. Readers hear nothing of it until it is used. */
  newDictionary(): NewDictionary {
    const tables: DictionaryTables = new Map()
    const dictionary = new Dictionary(this.settings, (table, index, shared) => {
      tables.set(`${table}/${index}`, [table, index, shared])
      if (this.#tables === tables) this.tell({ kind: 'dictionary', table, index, shared })
    })
    return { dictionary, tables }
  }

  /** From now on this dictionary counts. */
  useDictionary({ dictionary, tables }: NewDictionary): void {
    this.dictionary = dictionary
    this.#tables = tables
    const header = dictionary.header.buffer as SharedArrayBuffer
    this.tell({ kind: 'renewed', header, tables: [...tables.values()] })
  }

  /** Windows that are not known to be damaged. */
  *readableWindows(): Iterable<WindowRecord> {
    for (const window of this.windows.values()) if (!this.damaged.has(window.id)) yield window
  }

  /** Lets go of windows that no transaction names any more; their files stay while a reader may have them. */
  forgetWindows(windows: readonly WindowRecord[]): void {
    for (const { id } of windows) this.windows.delete(id)
    this.#retired.push({ epoch: stepEpoch(this.epochs), windows })
  }

  /** No window's file is removed until the answer is disposed of. */
  holdFiles(): Disposable {
    this.#filesHeld++
    return { [Symbol.dispose]: () => this.#filesHeld-- }
  }

  /** Removes the files of windows that were forgotten before `oldest`, the oldest epoch that a reader is in. */
  removeFiles(oldest: number): void {
    const due = this.#retired.filter(({ epoch }) => epoch < oldest)
    if (due.length === 0 || this.#filesHeld > 0) return
    this.#retired = this.#retired.filter(({ epoch }) => epoch >= oldest)
    for (const { id } of due.flatMap(({ windows }) => windows)) {
      rmSync(windowPath(this.environment.windowsFolder, id), { force: true })
    }
  }

  /** Counts a commit that its appender refused, since too much was waiting. */
  countRefused(samples: number): void {
    this.commitsRefused++
    this.samplesRefused += samples
  }

  /** Tells all readers. */
  tell(news: News): void {
    for (const port of this.seats.values()) port.postMessage(news)
  }

  /** Everything that a reader who sits down now must hear first. */
  *allNews(): Iterable<News> {
    for (const [table, index, shared] of this.#tables.values()) {
      yield { kind: 'dictionary', table, index, shared }
    }
    if (this.dictionary.gone.size > 0) {
      yield { kind: 'dropped', series: Uint32Array.from(this.dictionary.gone) }
    }
    for (const arena of this.head.arenas) yield* arena.news()
    for (const [name, metadata] of this.metadata) yield { kind: 'metadata', name, metadata }
  }

  /**
   * Refuses a transaction of this size when the disk is nearly full. What keeps the store going
   * (sealing, retention) may use most of the reserve, so that a full disk can become less full.
   *
   * @throws {WeirError} `STORAGE_FULL`
   */
  requireRoom(bytes: number, isUpkeep = false): void {
    const { path, diskReserveBytes } = this.settings
    requireRoom(path, bytes, isUpkeep ? diskReserveBytes / 8 : diskReserveBytes)
  }

  /** Puts the record of the present state into the open transaction. `without`: arenas that it seals. */
  putHead(without?: number): void {
    this.version++
    const arenas = this.head.arenas.map((arena) => arena.id).filter((id) => id !== without)
    const record: HeadRecord = {
      version: this.version,
      arenaMax: this.head.arenaMax,
      arenas,
      sealedUntilMs: this.head.sealedUntilMs,
      windowMax: this.windowMax,
      orderMax: this.orderMax,
      commit: newestCommit(this.epochs),
    }
    this.environment.meta.putSync('head', JSON.stringify(record))
  }
}
