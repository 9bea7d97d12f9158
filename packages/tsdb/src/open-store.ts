import { statSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

import {
  type Appender,
  type KeyValueStore,
  type Matcher,
  WeirError,
  invariant,
  systemClock,
} from '@weir/model'

import { requireWholeFile } from './check/whole-file.ts'
import { Committer } from './commit.ts'
import { Core, type Settings } from './core.ts'
import { cleanTombstones, deleteSeries, forgetIdle } from './delete-series.ts'
import { FILE_NAME, openEnvironment, storageError } from './disk/environment.ts'
import { requireKnownFormat } from './disk/format.ts'
import { takeLock } from './disk/lock-file.ts'
import { shrink } from './disk/shrink.ts'
import { RESERVE_BYTES } from './disk/room.ts'
import { SEATS_MAX, leaveEpoch, oldestEpoch } from './head/epochs.ts'
import { keyValueOf } from './key-value.ts'
import { load } from './load.ts'
import { LocalAppender } from './local-appender.ts'
import { serveAppender } from './port-appender.ts'
import { compact, nextJob } from './seal/compact.ts'
import type { WindowRecord } from './disk/window-record.ts'
import { Pause } from './seal/pause.ts'
import type { OutgoingOptions, OutgoingPlace } from './outgoing/outgoing.ts'
import { isRenewalDue, renewDictionary } from './renew-dictionary.ts'
import { dropDue, dropSeries, maintainExemplars } from './seal/retention.ts'
import { closeDue, seal } from './seal/seal.ts'
import type { ReaderSeat } from './seat.ts'
import { SeriesCensus } from './series-census.ts'
import { removeUnfinished, snapshot, stage } from './snapshot.ts'
import { nextThin, thin } from './steps/thin.ts'
import type { RetentionOptions, SenderOptions, Store, StoreOptions, StoreStats } from './store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** An arena is at most this long: offsets in it are 32 bits. */
const WINDOW_MS_MAX = 24 * HOUR_MS
/** A symbol must fit into one segment of text. */
const LABEL_BYTES_MAX = 256 * 1024

/**
 * Opens the data directory and becomes its only writer.
 *
 * @throws {WeirError} `STORAGE_LOCKED`, `STORAGE_NOT_WRITABLE`, `STORAGE_CORRUPT`, `STORAGE_VALUE`
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const settings = settingsOf(options)
  const lock = takeLock(settings.path)
  try {
    requireWholeFile(join(settings.path, FILE_NAME))
    await requireKnownFormat(settings.path)
    removeUnfinished(settings.path)
    await shrinkIfPossible(settings.path)
    const core = new Core(settings, openEnvironment(settings.path))
    try {
      load(core)
      core.outgoing.configure(options.outgoing ?? NOTHING_LEAVES)
    } catch (error) {
      await core.environment.root.close()
      throw storageError(`open the store in ${JSON.stringify(settings.path)}`, error)
    }
    return new OpenStore(core, lock)
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

const NOTHING_LEAVES: OutgoingOptions = { queues: [], bytesMax: 0, ageMaxMs: 0 }

/** A file that cannot be made smaller is used as it is. */
async function shrinkIfPossible(path: string): Promise<void> {
  try {
    await shrink(path)
  } catch (error) {
    const { code } = storageError('make the file smaller', error)
    if (code !== 'STORAGE_FULL') throw error
  }
}

function settingsOf(options: StoreOptions): Settings {
  const settings: Settings = {
    path: options.path,
    clock: options.clock ?? systemClock,
    outOfOrderWindowMs: options.outOfOrderWindowMs ?? HOUR_MS,
    futureMs: options.futureMs ?? 10 * MINUTE_MS,
    seriesMax: options.seriesMax ?? 2_000_000,
    metricSeriesMax: options.metricSeriesMax ?? 500_000,
    samplesPerCommitMax: options.samplesPerCommitMax ?? 5_000_000,
    exemplarsMax: options.exemplarsMax ?? 100_000,
    labelsPerSeriesMax: options.labelsPerSeriesMax ?? 64,
    labelNameBytesMax: options.labelNameBytesMax ?? 1024,
    labelValueBytesMax: options.labelValueBytesMax ?? 4096,
    retention: retentionOf(options),
    headWindowMs: options.headWindowMs ?? 5 * MINUTE_MS,
    diskReserveBytes: options.diskReserveBytes ?? RESERVE_BYTES,
  }
  const limits: [name: keyof Settings, least: number, most: number][] = [
    ['exemplarsMax', 0, 10_000_000],
    ['headWindowMs', 1, WINDOW_MS_MAX],
    ['labelNameBytesMax', 1, LABEL_BYTES_MAX],
    ['labelValueBytesMax', 1, LABEL_BYTES_MAX],
    ['labelsPerSeriesMax', 1, 10_000],
    ['metricSeriesMax', 0, 100_000_000],
    ['samplesPerCommitMax', 1, 100_000_000],
    ['seriesMax', 1, 100_000_000],
  ]
  for (const [name, least, most] of limits) {
    const value = Number(settings[name])
    if (Number.isInteger(value) && value >= least && value <= most) continue
    const want = `want a whole number from ${least} to ${most}, got ${value}`
    throw new WeirError('STORAGE_VALUE', `Cannot open the store with ${name}: ${want}`)
  }
  return settings
}

function retentionOf(options: RetentionOptions): Settings['retention'] {
  return {
    timeMs: options.retentionMs ?? 15 * WINDOW_MS_MAX,
    bytes: options.retentionBytes ?? 0,
    rules: options.retentionRules ?? [],
  }
}

class OpenStore implements Store {
  readonly #core: Core
  readonly #lock: Disposable
  readonly #committer: Committer
  readonly #census: SeriesCensus
  readonly #senders = new Set<MessagePort>()
  #maintaining: Promise<void> | undefined
  /** What maintenance found damaged, until it has told. */
  #damage: WeirError | undefined

  constructor(core: Core, lock: Disposable) {
    this.#core = core
    this.#lock = lock
    this.#committer = new Committer(core)
    this.#census = new SeriesCensus(core)
  }

  appender(options: SenderOptions = {}): Appender {
    return new LocalAppender(this.#core, this.#committer, options)
  }

  listen(port: MessagePort, options: SenderOptions = {}): void {
    this.#senders.add(port)
    port.on('close', () => this.#senders.delete(port))
    serveAppender(port, this.#core, this.#committer, options)
  }

  seat(): ReaderSeat {
    const { seats, epochs, dictionary, settings, outgoing } = this.#core
    let seat = 1
    while (seats.has(seat)) seat++
    invariant(seat <= SEATS_MAX, `more than ${SEATS_MAX} readers`)
    const { port1, port2 } = new MessageChannel()
    for (const news of this.#core.allNews()) port1.postMessage(news)
    seats.set(seat, port1)
    port1.on('close', () => {
      seats.delete(seat)
      leaveEpoch(epochs, seat)
    })
    port1.unref()
    return {
      path: settings.path,
      port: port2,
      seat,
      epochs: epochs.buffer as SharedArrayBuffer,
      header: dictionary.header.buffer as SharedArrayBuffer,
      outgoing: outgoing.shared.buffer,
    }
  }

  keyValue(): KeyValueStore {
    return keyValueOf(this.#core.environment)
  }

  setRetention(retention: RetentionOptions): void {
    const core = this.#core
    core.retention = core.newPolicy(retentionOf(retention))
  }

  setOutgoing(options: OutgoingOptions): void {
    try {
      this.#core.outgoing.configure(options)
    } catch (error) {
      throw storageError('set up what is sent on', error)
    }
  }

  outgoingPlaces(): ReadonlyMap<string, OutgoingPlace> {
    return this.#core.outgoing.places()
  }

  outgoingPassed(queue: string, place: OutgoingPlace): void {
    this.#core.outgoing.passed(queue, place)
  }

  maintain(): Promise<void> {
    this.#maintaining ??= this.#maintain().finally(() => {
      this.#maintaining = undefined
    })
    return this.#maintaining
  }

  async snapshot(skipHead = false): Promise<{ name: string }> {
    return { name: await snapshot(this.#core, skipHead) }
  }

  stage(): Promise<string> {
    return stage(this.#core, false)
  }

  async deleteSeries(matchers: readonly Matcher[], minMs: number, maxMs: number): Promise<void> {
    try {
      const pause = new Pause(this.#core.settings.clock)
      await deleteSeries(this.#core, matchers, { minMs, maxMs }, pause)
    } catch (error) {
      throw storageError('delete series', error)
    }
  }

  async cleanTombstones(): Promise<void> {
    // What is closed must be sealed first; and only one at a time rewrites windows.
    await this.maintain()
    while (this.#maintaining !== undefined) await this.#maintaining
    this.#maintaining = cleanTombstones(this.#core, new Pause(this.#core.settings.clock))
      .catch((error: unknown) => {
        throw storageError('clean tombstones', error)
      })
      .finally(() => {
        this.#maintaining = undefined
      })
    await this.#maintaining
  }

  stats(): StoreStats {
    const core = this.#core
    const waiting = core.outgoing.waiting()
    const windows = [...core.windows.values()]
    const sum = (of: (window: (typeof windows)[number]) => number): number =>
      windows.reduce((total, window) => total + of(window), 0)
    const oldest = [...windows, ...core.head.arenas].map(({ minMs }) => minMs)
    const minTimeMs = Math.min(...oldest)
    return {
      series: core.dictionary.liveCount,
      headSamples: core.head.sampleCount,
      tombstones: core.tombstones.all.length,
      windowsDamaged: windows.filter(({ id }) => core.damaged.has(id)).length,
      windows: windows.length,
      chunks: sum(({ chunks }) => chunks),
      sealedSamples: sum(({ samples }) => samples),
      sealedBytes: sum(({ bytes }) => bytes),
      windowsThinned: core.windowsThinned,
      diskBytes: statSync(core.environment.file).size + sum(({ bytes }) => bytes),
      minTimeMs: Number.isFinite(minTimeMs) ? minTimeMs : null,
      maxTimeMs: Number.isFinite(core.head.maxTimeMs) ? core.head.maxTimeMs : null,
      samplesAppended: core.samplesAppended,
      rejected: { ...core.rejected },
      exemplars: core.exemplars.count,
      exemplarsAppended: core.exemplars.appended,
      exemplarsRejected: { ...core.exemplars.rejected },
      commits: core.commits,
      commitsFailed: core.commitsFailed,
      commitsRefused: core.commitsRefused,
      metadataRefused: core.metadataRefused,
      samplesRefused: core.samplesRefused,
      lastCommitMs: core.lastCommitMs,
      ...(waiting !== undefined && { outgoing: waiting }),
      symbols: core.dictionary.symbolTexts,
      labelPairs: core.dictionary.allPairs,
      ...this.#census.take(),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#core.closed) return
    this.#core.closed = true
    this.#committer.flush()
    await this.#maintaining?.catch(() => undefined)
    this.#keepPlaces()
    for (const port of [...this.#senders, ...this.#core.seats.values()]) port.close()
    await this.#core.environment.root.close()
    this.#lock[Symbol.dispose]()
  }

  async #maintain(): Promise<void> {
    const core = this.#core
    const { head, settings } = core
    const pause = new Pause(settings.clock)
    try {
      this.#reclaim()
      while (core.outgoing.trim() === 'more') await pause.wait()
      closeDue(core)
      for (const arena of head.arenas.filter(({ closing }) => closing)) {
        if (core.closed) return
        await seal(core, arena, pause)
      }
      for (let job = nextJob(core); job !== undefined && !core.closed; job = nextJob(core)) {
        await this.#unlessDamaged(job.windows, compact(core, job, pause))
      }
      const thinnedBefore = core.windowsThinned
      for (let due = nextThin(core); due !== undefined && !core.closed; due = nextThin(core)) {
        await this.#unlessDamaged([due], thin(core, due, pause))
      }
      if (core.closed) return
      dropDue(core)
      if (core.windowsThinned > thinnedBefore) dropSeries(core, [])
      maintainExemplars(core)
      forgetIdle(core)
      if (isRenewalDue(core)) await renewDictionary(core, pause)
      this.#reclaim()
      const damage = this.#damage
      this.#damage = undefined
      if (damage !== undefined) throw damage
    } catch (error) {
      throw storageError('maintain the store', error)
    }
  }

  /** Where the queues are is worth a transaction at the end; without it they send a little once more. */
  #keepPlaces(): void {
    try {
      this.#core.outgoing.trim()
    } catch {
      // The disk may be what the store is closed for.
    }
  }

  /** Work over windows: when one of them is damaged, they stay as they are, and other work goes on. */
  async #unlessDamaged(windows: readonly WindowRecord[], work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'STORAGE_CORRUPT') throw error
      for (const { id } of windows) this.#core.damaged.add(id)
      this.#damage ??= error
    }
  }

  /** Memory and files that no reader needs any more. */
  #reclaim(): void {
    const { head, epochs } = this.#core
    const oldest = oldestEpoch(epochs)
    head.pool.reclaim(oldest)
    this.#core.removeFiles(oldest)
  }
}
